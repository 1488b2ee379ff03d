"""What is left of a transcript that its customer has deleted, and what only sounds like it."""

import json
from typing import Any

import pytest

from clearshard.records.states import Deleted, Quarantine
from clearshard.sources.deletion import may_say_deleted
from clearshard.sources.transcripts import read_transcript

from .transcript import Json, transcript

ADDRESS = "http://deleted_by_user"


def deleted(**changes: Any) -> Json:
    """As the service gives it after a deletion."""
    emptied: Json = {
        "id": "x",
        "language_code": None,
        "audio_url": ADDRESS,
        "punctuate": True,
        "status": "completed",
        "text": "Deleted by user.",
        "words": None,
        "utterances": None,
        "confidence": None,
        "audio_duration": None,
        "chapters": None,
        "summary": None,
    }
    return {**emptied, **changes}


def _without(*names: str, **changes: Any) -> Json:
    return {name: value for name, value in deleted(**changes).items() if name not in names}


def _said(text: str, **changes: Any) -> Json:
    """Somebody has said it."""
    return transcript(text, audio_url="https://cdn.example.com/a.mp3", **changes)


@pytest.mark.parametrize(
    "made",
    [
        deleted(),
        deleted(language_code="en_us"),
        _without("words", "utterances", "audio_url", "language_code"),
        deleted(words=[], utterances=[], audio_url=None),
        deleted(audio_url="https://cdn.example.com/a.mp3"),
        *(
            _without("audio_url", text=text)
            for text in ("Deleted by user", "deleted by user.", " DELETED  BY\nUSER. ")
        ),
        # The address alone: an export has kept something of what was there before.
        deleted(text=None),
        deleted(text="", words=[]),
        transcript(audio_url=ADDRESS),
        transcript(audio_url="https://deleted_by_user/"),
        transcript(audio_url="Deleted_by_user"),
        deleted(text="My name is Maria.", language_code="en"),
        # Whatever has become of it before.
        deleted(status="error", text=None, error="x"),
        deleted(status="queued"),
    ],
)
def test_what_its_customer_has_deleted_says_so(made: Json) -> None:
    escaped = json.dumps(made).replace("/", "\\/")
    for content in (json.dumps(made), json.dumps(made, indent=1), escaped):
        with pytest.raises(Deleted):
            read_transcript(content.encode(), 100, "x")
        assert may_say_deleted(content.encode())


@pytest.mark.parametrize(
    "made",
    [
        _said("Deleted by user."),
        _said("Deleted by user.", words=None),
        _said("Deleted by user.", utterances=None),
        _said("The file was deleted by user. Who did that?"),
        transcript("Hi.", audio_url=None),
        transcript("Hi.", audio_url=7),
        transcript("Hi.", audio_url=["http://deleted_by_user"]),
        transcript("Hi.", audio_url="http://example.com/deleted_by_user"),
        transcript("Hi.", audio_url="http://deleted_by_user.example.com"),
        transcript("Hi.", audio_url="http://not_deleted_by_user"),
        transcript("Hi.", webhook_url=ADDRESS, summary="Deleted by user."),
        transcript(text="It was deleted by user.", utterances=None, words=None),
        transcript(text="Deleted by user. Deleted by user.", utterances=None, words=None),
    ],
)
def test_speech_is_speech(made: Json) -> None:
    assert read_transcript(json.dumps(made).encode(), 100, "x").text


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (deleted(id="y"), "id_mismatch"),
        (deleted(text=None, audio_url=None), "empty"),
        (deleted(text=["Deleted by user."]), "malformed"),
        (deleted(words=[7]), "malformed"),
        (deleted(utterances={}), "malformed"),
        (_without("status"), "malformed"),
    ],
)
def test_what_cannot_be_read_says_nothing(made: Json, reason: str) -> None:
    with pytest.raises(Quarantine) as caught:
        read_transcript(json.dumps(made).encode(), 100, "x")
    assert str(caught.value.reason) == reason


def test_a_field_that_is_there_twice_says_nothing() -> None:
    content = json.dumps(deleted())[:-1] + ', "audio_url": "http://example.com/a.mp3"}'
    with pytest.raises(Quarantine) as caught:
        read_transcript(content.encode(), 100, "x")
    assert caught.value.error_type == "DuplicateKey"


@pytest.mark.parametrize("of", [{}, _said("hello there")])
@pytest.mark.parametrize("letter", "dt_")
def test_a_letter_that_is_written_as_an_escape_hides_no_deletion(of: Json, letter: str) -> None:
    """JSON may spell any letter so; the address alone says it here, also beside speech."""
    made = deleted(text="hello there") if not of else {**of, "audio_url": ADDRESS}
    escaped = ADDRESS.replace(letter, f"\\u{ord(letter):04x}").replace("/", "\\/")
    content = json.dumps(made).replace(ADDRESS, escaped).encode()
    assert json.loads(content) == made
    assert may_say_deleted(content)
    with pytest.raises(Deleted):
        read_transcript(content, 100, None)
