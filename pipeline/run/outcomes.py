"""What became of each eligible file, on disk, next to its provisional decision.

Results come in the order of the batches, so only the batch in hand is in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from pipeline.records import Quarantine, QuarantineReason
from pipeline.run.work import UnitResult

_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("error_type", pa.string()),
    ]
)


@dataclass(slots=True)
class BatchOutcomes:
    """What became of the eligible files of one batch of provisional decisions.

    Attributes:
        batch: Number of the batch.
        written: Rows whose redacted transcript is staged.
        quarantined: Rows that are not, and why.
    """

    batch: int
    written: set[int] = field(default_factory=set)
    quarantined: dict[int, Quarantine] = field(default_factory=dict)


class OutcomeWriter:
    """Collects results; one record batch on disk for each batch of provisional decisions."""

    def __init__(self, path: Path) -> None:
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._sink, _SCHEMA)
        self._open = BatchOutcomes(0)

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
        self._writer.close()
        self._sink.close()

    def add(self, result: UnitResult) -> None:
        """Takes the result of a unit; batches never go back."""
        while self._open.batch < result.batch:
            self._flush()
            self._open = BatchOutcomes(self._open.batch + 1)
        assert self._open.batch == result.batch
        self._open.written.update(result.written)
        self._open.quarantined.update(result.quarantined)

    def _flush(self) -> None:
        rows: list[tuple[int, str | None, str | None]] = [
            (row, None, None) for row in self._open.written
        ]
        rows += [(row, q.reason, q.error_type) for row, q in self._open.quarantined.items()]
        rows.sort()
        columns = [[row[i] for row in rows] for i in range(len(_SCHEMA))]
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
            for row, reason, error_type in zip(
                *(column.to_pylist() for column in table.columns), strict=True
            ):
                if reason is None:
                    outcomes.written.add(row)
                else:
                    quarantine = Quarantine(QuarantineReason(reason), error_type)
                    outcomes.quarantined[row] = quarantine
            yield outcomes
