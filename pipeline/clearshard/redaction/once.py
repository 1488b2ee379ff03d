"""`Once`: a function that is asked for the same thing several times in a row, and works once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Once(Generic[Result]):
    """A pure function that remembers its last answer. Who gets it must not change it."""

    def __init__(self, function: Callable[[Any], Result]) -> None:
        """Nothing is remembered yet."""
        self._function = function
        self._last: tuple[Any, Result] | None = None

    def __call__(self, asked: Any) -> Result:
        """What the function returns; what it raises is raised, and not remembered."""
        if self._last is None or self._last[0] != asked:
            self._last = (asked, self._function(asked))
        return self._last[1]
