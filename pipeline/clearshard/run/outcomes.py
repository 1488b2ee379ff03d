"""What became of each eligible file, on disk, next to its provisional decision.

Results come in the order of the batches, so only the batch in hand is in memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.run.work import UnitResult

#: In the place of a reason for quarantine: no such reason is called so.
_DELETED = "deleted"
_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("error_type", pa.string()),
        pa.field("content_sha256", pa.string()),
        pa.field("redactor_digest", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one eligible file.

    Attributes:
        refused: Why it is not written, or None if it is.
        content_sha256: Of its transcript, or None if that could not be read, or was deleted.
        redactor_digest: What redacted or refused that transcript; None without one.
    """

    refused: Quarantine | Deleted | None
    content_sha256: str | None
    redactor_digest: str | None


@dataclass(slots=True)
class BatchOutcomes:
    """What became of the eligible files of one batch of provisional decisions, by row."""

    batch: int
    rows: dict[int, Outcome] = field(default_factory=dict)

    @property
    def written(self) -> list[int]:
        """Rows whose redacted transcript is staged, ascending."""
        return sorted(row for row, outcome in self.rows.items() if outcome.refused is None)

    @property
    def deleted(self) -> list[int]:
        """Rows whose transcript says that its customer has deleted it, ascending."""
        refused = ((row, outcome.refused) for row, outcome in self.rows.items())
        return sorted(row for row, why in refused if isinstance(why, Deleted))

    @property
    def quarantined(self) -> dict[int, Quarantine]:
        """Rows that are neither, and why."""
        refused = ((row, outcome.refused) for row, outcome in self.rows.items())
        return {row: why for row, why in refused if isinstance(why, Quarantine)}


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
        self._writer = pa.ipc.new_stream(self._sink, _SCHEMA)
        self._open = next(self._known, BatchOutcomes(0))

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
        rows = self.batch(result.batch).rows
        rows.update((row, self._outcome(result, row, None)) for row in result.written)
        rows.update((row, self._outcome(result, row, why)) for row, why in result.quarantined)
        rows.update((row, self._outcome(result, row, Deleted())) for row in result.deleted)

    def batch(self, number: int) -> BatchOutcomes:
        """The outcomes of a batch, to be added to; it must not come before the last one asked."""
        while self._open.batch < number:
            self._flush()
            self._open = next(self._known, BatchOutcomes(self._open.batch + 1))
        assert self._open.batch == number
        return self._open

    def _outcome(
        self, result: UnitResult, row: int, refused: Quarantine | Deleted | None
    ) -> Outcome:
        content = result.contents.get(row)
        return Outcome(refused, content, None if content is None else self._redactor_digest)

    def _flush(self) -> None:
        rows = sorted(self._open.rows.items())
        refused = [outcome.refused for _, outcome in rows]
        columns: list[list[object]] = [
            [row for row, _ in rows],
            [_reason(why) for why in refused],
            [why.error_type if isinstance(why, Quarantine) else None for why in refused],
            [outcome.content_sha256 for _, outcome in rows],
            [outcome.redactor_digest for _, outcome in rows],
        ]
        self._writer.write_batch(
            pa.RecordBatch.from_arrays(
                [pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)],
                schema=_SCHEMA,
            )
        )


def read_outcomes(path: Path) -> Iterator[BatchOutcomes]:
    """The outcomes by batch, in order; batches after the last eligible file are left out."""
    with pa.memory_map(str(path)) as file:
        for number, table in enumerate(pa.ipc.open_stream(file)):
            outcomes = BatchOutcomes(number)
            for row, reason, error_type, content, redactor in zip(
                *(column.to_pylist() for column in table.columns), strict=True
            ):
                outcomes.rows[row] = Outcome(_refused(reason, error_type), content, redactor)
            yield outcomes


def _reason(refused: Quarantine | Deleted | None) -> str | None:
    if isinstance(refused, Deleted):
        return _DELETED
    return None if refused is None else str(refused.reason)


def _refused(reason: str | None, error_type: str) -> Quarantine | Deleted | None:
    if reason == _DELETED:
        return Deleted()
    return None if reason is None else Quarantine(QuarantineReason(reason), error_type)
