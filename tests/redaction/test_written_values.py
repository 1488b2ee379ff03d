"""A user's patterns for written values find them where they were said, and say where that was."""

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
  - name: ClubCardRecognizer
    supported_entity: CLUB_CARD
    patterns: [{name: club, regex: '\\b5\\d{15}\\b', score: 0.9}]
  - name: WorkPassRecognizer
    supported_entity: BADGE
    patterns: [{name: badge, regex: '\\b\\d{9}\\b', score: 0.01}]
    context: [badge]
  - name: LockerRecognizer
    supported_entity: LOCKER
    patterns: [{name: locker, regex: '\\b[a-z]{2}[0-9]{3}\\b', score: 0.9}]
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
    with_own: Redactor,
) -> None:
    turns = (
        "my card is five one oh five one oh five one",
        "oh five one oh",
        "mm hmm",
        "five one oh oh ok",
    )
    card = max(found(with_own, *turns)["CLUB_CARD"], key=len)
    assert card.startswith("five one")
    assert card.endswith("one oh oh")


@pytest.mark.parametrize(
    "turns",
    [
        ("the locker is q x four double seven", "q x four seven seven", "thanks"),
        ("what is the locker of employee two", "q x four seven seven"),
        ("is it four seven seven", "q x four seven seven"),
        ("for employee two, q x four seven seven",),
    ],
)
def test_a_value_is_found_beside_others_and_where_it_is_read_back_in_other_words(
    turns: tuple[str, ...], with_own: Redactor
) -> None:
    assert "q x four seven seven" in found(with_own, *turns)["LOCKER"]


def test_context_words_are_those_of_the_text(with_own: Redactor) -> None:
    said = "eight seven oh six five four three two one"
    assert "BADGE" in found(with_own, f"my badge has {said}")
    assert "BADGE" not in found(with_own, f"the parcel has {said}")


def test_nothing_is_written_where_there_is_no_pattern_of_a_user(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(detector_module, "written_forms")
    assert isinstance(redactor.spans([transcript("one two three")])[0], tuple)


def test_stock_stays_stock(make_redactor: Callable[..., Redactor], tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN_FILE)
    stock = make_redactor(profile="stock", recognizers=str(own))
    assert "AGE" not in found(stock, "he is forty-two years old")


def test_what_cannot_be_written_quarantines(
    with_own: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = transcript("one two three"), transcript("four five six")

    def fails_for_one(text: str) -> list[object]:
        if "four" in text:
            raise ValueError(text)
        return []

    monkeypatch.setattr(detector_module, "written_forms", fails_for_one)
    one, other = with_own.spans([good, bad])
    assert isinstance(one, tuple)
    assert isinstance(other, Quarantine)
    assert other.reason is QuarantineReason.DETECTOR_FAILED
    assert other.error_type == "ValueError"
    assert "four" not in str(other)


def test_a_pattern_that_times_out_in_a_written_form_quarantines(
    with_own: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Quarantine(QuarantineReason.DETECTOR_TIMEOUT, "PatternTimeout")
    monkeypatch.setattr(with_own._detector._written, "find", lambda texts: [late for _ in texts])
    said, nothing = with_own.spans([transcript("twenty two"), transcript("hello there")])
    assert isinstance(said, Quarantine)
    assert said.reason is QuarantineReason.DETECTOR_TIMEOUT
    assert isinstance(nothing, tuple)
