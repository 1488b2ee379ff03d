"""Keeps spaCy and Presidio from loading frameworks only because these are installed.

thinc imports PyTorch where there is one, Presidio also `transformers`, `stanza` and `gliner`.
Nothing here computes with them, and each process would start twice as slowly, with three times the
memory.
Only what these libraries ask for is denied: an import in anybody else's code is none of this.
"""

import inspect
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_FRAMEWORKS = frozenset(
    ("torch", "transformers", "stanza", "spacy_stanza", "gliner", "cupy", "tensorflow", "mxnet")
)
_LIBRARIES = frozenset(("thinc", "spacy", "srsly", "presidio_analyzer"))


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
        if name in _FRAMEWORKS and _asks() in _LIBRARIES:
            raise ModuleNotFoundError(f"{name} is not loaded for this", name=name)
        return None


def deny_frameworks() -> None:
    """From now on; must come before the first import of spaCy or Presidio."""
    if _NotForThem not in sys.meta_path:
        sys.meta_path.insert(0, _NotForThem)


def _asks() -> str:
    """The distribution whose code has the import that is under way."""
    frame = inspect.currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(("importlib", __name__)):
            return module.partition(".")[0]
        frame = frame.f_back
    return ""
