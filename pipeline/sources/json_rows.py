"""Rows of a JSON Lines table, plain or compressed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.errors import SourceUnavailable
from pipeline.sources.streams import DAMAGED, chunks, lines
from pipeline.sources.tables import UNREADABLE, RawBatch, TableSpec, near_miss

_MAX_ROW_BYTES = 4 * 1024 * 1024
_BATCH_ROWS = 1 << 16
#: Anything that stands where a key stands, as it is spelled.
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:')


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
            rows.append(_decoded(decoder, line, spec, unavailable))
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


@dataclass(frozen=True, slots=True)
class _Broken:
    """A line that cannot be read, and the key that can still be told."""

    key: str | None


def _decoded(
    decoder: msgspec.json.Decoder[Any],
    line: bytes | None,
    spec: TableSpec,
    unavailable: Callable[[str], SourceUnavailable],
) -> Any:
    if line is None:
        return _Broken(None)
    names = _KEY.findall(line)
    problem = near_miss(spec, [name.decode("utf-8", "replace") for name in names])
    if problem is not None:
        raise unavailable(problem)
    try:
        row = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Broken(_recovered(line, spec.key))
    # A column that is there twice says two things, and one that is spelled with escapes could be.
    twice = len(names) != len(set(names)) and any(
        names.count(column.encode()) > 1 for column in spec.columns
    )
    return _Broken(getattr(row, spec.key)) if twice or b"\\" in b"".join(names) else row


def _recovered(line: bytes, key: str) -> str | None:
    found = re.findall(rb'"%b"\s*:\s*"([^"\\]+)"' % key.encode(), line)
    try:
        return found[0].decode("utf-8") if len(found) == 1 else None
    except UnicodeDecodeError:
        return None


def _columns(rows: list[Any], spec: TableSpec, absent: set[str]) -> RawBatch:
    columns = {}
    for name in spec.columns:
        values = [
            (row.key if name == spec.key else msgspec.UNSET)
            if type(row) is _Broken
            else getattr(row, name)
            for row in rows
        ]
        if name in absent and any(
            value is not msgspec.UNSET and type(row) is not _Broken
            for row, value in zip(rows, values, strict=True)
        ):
            absent.discard(name)
        text = pa.array([_text(value) for value in values], pa.string())
        columns[name] = text.dictionary_encode() if name in spec.names else text
    return RawBatch(columns, np.array([type(row) is _Broken for row in rows], np.bool_))


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
