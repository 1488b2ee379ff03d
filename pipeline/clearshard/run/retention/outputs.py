"""What runs have made, in folders and in buckets: nothing of it is deleted, whosever job it is of.

An output is known by its marker, whatever configuration it is of.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath

from clearshard import layout
from clearshard.errors import ObjectDenied, StoreRefused
from clearshard.storage.store import ReadableStore
from clearshard.storage.uris import open_readable


@lru_cache(maxsize=4096)
def is_output(folder: Path) -> bool:
    """Whether runs write into a folder."""
    return os.path.lexists(folder / layout.MARKER)


def output_around(root: str, folder: Path | None, base: Path) -> str | None:
    """The output that a root is, or lies in.

    Args:
        root: Its name.
        folder: Where it is on this machine; None: it is in a bucket.
        base: The folder that a relative path begins at.

    Raises:
        StoreUnavailable: The bucket does not answer.
    """
    if folder is not None:
        return next((str(one) for one in (folder, *folder.parents) if is_output(one)), None)
    for address in _around(root):
        # What this user may not look at is nothing that a root of his lies in.
        with suppress(ObjectDenied, StoreRefused):
            if open_readable(address, base).head(layout.MARKER) is not None:
                return address
    return None


def _around(address: str) -> Iterator[str]:
    scheme, colon, rest = address.partition("://")
    parts = rest.split("/")
    for count in range(len(parts), 0, -1):
        yield scheme + colon + "/".join(parts[:count])


class Outputs:
    """The outputs below some roots; each folder is looked into once."""

    def __init__(self, roots: Sequence[tuple[Path | None, ReadableStore]]) -> None:
        """Looks at nothing yet.

        Args:
            roots: Where each is on this machine, if it is, and its store.
        """
        self._roots = roots
        self._known: dict[tuple[int, str], bool] = {}

    def hold(self, place: int, key: str) -> bool:
        """Whether a key below one of the roots lies in an output.

        Args:
            place: Of the root.
            key: Below it.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        folder, store = self._roots[place]
        parents = [str(one) for one in PurePosixPath(key).parents]
        if folder is not None:
            return any(is_output(folder / one) for one in parents)
        return any(self._is_one(place, store, "" if one == "." else f"{one}/") for one in parents)

    def _is_one(self, place: int, store: ReadableStore, prefix: str) -> bool:
        known = self._known.get((place, prefix))
        if known is None:
            known = store.head(f"{prefix}{layout.MARKER}") is not None
            self._known[place, prefix] = known
        return known
