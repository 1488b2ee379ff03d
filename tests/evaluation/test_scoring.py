"""Every figure, worked out by hand in the comments."""

import pytest

from clearshard.errors import ClearshardError
from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.groups import Group, Variant
from clearshard.evaluation.metrics import Agreement, Counts, GroupFigures, figures
from clearshard.evaluation.scoring import score, score_document
from clearshard.records.transcript import Span


def gold(text: str, *marked: tuple[str, str], name: str = "a") -> GoldDocument:
    """A document whose spans are the first place of each (label, value)."""
    spans = ((text.index(value), value, label) for label, value in marked)
    return GoldDocument(
        name, text, tuple(GoldSpan(at, at + len(value), label) for at, value, label in spans)
    )


def found(text: str, *marked: tuple[str, str]) -> list[Span]:
    """Predictions, made the same way."""
    return [
        Span(text.index(value), text.index(value) + len(value), label, 0.9, "test")
        for label, value in marked
    ]


CALL = "my name is ann lee call 555-0199 today"
CALL_GOLD = gold(CALL, ("PERSON", "ann lee"), ("PHONE", "555-0199"))
CALL_FOUND = found(CALL, ("PERSON", "lee call"), ("DATE_TIME", "today"))


def test_characters() -> None:
    result = figures(score_document(CALL_GOLD, CALL_FOUND))
    # Letters and digits of the gold: "annlee" 6 + "5550199" 7 = 13, of which "lee" is removed.
    assert result.leak_rate == 10 / 13
    # Removed: "leecall" 7 + "today" 5 = 12, of which 3 in gold. F1 = 2 * 3 / (12 + 13).
    assert (result.chars.precision, result.chars.recall) == (3 / 12, 3 / 13)
    assert result.chars.f1 == pytest.approx(6 / 25)


def test_spans() -> None:
    result = figures(score_document(CALL_GOLD, CALL_FOUND))
    # Gold: "ann lee" touched, not full; "555-0199" neither. Predictions: "lee call" overlaps gold,
    # "today" does not.
    assert (result.gold_spans, result.predicted_spans) == (2, 2)
    assert result.spans == Agreement(1 / 2, 1 / 2, 1 / 2)
    assert result.span_full == 0


def test_over_redaction() -> None:
    result = figures(score_document(CALL_GOLD, CALL_FOUND))
    # Tokens without gold: my, name, is, call, today. Removed: call, today.
    assert result.over_redaction == 2 / 5


def test_groups() -> None:
    result = figures(score_document(CALL_GOLD, CALL_FOUND))
    assert result.groups == {
        # One prediction that nobody asked for: precision 0, and no gold to recall.
        Group.DATE: GroupFigures(0, 1, None, None, None, Agreement(0, None, 0)),
        # "ann" leaks, 3 of 6; the prediction overlaps and is of the same group.
        Group.PERSON: GroupFigures(1, 1, 3 / 6, 1, 0, Agreement(1, 1, 1)),
        # All 7 digits leak; nothing of the group was predicted.
        Group.PHONE: GroupFigures(1, 0, 1, 0, 0, Agreement(None, 0, 0)),
    }
    assert list(result.groups) == [Group.DATE, Group.PERSON, Group.PHONE]


def test_a_wrong_label_removes_all_the_same() -> None:
    text = "my number is 555-0199"
    result = figures(
        score_document(gold(text, ("PHONE", "555-0199")), found(text, ("US_SSN", "555-0199")))
    )
    assert (result.leak_rate, result.span_full, result.spans.f1) == (0, 1, 1)
    assert result.groups[Group.PHONE] == GroupFigures(1, 0, 0, 1, 1, Agreement(None, 0, 0))
    assert result.groups[Group.IDENTIFIER] == GroupFigures(
        0, 1, None, None, None, Agreement(0, None, 0)
    )


MEETING = "on may 5 ann works at acme corp"
MEETING_GOLD = gold(MEETING, ("DATE", "may 5"), ("PERSON", "ann"), ("ORG", "acme corp"))


def test_core_neither_rewards_nor_blames_what_touches_only_gold_left_out() -> None:
    predicted = found(
        MEETING, ("DATE_TIME", "may 5"), ("ORGANIZATION", "acme"), ("PERSON", "works")
    )
    counts = score_document(MEETING_GOLD, predicted, Variant.CORE)
    result = figures(counts)
    # Gold is "ann" alone, and leaks. Of the predictions only "works" counts, and it is wrong.
    assert (result.gold_spans, result.predicted_spans) == (1, 1)
    assert result.leak_rate == 1
    assert result.spans == Agreement(0, 0, 0)
    assert (counts.predicted_chars, counts.predicted_gold_chars) == (5, 0)
    # Tokens without any gold, left out or not: on, works, at. Removed: works.
    assert result.over_redaction == 1 / 3
    assert result.groups == {Group.PERSON: GroupFigures(1, 1, 1, 0, 0, Agreement(0, 0, 0))}


def test_all_counts_what_core_leaves_out() -> None:
    predicted = found(MEETING, ("DATE_TIME", "may 5"), ("ORGANIZATION", "acme"))
    result = figures(score_document(MEETING_GOLD, predicted, Variant.ALL))
    # "may5" 4 + "ann" 3 + "acmecorp" 8 = 15; "ann" 3 and "corp" 4 leak.
    assert result.leak_rate == 7 / 15
    # may 5: touched and full; acme corp: touched; ann: neither. Both predictions are right.
    assert result.spans == Agreement(1, 2 / 3, 0.8)
    assert result.span_full == 1 / 3
    # Tokens without gold: on, works, at. None removed.
    assert result.over_redaction == 0


def test_core_with_a_prediction_over_both_kinds_of_gold() -> None:
    counts = score_document(MEETING_GOLD, found(MEETING, ("PERSON", "5 ann")), Variant.CORE)
    # It overlaps gold that counts, so it counts; its "5" is inside gold left out, so that does not.
    assert (counts.predicted_spans, counts.predicted_touching) == (1, 1)
    assert (counts.predicted_chars, counts.predicted_gold_chars, counts.leaked_chars) == (3, 3, 0)


def test_only_letters_and_digits_must_be_removed() -> None:
    text = "call (555) 0199."
    counts = score_document(
        gold(text, ("PHONE", "(555) 0199.")), found(text, ("PHONE_NUMBER", "555) 0199"))
    )
    assert (counts.gold_chars, counts.leaked_chars, counts.gold_full) == (7, 0, 1)


def test_punctuation_alone_overlaps_but_touches_nothing() -> None:
    text = "call (555) 0199"
    counts = score_document(gold(text, ("PHONE", "(555) 0199")), found(text, ("PHONE_NUMBER", "(")))
    assert (counts.gold_touched, counts.predicted_touching, counts.predicted_chars) == (0, 1, 0)


def test_gold_without_letters_counts_all_its_code_points() -> None:
    text = "pin ## now"
    document = gold(text, ("PASSWORD", "##"))
    half = score_document(document, found(text, ("PASSWORD", "#")))
    # Both code points count for the span and the group; the document's characters have no letter.
    assert (half.gold_touched, half.gold_full, half.gold_chars) == (1, 0, 0)
    assert figures(half).groups[Group.IDENTIFIER].leak_rate == 1 / 2
    assert score_document(document, found(text, ("PASSWORD", "##"))).gold_full == 1


def test_characters_in_overlapping_gold_count_once_but_for_each_span() -> None:
    text = "ann lee"
    counts = score_document(gold(text, ("PERSON", "ann lee"), ("LAST_NAME", "lee")), [])
    assert (counts.gold_chars, counts.gold_spans) == (6, 2)
    assert counts.groups[Group.PERSON].gold_chars == 9


def test_overlapping_predictions_remove_once_and_count_each() -> None:
    text = "ann lee"
    counts = score_document(
        gold(text, ("PERSON", "ann lee")), found(text, ("PERSON", "ann"), ("PERSON", "ann lee"))
    )
    assert (counts.predicted_spans, counts.predicted_chars, counts.gold_full) == (2, 6, 1)


def test_a_token_removed_in_part_is_removed_and_punctuation_is_no_token() -> None:
    text = "yes - indeed\tsure"
    counts = score_document(gold(text), found(text, ("URL", "deed"), ("URL", "-")))
    assert (counts.plain_tokens, counts.removed_tokens) == (3, 1)


def test_empty_predictions_are_ignored() -> None:
    counts = score_document(gold("ann"), [Span(1, 1, "PERSON", 0.9, "test")])
    assert counts == score_document(gold("ann"), [])


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (0, 4), (7, 9)])
def test_a_prediction_outside_of_the_text_is_an_error(start: int, end: int) -> None:
    with pytest.raises(ClearshardError, match="document doc-1") as caught:
        score_document(gold("ann", name="doc-1"), [Span(start, end, "PERSON", 0.9, "test")])
    assert "ann" not in str(caught.value)


def test_offsets_are_code_points() -> None:
    # Before the name: one code point each of 1, 2, 3 and 4 bytes, and a combining accent.
    name = "\U0001d49cda Łoś"  # starts with a letter outside of the basic plane
    text = f"aé€\U0001f600e\u0301 {name}"
    document = gold(text, ("PERSON", name))
    assert (document.spans[0].start, document.spans[0].end) == (7, 14)
    counts = score_document(document, [Span(7, 14, "PERSON", 0.9, "test")])
    # Letters of the name: three and three.
    assert (counts.gold_chars, counts.leaked_chars, counts.gold_full) == (6, 0, 1)
    assert counts.removed_tokens == 0
    # With offsets of UTF-16 (one more for the emoji) the first letter leaks.
    assert score_document(document, [Span(8, 14, "PERSON", 0.9, "test")]).leaked_chars == 1


def test_white_space_of_any_script_separates_tokens() -> None:
    assert score_document(gold("a\u00a0b\u3000c\u2028d\ne"), []).plain_tokens == 5


def test_without_gold_or_text() -> None:
    result = figures(score_document(gold(""), []))
    assert (result.leak_rate, result.over_redaction, result.span_full) == (0, 0, 0)
    assert result.chars == result.spans == Agreement(None, None, 0)
    assert result.groups == {}


def test_score_matches_by_id() -> None:
    documents = [gold("ann", ("PERSON", "ann"), name=name) for name in ("a", "b")]
    predicted = {"a": found("ann", ("PERSON", "ann")), "elsewhere": found("x", ("PERSON", "x"))}
    counts = score(documents, predicted)
    assert (counts.documents, counts.gold_spans, counts.gold_full) == (2, 2, 1)
    # Over documents characters are added, not rates: 3 of 6.
    assert figures(counts).leak_rate == 0.5


def test_counts_have_a_zero() -> None:
    counts = score_document(CALL_GOLD, CALL_FOUND)
    assert counts + Counts() == counts == Counts() + counts
