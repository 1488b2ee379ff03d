"""Patterns for written values find them where they were said, and say where that was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.redaction import detector as detector_module
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.scores import TAGGER

from .making import candidates, transcript

OWN_FILE = """
recognizers:
  - name: MemberNumberRecognizer
    supported_entity: MEMBER_ID
    patterns: [{name: member, regex: 'SKY-[A-Z]{2}\\d{5}', score: 0.9}]
  - name: AgeRecognizer
    supported_entity: AGE
    patterns: [{name: age, regex: '\\d{2} years old', score: 0.9}]
"""


def found(redactor: Redactor, *turns: str) -> dict[str, list[str]]:
    """Entity type → the texts of what was found as it by patterns for written values."""
    source = transcript(*turns)
    spans = candidates(redactor, source)
    texts: dict[str, list[str]] = {}
    for span in spans:
        # A sequence has another name only if a pattern has found the same range.
        if span.entity_type != "NUMBER_SEQUENCE" and span.recognizer != TAGGER:
            texts.setdefault(span.entity_type, []).append(source.text[span.start : span.end])
    return texts


@pytest.fixture
def with_own(make_redactor: Callable[..., Redactor], tmp_path: Path) -> Redactor:
    own = tmp_path / "own.yaml"
    own.write_text(OWN_FILE)
    return make_redactor(recognizers=str(own))


def test_the_users_patterns_hear_what_was_said(with_own: Redactor) -> None:
    said = "s k y dash a b one two three double four"
    assert found(with_own, f"it is {said} and more")["MEMBER_ID"] == [said]
    assert found(with_own, "he is forty-two years old")["AGE"] == ["forty-two years old"]
    # And what was written, as before.
    assert found(with_own, "it is SKY-AB12345 yes")["MEMBER_ID"] == ["SKY-AB12345"]


def test_a_value_goes_on_over_turns_and_what_is_read_back_is_part_of_it(
    redactor: Redactor,
) -> None:
    turns = (
        "my card is five one oh five one oh five one",
        "oh five one oh",
        "mm hmm",
        "five one oh oh ok",
    )
    card = max(found(redactor, *turns)["CREDIT_CARD"], key=len)
    assert card.startswith("five one")
    assert card.endswith("one oh oh")
    readback = ("it is two one two", "two one two", "five five five", "oh one four three")
    phone = max(found(redactor, *readback)["PHONE_NUMBER"], key=len)
    assert phone == "two one two two one two five five five oh one four three"


@pytest.mark.parametrize(
    ("said", "entity_type"),
    [
        ("one nine two dot one six eight dot one dot ten", "IP_ADDRESS"),
        ("four one one one double one triple one one one triple one double one", "CREDIT_CARD"),
        ("two two two one oh oh oh oh oh oh oh oh oh oh oh nine", "CREDIT_CARD"),
        ("plus one two one two five five five oh one four three", "PHONE_NUMBER"),
        ("j o h n four two at example dot com", "EMAIL_ADDRESS"),
    ],
)
def test_presidios_recognizers_hear_what_was_said(
    redactor: Redactor, said: str, entity_type: str
) -> None:
    assert said in found(redactor, f"it is {said} thanks")[entity_type]


def test_context_words_are_those_of_the_text(redactor: Redactor) -> None:
    said = "eight seven oh six five four three two one"
    with_word = found(redactor, f"my social security number is {said}")
    assert "US_SSN" in with_word
    assert "US_SSN" not in found(redactor, f"the parcel has {said}")


def test_stock_stays_stock(make_redactor: Callable[..., Redactor]) -> None:
    stock = make_redactor(profile="stock")
    said = "four one one one double one triple one one one triple one double one"
    assert "CREDIT_CARD" not in found(stock, f"it is {said}")


def test_what_cannot_be_written_quarantines(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = transcript("one two three"), transcript("four five six")

    def fails_for_one(text: str) -> list[object]:
        if "four" in text:
            raise ValueError(text)
        return []

    monkeypatch.setattr(detector_module, "written_forms", fails_for_one)
    one, other = redactor.spans([good, bad])
    assert isinstance(one, tuple)
    assert isinstance(other, Quarantine)
    assert other.reason is QuarantineReason.DETECTOR_FAILED
    assert other.error_type == "ValueError"
    assert "four" not in str(other)


def test_a_pattern_that_times_out_in_a_written_form_quarantines(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Quarantine(QuarantineReason.DETECTOR_TIMEOUT, "PatternTimeout")
    monkeypatch.setattr(redactor._detector._written, "find", lambda texts: [late for _ in texts])
    said, nothing = redactor.spans([transcript("twenty two"), transcript("hello there")])
    assert isinstance(said, Quarantine)
    assert said.reason is QuarantineReason.DETECTOR_TIMEOUT
    assert isinstance(nothing, tuple)
