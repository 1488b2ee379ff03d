"""Columns of text → typed columns; a value that cannot be read becomes null and is marked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.facts import FactKind, OwnColumn, Owner, facts_of, unreadable
from clearshard.records.schemas import TIMESTAMP
from clearshard.sources.tables import UNREADABLE

Bools = npt.NDArray[np.bool_]

#: RFC 3339, and as databases write it: `2026-11-28 00:00:00+00`, `... +0000`, `... UTC`. `Z` and
#: `T` may be lowercase (section 5.6). Arrow would read an offset of 99 minutes.
_DAY_AND_TIME = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?"
_OFFSET = r" ?([Zz]|[Uu][Tt][Cc]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)$"
#: What Arrow does not read, and what it reads: the name of an offset, and a blank before one.
_OTHER_OFFSETS = ((r" ?[Uu][Tt][Cc]$", "Z"), (r" ([Zz]|[+-][\d:]+)$", r"\1"))
#: Of the texts that Arrow reads as a time with an offset, those as long as this are RFC 3339.
_SECONDS_UTC = len("2026-01-01T00:00:00Z")
#: What `datetime` can hold: whoever shows a decision later must be able to print its times.
_FIRST = int(datetime.min.replace(tzinfo=UTC).timestamp()) * 1_000_000
_LAST = int(datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1_000_000
#: As texts, and as numbers: databases and data frames have each of them.
_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "0", "0.0")
#: A whole number as a data frame writes it that holds gaps too.
_NO_FRACTION = r"\.0$"
#: A name that is safe to keep in a table of facts: no markup, no spaces, not long.
_PLAIN_NAME = r"^[A-Za-z0-9_.-]{1,64}$"
#: Ids go into logs, where a control character could fake a line or drive a terminal.
_CONTROL = r"[\x00-\x1f\x7f]"
_NO_PART_OF_ID = r"[\x00-\x1f\x7f\"]"
#: Longer ids are not ids (`clearshard.eligibility.ids` hashes this many bytes).
_MAX_ID_BYTES = 1024


def times(column: pa.Array, timezone: str | None = None) -> tuple[pa.Array, Bools]:
    """Times in UTC, and where a value is there that is no time with an offset.

    Args:
        column: Text, or times.
        timezone: Where times without an offset are meant; None where nobody has said so: then they
            cannot be read. Of two that the end of summer time makes one, it is the first.
    """
    if column.null_count == len(column):
        return pa.nulls(len(column), TIMESTAMP), np.zeros(len(column), np.bool_)
    parsed = (
        _stamps(column, timezone)
        if pa.types.is_timestamp(column.type)
        else _parsed(column, timezone)
    )
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
    """True, false, or null for whatever is neither, in any case: `true`, `t`, `yes`, `y`, `1`."""
    lower = pc.utf8_lower(column)
    is_true, is_false = (pc.is_in(lower, pa.array(said)) for said in (_TRUE, _FALSE))
    return pc.if_else(pc.or_(is_true, is_false), is_true, pa.scalar(None, pa.bool_()))


def seconds(column: pa.Array) -> tuple[pa.Array, Bools]:
    """Whole numbers, and where a value is there that is none."""
    whole = pc.replace_substring_regex(column, _NO_FRACTION, "")
    shaped = pc.if_else(
        pc.match_substring_regex(whole, r"^\d{1,18}$"), whole, pa.scalar(None, pa.string())
    )
    parsed = shaped.cast(pa.int64())
    return parsed, _bools(pc.and_(column.is_valid(), parsed.is_null()))


def integers(column: pa.Array) -> pa.Array:
    """Whole numbers, or null for whatever is none."""
    whole = pc.replace_substring_regex(column, _NO_FRACTION, "")
    shaped = pc.if_else(
        pc.match_substring_regex(whole, r"^-?\d{1,18}$"), whole, pa.scalar(None, pa.string())
    )
    return shaped.cast(pa.int64())


def facts(
    columns: Mapping[str, pa.Array], owner: Owner, timezone: str | None
) -> dict[str, pa.Array]:
    """The facts of a contract by name, and behind them the marks of those that have one."""
    typed: dict[str, pa.Array] = {}
    marks: dict[str, pa.Array] = {}
    for fact in facts_of(owner):
        column = columns[fact.name]
        typed[fact.name], bad = _fact(column, fact.kind, timezone)
        if fact.is_marked:
            marks[fact.mark] = pa.array(bad)
    return typed | marks


def own(
    columns: Mapping[str, pa.Array], wanted: Sequence[OwnColumn], timezone: str | None
) -> dict[str, pa.Array]:
    """Facts of a policy's own by name, and beside each whether it is there and cannot be read."""
    typed: dict[str, pa.Array] = {}
    for one in wanted:
        column = columns[one.column]
        read, bad = _fact(column, one.kind, timezone)
        typed[one.fact], typed[unreadable(one.fact)] = read, pa.array(bad)
    return typed


def _fact(column: pa.Array, kind: FactKind, timezone: str | None) -> tuple[pa.Array, Bools]:
    """The values of a fact, and where one is there and cannot be read."""
    match kind:
        case "time":
            return times(column, timezone)
        case "seconds":
            return seconds(column)
        case "boolean":
            read = booleans(column)
        case "integer":
            read = integers(column)
        case "text":
            read = names(column)
    return read, _bools(pc.and_(column.is_valid(), read.is_null()))


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


def no_ids(column: pa.Array, read: pa.Array) -> Bools:
    """Where a value is there that is no id; an empty text is none.

    Args:
        column: Text.
        read: What `ids` has made of it.
    """
    if read.null_count == column.null_count:
        return np.zeros(len(column), np.bool_)
    return _bools(pc.and_(pc.not_equal(column, "").fill_null(False), read.is_null()))


def left_of_ids(column: pa.Array) -> pa.Array:
    """What is left of the ids of malformed rows without control characters and quotes, or null.

    They name nothing; but what a row says that bears one, it may say of the file that is called
    like what is left.
    """
    return ids(pc.replace_substring_regex(column, _NO_PART_OF_ID, ""))


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


def _stamps(column: pa.Array, timezone: str | None) -> pa.Array:
    if column.type.tz is None:
        if timezone is None:
            return pa.nulls(len(column), TIMESTAMP)
        return _in_zone(column, timezone)
    if column.type.unit in ("us", "ns"):
        return column.cast(TIMESTAMP, safe=False)
    try:
        return column.cast(TIMESTAMP)
    except pa.ArrowInvalid:  # some value is too far away to be counted in microseconds
        inside = _inside(column)
        return pc.if_else(inside, column, pa.scalar(None, column.type)).cast(TIMESTAMP)


def _inside(column: pa.Array) -> pa.Array:
    """Where times in seconds or milliseconds are ones that `datetime` can hold."""
    scale = {"s": 1_000_000, "ms": 1_000, "us": 1}[column.type.unit]
    ticks = column.cast(pa.int64())
    return pc.and_(pc.greater_equal(ticks, _FIRST // scale), pc.less_equal(ticks, _LAST // scale))


def _in_zone(column: pa.Array, timezone: str) -> pa.Array:
    """Times without a zone as those of one; the earlier of two, since all facts age from there."""
    if column.type.unit == "ns":
        column = column.cast(pa.timestamp("us"), safe=False)
    column = pc.if_else(_inside(column), column, pa.scalar(None, column.type))
    return pc.assume_timezone(
        column.cast(pa.timestamp("us")), timezone, ambiguous="earliest", nonexistent="earliest"
    ).cast(TIMESTAMP)


def _parsed(column: pa.Array, timezone: str | None) -> pa.Array:
    lengths = pc.min_max(pc.binary_length(column))
    if lengths["min"].as_py() == _SECONDS_UTC == lengths["max"].as_py():
        try:
            return column.cast(TIMESTAMP)
        except pa.ArrowInvalid:
            pass  # some value is no time, or has no offset: find out which
    shaped = _where(column, _DAY_AND_TIME + _OFFSET)
    for spelled, plain in _OTHER_OFFSETS:
        shaped = pc.replace_substring_regex(shaped, spelled, plain)
    parsed = _cast(shaped, TIMESTAMP)
    if timezone is None or parsed.null_count == column.null_count:
        return parsed
    naive = _cast(_where(column, _DAY_AND_TIME + "$"), pa.timestamp("us"))
    return pc.coalesce(parsed, _in_zone(naive, timezone))


def _where(column: pa.Array, pattern: str) -> pa.Array:
    """The texts that have a form; null for the others."""
    return pc.if_else(
        pc.match_substring_regex(column, pattern), column, pa.scalar(None, pa.string())
    )


def _cast(shaped: pa.Array, kind: pa.TimestampType) -> pa.Array:
    try:
        return shaped.cast(kind)
    except pa.ArrowInvalid:  # some value has the shape but is no time: one by one
        is_naive = kind.tz is None
        return pa.array([_time(value, is_naive=is_naive) for value in shaped.to_pylist()], kind)


def _time(value: str | None, *, is_naive: bool) -> datetime | None:
    try:
        moment = None if value is None else datetime.fromisoformat(value.upper())
        if moment is None or (moment.tzinfo is None) != is_naive:
            return None
        # An offset can carry a time over the end of the calendar.
        return moment if is_naive else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bools(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
