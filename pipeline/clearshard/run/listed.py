"""The rows of a manifest as they lie on disk: decided before redaction, without facts of accounts.

It needs no gate, and can be handed to another process.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64
from clearshard.records.states import QuarantineReason

Bools = npt.NDArray[np.bool_]


def flags(column: pa.Array) -> Bools:
    """A column of truth values without nulls, as an array."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.bool_)


@dataclass(frozen=True, eq=False)
class Listed:
    """One batch of rows.

    Attributes:
        scratch: The batch as it is on disk.
        reason_bits: The gate's reasons; 0 is eligible.
        duplicate: Quarantined before redaction: nobody can say whose transcript it is.
        malformed: The same: the row of the manifest cannot be read.
    """

    scratch: pa.RecordBatch
    reason_bits: npt.NDArray[np.uint64]
    duplicate: Bools
    malformed: Bools

    def __len__(self) -> int:
        return int(self.scratch.num_rows)

    @property
    def held(self) -> Bools:
        """Rows that are quarantined before redaction."""
        return self.duplicate | self.malformed

    @property
    def quarantine(self) -> dict[int, QuarantineReason]:
        """The same by row, and why."""
        found = dict.fromkeys(
            np.flatnonzero(self.duplicate).tolist(), QuarantineReason.DUPLICATE_FILE_ID
        )
        malformed = np.flatnonzero(self.malformed).tolist()
        return found | dict.fromkeys(malformed, QuarantineReason.MALFORMED)

    @property
    def eligible(self) -> npt.NDArray[np.int64]:
        """Rows that may be opened, ascending."""
        return np.flatnonzero((self.reason_bits == 0) & ~self.held)


@dataclass(frozen=True, eq=False)
class Listing:
    """All rows of a manifest.

    Attributes:
        scratch: The file of the batches; see `write_listed`.
        starts: Where in it each batch begins.
        duplicates: Sorted hashes of file ids that occur more than once, in whatever spelling.
        shared: The same of transcripts: nobody can say whose speech they hold.
        hidden: What rows that are not eligible point to, one a line, so that a file that has
            another name is known by it; nothing is opened by these.
    """

    scratch: Path
    starts: tuple[int, ...]
    duplicates: UInt64
    shared: UInt64
    hidden: Path

    def batches(self) -> Iterator[Listed]:
        """The rows in the order of the manifest; every pass gives the same."""
        yield from map(self._listed, read_listed(self.scratch, self.starts))

    @property
    def batch_count(self) -> int:
        """How many batches there are."""
        return len(self.starts)

    def batch(self, number: int) -> Listed:
        """One of them."""
        [batch] = read_listed(self.scratch, self.starts[number : number + 1])
        return self._listed(batch)

    def _listed(self, batch: pa.RecordBatch) -> Listed:
        bits = batch.column("reason_bits").to_numpy()
        malformed = flags(batch.column("malformed"))
        twice = is_member(batch.column("id_hash").to_numpy(), self.duplicates)
        twice |= is_member(batch.column("uri_hash").to_numpy(), self.shared)
        # A row that could not be read has no facts to decide on: it is malformed, whatever the
        # gate made of its empty columns.
        duplicate = twice & (bits == 0) & ~malformed
        return Listed(batch, np.where(malformed, np.uint64(0), bits), duplicate, malformed)


def write_listed(sink: pa.NativeFile, batch: pa.RecordBatch) -> int:
    """Writes a batch behind the others, so that it can be read by itself; returns where it begins.

    Each is a stream of its own. In one file of Arrow's, columns of names would have the dictionary
    of the first batch in all of them, and a second one is refused.
    """
    start = int(sink.tell())
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return start


def read_listed(scratch: Path, starts: Iterable[int]) -> Iterator[pa.RecordBatch]:
    """Those of the batches that begin there."""
    # Read, not mapped: mapped pages would count as the process's memory.
    with pa.OSFile(str(scratch)) as file:
        for start in starts:
            file.seek(start)
            yield pa.ipc.open_stream(file).read_next_batch()
