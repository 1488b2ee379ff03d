"""Rows of a table of facts, whatever its format, streamed in batches.

A row that cannot be read does not stop the job and is not lost: it comes out with `malformed` set.
A table that cannot be read at all, is empty or lacks a column is an error.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn, Owner, facts_of, names_of
from clearshard.sources.column_names import ColumnNames, ColumnRules, ElseCalled
from clearshard.sources.legible import illegible

#: Stands for a value that is there but cannot be read; it is no id, name, time, number or flag.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_ELSE_CALLED = (ElseCalled("ttl_seconds", r"ttl.*|timetolive.*", " in seconds"),)
_KINDS = ("boolean", "integer", "time", "text")


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What is expected of a table.

    Attributes:
        what: Its name in errors.
        required: Columns that must be there.
        optional: Columns that may be there.
        times: Those of them that hold times.
        numbers: Those of them that hold flags or whole numbers: a data frame that knows no gaps in
            such columns writes them with fractions.
        names: Those of them that hold one of few values; they come dictionary-encoded.
        key: The column that names a row, recovered from broken rows where it can be.
        certain_key: Whether a guess will not do for that: where several rows are about one thing,
            a row under a wrong name is a row that is missing under the right one.
        own: Columns that hold facts of a policy's own; they are among the others.
        hints: Columns that are no facts (`clearshard.sources.hints`). What is wrong with one of
            them is wrong with nothing else: whatever cannot be read is `UNREADABLE`, and a column
            that is there twice is not there.
        else_called: What some of the columns are called elsewhere, and are not read by.
    """

    what: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    times: tuple[str, ...]
    key: str
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    certain_key: bool = False
    own: tuple[OwnColumn, ...] = ()
    hints: tuple[str, ...] = ()
    else_called: tuple[ElseCalled, ...] = ()

    @classmethod
    def of(
        cls, owner: Owner, what: str, ids: tuple[str, ...], *, certain_key: bool = False
    ) -> "TableSpec":
        """The table that holds the facts of files, or of accounts.

        Args:
            owner: Whose facts.
            what: Its name in errors.
            ids: Its other columns, which must be there; the first is the key.
            certain_key: See the attributes.
        """
        facts = facts_of(owner)
        return cls(
            what=what,
            required=(*ids, *(fact.name for fact in facts if not fact.optional)),
            optional=tuple(fact.name for fact in facts if fact.optional),
            times=names_of("time", owner=owner),
            numbers=names_of("boolean", "integer", "seconds", owner=owner),
            names=names_of("text", owner=owner),
            key=ids[0],
            certain_key=certain_key,
            else_called=_ELSE_CALLED if owner == "account" else (),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of facts."""
        return self.required + self.optional

    @property
    def mere_hints(self) -> tuple[str, ...]:
        """Columns that are read for nothing else than the hints in them."""
        return tuple(name for name in self.hints if name not in self.columns)

    @property
    def read(self) -> tuple[str, ...]:
        """Every column that is read; of others only the names are looked at."""
        return self.columns + self.mere_hints

    def reading(self, own: tuple[OwnColumn, ...]) -> "TableSpec":
        """The same with columns for facts of a policy's own."""
        of = {kind: tuple(c.column for c in own if c.kind == kind) for kind in _KINDS}
        return replace(
            self,
            required=(*self.required, *(c.column for c in own if c.required)),
            optional=(*self.optional, *(c.column for c in own if not c.required)),
            times=(*self.times, *of["time"]),
            numbers=(*self.numbers, *of["boolean"], *of["integer"]),
            names=(*self.names, *of["text"]),
            own=own,
        )

    def kind(self, name: str) -> pa.DataType:
        """Type of a column's text."""
        return pa.dictionary(pa.int32(), pa.string()) if name in self.names else pa.string()


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows of a table.

    Attributes:
        columns: One array per column that is read: text of `TableSpec.kind`, or times where the
            format is typed.
        malformed: Rows that could not be read.
    """

    columns: dict[str, pa.Array]
    malformed: npt.NDArray[np.bool_]


class ValuesThere:
    """How many values each column of a table has, in the rows that could be read so far."""

    def __init__(self, spec: TableSpec) -> None:
        """Has seen no row."""
        self._spec = spec
        self._rows = 0
        self._there: Counter[str] = Counter()

    def count(self, batch: RawBatch) -> None:
        """Counts what is in some more rows."""
        sound = ~batch.malformed
        self._rows += int(sound.sum())
        for name, column in batch.columns.items():
            read = column if sound.all() else column.filter(pa.array(sound))
            self._there[name] += len(read) - read.null_count

    def illegible(self, read: Mapping[str, int]) -> str | None:
        """What is wrong with a column that has values, none of which can be read, if one has.

        Args:
            read: How many values of each column could be read.
        """
        if not self._rows:
            return None
        kinds = {one.column: one.kind for one in self._spec.own}
        return illegible(self._spec.required, self._rows, self._there, read, kinds)


#: Rows of an open file of one format; the function makes the error for what is wrong with it.
Reader = Callable[
    [BinaryIO, str, TableSpec, ColumnNames, Callable[[str], SourceUnavailable]],
    Iterator[RawBatch],
]


def header_problem(spec: TableSpec, names: ColumnNames, header: Sequence[str]) -> str | None:
    """What is wrong with the column names, if anything."""
    missing = [name for name in spec.required if name not in header]
    if missing:
        # What the user has decided about other columns is not asked: these may be no names at all.
        almost = ColumnNames(spec.required, spec.optional, ColumnRules()).problem(header)
        hint = "" if almost is None else f": {almost}"
        return f"column {', '.join(missing)} is missing (row 1){hint}"
    twice = [name for name in spec.columns if list(header).count(name) > 1]
    if twice:
        return f"column {', '.join(twice)} is there twice (row 1)"
    problem = names.problem(header)
    return None if problem is None else f"{problem} (row 1)"


def text_column(column: pa.Array, kind: pa.DataType) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Bytes or text as valid text of the wanted kind, and where it was not UTF-8.

    Args:
        column: Binary or string, of any size of offsets, maybe dictionary-encoded.
        kind: String, plain or dictionary-encoded.
    """
    if pa.types.is_dictionary(column.type):
        values, bad = text_column(column.dictionary, pa.string())
        indices = column.indices.cast(pa.int32())
        encoded = pa.DictionaryArray.from_arrays(indices, values)
        where = np.append(bad, False)[indices.fill_null(len(bad)).to_numpy(zero_copy_only=False)]
        return (encoded if pa.types.is_dictionary(kind) else encoded.cast(kind)), where
    large = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    raw = column.cast(pa.large_binary() if large else pa.binary())
    bad = np.zeros(len(column), np.bool_)
    try:
        # Out of bytes, because Arrow believes a file that says its strings are UTF-8.
        text = raw.cast(pa.large_string() if large else pa.string()).cast(pa.string())
    except pa.ArrowInvalid:  # some value is not UTF-8: find out which
        values = [_utf8(value) for value in raw.to_pylist()]
        bad = np.array([value is UNREADABLE for value in values], np.bool_)
        text = pa.array(values, pa.string())
    return (text.dictionary_encode() if pa.types.is_dictionary(kind) else text), bad


def broken_rows(spec: TableSpec, keys: Sequence[str | None]) -> RawBatch:
    """Rows of which no more than the key is known."""
    columns = {name: pa.nulls(len(keys), spec.kind(name)) for name in spec.read}
    columns[spec.key] = pa.array(keys, pa.string())
    return RawBatch(columns, np.ones(len(keys), np.bool_))


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return UNREADABLE
