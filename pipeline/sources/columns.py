"""Columns of text → typed columns; a value that cannot be read becomes null and is marked."""

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records import TIMESTAMP
from pipeline.sources.tables import UNREADABLE

Bools = npt.NDArray[np.bool_]

#: RFC 3339 with an offset. `Z` and `T` may be lowercase (section 5.6). Arrow would
#: read an offset of 99 minutes.
_RFC_3339 = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$"
#: Of the texts that Arrow reads as a time with an offset, those as long as this are RFC 3339.
_SECONDS_UTC = len("2026-01-01T00:00:00Z")
#: What `datetime` can hold: whoever shows a decision later must be able to print its times.
_FIRST = int(datetime.min.replace(tzinfo=UTC).timestamp()) * 1_000_000
_LAST = int(datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1_000_000
#: A name that is safe to keep in a table of facts: no markup, no spaces, not long.
_PLAIN_NAME = r"^[A-Za-z0-9_.-]{1,64}$"
#: Ids go into logs, where a control character could fake a line or drive a terminal.
_CONTROL = r"[\x00-\x1f\x7f]"
#: Longer ids are not ids (`pipeline.eligibility.ids` hashes this many bytes).
_MAX_ID_BYTES = 1024


def times(column: pa.Array) -> tuple[pa.Array, Bools]:
    """Times in UTC, and where a value is there that is not RFC 3339 with an offset."""
    if column.null_count == len(column):
        return pa.nulls(len(column), TIMESTAMP), np.zeros(len(column), np.bool_)
    parsed = _stamps(column) if pa.types.is_timestamp(column.type) else _parsed(column)
    ticks = pc.min_max(parsed.cast(pa.int64()))
    if parsed.null_count < len(parsed) and (
        ticks["min"].as_py() < _FIRST or ticks["max"].as_py() > _LAST
    ):
        ticks = parsed.cast(pa.int64())
        inside = pc.and_(pc.greater_equal(ticks, _FIRST), pc.less_equal(ticks, _LAST))
        parsed = pc.if_else(inside, parsed, pa.scalar(None, TIMESTAMP))
    if parsed.null_count == column.null_count:
        return parsed, np.zeros(len(column), np.bool_)
    return parsed, _bools(pc.and_(column.is_valid(), parsed.is_null()))


def booleans(column: pa.Array) -> pa.Array:
    """True, false, or null for whatever is neither."""
    lower = pc.utf8_lower(column)
    known = pc.is_in(lower, pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(lower, "true"), pa.scalar(None, pa.bool_()))


def seconds(column: pa.Array) -> tuple[pa.Array, Bools]:
    """Whole numbers, and where a value is there that is none."""
    shaped = pc.if_else(
        pc.match_substring_regex(column, r"^\d{1,18}$"), column, pa.scalar(None, pa.string())
    )
    parsed = shaped.cast(pa.int64())
    return parsed, _bools(pc.and_(column.is_valid(), parsed.is_null()))


def ids(column: pa.Array) -> pa.Array:
    """Ids as they are; null for what is too long to be one, or not fit to be printed."""
    lengths = pc.min_max(pc.binary_length(column))
    shortest, longest = lengths["min"].as_py() or 0, lengths["max"].as_py() or 0
    if 0 < shortest <= longest <= _MAX_ID_BYTES and _is_printable_ascii(column):  # nearly always
        return column
    fits = pc.less_equal(pc.binary_length(column), _MAX_ID_BYTES)
    printable = pc.invert(pc.match_substring_regex(column, _CONTROL))
    read = pc.not_equal(column, UNREADABLE)
    good = pc.and_(pc.and_(fits, printable), pc.and_(read, pc.not_equal(column, "")))
    return pc.if_else(good, column, pa.scalar(None, pa.string()))


def without_control(column: pa.Array) -> pa.Array:
    """Ids without what made them unfit to be printed; null where that leaves none.

    They name nothing; but what a row says that bears one, it may say of the file that is called
    like what is left.
    """
    return ids(pc.replace_substring_regex(column, _CONTROL, ""))


def names(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """Plain names; null for anything that could carry more than a name."""
    plain = pc.match_substring_regex(column.dictionary, _PLAIN_NAME).fill_null(False)
    if pc.all(plain).as_py() or len(plain) == 0:
        return column
    places = pa.array(np.arange(len(plain)), pa.int32(), mask=~_bools(plain))
    return pa.DictionaryArray.from_arrays(places.take(column.indices), column.dictionary)


def _is_printable_ascii(column: pa.Array) -> bool:
    data = column.buffers()[2]
    if data is None or data.size == 0:
        return True
    letters = np.frombuffer(data, np.uint8)
    return bool(letters.min() >= 0x20 and letters.max() < 0x7F)


def _stamps(column: pa.Array) -> pa.Array:
    if column.type.unit in ("us", "ns"):
        return column.cast(TIMESTAMP, safe=False)
    try:
        return column.cast(TIMESTAMP)
    except pa.ArrowInvalid:  # some value is too far away to be counted in microseconds
        scale = {"s": 1_000_000, "ms": 1_000}[column.type.unit]
        ticks = column.cast(pa.int64())
        inside = pc.and_(
            pc.greater_equal(ticks, _FIRST // scale), pc.less_equal(ticks, _LAST // scale)
        )
        return pc.if_else(inside, column, pa.scalar(None, column.type)).cast(TIMESTAMP)


def _parsed(column: pa.Array) -> pa.Array:
    lengths = pc.min_max(pc.binary_length(column))
    if lengths["min"].as_py() == _SECONDS_UTC == lengths["max"].as_py():
        try:
            return column.cast(TIMESTAMP)
        except pa.ArrowInvalid:
            pass  # some value is no time: find out which
    shaped = pc.if_else(
        pc.match_substring_regex(column, _RFC_3339), column, pa.scalar(None, pa.string())
    )
    try:
        return shaped.cast(TIMESTAMP)
    except pa.ArrowInvalid:  # some value has the shape but is no time: one by one
        return pa.array([_time(value) for value in shaped.to_pylist()], TIMESTAMP)


def _time(value: str | None) -> datetime | None:
    try:
        moment = None if value is None else datetime.fromisoformat(value.upper())
        # An offset can carry a time over the end of the calendar.
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bools(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
