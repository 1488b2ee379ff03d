"""What the API says of one transcript, and page by page of all.

A record that is still there, but emptied, is what the service leaves of a transcript that its
customer has deleted. What counts as emptied is asked of every field that can hold something of what
was said or asked for, whatever it is called and however deep it lies.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from clearshard.lifecycle.confirmation.client import Answer, Api, Unanswered

_PATH = "/v2/transcript"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
#: As the API gives them: a UUID, of which the first group had more letters once.
_GIVEN = re.compile(r"[0-9a-z]{7,12}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OK, _BAD, _NOT_FOUND = 200, 400, 404
#: As many as the API gives at once.
_PAGE = 200
#: So many pages are two hundred million transcripts: nobody has them, and no walk is endless.
_MOST_PAGES = 1_000_000
_SENTENCE = "deleted by user"
_ADDRESS = "deleted_by_user"
#: How the API calls what it says.
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
#: What a record may say although nothing is left: of its own, and of how it was processed.
_ABOUT = frozenset(
    (
        *("id", "status", "language_code", "language_model", "acoustic_model", "speech_model"),
        *("speech_models", "speech_model_used", "resource_url", "created", "completed", "error"),
        *("redact_pii_audio_quality", "redact_pii_sub", "redact_pii_policies", "boost_param"),
        *("webhook_url", "webhook_auth_header_name", "summary_type", "summary_model", "domain"),
    )
)


class Said(Enum):
    """What the API says of a transcript."""

    GONE = "gone"
    EMPTIED = "emptied"
    THERE = "there"


def is_transcript_id(text: str) -> bool:
    """Whether an id can be asked for: anything else could be another path."""
    return _ID.fullmatch(text) is not None


def is_given_id(text: str) -> bool:
    """Whether the API gives such ids: of any other, absence says nothing."""
    return _GIVEN.fullmatch(text) is not None


def ask_for(api: Api, transcript_id: str) -> Said:
    """What the API says when it is asked for one transcript.

    Args:
        api: The API.
        transcript_id: One that `is_transcript_id` takes.

    Raises:
        Unanswered: Nothing follows from what it says.
    """
    answer = api.get(f"{_PATH}/{transcript_id}")
    record = _object(answer)
    if answer.status == _OK:
        if record.get("id") != transcript_id:
            raise Unanswered("another_id")
        return Said.EMPTIED if is_emptied(record) else Said.THERE
    error = record.get("error")
    if isinstance(error, str) and (
        answer.status == _NOT_FOUND or (answer.status == _BAD and "not found" in error.lower())
    ):
        return Said.GONE
    raise Unanswered(f"status_{answer.status}")


@dataclass(frozen=True, slots=True)
class Listing:
    """All transcripts that the API lists: of each whether it says that it is emptied."""

    said: dict[str, Said]


def list_all(api: Api) -> Listing:
    """Walks through all pages, from the newest transcript to behind the oldest.

    The next page is asked for by the id of the last transcript on this one, and not by an address
    that the page names; the walk ends with a page that is empty, and with none that merely says it
    is the last.

    Raises:
        Unanswered: A page is missing, or contradicts itself or another one: nobody knows all.
    """
    said: dict[str, Said] = {}
    query = {"limit": str(_PAGE)}
    for _ in range(_MOST_PAGES):
        entries = _page(api.get(_PATH, query))
        if not entries:
            return Listing(said)
        for entry in entries:
            name = entry.get("id")
            if not isinstance(name, str) or not is_transcript_id(name):
                raise Unanswered("page_without_ids")
            if name in said:
                raise Unanswered("page_repeated")
            is_gone = _is_address_of_nothing(entry.get("audio_url"))
            said[name] = Said.EMPTIED if is_gone else Said.THERE
        query = {"limit": str(_PAGE), "before_id": str(entries[-1]["id"])}
    raise Unanswered("too_many_pages")


def is_emptied(record: dict[str, Any]) -> bool:
    """Whether a record says that it was deleted, and holds nothing of what was said."""
    says_so = _is_sentence(record.get("text")) or _is_address_of_nothing(record.get("audio_url"))
    inside = (value for name, value in record.items() if name not in _ABOUT)
    return says_so and all(map(_is_empty, inside))


def _page(answer: Answer) -> list[dict[str, Any]]:
    page = _object(answer)
    entries, details = page.get("transcripts"), page.get("page_details")
    if answer.status != _OK:
        raise Unanswered(f"status_{answer.status}")
    if not isinstance(entries, list) or not isinstance(details, dict):
        raise Unanswered("no_page")
    if not all(isinstance(entry, dict) for entry in entries):
        raise Unanswered("no_page")
    if details.get("result_count") != len(entries):
        raise Unanswered("page_miscounted")
    return entries


def _object(answer: Answer) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unanswered("no_json") from None
    return decoded


def _is_empty(value: Any) -> bool:
    """Whether nothing that somebody has said or written is in a value."""
    match value:
        case str():
            return not value.strip() or _is_sentence(value) or _is_address_of_nothing(value)
        case dict():
            # What somebody has said can stand where a name should.
            return all(_FIELD.fullmatch(name) and _is_empty(one) for name, one in value.items())
        case list():
            return all(map(_is_empty, value))
        case _:
            return True


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and " ".join(value.split()).rstrip(".").lower() == _SENTENCE


def _is_address_of_nothing(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return value.strip().rstrip("/.").lower().rpartition("://")[2] == _ADDRESS
