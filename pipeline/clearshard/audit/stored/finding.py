"""Rows of a file of decisions by their marks, at the cost of the row groups that they are in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard.audit.database import cannot_be_read
from clearshard.audit.stored.index import (
    KEYS,
    Damaged,
    Index,
    IndexBuilder,
    Marks,
    MarksOfRows,
    UInt64,
)
from clearshard.audit.stored.reading import by_file, read_places
from clearshard.audit.stored.table import StoredTable
from clearshard.records.schemas import REPLACED_SCHEMA, ROW_SCHEMA

Key = TypeVar("Key")
Value = TypeVar("Value")

#: What number a row of a file has in it.
ROW = pa.field("row", pa.int64(), nullable=False)
#: Row groups whose marks are kept, a megabyte and a half each; and columns, of some megabytes.
_MARKS_KEPT = 32
_COLUMNS_KEPT = 2 * len(ROW_SCHEMA)


class Finder:
    """Finds rows by their marks, and keeps some of what it has read for who looks again.

    An id and what is known of it are looked for one after the other, mostly in the same places.
    """

    def __init__(self, marks: Marks) -> None:
        """Reads nothing.

        Args:
            marks: Says what stands for what is in a row.
        """
        self._marks = marks
        self._marks_kept: dict[tuple[Path, int], MarksOfRows] = {}
        self._places_kept: dict[Path, pa.Table] = {}
        self._columns_kept: dict[tuple[Path, int, str], pa.Array] = {}

    def find(
        self, path: Path, index: str, wanted: Mapping[str, UInt64], columns: Sequence[str]
    ) -> pa.Table:
        """The rows that have one of some marks, in the order of the file.

        Marks are numbers, so seldom one is among them that only has the same number.

        Args:
            path: The file.
            index: What its record says of its index; without one every row is looked at.
            wanted: Sorted marks by what they are of.
            columns: Of ROW_SCHEMA, in its order; `row` comes behind them.

        Raises:
            IntegrityError: The file cannot be read, or its index is not the one that was recorded.
        """
        fields = [ROW_SCHEMA.field(name) for name in columns]
        found = [pa.schema([*fields, ROW]).empty_table()]
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                firsts = _firsts(file)
                chosen: Iterable[int] = range(len(firsts))
                if index:
                    named = file.metadata.metadata or {}
                    chosen = Index.of(path, named, index, len(firsts)).groups_with(wanted)
                for group in chosen:
                    rows = self._marked(file, path, group, wanted)
                    if len(rows):
                        batch = self._some(file, path, group, columns).take(pa.array(rows))
                        at = pa.array(rows + firsts[group])
                        found.append(pa.Table.from_batches([batch]).append_column(ROW, at))
        except (pa.ArrowException, OSError, Damaged) as error:
            raise cannot_be_read(error) from None
        return pa.concat_tables(found).combine_chunks()

    def replaced(self, table: StoredTable) -> dict[int, npt.NDArray[np.int64]]:
        """As `read_replaced`; each file is read once, though every later run lists it."""
        for path in table.replaced:
            if path not in self._places_kept:
                self._places_kept[path] = read_places([path])
        places = [self._places_kept[path] for path in table.replaced]
        return by_file(pa.concat_tables([REPLACED_SCHEMA.empty_table(), *places]))

    def _marked(
        self, file: pq.ParquetFile, path: Path, group: int, wanted: Mapping[str, UInt64]
    ) -> npt.NDArray[np.int64]:
        """The rows of a row group that have one of some marks."""
        if (marks := self._marks_kept.get((path, group))) is None:
            marks = self._marks(self._some(file, path, group, KEYS))
            self._marks_kept[path, group] = marks
            _keep_newest(self._marks_kept, _MARKS_KEPT)
        hits = [
            np.isin(of_rows, wanted[key]) & known
            for key, (of_rows, known) in marks.items()
            if len(wanted.get(key, ()))
        ]
        return np.flatnonzero(np.logical_or.reduce(hits)) if hits else np.empty(0, np.int64)

    def _some(
        self, file: pq.ParquetFile, path: Path, group: int, columns: Sequence[str]
    ) -> pa.RecordBatch:
        """Some columns of a row group; see `_some`."""
        kept = self._columns_kept
        missing = [name for name in columns if (path, group, name) not in kept]
        if missing:
            batch = _some(file, group, missing)
            kept |= {(path, group, name): batch.column(name) for name in missing}
        fields = [ROW_SCHEMA.field(name) for name in columns]
        found = [kept[path, group, name] for name in columns]
        _keep_newest(kept, _COLUMNS_KEPT)
        return pa.RecordBatch.from_arrays(found, schema=pa.schema(fields))


def _keep_newest(kept: dict[Key, Value], most: int) -> None:
    """Forgets what was put in first, as long as there is more than so much."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def _firsts(file: pq.ParquetFile) -> list[int]:
    """The number of the first row of each row group."""
    groups = range(file.metadata.num_row_groups)
    sizes = [file.metadata.row_group(group).num_rows for group in groups]
    return [end - size for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _some(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> pa.RecordBatch:
    """Some columns of a row group, as ROW_SCHEMA has them; one that is not there is null."""
    there = [name for name in columns if name in file.schema_arrow.names]
    batch = _batch(file.read_row_group(group, columns=there))
    fields = [ROW_SCHEMA.field(name) for name in columns]
    return pa.RecordBatch.from_arrays(
        [
            batch.column(field.name).cast(field.type)
            if field.name in there
            else pa.nulls(file.metadata.row_group(group).num_rows, field.type)
            for field in fields
        ],
        schema=pa.schema(fields),
    )


def rows_at(table: StoredTable, places: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The rows at some places; whether they are in force is not asked.

    Args:
        table: Whose rows.
        places: REPLACED_SCHEMA.
        columns: Of ROW_SCHEMA, in its order.

    Raises:
        IntegrityError: A file cannot be read, or has no such row.
    """
    found = [pa.schema([ROW_SCHEMA.field(name) for name in columns]).empty_table()]
    try:
        for number in pc.unique(places.column("file")).to_pylist():
            here = places.filter(pc.equal(places.column("file"), number))
            rows = np.sort(here.column("row").to_numpy())
            with pq.ParquetFile(table.rows[number], page_checksum_verification=True) as file:
                firsts = _firsts(file)
                for group, first in enumerate(firsts):
                    ends = [first, first + file.metadata.row_group(group).num_rows]
                    inside = rows[slice(*np.searchsorted(rows, ends))] - first
                    if len(inside):
                        batch = _some(file, group, columns).take(pa.array(inside))
                        found.append(pa.Table.from_batches([batch]))
    except (pa.ArrowException, OSError, IndexError) as error:
        raise cannot_be_read(error) from None
    every = pa.concat_tables(found)
    if len(every) != len(places):
        raise cannot_be_read(LookupError())
    return every


def _batch(table: pa.Table) -> pa.RecordBatch:
    [batch] = table.combine_chunks().to_batches() or [
        pa.RecordBatch.from_pylist([], schema=table.schema)
    ]
    return batch


def index_lies(path: Path, index: str, marks: Marks) -> bool:
    """Whether an index is not what it would be if it were made of the rows of its file now.

    Args:
        path: The file.
        index: What its record says of its index.
        marks: Says what stands for what is in a row.

    Raises:
        IntegrityError: The file cannot be read.
    """
    try:
        with pq.ParquetFile(path) as file:
            metadata = file.metadata
            of_file = Index.of(path, metadata.metadata or {}, index, metadata.num_row_groups)
            return not all(_is_true(file, of_file, marks))
    except Damaged:
        return True
    except (pa.ArrowException, OSError) as error:
        raise cannot_be_read(error) from None


def _is_true(file: pq.ParquetFile, index: Index, marks: Marks) -> Iterator[bool]:
    """Whether each segment is what it would be."""
    group = 0
    with index.path.open("rb") as content:
        for segment in index.segments:
            builder = IndexBuilder(marks)
            for _ in range(segment.groups):
                builder.add(_some(file, group, KEYS))
                group += 1
            made = builder.segment(segment.offset)
            content.seek(segment.offset)
            yield content.read(len(made)) == made
