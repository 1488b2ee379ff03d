"""The rows of a manifest as they lie on disk: decided before redaction, without facts of accounts.

It needs no gate, and can be handed to another process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64
from clearshard.records.states import QuarantineReason

Bools = npt.NDArray[np.bool_]


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
        scratch: The file of the batches.
        duplicates: Sorted hashes of file ids that occur more than once, in whatever spelling.
        shared: The same of transcripts: nobody can say whose speech they hold.
        hidden: What rows that are not eligible point to, one a line, so that a file that has
            another name is known by it; nothing is opened by these.
    """

    scratch: Path
    duplicates: UInt64
    shared: UInt64
    hidden: Path

    def batches(self) -> Iterator[Listed]:
        """The rows in the order of the manifest; every pass gives the same."""
        # Read, not mapped: mapped pages would count as the process's memory.
        with pa.OSFile(str(self.scratch)) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield self._listed(reader.get_batch(number))

    @property
    def batch_count(self) -> int:
        """How many batches there are."""
        with pa.OSFile(str(self.scratch)) as file:
            return int(pa.ipc.open_file(file).num_record_batches)

    def batch(self, number: int) -> Listed:
        """One of them."""
        with pa.OSFile(str(self.scratch)) as file:
            return self._listed(pa.ipc.open_file(file).get_batch(number))

    def _listed(self, batch: pa.RecordBatch) -> Listed:
        bits = batch.column("reason_bits").to_numpy()
        malformed = np.asarray(batch.column("malformed").to_numpy(zero_copy_only=False), np.bool_)
        twice = is_member(batch.column("id_hash").to_numpy(), self.duplicates)
        twice |= is_member(batch.column("uri_hash").to_numpy(), self.shared)
        # A row that could not be read has no facts to decide on: it is malformed, whatever the
        # gate made of its empty columns.
        duplicate = twice & (bits == 0) & ~malformed
        return Listed(batch, np.where(malformed, np.uint64(0), bits), duplicate, malformed)
