"""Words that the recognizers for speech share: fillers, what names nobody, what is no code."""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterable

from clearshard.recognizers.frameworks import stop_words
from clearshard.recognizers.number_words import LETTER_WORDS, NUMBER_WORDS

MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
#: What people say inside a number or a name without meaning it.
FILLERS = frozenset("uh um er erm ah hm hmm and then dash hyphen minus dot point space no".split())
#: How a pause sounds, of any length: "uhhh", "ummm", "mm-hmm".
HESITATION = r"(?:u+h+(?:[ \-]?hu+h+|m+)?|u+m+|e+r+m*|a+h+|h+m+|m+[ \-]?h+m+|mm+|huh|eh)"
#: spaCy's words that say nothing.
STOP_WORDS = stop_words()
#: Words that are no name where a name is expected: function words, and what people say instead.
NO_NAME = STOP_WORDS | frozenset(
    "uh um er erm ah oh hm hmm yes yeah yep yup no nope ok okay sure right correct "
    "alright fine good great perfect hi hello hey bye please thanks thank sorry sir madam "
    "maam miss mister called said told asked wants needs sent gave took came went calling "
    "speaking looking trying wondering having going getting doing asking leaving starting "
    "arriving departing coming returning interested "
    "regarding about concerning happy glad afraid done ready new old customer caller "
    "agent representative assistant manager support service department office company "
    "bank account card number phone email address street city state zip code postcode "
    "order confirmation password username date birth birthday today tomorrow yesterday "
    "morning afternoon evening night week month year time day name names first last "
    "middle maiden full surname spelled spelling spell letter letters like want need know "
    "help think said says tell want wanted lost got correct wrong different same listed "
    "given associated registered attached under here there where what who how why when "
    "which is am are was were be it's that's i'm what's don't can't".split()
)
#: Words and numbers, with an apostrophe inside.
TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")
#: Byte → itself, if it is a letter or a digit of ASCII, else a blank.
_BLANKED = bytes(code if chr(code).isalnum() else 32 for code in range(256))


def lowercase(text: str) -> str:
    """The text in lowercase, each character where it was; the few that would become two stay.

    To look for lowercase patterns in it takes half the time of ignoring case.
    """
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def words_of(text: str) -> list[str]:
    """The runs of letters and digits of a text, in order."""
    if not text.isascii():
        return _RUN.findall(text)
    # Most text is plain, and then this takes a fifth of the time.
    return text.encode("ascii").translate(_BLANKED).decode("ascii").split()


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of some words, longer ones first."""
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


def says_a_digit(word: str) -> bool:
    """Whether a lowercase word is a number or part of one, or has a digit in it."""
    return word in NUMBER_WORDS or any(map(str.isdecimal, word))


def is_letter(word: str) -> bool:
    """Whether a lowercase word is said for a letter: the letter itself or a word for it."""
    return (len(word) == 1 and word.isalpha()) or word in LETTER_WORDS
