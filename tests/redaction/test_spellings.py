"""What is redacted is gone from every view, also where the views spell it otherwise."""

import json
from typing import Any

import pytest

from clearshard.records.transcript import RedactedTranscript, Span
from clearshard.redaction.apply import apply
from clearshard.sources.transcripts import read_transcript


def _redacted(made: Any, value: str) -> RedactedTranscript:
    source = read_transcript(json.dumps(made).encode(), 100, None)
    start = source.text.index(value)
    span = Span(start, start + len(value), "PERSON", 0.9, "test")
    return apply(source, [span], ["<PERSON_1>"])


def _timed(*said: str) -> list[dict[str, Any]]:
    return [{"text": w, "start": 100 * n, "end": 100 * n + 80} for n, w in enumerate(said)]


@pytest.mark.parametrize(
    ("text", "words", "value", "left", "muted"),
    [
        ("I am Ann.", ("i", "am", "ann"), "Ann", ["I", "am", "<PERSON_1>."], (200, 280)),
        # A name that the text spells by a customer's rule, and the words as they were heard.
        ("ask DeCarlo, ok", ("ask", "decarlo", "ok"), "DeCarlo",
         ["ask", "<PERSON_1>,", "ok"], (100, 180)),
        ("by Smith-Jones?", ("by", "smith", "jones"), "Smith-Jones",
         ["by", "<PERSON_1>?"], (100, 280)),
        ("by O'Neil.", ("by", "oneil"), "O'Neil", ["by", "<PERSON_1>."], (100, 180)),
        # Only a part of a word is found: all of the word is muted.
        ("mail a.b@c.io now", ("mail", "abcio", "now"), "a.b@c",
         ["mail", "<PERSON_1>.io", "now"], (100, 180)),
    ],
)  # fmt: skip
def test_words_that_are_spelled_otherwise(
    text: str, words: tuple[str, ...], value: str, left: list[str], muted: tuple[int, int]
) -> None:
    made = {"status": "completed", "language_code": "en", "text": text, "words": _timed(*words)}
    redacted = _redacted(made, value)
    assert [word.text for word in redacted.words] == left
    assert redacted.text == text.replace(value, "<PERSON_1>")
    (redaction,) = redacted.redactions
    assert (redaction.start_ms, redaction.end_ms) == muted


def test_words_without_times_are_muted_from_neighbour_to_neighbour() -> None:
    said = [
        {"word": "call", "start": 0.0, "end": 0.2},
        {"word": "415"},
        {"word": "0123"},
        {"word": "now", "start": 1.5, "end": 1.9},
    ]
    segment = {"start": 0.0, "end": 1.9, "text": "call 415 0123 now", "words": said}
    redacted = _redacted({"segments": [segment], "word_segments": said, "language": "en"}, "0123")
    assert [word.text for word in redacted.words] == ["call", "415 <PERSON_1>", "now"]
    (redaction,) = redacted.redactions
    assert (redaction.start_ms, redaction.end_ms) == (200, 1500)
