"""The detector finds what stock Presidio's analyzer finds, faster, and nothing by chance."""

# ruff: noqa: SIM905 - lists of words read better as words

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from clearshard.recognizers.table import recognizers_of
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Transcript
from clearshard.redaction import detector as detector_module
from clearshard.redaction.detector import text_with_line_breaks
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.step_kinds import Seen
from clearshard.redaction.stock import found_by_detector

from .making import KEY, candidates, config, transcript
from .presidio import Presidio

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
    return Presidio(_recognizers(), [*types, "DATE_TIME"], detector.asked.threshold)


def _recognizers() -> list:  # type: ignore[type-arg]  # Presidio is untyped
    return recognizers_of("stock", None, 5.0).every


def detect(redactor: Redactor, sources: Sequence[Transcript]) -> list[Seen | Quarantine]:
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
        ours = found_by_detector(found, stock._detector.asked)
        assert ours == presidio.spans(text, read.by[0][1], read.starts)


def test_of_dates_only_whole_ones_are_personal_unless_the_profile_is_stock(
    redactor: Redactor, stock: Redactor
) -> None:
    source = transcript("we met on friday morning", "she was born on the 2nd of November 1970")
    dates = [
        {source.text[s.start : s.end] for s in found if s.entity_type == "DATE_TIME"}
        for found in (candidates(redactor, source), candidates(stock, source))
    ]
    # Two may find it, to different ends.
    assert dates[0]
    assert all("1970" in date for date in dates[0])
    assert len(dates[1]) > 1


@pytest.mark.parametrize(
    "text",
    ["show me your ID please", "so i said no.to be honest it was late.so we left", "the g7 summit"],
)
def test_nothing_of_what_is_no_name_by_its_form_is_removed(redactor: Redactor, text: str) -> None:
    assert redactor.spans([transcript(text)]) == [()]
