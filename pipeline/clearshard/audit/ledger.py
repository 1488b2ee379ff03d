"""The ledger: append-only JSON lines, each signed and holding the hash of the line before.

A write is one line with its newline; bytes after the last newline are therefore what a crash left
of a line. If that line lacks nothing but the newline it was meant, and is finished; anything else
never was a whole line and is cut off. Both are told in the data of the next event.

``head.json`` beside the ledger is a copy of its newest line, replaced after each append: lines that
were cut off the end are missed there. A crash between the two leaves it one line behind.

Every event is signed (`signing`), all with the key of the first. Who can write the folder and has
not the key can therefore change nothing unnoticed, but two things: put back an older state of
everything, or begin anew with a key of their own. Against the one, keep the newest hash elsewhere;
against the other, the public key: `check` takes both.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from clearshard.audit.events import (
    GENESIS,
    Event,
    EventName,
    LineError,
    canonical,
    digest_of,
    format_line,
    is_next,
    parse_line,
    parse_unsigned,
)
from clearshard.audit.faults import Fault
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError
from clearshard.records.times import utc_text
from clearshard.storage.failures import output_errors
from clearshard.storage.files import fsync_folder, write_atomic

#: The copy of the newest line, beside the ledger.
HEAD_NAME = "head.json"
#: Keys that `append` itself adds to the data of the event after a repair.
REPAIRED_TORN_BYTES = "repaired_torn_bytes"
REPAIRED_NEWLINE = "repaired_newline"

_BLOCK_BYTES = 64 * 1024


class Ledger:
    """An append-only file of chained events; it is made by the first append."""

    def __init__(self, path: Path, signer: Signer | None = None) -> None:
        """Names the ledger; nothing is opened.

        Args:
            path: ``OUT/audit/ledger.jsonl``.
            signer: Who appends; None is for reading.
        """
        self._path = path
        self._head = path.with_name(HEAD_NAME)
        self._signer = signer
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
            ValueError: `at` has no offset, the event would not read back the same, or there is
                no signer.
            IntegrityError: The last line is not what was written, or was signed with another key;
                nothing was appended.
            OutputFull: The disk is full; nothing was appended.
            OutputUnusable: The file cannot be written.
        """
        if at.tzinfo is None:
            raise ValueError("the time of an event must have an offset")
        data = dict(data or {})
        if self._signer is None:
            raise ValueError("this ledger was opened for reading")
        if data.keys() & {REPAIRED_TORN_BYTES, REPAIRED_NEWLINE}:
            raise ValueError("the data of an event must not claim a repair")
        with output_errors(self._path.parent):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # Two writers with the same head would fork the chain; the kernel frees the lock.
                fcntl.flock(handle, fcntl.LOCK_EX)
                return self._append(handle, self._signer, event, run_id, at, data)
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
        """Yields the events in order, up to the one that is the newest now.

        The signature of the newest is checked; its hash covers all before it. What a crash left of
        a last line is not an event. An end that was cut off is not missed here; see `check`.

        Raises:
            IntegrityError: A line is not what was written.
        """
        newest = self.head()
        if newest is None:
            return
        before: Event | None = None
        for number, line, _ in self._lines():
            try:
                event = parse_unsigned(line)
            except LineError as error:
                raise IntegrityError(self._message(number, str(error))) from None
            if not is_next(before, event):
                raise IntegrityError(self._message(number, "does not follow from the one before"))
            yield event
            if event == newest:
                return
            before = event

    def readable(self) -> Iterator[Event]:
        """Yields the events up to the first that is not what was written: for who asks `check`."""
        before: Event | None = None
        for _, line, whole in self._lines():
            try:
                event = parse_unsigned(line)
            except LineError:
                return
            if not (whole and is_next(before, event)):
                return
            yield event
            before = event

    def check(
        self,
        finished_runs: Collection[str] = (),
        *,
        public_key: str | None = None,
        known_head: str | None = None,
    ) -> list[Fault]:
        """Walks the chain; an empty list says that it is whole.

        At most one fault is about the chain, since everything after the first wrong line rests on
        it; the others are about a torn last line and about an end that was cut off.

        Args:
            finished_runs: Runs whose records are there; each must have been announced.
            public_key: Of the only one who may have signed, hex; None is whoever signed first.
            known_head: Hash of an event that must be there.
        """
        faults: list[Fault] = []
        newest: list[bytes] = []  # the last two lines
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
            public_key = public_key or event.key
            if event.key != public_key:
                message = (
                    f"is signed by key {event.key[:16]}... and not by {public_key[:16]}...: "
                    "somebody else wrote this line"
                )
                faults.append(Fault(f"{self._shown}:{number}", message))
                return faults
            if event.event == EventName.RUN_FINISHED:
                missing.discard(event.run_id)
            if event.hash == known_head:
                known_head = None
            expected_seq, expected_prev = event.seq + 1, event.hash
            newest = [*newest[-1:], line]
        if missing:
            message = (
                "the end was cut off, or a record was slipped in: no run_finished event announces "
                f"{', '.join(sorted(missing))}. Restore the ledger from a backup"
            )
            faults.append(Fault(f"{self._shown}:{last + 1}", message))
        if known_head is not None:
            message = (
                f"no event has the hash {known_head[:16]}... that was kept elsewhere: the end was "
                "cut off, or the ledger is another one. Restore the ledger from a backup"
            )
            faults.append(Fault(f"{self._shown}:{last + 1}", message))
        if not self._head_fits(newest):
            message = (
                f"is not the newest line of {self._shown}: the end of the ledger was cut off, or "
                "this file was changed. Restore both from a backup"
            )
            faults.append(Fault(f"{self._path.parent.name}/{HEAD_NAME}", message))
        return faults

    def _head_fits(self, newest: Sequence[bytes]) -> bool:
        """Whether the copy is of one of the two newest lines: a crash leaves it one behind.

        Args:
            newest: The last two whole lines of the ledger, or all if it has fewer.
        """
        copy = self._read_copy()
        if copy is None:
            return len(newest) < 2
        return copy in [line + b"\n" for line in newest]

    def _require_copy_of(self, newest: Event | None) -> None:
        """Refuses to go on where lines were cut off: an append would hide that."""
        copy = self._read_copy()
        if newest is None:
            fits = copy is None
        elif copy is None:
            fits = newest.seq == 0
        else:
            try:
                fits = parse_line(copy.removesuffix(b"\n")).hash in (newest.hash, newest.prev)
            except LineError:
                fits = False
        if not fits:
            raise IntegrityError(
                f"{self._head.parent.name}/{HEAD_NAME} is not the newest line of {self._shown}: "
                "the end was cut off, or one of them was changed. Restore both from a backup."
            )

    def _read_copy(self) -> bytes | None:
        try:
            return self._head.read_bytes()
        except FileNotFoundError:
            return None

    def _append(
        self,
        handle: int,
        signer: Signer,
        name: str,
        run_id: str,
        at: datetime,
        data: dict[str, object],
    ) -> Event:
        tail, torn, size = _tail(handle)
        head = self._tail_event(tail)
        self._require_copy_of(head)
        meant = _follows(torn, head) if torn else None
        for known in (head, meant):
            if known is not None and known.key != signer.public_key:
                raise IntegrityError(
                    f"{self._shown} is signed by key {known.key[:16]}..., and this run has key "
                    f"{signer.public_key[:16]}... Use the signing key that the folder began with, "
                    "or begin a new output folder."
                )
        if meant is not None:
            data[REPAIRED_NEWLINE] = True
        elif torn:
            data[REPAIRED_TORN_BYTES] = len(torn)
        event = _sealed(meant or head, signer, name, run_id, at, data)
        line = format_line(event) + b"\n"
        # The line that will be read later must be this event: better to refuse than to write it.
        try:
            faithful = parse_line(line[:-1]) == event
        except LineError:
            faithful = False
        if not faithful:
            raise ValueError("the event cannot be written as JSON and read back the same")
        if meant is not None:
            _write_all(handle, b"\n")
            os.fsync(handle)
            tail, size = torn, size + 1
        elif torn:
            size -= len(torn)
            os.ftruncate(handle, size)
        # The copy may be one line behind, never two: it catches up before the next line.
        if tail is not None and self._read_copy() != tail + b"\n":
            write_atomic(self._head, tail + b"\n")
        try:
            _write_all(handle, line)
            os.fsync(handle)
            write_atomic(self._head, line)
        except OSError:
            # Never back behind what the copy says, or nobody could append again.
            if self._read_copy() != line:
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
    head: Event | None,
    signer: Signer,
    name: str,
    run_id: str,
    at: datetime,
    data: dict[str, object],
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
        key=signer.public_key,
        signature="",
    )
    digest = digest_of(unsealed)
    return msgspec.structs.replace(unsealed, hash=digest, signature=signer.sign(digest))


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
