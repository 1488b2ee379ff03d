"""Lowercase text whose characters stay where they were."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognizers.vocabulary import lowercase


@given(st.text())
def test_each_character_stays_where_it_was(text: str) -> None:
    small = lowercase(text)
    assert len(small) == len(text)
    assert all(b in (a, a.lower()) or a == "Σ" for a, b in zip(text, small, strict=True))


def test_letters_that_would_become_two_stay() -> None:
    assert lowercase("İZMIR Straße 5") == "İzmir straße 5"
