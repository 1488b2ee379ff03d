"""The detector finds what stock Presidio's analyzer finds, faster, and nothing by chance."""

# ruff: noqa: SIM905 - lists of words read better as words

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from clearshard.recognizers.table import recognizers_of
from clearshard.records import Quarantine, Span, Transcript
from clearshard.redaction import detector as detector_module
from clearshard.redaction.detector import _without_contained, text_with_line_breaks
from clearshard.redaction.redactor import Redactor

from .making import KEY, config, transcript
from .presidio import Presidio, as_set

#: What recognizers find, what they nearly find, and context words of theirs in all their forms.
PIECES = """
    4111111111111111 4111-1111-1111-1111 12345678 123456789 A1234567 H12345678 AB123456C
    078-05-1120 078.05.1120 900-70-0000 943-434-4343 QQ123456A AB 12 34 56 C 1A2zP1eP5QGefi2DMPTf
    16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ 12/25/1999 1999-12-25 12-DEC-99 DEC-1999 3/99 25.12.1999
    2020-01-01T10:00:00Z jo@example.com j.o+x@mail.example.co.uk jo@mail.corp
    GB82WEST12345698765432 DE89 3704 0044 0532 0130 00 192.168.0.1 2001:db8::1 :: ::1 1:2
    00:1A:2B:3C:4D:5E 001A.2B3C.4D5E (212) 555-0143 212.555.0143 +1 212 555 0143 +49 30 901820
    1691 030 901820 2015550123x5 https://www.example.com/a?b=c "example.com" example.com u.s. e.g.
    AB1234567 F91234567 943 476 5919 9434765919 five five five oh one four maria dot lopez at
    example dot com John Smith Boston Friday morning
    credit card visa bank account number phone call mobile license driver social security ssn
    passport nhs bitcoin wallet email url website ip mac the of is my and to , . : ; $ % ( ) - ' "
""".split()
WORDS = st.sampled_from([*PIECES, "DE89 3704 0044 0532 0130 00", "AB 12 34 56 C", "at 10:30", "€"])


@pytest.fixture(scope="module")
def stock(nlp: Language) -> Redactor:
    """All of Presidio's recognizers and none of ours, over the same model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detector_module, "load_ner", lambda _: nlp)
        return Redactor(config(profile="stock"), KEY)


@pytest.fixture(scope="module")
def presidio(stock: Redactor) -> Presidio:
    detector = stock._detector
    types = sorted(detector.supported - {e for r in _recognizers() for e in r.supported_entities})
    return Presidio(_recognizers(), [*types, "DATE_TIME"], detector._score_threshold)


def _recognizers() -> list:  # type: ignore[type-arg]  # Presidio is untyped
    return recognizers_of("stock", None, 5.0).every


def detect(redactor: Redactor, sources: Sequence[Transcript]) -> list[list[Span] | Quarantine]:
    return redactor._detector.detect(sources, [text_with_line_breaks(s) for s in sources])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_found_is_what_presidio_finds_in_each_text_alone(
    stock: Redactor, presidio: Presidio, calls: list[list[str]]
) -> None:
    sources = [transcript(*turns) for turns in calls]
    for source, found in zip(sources, detect(stock, sources), strict=True):
        assert not isinstance(found, Quarantine)
        (read,) = stock._detector._read([source])
        text = text_with_line_breaks(source)
        assert as_set(found) == presidio.spans(text, read.readings, read.starts)


def span(start: int, end: int, score: float, by: str = "x", kind: str = "A") -> Span:
    return Span(start, end, kind, score, by)


def test_a_span_within_another_of_its_type_goes() -> None:
    outer, inner, other = span(0, 9, 0.5), span(2, 5, 0.5), span(2, 5, 0.4, kind="B")
    assert set(_without_contained([inner, other, outer])) == {outer, other}


def test_a_surer_span_within_another_stays() -> None:
    outer, inner = span(0, 9, 0.5), span(2, 5, 0.9)
    assert set(_without_contained([outer, inner])) == {outer, inner}


def test_spans_that_overlap_stay() -> None:
    first, second, third = span(0, 5, 0.9), span(4, 9, 0.5), span(20, 25, 0.5)
    assert set(_without_contained([third, second, first])) == {first, second, third}


def test_of_spans_that_tie_the_same_one_stays_whatever_their_order() -> None:
    tied = [span(0, 5, 0.5, "b"), span(0, 5, 0.5, "a"), span(0, 5, 0.4, "0")]
    for order in (tied, tied[::-1], [tied[1], tied[2], tied[0]]):
        assert _without_contained(order) == [span(0, 5, 0.5, "a")]


def test_of_dates_only_whole_ones_are_personal_unless_the_profile_is_stock(
    redactor: Redactor, stock: Redactor
) -> None:
    source = transcript("we met on friday morning", "she was born on the 2nd of November 1970")
    (strict,), (everything,) = detect(redactor, [source]), detect(stock, [source])
    dates = [
        {source.text[s.start : s.end] for s in found if s.entity_type == "DATE_TIME"}
        for found in (strict, everything)
        if not isinstance(found, Quarantine)
    ]
    assert len(dates[0]) == 1
    assert "1970" in dates[0].pop()
    assert len(dates[1]) > 1


def test_of_places_only_those_with_a_name_are_personal_unless_the_profile_is_stock(
    redactor: Redactor, stock: Redactor
) -> None:
    text = "the bus station"
    common, named = Span(0, 15, "LOCATION", 0.8, "x"), Span(4, 15, "LOCATION", 0.8, "x")
    assert not redactor._detector._is_personal(text, common)
    assert not redactor._detector._is_personal(text, named)
    assert redactor._detector._is_personal("the ash station", named)
    assert redactor._detector._is_personal(text, msgspec.structs.replace(named, entity_type="NRP"))
    assert stock._detector._is_personal(text, common)


@pytest.mark.parametrize(
    ("said", "is_personal"),
    [
        ("gastroenteritis", False),
        ("Stomach", False),
        ("doesn ' t", False),
        ("n't", False),
        ("I ' d", False),
        ("euphemia", True),
        ("ganapathy", True),
        ("politis", True),
        ("theodosis", True),
        ("gastroenteritis ward", True),
        ("jo's", True),
        ("she", True),
        ("osis", True),
    ],
)
def test_words_of_medicine_and_contractions_are_no_names_unless_the_profile_is_stock(
    redactor: Redactor, stock: Redactor, said: str, is_personal: bool
) -> None:
    for kind in ("PERSON", "LOCATION"):
        found = Span(0, len(said), kind, 0.8, "x")
        assert redactor._detector._is_personal(said, found) == is_personal
        assert stock._detector._is_personal(said, found)
    other = Span(0, len(said), "NRP", 0.8, "x")
    assert redactor._detector._is_personal(said, other)
