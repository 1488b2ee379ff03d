"""Rows of two tables about one file, found by hash, in memory that does not grow with the tables.

Both sides are laid down in as many scratch files as keep one in memory at a time, by the leading
bits of the hash; then each is joined for itself, and the answers are read again batch by batch.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.eligibility.ids import UInt64
from clearshard.run.partitions import Partitions, Records

_ASKED = np.dtype([("hash", "<u8"), ("batch", "<u4"), ("row", "<u4")])


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
        # Its fields would be copied one by one.
        opaque = f"V{record.itemsize}"
        self._answer = np.dtype([("batch", "<u4"), ("row", "<u4"), ("record", opaque)])
        self._records = Partitions(scratch, "records", record, most_records)
        self._asked = Partitions(scratch, "asked", _ASKED, most_records)
        self._answers = scratch / "answers"
        self._batches = 0
        self._bounds: list[UInt64] | None = None

    def add(self, records: Records) -> None:
        """Takes in some records."""
        self._records.append(records["hash"], records)

    def ask(self, batch: int, rows: npt.NDArray[np.int64], hashes: UInt64) -> None:
        """Asks for the records of some rows of a batch; batches come in order."""
        asked = np.empty(len(rows), _ASKED)
        asked["hash"], asked["batch"], asked["row"] = hashes, batch, rows
        self._asked.append(hashes, asked)
        self._batches = batch + 1

    def answers(self) -> Iterator[tuple[npt.NDArray[np.int64], Records]]:
        """For each batch its rows that have a record, ascending, and the records; asked once."""
        self.join()
        assert self._bounds is not None
        for batch in range(self._batches):
            parts = [
                np.fromfile(
                    self._answers,
                    self._answer,
                    int(ends[batch + 1] - ends[batch]),
                    offset=int(ends[batch]) * self._answer.itemsize,
                )
                for ends in self._bounds
            ]
            found = parts[0] if len(parts) == 1 else np.concatenate(parts)
            if len(parts) > 1:
                found = found[np.argsort(found["row"], kind="stable")]
            records = np.ascontiguousarray(found["record"]).view(self._record)
            yield found["row"].astype(np.int64), records

    def join(self) -> None:
        """Finds the answers, when all is added and asked; `answers` does so if nobody has."""
        if self._bounds is not None:
            return
        #: Of each partition where in the file of the answers those of each batch begin.
        bounds: list[UInt64] = []
        written = 0
        batches = np.arange(self._batches + 1, dtype=np.uint32)
        with self._answers.open("wb") as file:
            for records, asked in zip(self._records.read(), self._asked.read(), strict=True):
                answers = self._matched(records, asked)
                answers.tofile(file)
                bounds.append(
                    written + np.searchsorted(answers["batch"], batches).astype(np.uint64)
                )
                written += len(answers)
        self._records.remove()
        self._asked.remove()
        self._bounds = bounds

    def _matched(self, records: Records, asked: Records) -> Records:
        at, known = _found(*(np.ascontiguousarray(rows["hash"]) for rows in (records, asked)))
        # In the order of batches, since they were asked for in that order.
        answers = np.empty(len(at), self._answer)
        answers["batch"], answers["row"] = asked["batch"][known], asked["row"][known]
        answers["record"] = records.view(self._answer["record"])[at]
        return answers


def _found(hashes: UInt64, wanted: UInt64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where the first of some hashes is that is each of those which are wanted.

    Returns:
        The places of those that are found, and of each wanted one whether it is.
    """
    order = np.argsort(hashes)
    ordered = hashes[order]
    if (ordered[1:] == ordered[:-1]).any():
        # Ids that occur more than once are few: of most tables nobody has to keep the order.
        order = np.argsort(hashes, kind="stable")
    # Looked up in their order, what is compared lies in the processor's cache.
    by_hash = np.argsort(wanted)
    at = np.empty(len(wanted), np.int64)
    at[by_hash] = np.searchsorted(ordered, wanted[by_hash])
    known = at < len(hashes)
    known[known] = ordered[at[known]] == wanted[known]
    return order[at[known]], known
