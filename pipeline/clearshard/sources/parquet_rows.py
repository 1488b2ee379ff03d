"""Rows of a Parquet table."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

import numpy as np
import pyarrow as pa
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
        table = pa.parquet.ParquetFile(
            file,
            metadata=metadata,
            read_dictionary=[name for name in spec.names if name in included],
            buffer_size=_BUFFER_BYTES,
            pre_buffer=False,
        )
        for batch in table.iter_batches(_BATCH_ROWS, columns=included, use_threads=False):
            seen += batch.num_rows
            yield _decoded(batch, spec, unfit)
    except DAMAGED_PARQUET:
        raise unavailable(f"is a damaged Parquet file (after row {seen})") from None
    if seen != metadata.num_rows:
        raise unavailable(f"is a damaged Parquet file ({seen} of {metadata.num_rows} rows)")


def _decoded(batch: pa.RecordBatch, spec: TableSpec, unfit: Sequence[str]) -> RawBatch:
    malformed = np.zeros(batch.num_rows, np.bool_)
    columns = {name: pa.nulls(batch.num_rows, spec.kind(name)) for name in spec.read}
    columns |= {name: pa.array([UNREADABLE] * batch.num_rows, pa.string()) for name in unfit}
    for name in batch.schema.names:
        column = batch.column(name)
        if name in spec.mere_hints:
            columns[name], _ = text_column(hint_text(column), pa.string())
            continue
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_timestamp(kind):
            columns[name] = column.cast(kind)
            continue
        if not _is_text(kind):
            column = column.cast(pa.string())  # null, a flag or a number
        columns[name], bad = text_column(column, spec.kind(name))
        malformed |= bad
    return RawBatch(columns, malformed)


def _fits(kind: pa.DataType, name: str, spec: TableSpec) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
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
