"""The ledger: append-only JSON lines, each holding the hash of the line before.

A line is the canonical JSON of its event (sorted keys, no spaces, ASCII), so that there is exactly
one spelling of it and no byte can change unnoticed. Laws, each with a test::

    parse_line(format_line(e)) == e
    format_line(parse_line(b)) == b

A write is one line with its newline; bytes after the last newline are therefore what a crash left
of a line. If that line lacks nothing but the newline it was meant, and is finished; anything else
never was a whole line and is cut off. Both are told in the data of the next event.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from pipeline.audit.faults import Fault
from pipeline.errors import IntegrityError
from pipeline.records import utc_text
from pipeline.storage import fsync_folder, output_errors

#: What the first event has for the hash of the line before.
GENESIS = "0" * 64
#: Keys that `append` itself adds to the data of the event after a repair.
REPAIRED_TORN_BYTES = "repaired_torn_bytes"
REPAIRED_NEWLINE = "repaired_newline"

_BLOCK_BYTES = 64 * 1024

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class EventName(StrEnum):
    """Events that this package gives a meaning to; others are chained all the same."""

    RUN_STARTED = "run_started"
    RUN_FINISHED = "run_finished"
    RUN_FAILED = "run_failed"
    RUN_UNCHANGED = "run_unchanged"
    RUN_SWEPT = "run_swept"
    CHECKPOINTS_SWEPT = "checkpoints_swept"
    SHARDS_REMOVED = "shards_removed"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the ledger.

    Attributes:
        seq: Number of the event, from 0.
        at: When it was appended, RFC 3339 in UTC.
        event: What happened, ``lower_snake``; see `EventName`.
        run_id: The run that it is about.
        data: JSON values: ids, counts and digests.
        prev: `hash` of the line before, `GENESIS` for the first.
        hash: SHA-256 over the canonical JSON of everything else.
    """

    seq: Annotated[int, msgspec.Meta(ge=0)]
    at: str
    event: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z")]
    run_id: str
    data: dict[str, Any]
    prev: Sha256
    hash: Sha256


class LineError(ValueError):
    """The bytes are not a line that this package wrote; the message is safe to show."""


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, ASCII.

    Raises:
        ValueError: It holds a number that JSON has not.
        TypeError: It holds something that JSON has not.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def digest_of(event: Event) -> str:
    """What `event.hash` must be."""
    fields = msgspec.structs.asdict(event)
    del fields["hash"]
    return hashlib.sha256(canonical(fields)).hexdigest()


def format_line(event: Event) -> bytes:
    """The line of an event, without its newline."""
    return canonical(msgspec.structs.asdict(event))


def parse_line(line: bytes) -> Event:
    """The event of a line, its own hash checked; the chain is not.

    Raises:
        LineError: It is not an event in canonical JSON, or not the one that was hashed.
    """
    try:
        event = msgspec.convert(json.loads(line.decode("ascii")), Event)
        spelled = format_line(event)
    except (ValueError, TypeError, RecursionError, msgspec.ValidationError):
        raise LineError("is not a ledger event") from None
    if spelled != line:
        raise LineError("is not spelled as the ledger spells it: it was edited")
    if digest_of(event) != event.hash:
        raise LineError("does not match its own hash: it was edited")
    return event


class Ledger:
    """An append-only file of chained events; it is made by the first append."""

    def __init__(self, path: Path) -> None:
        """Names the ledger; nothing is opened.

        Args:
            path: ``OUT/audit/ledger.jsonl``.
        """
        self._path = path
        self._shown = f"{path.parent.name}/{path.name}"

    def append(
        self, event: str, run_id: str, at: datetime, data: Mapping[str, object] | None = None
    ) -> Event:
        """Appends one event; when it returns, the event is on the disk.

        Args:
            event: What happened, ``lower_snake``.
            run_id: The run that it is about.
            at: Now, with an offset.
            data: Values that JSON has; keys are strings.

        Raises:
            ValueError: `at` has no offset, or the event would not read back the same.
            IntegrityError: The last line is not what was written; nothing was appended.
            OutputFull: The disk is full; nothing was appended.
            OutputUnusable: The file cannot be written.
        """
        if at.tzinfo is None:
            raise ValueError("the time of an event must have an offset")
        data = dict(data or {})
        if data.keys() & {REPAIRED_TORN_BYTES, REPAIRED_NEWLINE}:
            raise ValueError("the data of an event must not claim a repair")
        with output_errors(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                # Two writers with the same head would fork the chain; the kernel frees the lock.
                fcntl.flock(handle, fcntl.LOCK_EX)
                return self._append(handle, event, run_id, at, data)
            finally:
                os.close(handle)

    def head(self) -> Event | None:
        """The newest whole event, or None if there is none.

        Raises:
            IntegrityError: The last line is not what was written.
        """
        try:
            handle = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return self._tail_event(_tail(handle)[0])
        finally:
            os.close(handle)

    def read(self) -> Iterator[Event]:
        """Yields the events in order, each checked against its own hash; see `check` for the chain.

        What a crash left of a last line is not an event.

        Raises:
            IntegrityError: A line is not what was written.
        """
        for number, line, whole in self._lines():
            if not whole:
                return
            try:
                yield parse_line(line)
            except LineError as error:
                raise IntegrityError(self._message(number, str(error))) from None

    def check(self, finished_runs: Collection[str] = ()) -> list[Fault]:
        """Walks the chain; an empty list says that it is whole.

        At most one fault is about the chain, since everything after the first wrong line rests on
        it; the others are about a torn last line and about an end that was cut off.

        Args:
            finished_runs: Runs whose records are there; each must have been announced.
        """
        faults: list[Fault] = []
        missing = set(finished_runs)
        expected_seq, expected_prev = 0, GENESIS
        last = 0
        for number, line, whole in self._lines():
            last = number
            if not whole:
                message = (
                    "the last line is torn: an append was interrupted. The next command that "
                    "writes here repairs it and says so in the ledger"
                )
                faults.append(Fault(f"{self._shown}:{number}", message))
                break
            try:
                event = parse_line(line)
            except LineError as error:
                faults.append(Fault(f"{self._shown}:{number}", str(error)))
                return faults
            if event.seq != expected_seq:
                message = self._displaced(event.seq, expected_seq)
                faults.append(Fault(f"{self._shown}:{number}", message))
                return faults
            if event.prev != expected_prev:
                message = (
                    "does not follow from the line before: that line or this one was rewritten"
                )
                faults.append(Fault(f"{self._shown}:{number}", message))
                return faults
            if event.event == EventName.RUN_FINISHED:
                missing.discard(event.run_id)
            expected_seq, expected_prev = event.seq + 1, event.hash
        if missing:
            message = (
                "the end was cut off, or a record was slipped in: no run_finished event announces "
                f"{', '.join(sorted(missing))}. Restore the ledger from a backup"
            )
            faults.append(Fault(f"{self._shown}:{last + 1}", message))
        return faults

    def _append(
        self, handle: int, name: str, run_id: str, at: datetime, data: dict[str, object]
    ) -> Event:
        tail, torn, size = _tail(handle)
        head = self._tail_event(tail)
        if torn:
            meant = _follows(torn, head)
            if meant is not None:
                data[REPAIRED_NEWLINE] = True
            else:
                data[REPAIRED_TORN_BYTES] = len(torn)
            head = meant or head
        event = _sealed(head, name, run_id, at, data)
        line = format_line(event) + b"\n"
        # The line that will be read later must be this event: better to refuse than to write it.
        try:
            faithful = parse_line(line[:-1]) == event
        except LineError:
            faithful = False
        if not faithful:
            raise ValueError("the event cannot be written as JSON and read back the same")
        if torn and REPAIRED_NEWLINE in data:
            line = b"\n" + line
        elif torn:
            size -= len(torn)
            os.ftruncate(handle, size)
        try:
            _write_all(handle, line)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
        if head is None:
            fsync_folder(self._path.parent)
            fsync_folder(self._path.parent.parent)
        return event

    def _tail_event(self, line: bytes | None) -> Event | None:
        if line is None:
            return None
        try:
            return parse_line(line)
        except LineError as error:
            raise IntegrityError(
                f"The last line of {self._shown} {error}. Run `clearshard audit verify`, then "
                "restore the ledger from a backup."
            ) from None

    def _lines(self) -> Iterator[tuple[int, bytes, bool]]:
        """Number from 1, bytes without the newline, and whether there was one."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.removesuffix(b"\n"), line.endswith(b"\n")

    def _displaced(self, seq: int, expected: int) -> str:
        """Says why an event is not where it belongs."""
        if seq < expected:
            return f"event {seq} is here a second time: a line was duplicated or moved"
        if any(other == expected for other in self._readable_seqs()):
            return f"event {expected} belongs here, and stands further down: lines were reordered"
        return (
            f"event {expected} belongs here, and is nowhere: {seq - expected} line(s) were dropped"
        )

    def _readable_seqs(self) -> Iterator[int]:
        for _, line, _ in self._lines():
            try:
                yield parse_line(line).seq
            except LineError:
                continue

    def _message(self, number: int, problem: str) -> str:
        return (
            f"Line {number} of {self._shown} {problem}. Run `clearshard audit verify`, then "
            "restore the ledger from a backup."
        )


def _sealed(
    head: Event | None, name: str, run_id: str, at: datetime, data: dict[str, object]
) -> Event:
    try:
        plain = json.loads(canonical(data))
    except (TypeError, RecursionError):
        raise ValueError("the data of an event must be JSON values") from None
    unsealed = Event(
        seq=0 if head is None else head.seq + 1,
        at=utc_text(at.astimezone(UTC)),
        event=str(name),
        run_id=run_id,
        data=plain,
        prev=GENESIS if head is None else head.hash,
        hash=GENESIS,
    )
    return msgspec.structs.replace(unsealed, hash=digest_of(unsealed))


def _follows(torn: bytes, head: Event | None) -> Event | None:
    """The event in `torn`, if it is whole and the chain leads to it."""
    try:
        event = parse_line(torn)
    except LineError:
        return None
    expected = (0, GENESIS) if head is None else (head.seq + 1, head.hash)
    return event if (event.seq, event.prev) == expected else None


def _tail(handle: int) -> tuple[bytes | None, bytes, int]:
    """The last whole line, what stands after the last newline, and the size of the file."""
    size = start = os.fstat(handle).st_size
    buffer = b""
    # Two newlines bound the last whole line; at the start of the file one is enough.
    while start > 0 and buffer.count(b"\n") < 2:
        block = min(_BLOCK_BYTES, start)
        start -= block
        buffer = os.pread(handle, block, start) + buffer
    whole, newline, torn = buffer.rpartition(b"\n")
    if not newline:
        return None, torn, size
    return whole.rpartition(b"\n")[2], torn, size


def _write_all(handle: int, line: bytes) -> None:
    written = os.write(handle, line)
    while written < len(line):  # only where the disk fills up: the rest, or the error
        written += os.write(handle, line[written:])
