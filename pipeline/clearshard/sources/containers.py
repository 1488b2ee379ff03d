"""Records of files that hold many transcripts: JSON Lines (plain, gz, zst) and Parquet.

How a manifest row points into one, `clearshard.sources.uris` says. A line is a record, or a message
of a streaming session (`clearshard.sources.sessions`). Only the ids of a container's
records are decoded to find the eligible ones; a record of any other file is never decoded, kept or
handed on.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.sources import adapters
from clearshard.sources.sessions import BEGIN, END, Session, require_ended
from clearshard.sources.streams import DAMAGED, DAMAGED_PARQUET, chunks, lines

_FIELDS = (
    *("status", "language_code", "text", "utterances", "words", "audio_duration", "audio_url"),
)
#: Parquet is decoded some rows at a time: as many as make up so many bytes on average.
_BATCH_BYTES = 16 * 1024 * 1024
_MOST_ROWS = 256


class _Head(msgspec.Struct):
    id: str | None = None
    type: str | None = None


_head_decoder = msgspec.json.Decoder(_Head)


@dataclass(frozen=True, slots=True)
class _Record:
    """One record while looking for ids; `content` gives its JSON, where it is asked for.

    Attributes:
        id: None if it cannot be told.
        too_large: It was not even looked at.
    """

    id: str | None
    content: Callable[[], bytes]
    too_large: bool = False


#: Opens a container by its path; raises `Quarantine` where it is not to be had.
Opening = Callable[[str], BinaryIO]


def read_records(
    opening: Opening, path: str, wanted: Set[str], max_bytes: int
) -> Iterator[tuple[str, bytes | Quarantine]]:
    """The wanted records of a container, in the container's order, then those not found.

    It is opened twice, by its path.

    Nothing is raised for what is wrong with the container: every wanted record comes out exactly
    once, whatever happens to the file meanwhile.

    Yields:
        Record id and its JSON, or why it cannot be used: `missing`; `malformed` if its id occurs
        twice, if the container is damaged, or if the id is not found while some record could not
        be read; `too_large` above `max_bytes`, or if it is not found while some record is too
        large to be looked at.
    """
    waiting = set(wanted)
    try:
        counts, otherwise = _count(opening, path, wanted, max_bytes)
        for record in _records(opening, path, max_bytes, wanted):
            # The container may have changed since it was counted: a record is handed out once.
            if record.id is not None and record.id in waiting and counts[record.id] == 1:
                waiting.discard(record.id)
                yield record.id, _content(record, max_bytes)
    except Quarantine as problem:
        yield from ((record_id, problem) for record_id in sorted(waiting))
        return
    for record_id in sorted(waiting):
        if counts[record_id] > 1:
            yield record_id, Quarantine(QuarantineReason.MALFORMED, "AmbiguousRecord")
        elif counts[record_id] == 1:
            yield record_id, Quarantine(QuarantineReason.MISSING, "ContainerChanged")
        else:
            yield record_id, Quarantine(otherwise, "NoSuchRecord")


def _count(
    opening: Opening, path: str, wanted: Set[str], max_bytes: int
) -> tuple[Counter[str], QuarantineReason]:
    """How often each id occurs, and the reason for an id that does not."""
    counts: Counter[str] = Counter()
    otherwise = QuarantineReason.MISSING
    for record in _records(opening, path, max_bytes, None):
        if record.id is not None and record.id in wanted:
            counts[record.id] += 1
        elif record.too_large and otherwise is QuarantineReason.MISSING:
            otherwise = QuarantineReason.TOO_LARGE
        elif record.id is None and not record.too_large:
            otherwise = QuarantineReason.MALFORMED
    return counts, otherwise


def _content(record: _Record, max_bytes: int) -> bytes | Quarantine:
    try:
        content = record.content()
    except Quarantine as problem:
        return problem
    if len(content) > max_bytes:
        return Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
    return content


def _records(
    opening: Opening, path: str, max_bytes: int, wanted: Set[str] | None
) -> Iterator[_Record]:
    """The records; their content can be had for those of `wanted`, until the next one.

    Raises:
        Quarantine: The container cannot be opened or is damaged.
    """
    with opening(path) as file:
        try:
            if path.lower().endswith(".parquet"):
                yield from _parquet_records(file, wanted)
            else:
                yield from _json_records(file, path, max_bytes, wanted)
        except (*DAMAGED, *DAMAGED_PARQUET) as error:
            raise Quarantine(QuarantineReason.MALFORMED, type(error).__name__) from None


def _json_records(
    file: BinaryIO, path: str, max_bytes: int, wanted: Set[str] | None
) -> Iterator[_Record]:
    session: Session | None = None
    for line in lines(chunks(file, path), max_bytes):
        if line is not None and not line.strip():
            continue
        head = _Head() if line is None else _head_of(line)
        if head is not None and head.type == BEGIN and head.id is not None:
            require_ended(session)
            session = Session(head.id, max_bytes, wanted is not None and head.id in wanted)
        if session is not None:
            # What cannot be read is its message too, and makes all of it unreadable.
            if line is not None and head is not None and head.type is None:
                require_ended(session)
            session.add(line)
            if head is not None and head.type == END:
                yield _Record(session.id, session.content)
                session = None
        elif line is None:
            yield _Record(None, _nothing, too_large=True)
        else:
            named = None if head is None else head.id
            yield _Record(adapters.record_id(line) if named is None else named, line.__bytes__)
    if session is not None:
        yield _Record(session.id, session.content)


def _head_of(line: bytes) -> _Head | None:
    try:
        return _head_decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _nothing() -> bytes:
    return b""


def _parquet_records(file: BinaryIO, wanted: Set[str] | None) -> Iterator[_Record]:
    table = pa.parquet.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
    names = table.schema_arrow.names
    if len(set(names)) < len(names):
        raise Quarantine(QuarantineReason.MALFORMED, "DuplicateColumn")
    if "id" not in names or not _is_text(table.schema_arrow.field("id").type):
        raise Quarantine(QuarantineReason.MALFORMED, "NoIdColumn")
    fields = [name for name in _FIELDS if name in names]
    for group in range(table.num_row_groups):
        ids = _ids(table, group)
        if wanted is None:
            yield from (_Record(record_id, _nothing) for record_id in ids)
        elif not wanted.isdisjoint(ids):
            yield from _wanted_rows(table, group, ids, fields, wanted)


def _wanted_rows(
    table: pa.parquet.ParquetFile,
    group: int,
    ids: list[str | None],
    fields: list[str],
    wanted: Set[str],
) -> Iterator[_Record]:
    of_group = table.metadata.row_group(group)
    rows = max(1, _BATCH_BYTES * of_group.num_rows // max(1, of_group.total_byte_size))
    start = 0
    for batch in table.iter_batches(
        min(rows, _MOST_ROWS), row_groups=[group], columns=fields, use_threads=False
    ):
        for place, record_id in enumerate(ids[start : start + batch.num_rows]):
            if record_id is not None and record_id in wanted:
                yield _Record(record_id, _row_json(record_id, batch.slice(place, 1)))
        start += batch.num_rows


def _ids(table: pa.parquet.ParquetFile, group: int) -> list[str | None]:
    column = table.read_row_group(group, columns=["id"], use_threads=False).column("id")
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return [_utf8(value) for value in column.cast(pa.large_binary()).to_pylist()]


def _is_text(kind: pa.DataType) -> bool:
    """Whether a column holds text, however a library has packed it."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _utf8(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _row_json(record_id: str, row: pa.RecordBatch) -> Callable[[], bytes]:
    def encoded() -> bytes:
        try:
            values = row.to_pylist()[0]
            duration = values.get("audio_duration")
            if isinstance(duration, float) and math.isnan(duration):
                raise ValueError("NaN")  # JSON would make it null, which is no error
            return msgspec.json.encode({"id": record_id, **values})
        except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
            raise Quarantine(QuarantineReason.MALFORMED, type(error).__name__) from None

    return encoded
