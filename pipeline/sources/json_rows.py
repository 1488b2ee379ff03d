"""Rows of a JSON Lines table, plain or compressed."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.errors import SourceUnavailable
from pipeline.sources.streams import DAMAGED, chunks, lines
from pipeline.sources.tables import UNREADABLE, RawBatch, TableSpec

_MAX_ROW_BYTES = 4 * 1024 * 1024
_BATCH_ROWS = 1 << 16


def read_json_lines(
    file: BinaryIO, name: str, spec: TableSpec, unavailable: Callable[[str], SourceUnavailable]
) -> Iterator[RawBatch]:
    """The rows; see `tables.Reader`. A line that is no JSON object is malformed."""
    fields = [(column, Any, msgspec.UNSET) for column in spec.columns]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Row", fields))
    rows: list[Any] = []
    absent = set(spec.required)
    number = seen = 0
    try:
        for line in lines(chunks(file, name), _MAX_ROW_BYTES):
            number += 1
            if line is not None and not line.strip():
                continue
            rows.append(_decoded(decoder, line))
            seen += 1
            if len(rows) == _BATCH_ROWS:
                yield _columns(rows, spec, absent)
                rows = []
    except DAMAGED:
        raise unavailable(f"cannot be read further than row {number}") from None
    if rows:
        yield _columns(rows, spec, absent)
    # Whoever exports may leave null out, so only a column that no row has is missing.
    if seen and absent == set(spec.required):
        raise unavailable("has no row that is a JSON object with its columns (row 1)")
    if seen and absent:
        missing = ", ".join(column for column in spec.required if column in absent)
        raise unavailable(f"column {missing} is missing (row 1 and all others)")


def _decoded(decoder: msgspec.json.Decoder[Any], line: bytes | None) -> Any:
    try:
        return None if line is None else decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _columns(rows: list[Any], spec: TableSpec, absent: set[str]) -> RawBatch:
    columns = {}
    for name in spec.columns:
        values = [msgspec.UNSET if row is None else getattr(row, name) for row in rows]
        if name in absent and any(value is not msgspec.UNSET for value in values):
            absent.discard(name)
        text = pa.array([_text(value) for value in values], pa.string())
        columns[name] = text.dictionary_encode() if name in spec.names else text
    return RawBatch(columns, np.array([row is None for row in rows], np.bool_))


def _text(value: object) -> str | None:
    match value:
        case None | "" | msgspec.UNSET:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case _:
            return UNREADABLE
