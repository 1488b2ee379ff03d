"""A regular expression that takes long to compile, and that few runs need."""

import re
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any


class Late:
    """One that is compiled when it is first used; used as a compiled one.

    Attributes:
        pattern: Its text.
    """

    def __init__(self, pattern: str, flags: int = 0, library: ModuleType = re) -> None:
        """Takes it as it is.

        Args:
            pattern: Its text.
            flags: Of the library.
            library: That compiles it: `re`, or `regex`.
        """
        self.pattern = pattern
        self._flags = flags
        self._library = library

    @cached_property
    def _compiled(self) -> Any:
        return self._library.compile(self.pattern, self._flags)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The matches in a text."""
        found: Iterator[re.Match[str]] = self._compiled.finditer(text)
        return found

    def fullmatch(self, text: str) -> Any:
        """The match that is all of a text, or None."""
        return self._compiled.fullmatch(text)
