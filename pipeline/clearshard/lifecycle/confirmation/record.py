"""What was asked and what may be said, kept beside the receipts: the proof that somebody looked.

A confirmation of many transcripts is kept in parts, so that each can be read whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from clearshard.errors import IntegrityError

_SUFFIX = ".confirmed.json"
#: So many transcripts are named by one part; with ids as long as they may be it has some megabytes.
_PART = 10_000


class Verdict(StrEnum):
    """What may be said of a transcript."""

    GONE = "gone"
    STILL_THERE = "still_there"
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A transcript, and what may be said of it.

    Attributes:
        transcript_id: The transcript.
        verdict: What may be said.
        why: In one word, where it is not gone.
    """

    transcript_id: str
    verdict: Verdict
    why: str | None = None


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One confirmation.

    Attributes:
        version: Of this format.
        name: Its id.
        begun_at: Before anything was asked, RFC 3339 in UTC.
        finished_at: When all was.
        api_url: Who was asked.
        control: Transcripts that were known to be there.
        control_failed: Why absence says nothing here, in one word; None if the control was found,
            or there was none.
        actor: Who asked.
        host: On which machine.
        transcripts: What may be said of each that should be gone.
        ledger: Of the job, which is told of it: the hash of its first event; None if there is none.
        part: Which part this is, from 0.
        parts: Of how many.
    """

    version: int
    name: str
    begun_at: str
    finished_at: str
    api_url: str
    control: tuple[str, ...]
    actor: str
    host: str
    transcripts: tuple[Confirmed, ...]
    control_failed: str | None = None
    ledger: str | None = None
    part: int = 0
    parts: int = 1

    @property
    def key(self) -> str:
        """Where it is put, or this part of it."""
        return f"{self.name}-{self.part:05d}{_SUFFIX}"

    def in_parts(self) -> Iterator["Confirmation"]:
        """The same in parts that can be read whole; one if it is about nothing."""
        count = max(1, -(-len(self.transcripts) // _PART))
        for part in range(count):
            some = self.transcripts[part * _PART : (part + 1) * _PART]
            yield msgspec.structs.replace(self, transcripts=some, part=part, parts=count)


def is_confirmation(key: str) -> bool:
    """Whether a confirmation lies there, or a part of one."""
    return key.endswith(_SUFFIX)


def decode(data: bytes, key: str) -> Confirmation:
    """Reads a confirmation, or a part of one.

    Args:
        data: Its bytes.
        key: Where it lies, for the error.

    Raises:
        IntegrityError: It is none.
    """
    try:
        return msgspec.json.decode(data, type=Confirmation)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise IntegrityError(
            f"{key} is not what a confirmation writes: it was edited. Restore it from a backup."
        ) from None


def encode(confirmation: Confirmation) -> bytes:
    """The bytes of a confirmation; the ledger holds their digest."""
    return msgspec.json.format(msgspec.json.encode(confirmation), indent=1) + b"\n"
