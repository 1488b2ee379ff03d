"""One list of the words of numbers and letters: everything that reads numbers reads all of it."""

import re
from pathlib import Path

import pytest

import clearshard
from clearshard.recognizers.number_sequence import find_sequences
from clearshard.recognizers.number_words import (
    LETTER_WORDS,
    NUMBER_WORDS,
    REPEATS,
    TEENS,
    TENS,
    UNITS,
)
from clearshard.records.states import Quarantine
from clearshard.redaction.residual import check_residual
from clearshard.redaction.written.forms import written_forms
from clearshard.tagger.tokens import Kind, kind_of

_ROOT = Path(clearshard.__file__).parent


def test_no_other_list_of_detection_has_the_word_zero() -> None:
    having = {
        path.relative_to(_ROOT).as_posix()
        for part in ("recognizers", "redaction")
        for path in (_ROOT / part).rglob("*.py")
        if re.search(r'"[^"\n]*\bzero\b[^"\n]*\b(?:one|oh)\b', path.read_text("utf-8"))
    }
    # The residual check stands on its own feet.
    assert having == {"recognizers/number_words.py", "redaction/residual.py"}


@pytest.mark.parametrize("word", sorted(UNITS))
def test_every_word_for_a_digit_is_one_everywhere(word: str) -> None:
    assert find_sequences(f"one two three four five {word}")
    (form,) = written_forms(f"one two {word} four")
    assert form.text == f"12{UNITS[word]}4"
    # A single letter is one, whatever else it may be.
    assert kind_of(word) is (Kind.LETTER if len(word) == 1 else Kind.NUMBER_WORD)


def _is_left_over(text: str) -> bool:
    try:
        check_residual(text, (), ())
    except Quarantine as problem:
        return problem.error_type == "spoken_digits"
    return False


@pytest.mark.parametrize("word", sorted({*UNITS, *TEENS, *TENS}))
def test_the_second_check_knows_every_word_from_a_list_of_its_own(word: str) -> None:
    # Wherever in a number it is said: the others alone are too few.
    more = "one two three four five"
    assert not _is_left_over(more)
    assert _is_left_over(f"it is {word} {more} ok")
    assert _is_left_over(f"it is {more} {word} ok")


@pytest.mark.parametrize(("word", "times"), sorted(REPEATS.items()))
def test_the_second_check_knows_what_says_a_digit_again(word: str, times: int) -> None:
    more = " ".join(["two"] * (5 - times))
    assert not _is_left_over(f"it is seven {more}")
    assert _is_left_over(f"it is {word} seven {more}")


@pytest.mark.parametrize(("word", "letter"), sorted(LETTER_WORDS.items()))
def test_every_word_for_a_letter_is_one_everywhere(word: str, letter: str) -> None:
    assert kind_of(word) is Kind.SPELLING
    (form,) = written_forms(f"k {word} seven four")
    assert form.text == f"k{letter}74"


def test_no_word_is_a_number_and_a_letter() -> None:
    assert NUMBER_WORDS.isdisjoint(LETTER_WORDS)
