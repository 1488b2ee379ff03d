"""Rows of a Parquet table."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from clearshard.errors import SourceUnavailable
from clearshard.sources.column_names import ColumnNames
from clearshard.sources.hints import hint_text, is_hint_type
from clearshard.sources.streams import DAMAGED_PARQUET
from clearshard.sources.tables import (
    UNREADABLE,
    RawBatch,
    TableSpec,
    header_problem,
    text_column,
)

_BATCH_ROWS = 1 << 16
#: Without a buffer Arrow reads whole column chunks, however large the writer made them.
_BUFFER_BYTES = 1 << 20
#: A value that is longer is none that anybody can read: no id, name or address is.
_MOST_BYTES = 1 << 14
#: Values up to this may each stand for all rows of a batch.
_FEW_BYTES = 1 << 10


def read_parquet(
    file: BinaryIO,
    _: str,
    spec: TableSpec,
    names: ColumnNames,
    unavailable: Callable[[str], SourceUnavailable],
) -> Iterator[RawBatch]:
    """The rows; see `tables.Reader`."""
    seen = 0
    try:
        metadata = pa.parquet.read_metadata(file)
        schema = metadata.schema.to_arrow_schema()
    except DAMAGED_PARQUET:
        raise unavailable("is not a Parquet file (row 1)") from None
    if problem := header_problem(spec, names, schema.names):
        raise unavailable(problem)
    if problem := names.problem_inside(chain.from_iterable(_inside(f.type) for f in schema)):
        raise unavailable(problem)
    included = [name for name in spec.columns if name in schema.names]
    for name in included:
        if not _fits(schema.field(name).type, name, spec):
            raise unavailable(f"column {name} has the wrong type (row 1)")
    hints = [name for name in spec.mere_hints if schema.names.count(name) == 1]
    unfit = [name for name in hints if not is_hint_type(schema.field(name).type)]
    included += [name for name in hints if name not in unfit]
    try:
        long = _long_columns(
            file, metadata, [n for n in included if _is_text(schema.field(n).type)]
        )
        encoded = [name for name in included if name in spec.names or name in long]
        table = _opened(file, metadata, encoded)
        rows = _BATCH_ROWS * _FEW_BYTES // _MOST_BYTES if long else _BATCH_ROWS
        for batch in table.iter_batches(rows, columns=included, use_threads=False):
            seen += batch.num_rows
            yield _decoded(batch, spec, unfit)
    except DAMAGED_PARQUET:
        raise unavailable(f"is a damaged Parquet file (after row {seen})") from None
    if seen != metadata.num_rows:
        raise unavailable(f"is a damaged Parquet file ({seen} of {metadata.num_rows} rows)")


def _opened(
    file: BinaryIO, metadata: pa.parquet.FileMetaData, encoded: Sequence[str]
) -> pa.parquet.ParquetFile:
    return pa.parquet.ParquetFile(
        file,
        metadata=metadata,
        read_dictionary=list(encoded),
        buffer_size=_BUFFER_BYTES,
        pre_buffer=False,
    )


def _long_columns(
    file: BinaryIO, metadata: pa.parquet.FileMetaData, names: Sequence[str]
) -> frozenset[str]:
    """The columns of text that hold a long value once, which can stand for any number of rows.

    A row group has all such values of a column in front of its first row.
    """
    table, found = _opened(file, metadata, names), set[str]()
    for group in range(metadata.num_row_groups if names else 0):
        for batch in table.iter_batches(1, row_groups=[group], columns=names, use_threads=False):
            found |= {name for name in names if _longest(batch.column(name)) > _FEW_BYTES}
            break
    return frozenset(found)


def _longest(column: pa.Array) -> int:
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    return pc.max(pc.binary_length(_with_offsets(values))).as_py() or 0


def _cut(column: pa.Array) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Text without values that are too long, and where those were."""
    if pa.types.is_dictionary(column.type):
        values, out = _cut(column.dictionary)
        where = np.append(out, False)[_indices(column, len(out))]
        return pa.DictionaryArray.from_arrays(column.indices, values), where
    column = _with_offsets(column)
    too_long = pc.greater(pc.binary_length(column), _MOST_BYTES).fill_null(False)
    where = too_long.to_numpy(zero_copy_only=False)
    if where.any():
        column = pc.if_else(too_long, pa.scalar(UNREADABLE, column.type), column)
    return column, where


def _with_offsets(text: pa.Array) -> pa.Array:
    """The same text: of views Arrow cannot tell how long they are."""
    return text.cast(pa.large_string()) if pa.types.is_string_view(text.type) else text


def _indices(column: pa.DictionaryArray, of_null: int) -> npt.NDArray[np.int64]:
    indices = column.indices.cast(pa.int64()).fill_null(of_null)
    return np.asarray(indices.to_numpy(zero_copy_only=False))


def _decoded(batch: pa.RecordBatch, spec: TableSpec, unfit: Sequence[str]) -> RawBatch:
    malformed = np.zeros(batch.num_rows, np.bool_)
    columns = {name: pa.nulls(batch.num_rows, spec.kind(name)) for name in spec.read}
    columns |= {name: pa.array([UNREADABLE] * batch.num_rows, pa.string()) for name in unfit}
    for name in batch.schema.names:
        column, too_long = batch.column(name), None
        if _is_text(_kind(column.type)):
            column, too_long = _cut(column)
        if name in spec.mere_hints:
            columns[name], _ = text_column(hint_text(column), pa.string())
            continue
        kind = _kind(column.type)
        if pa.types.is_timestamp(kind):
            columns[name] = column.cast(kind)
            continue
        if not _is_text(kind):
            column = column.cast(pa.string())  # null, a flag or a number
        columns[name], bad = text_column(column, spec.kind(name))
        malformed |= bad if too_long is None else bad | too_long
    return RawBatch(columns, malformed)


def _kind(kind: pa.DataType) -> pa.DataType:
    """The type of the values of a column."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _fits(kind: pa.DataType, name: str, spec: TableSpec) -> bool:
    kind = _kind(kind)
    is_time = name in spec.times
    if pa.types.is_timestamp(kind):
        return is_time
    return bool(
        _is_text(kind)
        or pa.types.is_null(kind)
        or (not is_time and (pa.types.is_boolean(kind) or pa.types.is_integer(kind)))
        or (name in spec.numbers and pa.types.is_floating(kind))
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _inside(kind: pa.DataType) -> Iterator[str]:
    """Names of the fields inside the values of a column, at any depth."""
    for place in range(kind.num_fields):
        field = kind.field(place)
        yield field.name
        yield from _inside(field.type)
