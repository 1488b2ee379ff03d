"""Keeps spaCy and Presidio from loading what nothing here uses.

thinc imports PyTorch where there is one, Presidio also `transformers`, `stanza` and `gliner`.
Nothing here computes with them, and each process would start twice as slowly, with three times the
memory. And spaCy imports all of its commands to have one of them, `info`, as a function: with what
they need, a fifth of the time that a worker takes to import, and 11 MB. They are imported when
somebody wants them.
Presidio itself imports spaCy to name its classes where it says what a function takes, which is half
of what is left: it is imported when something of it is called. And it compiles each pattern of its
own recognizers to see whether that can be done, a tenth: they are compiled when they are used.
Only what these libraries ask for is denied: an import in anybody else's code is none of this.
"""

import builtins
import inspect
import runpy
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_FRAMEWORKS = frozenset(
    ("torch", "transformers", "stanza", "spacy_stanza", "gliner", "cupy", "tensorflow", "mxnet")
)
_LIBRARIES = frozenset(("thinc", "spacy", "srsly", "presidio_analyzer"))
_PRESIDIO, _PATTERN, _REGEX = "presidio_analyzer", "presidio_analyzer.pattern", "regex"
_SPACY, _COMMANDS, _INFO = "spacy", "spacy.cli", "spacy.cli.info"
#: What of Presidio names spaCy, and calls it in none of its recognizers.
_NAMES_SPACY = frozenset(
    f"presidio_analyzer.nlp_engine.{name}"
    for name in (
        "nlp_artifacts",
        "spacy_nlp_engine",
        "stanza_nlp_engine",
        "transformers_nlp_engine",
    )
)


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


class _WhenCalled(type):
    """The type of what stands for something of spaCy, and is that thing for whoever uses it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _real(cls)(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real(cls))

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # `typing` looks at what it is given
            raise AttributeError(name)
        # Registers Presidio's tokenizer for stanza, which is not loaded for it.
        if cls.__name__ == "registry":
            return lambda *_: lambda function: function
        return getattr(_real(cls), name)


def _real(named: type) -> Any:
    return getattr(import_module(named.__module__), named.__name__)


class _Names:
    """What is imported from a module of spaCy: each name stands for what it is there."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _WhenCalled(name, (), {"__module__": self._module})


class _Spacy:
    """spaCy as a whole, for whoever takes something out of it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(_SPACY), name)


class _Regex:
    """What Presidio looks with whether a pattern can be compiled."""

    def compile(self, pattern: str, flags: int = 0) -> Any:
        """Compiles it, but for those that Presidio itself has, while that is imported."""
        spec = getattr(sys.modules.get(_PRESIDIO), "__spec__", None)
        if getattr(spec, "_initializing", False):
            return None
        return import_module(_REGEX).compile(pattern, flags)

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(_REGEX), name)


def _import(
    name: str,
    importing: Mapping[str, object] | None = None,
    local: Mapping[str, object] | None = None,
    names: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """What an import in one of these modules gives."""
    asks = (importing or {}).get("__name__")
    if asks == _PATTERN and name == _REGEX and not names:
        return _Regex()
    if asks in _NAMES_SPACY and name.partition(".")[0] == _SPACY and _SPACY not in sys.modules:
        return _Names(name) if names else _Spacy()
    return builtins.__import__(name, importing, local, names or (), level)


class _WithLess(Loader):
    """Loads a module of Presidio whose imports, and nobody else's, are `_import`."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As import does it."""
        if name != _PATTERN and name not in _NAMES_SPACY:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = cls(spec.loader)
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As import does it."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As import does it."""
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _import}
        self._loader.exec_module(module)


def stop_words() -> frozenset[str]:
    """SpaCy's words that say nothing, out of the file that holds them.

    Raises:
        ImportError: spaCy is not installed, or keeps them elsewhere.
    """
    spec = find_spec(_SPACY)
    if spec is None or spec.origin is None:
        raise ImportError("spaCy is not installed as files")
    file = Path(spec.origin).with_name("lang") / "en" / "stop_words.py"
    if not file.is_file():
        raise ImportError("spaCy keeps its stop words elsewhere")
    return frozenset(runpy.run_path(str(file))["STOP_WORDS"])


def deny_frameworks() -> None:
    """From now on; must come before the first import of spaCy or Presidio."""
    for finder in (_NotForThem, _NotYet, _WithLess):
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
