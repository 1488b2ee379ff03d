"""Transcripts for tests, from words or drawn at random."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from clearshard.config import Config, Redaction, Sources
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Piece, Span, Transcript, Words
from clearshard.redaction.detector import text_with_line_breaks
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.step_kinds import Seen
from clearshard.redaction.steps import each

KEY = PseudonymKey(b"k" * 32)

#: Latin, marks that combine, letters outside the basic plane, right to left, invisible, signs. No
#: digits and no "@": the residual check is not what these transcripts are for.
LETTERS = "abzXÉßé\u0301\u0308אבעربत्ि漢😀\U0001d518\u200b\u200f-'<>,."
BLANKS = " \t\n\u00a0\u2003"


def config(base: Path = Path(), **redaction: Any) -> Config:
    """A configuration whose redaction section says this, without strictness about list or tuple."""
    section = Redaction.model_validate(redaction, strict=False)
    return Config(
        sources=Sources(manifest="m.csv", registry="r.csv", transcripts="t"), redaction=section
    ).model_copy(update={"base": base})


def transcript(*turns: str, timed: bool = True, language: str = "en") -> Transcript:
    """Turns joined by a blank, each word timed 100 ms after the one before."""
    text = " ".join(turns)
    words: list[Piece] = []
    pieces: list[Piece] = []
    place = clock = 0
    for speaker, turn in enumerate(turns):
        first_ms = clock
        inside = place
        for word in turn.split():
            start = text.index(word, inside)
            inside = start + len(word)
            words.append(Piece(start, inside, clock, clock + 90, speaker % 2))
            clock += 100
        pieces.append(Piece(place, place + len(turn), first_ms, clock, speaker % 2))
        place += len(turn) + 1
    return Transcript(text, tuple(pieces), Words.of(words if timed else ()), True, language, clock)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Turns of words with white space of any kind and length between them."""
    word = st.text(LETTERS, min_size=1, max_size=6)
    blank = st.text(BLANKS, min_size=1, max_size=3)
    turns = draw(
        st.lists(st.lists(word, min_size=1, max_size=6), min_size=1, max_size=5), label="turns"
    )
    text = draw(st.text(BLANKS, max_size=2))
    pieces: list[Piece] = []
    words: list[Piece] = []
    clock = draw(st.integers(0, 50))
    for number, turn in enumerate(turns):
        first, first_ms = len(text), clock
        for place, token in enumerate(turn):
            start = len(text)
            text += token
            long = draw(st.integers(0, 30))
            words.append(Piece(start, len(text), clock, clock + long, number % 3))
            clock += long + draw(st.integers(0, 10))
            if place < len(turn) - 1:
                text += draw(blank)
        pieces.append(Piece(first, len(text), first_ms, clock, number % 3))
        text += draw(blank)
    has_utterances = draw(st.booleans())
    if not has_utterances:
        pieces = [Piece(0, len(text), None, None, None)]
    timed = Words.of(words if draw(st.booleans()) else ())
    return Transcript(text, tuple(pieces), timed, has_utterances, "en", clock)


@st.composite
def disjoint_spans(draw: st.DrawFn, text: str) -> list[Span]:
    """Spans in order that may touch, start in the middle of a word or cover white space alone.

    Their types are those whose values may well stand elsewhere too. None parts a letter from its
    marks: that is what the residual check is for.
    """
    ends = [
        place
        for place in range(len(text) + 1)
        if not unicodedata.category(text[place : place + 1] or " ").startswith("M")
    ]
    points = sorted(draw(st.sets(st.sampled_from(ends), max_size=10)))
    spans: list[Span] = []
    for start, end in pairwise(points):
        if draw(st.booleans()):
            spans.append(Span(start, end, draw(st.sampled_from(["NRP", "LOCATION"])), 0.5, "test"))
    return spans


def seen_by(redactor: Redactor, source: Transcript) -> Seen:
    """What the detector of a redactor finds in a transcript."""
    (seen,) = redactor._detector.detect([source], [text_with_line_breaks(source)])
    assert not isinstance(seen, Quarantine)
    return seen


def candidates(redactor: Redactor, source: Transcript) -> list[Span]:
    """What is found in a transcript before anything is merged."""
    made = each(seen_by(redactor, source), redactor._steps, redactor._detector.asked)
    *_, (_, spans) = takewhile(lambda one: one[0].kind != "merge", made)
    return list(spans)


def squeeze(parts: str | Sequence[str]) -> str:
    """Without any white space."""
    return "".join("".join(parts).split())
