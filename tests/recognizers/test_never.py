"""Patterns that can never find anything."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.recognizers.never import never_matches

_FLAGS = 26
#: Pieces of patterns, of which many put together match nothing.
_PIECES = st.sampled_from(
    ["a", "b?", "(a|b)", "^", "$", r"\b", r"\B", "(?=a)", "(?!a)", "(?!)", "a{0}", "a*"]
)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^$",
        r"\b",
        "(?!)",
        "(?!)a",
        r"a\b\Bb",
        "$a",
        "a^",
        r"a\Ab",
        r"(?:$x|(?!))",
        "a{0}",
        "(?=a)",
        r"(?:(?!)){2}a",
    ],
)
def test_what_finds_nothing_is_known(pattern: str) -> None:
    assert never_matches(pattern, _FLAGS)


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "a?",
        "^a$",
        r"\ba\b",
        "a$\n^b",
        "(?<=x)a",
        r"[^\s]",
        "(?!x)x|a",
        r"(a)\1",
        r"x$\s",
        "(?",
    ],
)
def test_of_anything_else_nothing_is_said(pattern: str) -> None:
    assert not never_matches(pattern, _FLAGS)


@settings(deadline=None)
@given(st.lists(_PIECES, max_size=5).map("".join), st.text("ab \n", max_size=6))
def test_nothing_that_finds_something_is_called_vain(pattern: str, text: str) -> None:
    if any(found.group() for found in regex.finditer(pattern, text, flags=_FLAGS)):
        assert not never_matches(pattern, _FLAGS)
