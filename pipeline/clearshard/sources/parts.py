"""The parts of a table, wherever they lie: on this machine, or in a store."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

#: What systems put beside the parts of a table.
NO_PART = (".", "_")
#: Where there is one of these, not every file counts.
_UNFINISHED = "_temporary"
_NOT_EVERY_FILE = {
    "_delta_log": "is a table of Delta Lake, whose log says which files count",
    ".hoodie": "is a table of Hudi, whose log says which files count",
    "metadata/*.metadata.json": "is a table of Iceberg, whose metadata say which files count",
    _UNFINISHED: "is being written, or was given up half-way (it has _temporary, no _SUCCESS)",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table.

    Attributes:
        name: Its path, for errors; what it ends with says its format.
        folders: The folders that say something of its rows, the outermost first: those that it
            lies in below that of the table, and before them `saying`.
    """

    name: str
    folders: tuple[str, ...] = ()


class PartFiles(Protocol):
    """The files of a table, wherever they lie."""

    @property
    def sha256(self) -> str:
        """Of the file; of several, of their names and digests: as they are when they are opened."""

    def opened(self) -> Iterator[tuple[Part, BinaryIO]]:
        """Each file, open, in the order of their names.

        Raises:
            SourceUnavailable: One cannot be read, or the table is another one than its digest is
                of; also while the caller reads.
        """


def saying(folders: Sequence[str]) -> tuple[str, ...]:
    """Of the folders down to that of a table, those at the end that are called COLUMN=VALUE.

    Whoever names a partition, or a file in one, has not taken it out of there. One that is called
    so further up, above a folder of another name, is no partition of this table.
    """
    first = next((at for at in range(len(folders), 0, -1) if "=" not in folders[at - 1]), 0)
    return tuple(folders[first:])


def not_every_file(has: Callable[[str], bool]) -> str | None:
    """Why not every file in a folder is a part of the table, if that is so.

    Args:
        has: Whether something in the folder is called by a pattern.
    """
    for name, meaning in _NOT_EVERY_FILE.items():
        if has(name) and not (name == _UNFINISHED and has("_SUCCESS")):
            return meaning
    return None
