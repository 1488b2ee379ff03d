"""What became of each eligible file, on disk, next to its provisional decision.

Results come in the order of the batches, so only the batch in hand is in memory, and in columns:
of most files nothing is new.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.states import Deleted, Quarantine
from clearshard.run.work import UnitResult

#: In the place of a reason for quarantine: no such reason is called so.
_DELETED = "deleted"
DIGEST_BYTES, KEY_BYTES = 32, 16
#: Of a row that this run makes.
NEW = -1
SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("error_type", pa.string()),
        pa.field("content_sha256", pa.binary(DIGEST_BYTES)),
        pa.field("redactor_digest", pa.string()),
        pa.field("source", pa.int32(), nullable=False),
        pa.field("doc_key", pa.binary(KEY_BYTES)),
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one eligible file.

    Attributes:
        refused: Why it is not written, or None if it is.
        content_sha256: Of its transcript, or None if that could not be read, or was deleted.
        redactor_digest: What redacted or refused that transcript; None without one.
        source: Number of the source of earlier work that has its row; `NEW` if this run makes it,
            or if there is none.
        doc_key: The name of that row, if there is one.
    """

    refused: Quarantine | Deleted | None
    content_sha256: str | None
    redactor_digest: str | None
    source: int = NEW
    doc_key: str | None = None


class BatchOutcomes:
    """What became of eligible files of one batch of provisional decisions.

    Attributes:
        batch: Number of the batch.
        table: `SCHEMA`, ascending by row.
    """

    __slots__ = ("batch", "table")

    def __init__(self, batch: int, table: pa.RecordBatch | None = None) -> None:
        self.batch = batch
        self.table = outcomes_of({}) if table is None else table

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The rows of the batch, ascending."""
        rows: npt.NDArray[np.int64] = self.table.column("row").to_numpy().astype(np.int64)
        return rows

    @property
    def is_written(self) -> npt.NDArray[np.bool_]:
        """Of each row whether there is a redacted transcript."""
        return _truth(self.table.column("reason").is_null())

    @property
    def written(self) -> npt.NDArray[np.int64]:
        """Rows of which there is one, ascending."""
        return self.rows[self.is_written]

    @property
    def deleted(self) -> npt.NDArray[np.int64]:
        """Rows whose transcript says that its customer has deleted it, ascending."""
        return self.rows[self._is_refused(pc.equal)]

    @property
    def quarantined(self) -> npt.NDArray[np.int64]:
        """Rows that are neither, ascending; their reasons are in the table."""
        return self.rows[self.is_quarantined]

    @property
    def is_quarantined(self) -> npt.NDArray[np.bool_]:
        """Of each row whether it is quarantined."""
        return self._is_refused(pc.not_equal)

    def _is_refused(
        self, compare: Callable[[pa.Array, str], pa.BooleanArray]
    ) -> npt.NDArray[np.bool_]:
        return _truth(compare(self.table.column("reason"), _DELETED).fill_null(False))


def outcomes_of(rows: Mapping[int, Outcome]) -> pa.RecordBatch:
    """A table (`SCHEMA`) of what became of some rows."""
    ordered = sorted(rows.items())
    refused = [outcome.refused for _, outcome in ordered]
    columns: list[list[object]] = [
        [row for row, _ in ordered],
        [_reason(why) for why in refused],
        [why.error_type if isinstance(why, Quarantine) else None for why in refused],
        [_bytes(outcome.content_sha256) for _, outcome in ordered],
        [outcome.redactor_digest for _, outcome in ordered],
        [outcome.source for _, outcome in ordered],
        [_bytes(outcome.doc_key) for _, outcome in ordered],
    ]
    return pa.RecordBatch.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def together(*tables: pa.RecordBatch) -> pa.RecordBatch:
    """What became of the rows of several tables, none of which is in two."""
    some = [table for table in tables if table.num_rows]
    if len(some) < 2:
        return some[0] if some else outcomes_of({})
    whole = pa.Table.from_batches(some).combine_chunks().to_batches()[0]
    return whole.take(pc.sort_indices(whole.column("row")))


class OutcomeWriter:
    """Collects results; one record batch on disk for each batch of provisional decisions."""

    def __init__(
        self, path: Path, redactor_digest: str, known: Iterable[BatchOutcomes] = ()
    ) -> None:
        """Opens the file.

        Args:
            path: The file.
            redactor_digest: What works on the files whose results are added.
            known: What is known already, by batch from 0; taken over.
        """
        self._redactor_digest = redactor_digest
        self._known = iter(known)
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._sink, SCHEMA)
        self._open = next(self._known, BatchOutcomes(0))
        self._added: dict[int, Outcome] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
            for known in self._known:
                self._open = known
                self._flush()
        self._writer.close()
        self._sink.close()

    def add(self, result: UnitResult) -> None:
        """Takes the result of a unit; batches never go back."""
        while self._open.batch < result.batch:
            self._flush()
            self._open = next(self._known, BatchOutcomes(self._open.batch + 1))
        assert self._open.batch == result.batch
        rows = self._added
        rows.update((row, self._outcome(result, row, None)) for row in result.written)
        rows.update((row, self._outcome(result, row, why)) for row, why in result.quarantined)
        rows.update((row, self._outcome(result, row, Deleted())) for row in result.deleted)

    def _outcome(
        self, result: UnitResult, row: int, refused: Quarantine | Deleted | None
    ) -> Outcome:
        content = result.contents.get(row)
        return Outcome(refused, content, None if content is None else self._redactor_digest)

    def _flush(self) -> None:
        self._writer.write_batch(together(self._open.table, outcomes_of(self._added)))
        self._added = {}


def write_outcomes(path: Path, batches: Iterable[BatchOutcomes]) -> None:
    """Writes what is known of every batch, from 0 on."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, SCHEMA) as writer:
        for batch in batches:
            writer.write_batch(batch.table)


def read_outcomes(path: Path) -> Iterator[BatchOutcomes]:
    """The outcomes by batch, in order; batches after the last eligible file are left out."""
    with pa.OSFile(str(path)) as file:
        for number, table in enumerate(pa.ipc.open_stream(file)):
            yield BatchOutcomes(number, table)


def _truth(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.bool_)


def _bytes(digits: str | None) -> bytes | None:
    return None if digits is None else bytes.fromhex(digits)


def _reason(refused: Quarantine | Deleted | None) -> str | None:
    if isinstance(refused, Deleted):
        return _DELETED
    return None if refused is None else str(refused.reason)
