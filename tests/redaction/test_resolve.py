"""Overlapping, nested and touching candidates → disjoint spans in order."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Span
from clearshard.redaction.resolve import resolve
from clearshard.redaction.scores import TAGGER

TEXT = "ab cd  ef\ngh ij\tkl"
spans = st.builds(
    lambda start, length, kind, score, by: Span(
        start, min(start + length, len(TEXT)), kind, score, by
    ),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 8),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([0.3, 0.5, 0.9]),
    st.sampled_from(["x", "y"]),
)


@given(st.lists(spans, max_size=12), st.randoms(use_true_random=False))
def test_order_of_the_candidates_never_matters(
    candidates: list[Span], chance: random.Random
) -> None:
    other = chance.sample(candidates, len(candidates))
    assert resolve(TEXT, candidates) == resolve(TEXT, other)


@given(st.lists(spans, max_size=12))
def test_every_letter_of_every_candidate_is_covered_once(candidates: list[Span]) -> None:
    found = resolve(TEXT, candidates)
    for first, second in pairwise(found):
        assert first.end <= second.start
    covered = {i for span in found for i in range(span.start, span.end)}
    wanted = {i for c in candidates for i in range(c.start, c.end) if not TEXT[i].isspace()}
    assert wanted <= covered
    assert all(TEXT[i].isspace() for i in covered - wanted)
    for span in found:
        assert not TEXT[span.start].isspace()
        assert not TEXT[span.end - 1].isspace()
        assert span.entity_type in {c.entity_type for c in candidates}


@given(st.lists(spans, max_size=12))
def test_resolved_spans_stay_what_they_are(candidates: list[Span]) -> None:
    found = resolve(TEXT, candidates)
    assert resolve(TEXT, found) == found


def test_the_longest_names_the_type_and_the_surer_where_lengths_are_equal() -> None:
    inner = Span(1, 3, "A", 0.9, "x")
    outer = Span(0, 5, "B", 0.4, "x")
    assert [s.entity_type for s in resolve("abcdef", [inner, outer])] == ["B"]
    assert [s.entity_type for s in resolve("abcdef", [inner, Span(1, 3, "B", 0.4, "x")])] == ["A"]


def test_neighbours_of_one_type_become_one_within_a_line_only() -> None:
    assert len(resolve("ab cd", [Span(0, 2, "A", 0.5, "x"), Span(3, 5, "A", 0.5, "x")])) == 1
    assert len(resolve("ab\ncd", [Span(0, 2, "A", 0.5, "x"), Span(3, 5, "A", 0.5, "x")])) == 2
    assert len(resolve("ab cd", [Span(0, 2, "A", 0.5, "x"), Span(3, 5, "B", 0.5, "x")])) == 2


@pytest.mark.parametrize("wrong", [(-1, 2), (2, 2), (3, 2), (0, 7)])
def test_candidate_outside_the_text_is_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(Quarantine):
        resolve("abcdef", [Span(*wrong, "A", 0.5, "x")])


def test_white_space_alone_is_nothing() -> None:
    assert resolve("a  b", [Span(1, 3, "A", 0.5, "x")]) == ()


def test_where_the_tagger_has_read_what_any_number_fits_names_nothing() -> None:
    number = Span(0, 10, "PHONE_NUMBER", 0.4, "PhoneRecognizer")
    by_chance = Span(0, 10, "UK_NHS", 1.0, "NhsRecognizer")
    tagged = Span(12, 15, "PERSON", 0.85, TAGGER)
    text = "2125550143, Ann"
    assert [s.entity_type for s in resolve(text, [number, by_chance])] == ["UK_NHS"]
    named = [s.entity_type for s in resolve(text, [number, by_chance, tagged])]
    assert named == ["PHONE_NUMBER", "PERSON"]
    # Where nobody else names it, it does; and it is removed in any case.
    assert [s.entity_type for s in resolve(text, [by_chance, tagged])] == ["UK_NHS", "PERSON"]
    longer = Span(0, 11, "UK_NHS", 1.0, "NhsRecognizer")
    (first, _) = resolve(text, [number, longer, tagged])
    assert (first.start, first.end, first.entity_type) == (0, 11, "PHONE_NUMBER")
