"""The next of a row of things is made while the one before is worked on.

Both are mostly work of Arrow and NumPy, which let other threads run meanwhile.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class _Over(Enum):
    """Told from anything that can be made."""

    END = 1


def one_ahead(things: Iterator[T]) -> Iterator[T]:
    """The same things in the same order, one more of them in memory."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_next, things)
        while not isinstance(thing := coming.result(), _Over):
            coming = pool.submit(_next, things)
            yield thing


def _next(things: Iterator[T]) -> T | _Over:
    return next(things, _Over.END)
