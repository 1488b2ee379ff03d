"""Receipts: what a sweep has deleted, as JSON, one for each batch of artefacts.

Before a batch is touched, the same is put as *begun*: whoever is killed in between leaves word of
what may be gone. The next sweep looks what is, and makes the receipt. So there is no moment in
which something is gone and nobody can say what it was.

A receipt names artefacts and holds their digests; nothing of what was in them.
"""

import re
from enum import StrEnum

import msgspec

from clearshard.errors import IntegrityError

#: A receipt has a number at its end: other records lie beside it.
_RECEIPT = re.compile(r".+-\d{5,}\.json")
_SUFFIX = ".json"
_BEGUN = ".begun.json"
#: A batch of a thousand artefacts with names as long as they may be has a few megabytes.
MAX_BYTES = 64 * 1024 * 1024


class Outcome(StrEnum):
    """What became of an artefact."""

    BEGUN = "begun"
    DELETED = "deleted"
    #: It was changed since its digest was taken, or a killed sweep did not come to it.
    LEFT = "left"
    #: It could not be deleted, or nobody could see whether it was.
    FAILED = "failed"


class Removed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An artefact that was to be deleted.

    Attributes:
        artefact_id: As the inventory has it; so are the next three.
        root: Of the configuration, the place that it lies below.
        key: Where below it.
        clause: Of the schedule, under which it was due.
        state: How it stood: due, overdue or in breach.
        begins_at: When its deletion was to begin, RFC 3339 in UTC.
        due_at: By when it was to be done.
        size_bytes: How long it was.
        sha256: Of its bytes, before it was deleted.
        outcome: What became of it.
        error: The type of what went wrong, if anything.
    """

    artefact_id: str
    account_id: str | None
    kind: str
    transcript_id: str | None
    root: str
    key: str
    clause: str
    state: str
    begins_at: str
    due_at: str
    size_bytes: int
    sha256: str
    outcome: Outcome
    error: str | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sweep has deleted, or a part of it.

    Attributes:
        version: Of this format.
        sweep: Id of the sweep.
        number: Of the batch, from 0.
        as_of: The moment that the artefacts were judged at, RFC 3339 in UTC.
        begun_at: Before anything was deleted.
        finished_at: When it was known to be gone; of what was settled, no later than that.
        settled: Whether that was found out by another sweep, since this one was killed.
        inventory_sha256: Of the inventory; None if it was a listing.
        registry_sha256: Of the registry.
        actor: Who swept.
        host: On which machine.
        places: What each root was known by (`Store.place_id`): whatever else lies there when the
            receipt is made, a disk that is not mounted among it, says nothing of what is gone.
        ledger: Of the job, which is told of it: the hash of its first event; None if there is none.
        artefacts: What was to be deleted.
    """

    version: int
    sweep: str
    number: int
    as_of: str
    begun_at: str
    finished_at: str | None
    settled: bool
    inventory_sha256: str | None
    registry_sha256: str
    actor: str
    host: str
    artefacts: tuple[Removed, ...]
    places: dict[str, str] = {}
    ledger: str | None = None

    @property
    def begun_key(self) -> str:
        """Where it is put before anything is deleted."""
        return f"{self.sweep}-{self.number:05d}{_BEGUN}"

    @property
    def key(self) -> str:
        """Where it is put afterwards."""
        return receipt_of(self.begun_key)


def is_begun(key: str) -> bool:
    """Whether what lies there was put before something was deleted."""
    return key.endswith(_BEGUN)


def is_receipt(key: str) -> bool:
    """Whether what lies there says what has been deleted."""
    return _RECEIPT.fullmatch(key) is not None


def receipt_of(begun_key: str) -> str:
    """Where the receipt is put for what was begun."""
    return begun_key.removesuffix(_BEGUN) + _SUFFIX


def is_of(receipt: Receipt, ledger: str | None) -> bool:
    """Whether a receipt is of a job with that ledger, or of one without, and of no other one's."""
    return None in (receipt.ledger, ledger) or receipt.ledger == ledger


def encode(receipt: Receipt) -> bytes:
    """The bytes of a receipt; the ledger holds their digest."""
    return msgspec.json.format(msgspec.json.encode(receipt), indent=1) + b"\n"


def decode(data: bytes, key: str) -> Receipt:
    """Reads a receipt.

    Args:
        data: Its bytes.
        key: Where it lies, for the error.

    Raises:
        IntegrityError: It is none.
    """
    try:
        return msgspec.json.decode(data, type=Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise IntegrityError(
            f"{key} is not what a sweep writes: it was edited. Restore it from a backup."
        ) from None
