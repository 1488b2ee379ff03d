"""Whisper's JSON, and that of OpenAI's API."""

from typing import Any

import pytest

from clearshard.sources.adapters import Form
from clearshard.sources.adapters.language_names import code_of

from .reading import Json, edited, read, refused, turns, words


def _segment(text: str, start: float, end: float, **more: Any) -> Json:
    return {"id": 0, "seek": 0, "start": start, "end": end, "text": text, "tokens": [1], **more}


def _timed(text: str, start: float) -> list[Json]:
    return [
        {"word": f" {w}", "start": start + n / 4, "end": start + n / 4 + 0.2, "probability": 0.9}
        for n, w in enumerate(text.split())
    ]


PLAIN: Json = {
    "text": " My name is John Smith. I live in Kiel.",
    "segments": [
        _segment(" My name is John", 0, 2.0),
        _segment(" Smith.", 2.0, 2.5),
        _segment(" I live in Kiel.", 2.5, 4),
    ],
    "language": "en",
}
TIMED = edited(
    PLAIN,
    lambda d: [s.update(words=_timed(s["text"], s["start"])) for s in d["segments"]],
)
BESIDE: Json = {
    "task": "transcribe",
    "language": "english",
    "duration": 4.5,
    "text": "My name is John Smith. I live in Kiel.",
    "words": [
        {"word": word, "start": place / 2, "end": place / 2 + 0.5}
        for place, word in enumerate(("My name", "is", "John", "Smith", "I live", "in", "Kiel"))
    ],
}


def test_segments_are_joined_to_sentences() -> None:
    """A name that a window of the model has cut is whole again."""
    found = read(PLAIN)
    assert found.text == PLAIN["text"]
    assert turns(found) == [
        ("My name is John Smith.", 0, 2500, None),
        ("I live in Kiel.", 2500, 4000, None),
    ]
    assert (len(found.words), found.language) == (0, "en")


def test_words_are_timed_in_their_segments_or_beside_them() -> None:
    assert words(read(TIMED))[3:5] == [("John", 750, 950, None), ("Smith.", 2000, 2200, None)]
    found = read(BESIDE)
    assert words(found)[2:4] == [("John", 1000, 1500, None), ("Smith.", 1500, 2000, None)]
    assert (found.language, found.audio_duration_ms) == ("en", 4500)
    assert not found.has_utterances
    with_segments = read({**BESIDE, "segments": PLAIN["segments"]})
    assert with_segments.words == found.words
    assert turns(with_segments) == turns(read(PLAIN))


def test_a_text_alone_is_read_if_somebody_says_what_it_is() -> None:
    made = {"text": "Hi, I am Ann.", "usage": {"seconds": 3}}
    assert refused(made) == ("malformed", "unknown_format: transcript")
    found = read(made, form=Form("whisper", "en"))
    assert (found.text, found.language) == ("Hi, I am Ann.", "en")


@pytest.mark.parametrize(
    ("name", "code"),
    [("english", "en"), ("English", "en"), ("en", "en"), ("german", "de"), ("klingon", "klingon"),
     ("haitian creole", "ht"), ("cantonese", "yue"), ("en-US", "en-us")],
)  # fmt: skip
def test_languages_have_names(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_language_that_is_said_is_never_replaced() -> None:
    made = edited(BESIDE, lambda d: d.update(language="klingon"))
    assert read(made, form=Form(language="en")).language == "klingon"
    made = edited(PLAIN, lambda d: d.pop("language"))
    assert read(made).language == ""
    assert read(made, form=Form(language="en")).language == "en"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (edited(TIMED, lambda d: d["segments"][2]["words"].pop(0)),
         "view_mismatch piece_not_in_text: segments[2].words[0]"),
        (edited(TIMED, lambda d: d["segments"][0]["words"][1].update(end=9.5)),
         "malformed timing: segments[0].words[2]"),
        (edited(PLAIN, lambda d: d["segments"][2].update(start=1.0)),
         "malformed timing: segments[2]"),
        (edited(PLAIN, lambda d: d["segments"].pop()),
         "view_mismatch text_left_over: segments[0]"),
        (edited(PLAIN, lambda d: d.update(text=["Hildegard"])),
         "malformed ValidationError: text (expected str)"),
        (edited(PLAIN, lambda d: d["segments"][1].pop("end")),
         "malformed ValidationError: segments[1] (missing end)"),
        (edited(BESIDE, lambda d: d["words"].pop(3)),
         "view_mismatch piece_not_in_text: words[3]"),
        (edited(BESIDE, lambda d: d["words"][3].update(start=0.1)), "malformed timing: words[3]"),
        ({**PLAIN, "text": "", "segments": []}, "empty text"),
    ],
)  # fmt: skip
def test_what_is_not_one_speech_is_told_with_its_place(made: Json, said: str) -> None:
    assert " ".join(refused(made)) == said
