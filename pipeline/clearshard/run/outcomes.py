"""What became of each eligible file, on disk, next to its provisional decision.

Only some batches are in memory at a time, and of most files nothing is new: those are columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.states import Deleted, Quarantine
from clearshard.records.tasks import Row
from clearshard.run.assigned import UnitResult
from clearshard.run.listed import flags

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
#: Of a file whose outcome is known before its batch is written; the rest is in its kind.
_LAID = np.dtype(
    [
        ("batch", "<u4"),
        ("row", "<u4"),
        ("kind", "<u4"),
        ("has_content", "?"),
        ("content", f"V{DIGEST_BYTES}"),
        ("has_key", "?"),
        ("doc_key", f"V{KEY_BYTES}"),
    ]
)
#: Batches whose outcomes are in one scratch file, all of which may be in memory.
_BATCHES_PER_FILE = 8
#: Outcomes that are laid down together.
_MOST_WAITING = 4096


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
        return flags(self.table.column("reason").is_null())

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
        return flags(compare(self.table.column("reason"), _DELETED).fill_null(False))


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
    """Collects outcomes in any order; one record batch for each batch of provisional decisions.

    They are laid down in scratch files of some batches each, and put in order in the end, so that
    in memory are those of a few batches at most, whenever each is known.
    """

    def __init__(
        self, path: Path, scratch: Path, redactor_digest: str, known: Iterable[BatchOutcomes] = ()
    ) -> None:
        """Makes the folder of the scratch files.

        Args:
            path: The file for the outcomes, written in the end.
            scratch: A folder to be made.
            redactor_digest: What works on the files whose results are added.
            known: What is known already, by batch from 0; taken over.
        """
        scratch.mkdir()
        self._path = path
        self._scratch = scratch
        self._redactor_digest = redactor_digest
        self._known = iter(known)
        self._kinds = _Kinds()
        self._waiting: list[tuple[object, ...]] = []
        self._batches = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._lay_down()
            write_outcomes(self._path, self._in_order())

    def add(self, result: UnitResult) -> None:
        """Takes the result of a unit."""
        for row in result.written:
            self.put(row, self._outcome(result, row, None))
        for row, why in result.quarantined:
            self.put(row, self._outcome(result, row, why))
        for row in result.deleted:
            self.put(row, self._outcome(result, row, Deleted()))

    def put(self, row: Row, outcome: Outcome) -> None:
        """Takes what became of one file."""
        content, key = (_bytes(value) for value in (outcome.content_sha256, outcome.doc_key))
        self._waiting.append(
            (
                *row,
                self._kinds.number_of(outcome),
                content is not None,
                content or b"",
                key is not None,
                key or b"",
            )
        )
        self._batches = max(self._batches, row[0] + 1)
        if len(self._waiting) == _MOST_WAITING:
            self._lay_down()

    def _outcome(
        self, result: UnitResult, row: Row, refused: Quarantine | Deleted | None
    ) -> Outcome:
        content = result.contents.get(row)
        return Outcome(refused, content, None if content is None else self._redactor_digest)

    def _lay_down(self) -> None:
        laid = np.array(self._waiting, _LAID)
        self._waiting = []
        parts = laid["batch"] // _BATCHES_PER_FILE
        for part in np.unique(parts).tolist():
            with self._part(part).open("ab") as file:
                laid[parts == part].tofile(file)

    def _in_order(self) -> Iterator[BatchOutcomes]:
        laid = np.empty(0, _LAID)
        for number in count():
            known = next(self._known, None)
            if known is None and number >= self._batches:
                return
            if number % _BATCHES_PER_FILE == 0:
                part = self._part(number // _BATCHES_PER_FILE)
                laid = np.fromfile(part, _LAID) if part.exists() else np.empty(0, _LAID)
            added = outcomes_of(
                {int(one["row"]): self._kinds.outcome(one) for one in laid[laid["batch"] == number]}
            )
            yield BatchOutcomes(number, added if known is None else together(known.table, added))

    def _part(self, number: int) -> Path:
        return self._scratch / f"batches-{number}"


class _Kinds:
    """What outcomes have in common, by number: there are few kinds, and many files."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str | None, str | None, str | None, int], int] = {}
        self._kinds: list[Outcome] = []

    def number_of(self, outcome: Outcome) -> int:
        why = outcome.refused
        error_type = why.error_type if isinstance(why, Quarantine) else None
        kind = _reason(why), error_type, outcome.redactor_digest, outcome.source
        number = self._numbers.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(replace(outcome, content_sha256=None, doc_key=None))
        return number

    def outcome(self, laid: np.void) -> Outcome:
        content = laid["content"].tobytes().hex() if laid["has_content"] else None
        key = laid["doc_key"].tobytes().hex() if laid["has_key"] else None
        return replace(self._kinds[int(laid["kind"])], content_sha256=content, doc_key=key)


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


def _bytes(digits: str | None) -> bytes | None:
    return None if digits is None else bytes.fromhex(digits)


def _reason(refused: Quarantine | Deleted | None) -> str | None:
    if isinstance(refused, Deleted):
        return _DELETED
    return None if refused is None else str(refused.reason)
