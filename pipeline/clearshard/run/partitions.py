"""Records in as many scratch files as keep one of them in memory, by leading bits of a hash."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.eligibility.ids import UInt64

#: Records of one scratch file, about.
ROWS_AT_ONCE = 1 << 18

Records = npt.NDArray[np.void]


class Partitions:
    """Scratch files of one kind of record; two with the same bits are read side by side."""

    def __init__(self, folder: Path, name: str, record: np.dtype[np.void], most: int) -> None:
        """Opens nothing yet.

        Args:
            folder: Where the files are; it is there.
            name: What they are called.
            record: What a record holds.
            most: About how many there are.
        """
        self._record = record
        self._bits = max(0, (most // ROWS_AT_ONCE).bit_length())
        self._paths = [folder / f"{name}-{number}" for number in range(1 << self._bits)]

    def append(self, hashes: UInt64, records: Records) -> None:
        """Takes in records; those of equal hashes stay together, in their order."""
        if not self._bits:
            _write(self._paths[0], records)
            return
        part = hashes >> np.uint64(64 - self._bits)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(len(self._paths) + 1, dtype=np.uint64))
        for number, path in enumerate(self._paths):
            chosen = order[ends[number] : ends[number + 1]]
            if len(chosen):
                _write(path, records[chosen])

    def read(self) -> Iterator[Records]:
        """The records of one file after the other."""
        for path in self._paths:
            yield np.fromfile(path, self._record) if path.exists() else np.empty(0, self._record)

    def remove(self) -> None:
        """Removes the files."""
        for path in self._paths:
            path.unlink(missing_ok=True)


def _write(path: Path, records: Records) -> None:
    with path.open("ab") as file:
        records.tofile(file)
