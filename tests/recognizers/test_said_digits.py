"""Spoken numbers in digits, and which of them may be a card."""

import pytest

from pipeline.recognizers.said_digits import digits_said, has_card_check_digit
from pipeline.recognizers.vocabulary import TEENS, TENS, UNITS


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("", ""),
        ("four one five", "415"),
        ("double five oh nine", "5509"),
        ("triple 7", "777"),
        ("twenty one nineteen forty four", "211944"),
        ("twenty oh one", "2001"),
        ("thirty twenty", "3020"),
        ("4111 one one", "411111"),
        ("double 42 one", "421"),
        ("four hundred", None),
        ("four a", None),
    ],
)
def test_digits(said: str, digits: str | None) -> None:
    assert digits_said(said.split()) == digits


@pytest.mark.parametrize("word", sorted(UNITS | TEENS | TENS))
def test_every_word_of_a_number_has_digits(word: str) -> None:
    said = digits_said([word])
    assert said is not None
    assert len(said) == (1 if word in UNITS else 2)


@pytest.mark.parametrize(
    ("digits", "is_card"),
    [
        ("4111111111111111", True),
        ("4111111111111112", False),
        ("5500005555555559", True),
        ("378282246310005", True),
        ("18", False),
        ("0" * 20, False),
    ],
)
def test_card(digits: str, is_card: bool) -> None:
    assert has_card_check_digit(digits) is is_card
