"""What is new in decisions since an earlier run: rows that came, went, or are not as they were.

Rows are compared by their marks (`clearshard.run.output.marks`), which lie in scratch files by the
leading bits of their file's, so that what belongs together is in memory at a time and nothing else.
A row that is there as often as it was is as it was; of any other every copy is new.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.stored.reading import PlacedRows, read_accounts
from clearshard.audit.stored.table import StoredTable
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64
from clearshard.records.schemas import ACCOUNTS_SCHEMA, REPLACED_SCHEMA
from clearshard.records.states import State
from clearshard.run.ahead import one_ahead
from clearshard.run.output.drop import MEANT, NOT_IN_MANIFEST, Drop
from clearshard.run.output.marks import Marks, first_reasons, marks_of
from clearshard.run.partitions import Partitions, Records

_MARKS = [("id", "<u8"), ("first", "<u8"), ("second", "<u8"), ("version", "<u8"), ("written", "?")]
_BEFORE = np.dtype([*_MARKS, ("file", "<i4"), ("row", "<i8")])
_NOW = np.dtype([*_MARKS, ("why", "<u2"), ("batch", "<i4"), ("row", "<i4")])
#: A newer export of the registry that says the same changes nothing.
_SAID = [name for name in ACCOUNTS_SCHEMA.names if name != "exported_at"]

_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """What is new.

    Attributes:
        added: Rows that came or are not as they were, ascending, by number of their batch.
        replaced: The places of rows that went or were otherwise (REPLACED_SCHEMA), ascending.
        decided_otherwise: Whether more than versions of transcripts is new in them.
        drop: What the run before had written and is written no more.
    """

    added: dict[int, _Ints]
    replaced: pa.RecordBatch
    decided_otherwise: bool
    drop: Drop

    @property
    def row_count(self) -> int:
        """Rows added and replaced."""
        return sum(map(len, self.added.values())) + int(self.replaced.num_rows)


class RowsBefore:
    """The rows of the run before, as marks; others are compared with them as often as need be."""

    def __init__(self, run_id: str, written: int, row_count: int, scratch: Path) -> None:
        """Opens the scratch files.

        Args:
            run_id: Of the run before.
            written: Files that it has written.
            row_count: About how many rows there are.
            scratch: A folder to be made.
        """
        scratch.mkdir()
        self._scratch = scratch
        self._run_id = run_id
        self._written = written
        self._row_count = row_count
        self._rows = Partitions(scratch, "before", _BEFORE, row_count)
        self._asked = 0

    def add(self, placed: PlacedRows, marks: Marks) -> None:
        """Takes in some rows, with their marks."""
        records = np.empty(placed.rows.num_rows, _BEFORE)
        _mark(records, placed.rows, marks)
        records["file"], records["row"] = placed.file, placed.places
        self._rows.append(records["id"], records)

    def compared(self, batches: Iterable[pa.RecordBatch]) -> Changes:
        """What is new in a table.

        Args:
            batches: Its rows, ROW_SCHEMA.
        """
        self._asked += 1
        now = Partitions(self._scratch, f"now-{self._asked}", _NOW, self._row_count)
        reasons = _Reasons()
        for number, batch in enumerate(one_ahead(iter(batches))):
            records = np.empty(batch.num_rows, _NOW)
            _mark(records, batch, marks_of(batch))
            records["why"] = reasons.numbers(batch.column("reasons"))
            records["batch"], records["row"] = number, np.arange(batch.num_rows)
            now.append(records["id"], records)
        found = _Found(reasons)
        for before, after in zip(self._rows.read(), now.read(), strict=True):
            found.add(before, after)
        now.remove()
        return found.changes(self._run_id, self._written)


def same_accounts(before: StoredTable, now: pa.Table) -> bool:
    """Whether the same is known of accounts, whenever it was exported.

    Args:
        before: An earlier table.
        now: ACCOUNTS_SCHEMA, in the order of the ids.

    Raises:
        IntegrityError: What the earlier run knew cannot be read.
    """
    return bool(read_accounts(before).select(_SAID).equals(now.select(_SAID)))


@dataclass
class _Reasons:
    """Numbers for the first reason of rows, and whether by all of them the file is meant to go."""

    names: list[tuple[str | None, bool]] = field(default_factory=list)
    _numbers: dict[tuple[str | None, bool], int] = field(default_factory=dict)

    def numbers(self, reasons: pa.Array) -> npt.NDArray[np.uint16]:
        meant = np.zeros(len(reasons), np.bool_)
        flat = pc.is_in(reasons.flatten(), pa.array(MEANT))
        meant[pc.list_parent_indices(reasons).filter(flat).to_numpy()] = True
        each = first_reasons(reasons).dictionary_encode()
        codes = 2 * each.indices.fill_null(len(each.dictionary)).to_numpy() + meant
        named = [*each.dictionary.to_pylist(), None]
        given = np.zeros(2 * len(named), np.uint16)
        for code in np.unique(codes).tolist():
            why = named[code // 2], bool(code % 2)
            number = given[code] = self._numbers.setdefault(why, len(self.names))
            if number == len(self.names):
                self.names.append(why)
        numbers: npt.NDArray[np.uint16] = given[codes]
        return numbers


class _Found:
    """Adds up what is new, a partition at a time."""

    def __init__(self, reasons: _Reasons) -> None:
        self._reasons = reasons
        self._added = [np.empty(0, _NOW)]
        self._replaced = [np.empty(0, _BEFORE)]
        self._otherwise = False
        self._meant = 0
        self._others: Counter[str] = Counter()

    def add(self, before: Records, now: Records) -> None:
        went, came = _different(before, now)
        replaced, added = before[went], now[came]
        self._replaced.append(replaced)
        self._added.append(added)
        self._count_gone(replaced, now)
        if not self._otherwise:
            decided = _different(_without_versions(replaced), _without_versions(added))
            self._otherwise = any(different.any() for different in decided)

    def _count_gone(self, replaced: Records, now: Records) -> None:
        """Files that were written and are not: a written row that is as it was is not replaced."""
        was_written = np.unique(replaced["id"][replaced["written"]])
        left = now[is_member(now["id"], was_written)]
        gone = np.setdiff1d(was_written, left["id"][left["written"]])
        why = left[is_member(left["id"], gone)]
        told: dict[int, list[tuple[str | None, bool]]] = {}
        for file, number in zip(why["id"].tolist(), why["why"].tolist(), strict=True):
            told.setdefault(file, []).append(self._reasons.names[number])
        self._others[NOT_IN_MANIFEST] += len(gone) - len(told)
        for reasons in told.values():
            if any(meant for _, meant in reasons):
                self._meant += 1
            else:
                self._others[min(name or "" for name, _ in reasons)] += 1

    def changes(self, run_id: str, written: int) -> Changes:
        replaced = np.concatenate(self._replaced)
        replaced = replaced[np.lexsort((replaced["row"], replaced["file"]))]
        added = np.concatenate(self._added)
        added = added[np.lexsort((added["row"], added["batch"]))]
        numbers, starts = np.unique(added["batch"], return_index=True)
        rows = np.split(added["row"].astype(np.int64), starts[1:]) if len(numbers) else []
        others = sorted(self._others.items(), key=lambda entry: (-entry[1], entry[0]))
        return Changes(
            dict(zip(numbers.tolist(), rows, strict=True)),
            pa.RecordBatch.from_arrays(
                [pa.array(replaced[name].copy()) for name in REPLACED_SCHEMA.names],
                schema=REPLACED_SCHEMA,
            ),
            self._otherwise,
            Drop(run_id, written, self._meant, {why: files for why, files in others if files}),
        )


def _mark(records: Records, rows: pa.RecordBatch, marks: Marks) -> None:
    records["id"], records["version"] = marks.ids, marks.versions
    records["first"], records["second"] = marks.first, marks.second
    written = pc.equal(rows.column("state"), str(State.WRITTEN))
    records["written"] = written.to_numpy(zero_copy_only=False)


def _without_versions(rows: Records) -> Records:
    rows = rows.copy()
    rows["version"] = 0
    return rows


def _different(before: Records, now: Records) -> tuple[_Bools, _Bools]:
    """Which rows of each are not as often in the other."""
    ours, theirs = _Copies.of(before), _Copies.of(now)
    at = np.searchsorted(ours.keys, theirs.keys)
    same = at < len(ours.keys)
    here = at[same]
    as_it_was = ours.keys[here] == theirs.keys[same]
    as_it_was &= ours.counts[here] == theirs.counts[same]
    as_it_was &= ours.seconds[here] == theirs.seconds[same]
    same[same] = as_it_was
    same_of_ours = np.zeros(len(ours.keys), np.bool_)
    same_of_ours[at[same]] = True
    return ours.rows_of(~same_of_ours), theirs.rows_of(~same)


@dataclass(frozen=True, slots=True)
class _Copies:
    """Rows by what marks them; those that are the same together.

    Attributes:
        keys: Ascending, each once.
        seconds: The other half of the mark.
        counts: How many rows there are of each.
        order: The rows, in the order of the keys.
    """

    keys: UInt64
    seconds: UInt64
    counts: _Ints
    order: _Ints

    @classmethod
    def of(cls, rows: Records) -> "_Copies":
        # Both are hashes under a key, so their sum is as good as one.
        keys = rows["first"] + rows["version"]
        order = np.argsort(keys)
        ordered = keys[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
        counts = np.diff(starts, append=len(ordered))
        return cls(ordered[starts], rows["second"][order[starts]], counts, order)

    def rows_of(self, chosen: _Bools) -> _Bools:
        """Whether each row is of a chosen key."""
        found = np.empty(len(self.order), np.bool_)
        found[self.order] = np.repeat(chosen, self.counts)
        return found
