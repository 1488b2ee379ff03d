"""Events of the ledger, and their lines.

A line is the canonical JSON of its event (sorted keys, no spaces, ASCII), so that there is exactly
one spelling of it and no byte can change unnoticed. Laws, each with a test::

    parse_line(format_line(e)) == e
    format_line(parse_line(b)) == b
"""

import hashlib
import json
import re
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from clearshard.audit.signing import is_signed

#: What the first event has for the hash of the line before.
GENESIS = "0" * 64

_IS_KEY = re.compile("[0-9a-f]{64}")
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
    RETENTION_SWEPT = "retention_swept"
    RETENTION_CONFIRMED = "retention_confirmed"
    TOMBSTONES_PLACED = "tombstones_placed"
    TOMBSTONE_LIFTED = "tombstone_lifted"
    PURGE_RECEIPT = "purge_receipt"
    EXPORT_RECORDED = "export_recorded"
    SIGNING_KEY_CHANGED = "signing_key_changed"
    ENCRYPTION_KEY_CHANGED = "encryption_key_changed"
    ENCRYPTION_KEY_DESTROYED = "encryption_key_destroyed"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the ledger.

    Attributes:
        seq: Number of the event, from 0.
        at: When it was appended, RFC 3339 in UTC.
        event: What happened, ``lower_snake``; see `EventName`.
        run_id: The run that it is about.
        data: JSON values: ids, counts and digests.
        prev: `hash` of the line before, `GENESIS` for the first.
        hash: SHA-256 over the canonical JSON of everything above.
        key: Public key of who signed it, Ed25519, hex.
        signature: Of `hash`, hex.
    """

    seq: Annotated[int, msgspec.Meta(ge=0)]
    at: str
    event: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z")]
    run_id: str
    data: dict[str, Any]
    prev: Sha256
    hash: Sha256
    key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]


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
    for name in ("hash", "key", "signature"):
        del fields[name]
    return hashlib.sha256(canonical(fields)).hexdigest()


def format_line(event: Event) -> bytes:
    """The line of an event, without its newline."""
    return canonical(msgspec.structs.asdict(event))


def parse_line(line: bytes) -> Event:
    """The event of a line, its own hash and signature checked; the chain is not.

    Raises:
        LineError: It is not an event in canonical JSON, or not the one that was signed.
    """
    event = parse_unsigned(line)
    _require_signed(event)
    return event


def parse_unsigned(line: bytes) -> Event:
    """As `parse_line`, but for the signature: checking one takes longer than all the rest.

    That of an event which names another key for all that follow is checked: theirs hang on it.
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
    if event.event == EventName.SIGNING_KEY_CHANGED:
        if not _IS_KEY.fullmatch(str(event.data.get("key"))):
            raise LineError("names no key for what follows")
        _require_signed(event)
    return event


def _require_signed(event: Event) -> None:
    if not is_signed(event.hash, event.key, event.signature):
        raise LineError("is not signed by the key that it names: it was edited")


def key_after(event: Event) -> str:
    """The public key that must sign the event after this one, hex.

    The same that has signed this one, unless it says that another takes its place.
    """
    changes = event.event == EventName.SIGNING_KEY_CHANGED
    return str(event.data["key"]) if changes else event.key


def is_next(before: Event | None, event: Event) -> bool:
    """Whether an event is the one after another, or the first, and signed by who has to."""
    if before is None:
        return (event.seq, event.prev) == (0, GENESIS)
    return (event.seq, event.prev, event.key) == (before.seq + 1, before.hash, key_after(before))
