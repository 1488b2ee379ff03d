"""A code behind a name, where both end a turn."""

from collections.abc import Callable

import pytest

from clearshard.records.transcript import Span
from clearshard.redaction.codes_behind_names import codes_behind_names
from clearshard.redaction.redactor import Redactor

from .making import candidates, transcript


def _found(text: str, kind: str = "PERSON") -> list[str]:
    start = text.index("sana")
    spans = [Span(start, start + 4, kind, 0.8, "x")]
    return [text[span.start : span.end] for span in codes_behind_names(text, spans)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sana 5874", "5874"),
        ("it is sana, 5874.\nthanks", "5874"),
        ("sana 300 5874\nok", None),
        ("sana 123456789012\nok", "123456789012"),
        ("sana five eight seven four\nok", "five eight seven four"),
        ("sana five eight seven\nok", None),
        ("sana 587\nok", None),
        ("sana 5874 pieces", None),
        ("sana 1234567890123", None),
        ("sana\n5874", None),
        ("sana has 5874", None),
    ],
)
def test_found(text: str, code: str | None) -> None:
    assert _found(text) == ([] if code is None else [code])


def test_only_behind_names() -> None:
    assert _found("sana 5874", "UNKNOWN_WORD") == ["5874"]
    assert _found("sana 5874", "LOCATION") == []


def _types(redactor: Redactor) -> set[str]:
    found = candidates(redactor, transcript("yes\nsana rabe 5874"))
    return {span.entity_type for span in found if span.recognizer == "CodesBehindNames"}


def test_the_detector_finds_them_where_numbers_are_looked_for(
    redactor: Redactor, make_redactor: Callable[..., Redactor]
) -> None:
    assert _types(redactor) == {"NUMBER_SEQUENCE"}
    assert _types(make_redactor(keep_entities=["NUMBER_SEQUENCE"])) == set()
