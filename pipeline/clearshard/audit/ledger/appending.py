"""One event more: chained, signed, and on the disk before anybody is told."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import msgspec

from clearshard.audit.events import (
    GENESIS,
    Event,
    LineError,
    canonical,
    digest_of,
    format_line,
    key_after,
    parse_line,
)
from clearshard.audit.ledger.file import LedgerFile, Tail, tail_of, write_durably
from clearshard.audit.ledger.reading import event_of
from clearshard.audit.ledger.repair import REPAIRED_NEWLINE, REPAIRED_TORN_BYTES, Repair, repair_of
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError, RunLocked
from clearshard.records.times import utc_text
from clearshard.storage.failures import output_errors
from clearshard.storage.files import fsync_folder


@dataclass(frozen=True, slots=True)
class Said:
    """What an event says; see `clearshard.audit.events.Event`.

    Raises:
        ValueError: The time has no offset, or the data claim a repair.
    """

    event: str
    run_id: str
    at: datetime
    data: dict[str, object]

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the time of an event must have an offset")
        if self.data.keys() & {REPAIRED_TORN_BYTES, REPAIRED_NEWLINE}:
            raise ValueError("the data of an event must not claim a repair")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest event that somebody has read, on which depends what they append.

    Attributes:
        hash: Of the event; None if there was none.
    """

    hash: str | None


def append(
    file: LedgerFile, signer: Signer, said: Said, after: Newest | None = None
) -> Event | None:
    """Appends an event; see `Ledger.append` and, for `after`, `Ledger.append_after`."""
    folder = file.path.parent
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # Two writers with the same head would fork the chain; the kernel frees the lock.
            fcntl.flock(handle, fcntl.LOCK_EX)
            tail = tail_of(handle)
            head = event_of(file, tail.newest)
            _require_copy_of(head, file)
            repair = repair_of(tail, head)
            _require_same_key(file, signer, head, repair.meant)
            before = repair.meant or head
            if after is not None and after.hash != (None if before is None else before.hash):
                _require_readable(file, repair)
                return None
            event = sealed(before, signer, said, repair.told)
            # All that can be refused has been: from here on it is written.
            _write(file, handle, repair.carry_out(handle), format_line(event) + b"\n")
        finally:
            os.close(handle)
        if head is None:
            fsync_folder(folder)
            fsync_folder(folder.parent)
        return event


def _write(file: LedgerFile, handle: int, tail: Tail, line: bytes) -> None:
    """Writes a line and its copy, or neither."""
    # The copy may be one line behind, never two: it catches up before the next line.
    if tail.newest is not None and file.read_copy() != tail.newest + b"\n":
        file.write_copy(tail.newest + b"\n")
    try:
        write_durably(handle, line)
        file.write_copy(line)
    except OSError:
        # Never back behind what the copy says, or nobody could append again.
        if file.read_copy() != line:
            os.ftruncate(handle, tail.size)
        raise


def _require_copy_of(newest: Event | None, file: LedgerFile) -> None:
    """Refuses to go on where lines were cut off: an append would hide that."""
    copy = file.read_copy()
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
            f"{file.copy_shown} is not the newest line of {file.shown}: the end was cut off, or "
            "one of them was changed. Restore both from a backup."
        )


def _require_same_key(
    file: LedgerFile, signer: Signer, head: Event | None, meant: Event | None
) -> None:
    """Refuses a line that was meant and a signer that the event before has not let in."""
    of_signer = (meant or head, signer.public_key)
    for before, key in ((head, None if meant is None else meant.key), of_signer):
        if before is not None and key is not None and key != key_after(before):
            raise IntegrityError(
                f"{file.shown} is signed by key {key_after(before)[:16]}..., and this run has key "
                f"{key[:16]}... Use the signing key of the folder, or begin a new output folder."
            )


def _require_readable(file: LedgerFile, repair: Repair) -> None:
    """Makes sure that who reads again sees the event that was missed."""
    if repair.meant is not None:
        raise RunLocked(
            f"Another run was killed while it told {file.shown} something. Nothing of this run "
            "became visible. Run again: that mends it."
        )


def sealed(
    head: Event | None,
    signer: Signer,
    said: Said,
    repaired: Mapping[str, object] = MappingProxyType({}),
) -> Event:
    """The event after another, hashed and signed.

    Args:
        head: The other; None if there is none.
        signer: Who says it.
        said: What.
        repaired: What else: that the line before was repaired.

    Raises:
        ValueError: It would not read back the same.
    """
    try:
        plain = json.loads(canonical({**said.data, **repaired}))
    except (TypeError, RecursionError):
        raise ValueError("the data of an event must be JSON values") from None
    unsealed = Event(
        seq=0 if head is None else head.seq + 1,
        at=utc_text(said.at.astimezone(UTC)),
        event=said.event,
        run_id=said.run_id,
        data=plain,
        prev=GENESIS if head is None else head.hash,
        hash=GENESIS,
        key=signer.public_key,
        signature="",
    )
    digest = digest_of(unsealed)
    event = msgspec.structs.replace(unsealed, hash=digest, signature=signer.sign(digest))
    # The line that will be read later must be this event: better to refuse than to write it.
    try:
        faithful = parse_line(format_line(event)) == event
    except LineError:
        faithful = False
    if not faithful:
        raise ValueError("the event cannot be written as JSON and read back the same")
    return event
