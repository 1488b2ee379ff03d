"""Rows of an answer as CSV, JSON lines or Parquet, streamed: memory does not grow with them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from clearshard.audit.cells import cell
from clearshard.records.times import utc_text

_BETWEEN_VALUES = ";"


class Format(StrEnum):
    """How rows are written; ids are exact in all of them."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def export(schema: pa.Schema, batches: Iterable[pa.RecordBatch], form: Format, to: BinaryIO) -> int:
    """Writes rows and returns their number.

    Args:
        schema: Of the batches.
        batches: The rows.
        form: CSV spells text as `clearshard.audit.cells` says, gives facts a column each and parts
            the values of a list by semicolons. JSON lines are ASCII.
        to: What to write to; it stays open.
    """
    match form:
        case Format.CSV:
            return _csv(schema, batches, to)
        case Format.JSONL:
            return _json_lines(batches, to)
        case Format.PARQUET:
            return _parquet(schema, batches, to)


def as_json(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """Rows as JSON values: times are RFC 3339 in UTC."""
    for batch in batches:
        # Without its name, no data base of time zones is asked for what UTC is.
        schema = pa.schema([field.with_type(_zoneless(field.type)) for field in batch.schema])
        for row in batch.cast(schema).to_pylist():
            yield {name: _plain(value) for name, value in row.items()}


def _zoneless(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_struct(kind):
        fields = [kind.field(place) for place in range(kind.num_fields)]
        return pa.struct([field.with_type(_zoneless(field.type)) for field in fields])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_zoneless(kind.value_type)))
    return kind


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)
        case datetime():
            return utc_text(value.replace(tzinfo=UTC))
        case dict():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return str(value)


def _json_lines(batches: Iterable[pa.RecordBatch], to: BinaryIO) -> int:
    count = 0
    for row in as_json(batches):
        to.write(json.dumps(row, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n")
        count += 1
    return count


def _parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch], to: BinaryIO) -> int:
    count = 0
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _csv(schema: pa.Schema, batches: Iterable[pa.RecordBatch], to: BinaryIO) -> int:
    text = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=False)
    # Every cell is quoted: a comma or a semicolon in an id begins no cell, wherever it is read.
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(cell(name) for name in _header(schema))
    count = 0
    for row in as_json(batches):
        writer.writerow([_csv_cell(v) for v in chain.from_iterable(map(_flat, row.values()))])
        count += 1
    text.flush()
    text.detach()  # or closing it would close what was given
    return count


def _header(schema: pa.Schema) -> Iterator[str]:
    for field in schema:
        if pa.types.is_struct(field.type):
            yield from (
                f"{field.name}.{field.type.field(i).name}" for i in range(field.type.num_fields)
            )
        else:
            yield field.name


def _flat(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else (value,)


def _csv_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return cell(value)
        case list():
            return cell(_BETWEEN_VALUES.join(map(_text, value)))
        case dict():
            return cell(json.dumps(value))
        case _:
            return str(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
