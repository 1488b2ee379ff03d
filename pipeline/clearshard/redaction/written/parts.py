"""Words that stand for a digit, a letter, a number or a sign, one after the other."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from string import ascii_lowercase, ascii_uppercase

import msgspec

from clearshard.recognizers.number_words import (
    LETTER_WORDS,
    ORDINALS,
    REPEATS,
    SCALES,
    TEENS,
    TENS,
    UNITS,
)
from clearshard.recognizers.vocabulary import any_of

#: Words for signs that may stand inside a value.
SIGNS = {
    "dash": "-",
    "hyphen": "-",
    "minus": "-",
    "dot": ".",
    "point": ".",
    "period": ".",
    "slash": "/",
    "underscore": "_",
    "plus": "+",
    "colon": ":",
}


class Kind(Enum):
    """What a part stands for."""

    UNIT = auto()
    TEEN = auto()
    TEN = auto()
    SCALE = auto()
    REPEAT = auto()
    ORDINAL = auto()
    #: Digits that are written already.
    DIGITS = auto()
    LETTER = auto()
    #: "am", "p m".
    MERIDIEM = auto()


class Part(msgspec.Struct, frozen=True, gc=False):
    """One of them.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        kind: What it stands for.
        word: In lowercase; of a letter the letter, of digits these, else the word that was said.
    """

    start: int
    end: int
    kind: Kind
    word: str


_KINDS = {
    **dict.fromkeys(UNITS, Kind.UNIT),
    **dict.fromkeys(TEENS, Kind.TEEN),
    **dict.fromkeys(TENS, Kind.TEN),
    **dict.fromkeys(SCALES, Kind.SCALE),
    **dict.fromkeys(REPEATS, Kind.REPEAT),
    **dict.fromkeys(ORDINALS, Kind.ORDINAL),
}
#: Every word that is a part, letters and what stands for them left out.
WORDS = frozenset(_KINDS)
_BLANK = r"[ \t]{1,4}"
_PART = re.compile(
    r"(?<![^\W_])(?<![^\W_]['\u2019])(?:"
    rf"(?P<w>double{_BLANK}u)"
    rf"|(?P<word>{any_of(_KINDS)})"
    rf"|(?P<meridiem>[ap](?:{_BLANK}|\.[ \t]?)?m)"
    rf"|(?P<said>{any_of(LETTER_WORDS)})"
    rf"|(?P<letter>[a-z])(?:{_BLANK}(?:as{_BLANK}in|for|like){_BLANK}(?P<example>[^\W\d_]++))?"
    r"|(?P<digits>\d++)"
    r")(?![^\W_])(?!['\u2019][^\W_])"
)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def lowered(text: str) -> str:
    """The text with its ASCII letters in lowercase and every character where it was."""
    return text.translate(_LOWER)


def parts_of(text: str, start: int, end: int) -> Iterator[Part]:
    """The parts between two places of a lowered text, in order."""
    for found in _PART.finditer(text, start, end):
        yield _part(found)


def _part(found: "re.Match[str]") -> Part:
    start, end = found.span()
    group = found.lastgroup
    said = found.group()
    if group == "word":
        return Part(start, end, _KINDS[said], said)
    if group == "digits":
        return Part(start, end, Kind.DIGITS, said)
    if group == "w":
        return Part(start, end, Kind.LETTER, "w")
    if group == "meridiem":
        return Part(start, end, Kind.MERIDIEM, f"{said[0]}m")
    if group == "example" and found["example"][:1] != said[0]:
        # "a for Monday": the letter alone.
        return Part(start, found.end("letter"), Kind.LETTER, said[0])
    return Part(start, end, Kind.LETTER, LETTER_WORDS.get(said, said[0]))
