"""Where spans end: never within a word, whoever found them."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.records.transcript import Piece, Span, Transcript, Words
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.resolve import resolve
from clearshard.redaction.whole_words import whole_words

from .making import transcript

# ruff: noqa: SIM905 - lists of words read better as words

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "gold.jsonl"
CHARACTERS = "aZ9\u00e9e\u0301\u0939\u093f_.-' @\n"


def is_of_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def cut(text: str, spans: Sequence[Span]) -> list[str]:
    """What of a text stands around places where a span cuts a word."""
    return [
        text[max(0, place - 20) : place + 20]
        for span in spans
        for place in (span.start, span.end)
        if 0 < place < len(text) and is_of_word(text[place - 1]) and is_of_word(text[place])
    ]


@given(
    st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 8)), max_size=6),
)
def test_no_span_ends_within_a_word(text: str, ranges: list[tuple[int, int]]) -> None:
    found = [
        Span(start, min(start + length, len(text)), "PERSON", 0.5, "x")
        for start, length in ranges
        if start < len(text)
    ]
    before = resolve(text, found)
    after = resolve(text, [*before, *whole_words(text, before)])
    assert cut(text, after) == []
    covered = {i for span in before for i in range(span.start, span.end)}
    assert covered <= {i for span in after for i in range(span.start, span.end)}
    # Nothing but the rest of words is added.
    assert not [*whole_words(text, after)]


FRAGMENTS = """
    we did it nice work Nice So is the phone 415 5550132 john.cooper cooper jo_smith @jo example com
    example.com www.nice.it os.system q7 o2 [00:00:26] four five six double one oh a b c as in
    Higgs Growing exoplanets sophistic sophisticated apartmen apartments Maria Lopez marialopez
    my pin is name at gmail dot yahoo in uh-huh mm-hmm 12/04/1981 $5 3.14 B-12 kd84201 QX7T2L
    Zo\u00eb Rene\u0301 \u043c\u0438\u0440 4111111111111111 DE89370400440532013000 192.168.0.1
""".split()
JOINTS = st.sampled_from(
    ["", "", ".", " ", " ", "\n", "-", "_", ", ", "'", "@", "/", "..", "\u200b"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(FRAGMENTS), JOINTS), min_size=1, max_size=30))
def test_no_recognizer_ends_within_a_word(redactor: Redactor, said: list[tuple[str, str]]) -> None:
    text = "".join(word + joint for word, joint in said).strip()
    of_one = transcript(*filter(str.strip, text.split("\n")))
    (spans,) = redactor.spans([of_one])
    assert isinstance(spans, tuple)
    assert cut(of_one.text, spans) == []


def test_no_span_of_the_samples_ends_within_a_word(redactor: Redactor) -> None:
    documents = [json.loads(line) for line in SAMPLES.read_text().splitlines()]
    assert documents
    read = [
        Transcript(
            d["text"],
            tuple(Piece(u["start"], u["end"], None, None, None) for u in d["utterances"]),
            Words(),
            True,
            "en",
            None,
        )
        for d in documents
    ]
    for of_one, spans in zip(read, redactor.spans(read), strict=True):
        assert isinstance(spans, tuple)
        assert cut(of_one.text, spans) == []


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        (["it is john.cooperxyz yes"], "it is <> yes"),
        (["ann.netherton77@mail,com yes"], "<> yes"),
    ],
)
def test_of_a_word_that_was_found_nothing_stays(
    redactor: Redactor, turns: list[str], left: str
) -> None:
    of_one = transcript(*turns)
    (spans,) = redactor.spans([of_one])
    assert isinstance(spans, tuple)
    text, place = "", 0
    for span in spans:
        text += of_one.text[place : span.start] + "<>"
        place = span.end
    assert text + of_one.text[place:] == left


def test_in_stock_spans_are_as_presidio_cuts_them(make_redactor: Callable[..., Redactor]) -> None:
    of_one = transcript("we did it.nice work")
    (spans,) = make_redactor(profile="stock").spans([of_one])
    assert isinstance(spans, tuple)
    assert [of_one.text[s.start : s.end] for s in spans] == ["it.ni"]
