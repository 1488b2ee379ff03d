"""The next of a row of things is made while the one before is worked on.

Both are mostly work of Arrow and NumPy, which let other threads run meanwhile.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
_END: Final = object()


def one_ahead(things: Iterator[T]) -> Iterator[T]:
    """The same things in the same order, one more of them in memory."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, things, _END)
        while (thing := coming.result()) is not _END:
            coming = pool.submit(next, things, _END)
            yield thing  # type: ignore[misc]
