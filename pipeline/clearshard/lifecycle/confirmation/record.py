"""What was asked and what may be said, kept beside the receipts: the proof that somebody looked."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

_SUFFIX = ".confirmed.json"


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
        actor: Who asked.
        host: On which machine.
        transcripts: What may be said of each that should be gone.
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

    @property
    def key(self) -> str:
        """Where it is put."""
        return f"{self.name}{_SUFFIX}"


def is_confirmation(key: str) -> bool:
    """Whether a confirmation lies there."""
    return key.endswith(_SUFFIX)


def name_of(key: str) -> str:
    """The id of the confirmation that lies there."""
    return key.removesuffix(_SUFFIX)


def encode(confirmation: Confirmation) -> bytes:
    """The bytes of a confirmation; the ledger holds their digest."""
    return msgspec.json.format(msgspec.json.encode(confirmation), indent=1) + b"\n"
