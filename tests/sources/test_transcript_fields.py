"""A transcript has its own id, no field twice, and others that nobody reads."""

import codecs
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.sources.transcripts import read_transcript

from .reading import read_made, reason_of
from .transcript import transcript


def test_unknown_fields_are_ignored_and_numbers_may_name_speakers() -> None:
    made = transcript("a", "b", chapters=[{"x": [1]}], summary="y")
    for piece in (*made["utterances"], *made["words"]):
        piece["speaker"] = 7
    assert {w.speaker for w in read_made(made).words} == {0}


@pytest.mark.parametrize("found", ["y", "X", "x ", "", "\u0445"])
def test_a_transcript_of_another_id_is_not_the_one_that_was_asked_for(found: str) -> None:
    made = json.dumps(transcript(id=found)).encode()
    with pytest.raises(Quarantine) as caught:
        read_transcript(made, 100, "x")
    assert str(caught.value.reason) == "id_mismatch"


@pytest.mark.parametrize("found", [7, 7.0, None, True, ["x"], {"x": "x"}])
def test_an_id_is_a_string_or_is_not_there(found: object) -> None:
    assert reason_of(transcript(id=found)) == ("malformed", "ValidationError: id (expected str)")


def test_without_an_id_the_manifest_is_believed() -> None:
    made = transcript()
    del made["id"]
    assert read_made(made, own_id="x") == read_made(transcript(), own_id="x")


_STYLES: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"indent": 2}]


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize(
    "key", ["status", "language_code", "id", "text", "utterances", "words", "audio_duration", "y"]
)
@pytest.mark.parametrize("spell", [str, lambda key: f"\\u{ord(key[0]):04x}{key[1:]}"])
def test_a_field_that_is_there_twice_is_malformed(
    style: dict[str, Any], key: str, spell: Callable[[str], str]
) -> None:
    """Whichever of the two comes last, and however it is spelled."""
    made = transcript(y=1)
    encoded = json.dumps(made, **style)
    again = json.dumps(made[key], **style)
    for twice in (
        "{" + f'"{spell(key)}":{again},' + encoded[1:],
        encoded.rstrip()[:-1] + f', "{spell(key)}": {again}' + "}",
    ):
        assert reason_of(twice.encode()) == ("malformed", "DuplicateKey")


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize("key", ["text", "speaker", "start", "words"])
def test_a_field_of_an_utterance_that_is_there_twice_is_malformed(
    style: dict[str, Any], key: str
) -> None:
    made = transcript()
    first = json.dumps(made["utterances"][1], **style)
    twice = first[:-1] + f',"{key}":{json.dumps(made["utterances"][1][key], **style)}' + "}"
    made["utterances"][1] = "here"
    whole = json.dumps(made, **style).replace('"here"', twice)
    assert reason_of(whole.encode()) == ("malformed", "DuplicateKey")


@pytest.mark.parametrize("style", [*_STYLES, {"separators": (" , ", " : ")}, {"indent": "\t"}])
def test_the_same_name_in_another_object_is_another_field(style: dict[str, Any]) -> None:
    """However it is written, and whatever names are escaped or are in what nobody reads."""
    made = transcript(
        chapters=[{"text": "y", "id": "y"}, {"text": "z"}], status_="completed", é="ü"
    )
    # A number that is longer than Python reads.
    encoded = json.dumps(made, **style).replace('"\\u00fc"', "9" * 5000)
    for written in (encoded, encoded.replace('"status"', '"st\\u0061tus"'), f"\n {encoded}\r\n"):
        assert read_made(written.encode()) == read_made(transcript())


def test_whole_milliseconds_may_have_a_fraction_and_a_file_a_mark() -> None:
    made = json.dumps(transcript()).encode()
    plain = read_transcript(made, 1000, "x")
    floats = re.sub(rb'("(?:start|end)": \d+)', rb"\1.0", made)
    assert floats.count(b".0,") > 10
    assert read_transcript(floats, 1000, "x") == plain
    assert read_transcript(codecs.BOM_UTF8 + made, 1000, "x") == plain


@pytest.mark.parametrize(
    ("code", "codes", "language"),
    [
        ("en_us", None, "en"),
        (None, ["en", "en_uk"], "en"),
        ("en", ["en"], "en"),
        ("en", ["en", "es"], "mul"),
        (None, ["es", "pt"], "mul"),
        (None, [], ""),
        (None, None, ""),
    ],
)
def test_people_change_between_languages(
    code: str | None, codes: list[str] | None, language: str
) -> None:
    made = transcript(language_code=code, language_codes=codes)
    assert read_made(made).language == language
