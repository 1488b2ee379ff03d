"""Keeps spaCy and Presidio from loading what nothing here uses.

thinc imports PyTorch where there is one, Presidio also `transformers`, `stanza` and `gliner`.
Nothing here computes with them, and each process would start twice as slowly, with three times the
memory. And spaCy imports all of its commands to have one of them, `info`, as a function: with what
they need, a fifth of the time that a worker takes to import, and 11 MB. They are imported when
somebody wants them.
Only what these libraries ask for is denied: an import in anybody else's code is none of this.
"""

import inspect
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_FRAMEWORKS = frozenset(
    ("torch", "transformers", "stanza", "spacy_stanza", "gliner", "cupy", "tensorflow", "mxnet")
)
_LIBRARIES = frozenset(("thinc", "spacy", "srsly", "presidio_analyzer"))
_SPACY, _COMMANDS, _INFO = "spacy", "spacy.cli", "spacy.cli.info"


class _NotForThem:
    """Finds nothing; says so where one of the libraries looks for a framework."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As import does it.

        Raises:
            ModuleNotFoundError: Which the libraries expect where there is no framework.
        """
        if name in _FRAMEWORKS and _asks().partition(".")[0] in _LIBRARIES:
            raise ModuleNotFoundError(f"{name} is not loaded for this", name=name)
        return None


class _NotYet(Loader):
    """Finds modules in the place of spaCy's commands while spaCy itself is imported."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As import does it."""
        if name in (_COMMANDS, _INFO) and _asks() == _SPACY:
            return ModuleSpec(name, cls(), is_package=name == _COMMANDS)
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """As import does it: a usual one."""

    def exec_module(self, module: ModuleType) -> None:
        """As import does it."""
        module.__dict__["__getattr__"] = _info if module.__name__ == _INFO else _of_commands


def _info(name: str) -> Any:
    """What spaCy takes of its commands; with that, the modules in their place are gone."""
    if name != "info":
        raise AttributeError(name)
    for module in (_COMMANDS, _INFO):
        sys.modules.pop(module, None)

    def info(*args: Any, **kwargs: Any) -> Any:
        return import_module(_INFO).info(*args, **kwargs)

    return info


def _of_commands(name: str) -> Any:
    """What somebody wants of spaCy's commands, of which the first one is left in `spacy.cli`."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(import_module(_COMMANDS), name)


def deny_frameworks() -> None:
    """From now on; must come before the first import of spaCy or Presidio."""
    for finder in (_NotForThem, _NotYet):
        if finder not in sys.meta_path:
            sys.meta_path.insert(0, finder)


def _asks() -> str:
    """The module whose code has the import that is under way."""
    frame = inspect.currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(("importlib", __name__)):
            return module
        frame = frame.f_back
    return ""
