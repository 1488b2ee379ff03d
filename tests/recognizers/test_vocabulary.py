"""Lowercase text whose characters stay where they were; the words of a text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from clearshard.recognizers.vocabulary import lowercase, words_of


@given(st.text())
def test_each_character_stays_where_it_was(text: str) -> None:
    small = lowercase(text)
    assert len(small) == len(text)
    assert all(b in (a, a.lower()) or a == "Σ" for a, b in zip(text, small, strict=True))


def test_letters_that_would_become_two_stay() -> None:
    assert lowercase("İZMIR Straße 5") == "İzmir straße 5"


@given(st.one_of(st.text(), st.text("ab1_-' \n.\x1c\x7f\u00e9")))
def test_words_are_runs_of_letters_and_digits(text: str) -> None:
    assert words_of(text) == re.findall(r"[^\W_]+", text)
