"""A written form and where it came from: no boundary ever moves into or out of a piece."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.redaction.view.alignment import Piece, WrittenForm


@st.composite
def forms(draw: st.DrawFn) -> tuple[str, int, int, list[Piece]]:
    """A text, a stretch of it, and disjoint pieces within the stretch."""
    text = draw(st.text(st.sampled_from("abc \n"), min_size=1, max_size=30))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    inner = [
        Piece(start, end, draw(st.text(st.sampled_from("123"), max_size=3)))
        for start, end in pairwise(cuts)
        if draw(st.booleans())
    ]
    return text, cuts[0], cuts[-1], inner


def ranges(size: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(size) for b in range(a + 1, size + 1)]


@given(forms())
def test_a_range_comes_from_whole_pieces_and_the_same_copied_letters(
    made: tuple[str, int, int, list[Piece]],
) -> None:
    text, start, end, pieces = made
    form = WrittenForm(text, start, end, pieces)
    for a, b in ranges(len(form.text)):
        said_start, said_end = form.original(a, b)
        assert start <= said_start < said_end <= end
        for piece in pieces:
            # Never cut: all of a piece or nothing of it.
            overlaps = piece.start < said_end and said_start < piece.end
            assert not overlaps or (said_start <= piece.start and piece.end <= said_end)
        # Said again as written, it holds what was asked for.
        again = form.written(said_start, said_end)
        assert again[0] <= a
        assert b <= again[1]
        # And is no more than that, but for pieces of which only a part was asked for.
        assert form.original(*again) == (said_start, said_end)
        if form.text[a:b].isalpha():  # copied, with nothing left out between
            left_out = any(not p.written and said_start <= p.start < said_end for p in pieces)
            assert left_out or text[said_start:said_end] == form.text[a:b]


@given(forms())
def test_one_range_within_another_comes_from_within(
    made: tuple[str, int, int, list[Piece]],
) -> None:
    form = WrittenForm(*made)
    for a, b in ranges(len(form.text)):
        outer = form.original(a, b)
        for c, d in ((a, b - 1), (a + 1, b)):
            if c < d:
                inner = form.original(c, d)
                assert outer[0] <= inner[0]
                assert inner[1] <= outer[1]


@given(forms())
def test_what_is_shown_of_a_range_is_all_of_its_pieces(
    made: tuple[str, int, int, list[Piece]],
) -> None:
    _, start, end, pieces = made
    form = WrittenForm(*made)
    for a, b in ranges(end - start):
        first, last = form.written(start + a, start + b)
        assert 0 <= first <= last <= len(form.text)
        if first < last:
            said = form.original(first, last)
            shown = [p for p in pieces if p.written and p.start < start + b and start + a < p.end]
            assert all(said[0] <= p.start and p.end <= said[1] for p in shown)


def test_a_stretch() -> None:
    text = "pin is four two ok"
    form = WrittenForm(text, 4, 18, [Piece(7, 11, "4"), Piece(11, 12, ""), Piece(12, 15, "2")])
    assert form.text == "is 42 ok"
    assert form.original(3, 5) == (7, 15)
    assert form.original(3, 4) == (7, 11)
    assert form.original(4, 5) == (12, 15)
    assert form.original(1, 4) == (5, 11)
    assert form.original(4, 8) == (12, 18)
    assert form.written(9, 13) == (3, 5)
    assert form.written(11, 12) == (4, 4)


@pytest.mark.parametrize("asked", [(0, 0), (2, 1), (-1, 1), (0, 4)])
def test_no_range(asked: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not a range"):
        WrittenForm("abc", 0, 3, []).original(*asked)
