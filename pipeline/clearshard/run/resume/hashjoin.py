"""Rows of two tables about one file, found by hash, in memory that does not grow with the tables.

Both sides are laid down in as many scratch files as keep one in memory at a time, by the leading
bits of the hash; then each is joined for itself, and the answers are read again batch by batch.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.eligibility.ids import UInt64

#: Rows of one scratch file of the side that is looked up.
ROWS_AT_ONCE = 1 << 19
_ASKED = np.dtype([("hash", "<u8"), ("batch", "<u4"), ("row", "<u4")])

Records = npt.NDArray[np.void]


class HashJoin:
    """Collects records by the hash of what they are about, then who asks for which.

    A record is a structured row with a field ``hash``; of several with one hash the first counts.
    """

    def __init__(self, scratch: Path, record: np.dtype[np.void], most_records: int) -> None:
        """Opens the scratch files.

        Args:
            scratch: A folder to be made.
            record: What a record holds.
            most_records: About how many there are.
        """
        scratch.mkdir()
        self._record = record
        self._bits = max(0, (most_records // ROWS_AT_ONCE).bit_length())
        self._answer = np.dtype([("batch", "<u4"), ("row", "<u4"), ("record", record)])
        count = 1 << self._bits
        self._records = [scratch / f"records-{number}" for number in range(count)]
        self._asked = [scratch / f"asked-{number}" for number in range(count)]
        self._answers = [scratch / f"answers-{number}" for number in range(count)]
        self._bounds: list[UInt64] = []
        self._batches = 0

    def add(self, records: Records) -> None:
        """Takes in some records."""
        self._append(self._records, records)

    def ask(self, batch: int, rows: npt.NDArray[np.int64], hashes: UInt64) -> None:
        """Asks for the records of some rows of a batch; batches come in order."""
        asked = np.empty(len(rows), _ASKED)
        asked["hash"], asked["batch"], asked["row"] = hashes, batch, rows
        self._append(self._asked, asked)
        self._batches = batch + 1

    def answers(self) -> Iterator[tuple[npt.NDArray[np.int64], Records]]:
        """For each batch its rows that have a record, ascending, and the records; asked once."""
        for number in range(len(self._records)):
            self._join(number)
        for batch in range(self._batches):
            parts = [
                np.fromfile(
                    path,
                    self._answer,
                    int(bounds[batch + 1] - bounds[batch]),
                    offset=int(bounds[batch]) * self._answer.itemsize,
                )
                for path, bounds in zip(self._answers, self._bounds, strict=True)
            ]
            found = parts[0] if len(parts) == 1 else np.concatenate(parts)
            if len(parts) > 1:
                found = found[np.argsort(found["row"], kind="stable")]
            yield found["row"].astype(np.int64), found["record"]

    def _append(self, paths: list[Path], rows: Records) -> None:
        if not self._bits:
            with paths[0].open("ab") as file:
                rows.tofile(file)
            return
        part = rows["hash"] >> np.uint64(64 - self._bits)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(len(paths) + 1, dtype=np.uint64))
        for number, path in enumerate(paths):
            chosen = order[ends[number] : ends[number + 1]]
            if len(chosen):
                with path.open("ab") as file:
                    rows[chosen].tofile(file)

    def _join(self, number: int) -> None:
        records = _read(self._records[number], self._record)
        records = records[np.argsort(records["hash"], kind="stable")]
        asked = _read(self._asked[number], _ASKED)
        at = np.searchsorted(records["hash"], asked["hash"])
        known = at < len(records)
        known[known] = records["hash"][at[known]] == asked["hash"][known]
        # In the order of batches, since they were asked for in that order.
        asked, at = asked[known], at[known]
        answers = np.empty(len(asked), self._answer)
        answers["batch"], answers["row"], answers["record"] = (
            asked["batch"],
            asked["row"],
            records[at],
        )
        answers.tofile(self._answers[number])
        batches = np.arange(self._batches + 1, dtype=np.uint32)
        self._bounds.append(np.searchsorted(answers["batch"], batches).astype(np.uint64))
        for path in (self._records[number], self._asked[number]):
            path.unlink(missing_ok=True)


def _read(path: Path, kind: np.dtype[np.void]) -> Records:
    return np.fromfile(path, kind) if path.exists() else np.empty(0, kind)
