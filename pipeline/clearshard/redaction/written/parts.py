"""A text → the words in it that stand for digits and letters."""

import re
from collections.abc import Iterator
from string import ascii_lowercase

import msgspec

from clearshard.recognizers.number_words import KINDS, ORDINALS, UNITS, WRITTEN, WordKind
from clearshard.recognizers.vocabulary import any_of

#: Code of what is no part of a larger number: zero, and what is written already and too long.
_ALONE = "0"
#: Word → its code, finer than its kind.
_CODES: dict[str, str] = {
    **dict.fromkeys(ascii_lowercase, WordKind.LETTER),
    **dict.fromkeys(map(str, range(1, 10)), WordKind.UNIT),
    **dict.fromkeys(map(str, range(10, 100)), WordKind.TEEN),
    **KINDS,
    # A zero or a letter.
    "o": "o",
    "thousand": "k",
    # No ten stands before it.
    **{word: "N" for word, value in ORDINALS.items() if value >= 10},
    **{word: _ALONE for word, value in UNITS.items() if value == 0 and word != "o"},
}
_BLANK = r"[ \t]{1,4}"
#: What somebody says who listens is no letter.
_LISTENING = rf"i{_BLANK}(?:see|got{_BLANK}it)[ .,!]{{0,4}}\n"
_EXAMPLE = rf"(?P<example>{_BLANK}(?:as{_BLANK}in|for|like){_BLANK}(?P=letter)[^\W\d_]*+)"
_PART = re.compile(
    r"(?<![^\W_])(?<![^\W_]['\u2019])"
    rf"(?:(?!{_LISTENING})(?P<letter>[a-z]){_EXAMPLE}?|{any_of(KINDS)}|\d++)"
    r"(?![^\W_])(?!['\u2019][^\W_])"
)


class Part(msgspec.Struct, frozen=True, gc=False):
    """One of them.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        code: A letter for what it is.
        written: As it is written by itself: "4", "13", "b"; of "double" how often more.
    """

    start: int
    end: int
    code: str
    written: str


def parts_of(text: str) -> Iterator[Part]:
    """The parts of a text in lowercase, in order."""
    for found in _PART.finditer(text):
        said = found["letter"] or found[0]
        if found["example"]:
            yield Part(*found.span(), WordKind.LETTER, said)
        else:
            yield Part(*found.span(), _CODES.get(said, _ALONE), WRITTEN.get(said, said))
