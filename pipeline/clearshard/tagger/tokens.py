"""A text → its tokens: words, single letters and digits, signs, ends of turns, with what each is.

Letters go with the marks on them, so that a token begins and ends where something that is shown
does. Digits stand alone: a number of any length is read the same, whether it is said or written.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import regex

from clearshard.recognizers.number_words import KINDS, WordKind

END_OF_TURN = "\n"
_TOKEN = regex.compile(
    r"\n|\p{L}[\p{L}\p{M}]*(?:['\u2019]\p{L}[\p{L}\p{M}]*)*|\p{N}\p{M}*|[^\s]\p{M}*"
)
#: The same in plain text, which most is, in three fifths of the time.
_PLAIN_TOKEN = re.compile(r"\n|[A-Za-z]+(?:'[A-Za-z]+)*|[^ \t\n\r\f\v]")
_FILLERS = frozenset("uh um er erm eh ah hmm hm mm mhm uhhuh huh oh like well".split())
_MEASURES = frozenset(
    "mg ml milligrams milligram kg kilos pounds dollars cents percent gb mb inches feet miles km "
    "hours minutes seconds degrees euros bucks weeks days months years".split()
)
#: Words whose kind is remembered.
_KNOWN_WORDS = 20_000


class Kind(IntEnum):
    """What a token is; the values are rows of the weights and never change."""

    WORD = 0
    DIGIT = 1
    NUMBER_WORD = 2
    TEEN = 3
    ORDINAL = 4
    LETTER = 5
    SPELLING = 6
    FILLER = 7
    MEASURE = 8
    SIGN = 9
    END_OF_TURN = 10


_OF_WORDS = {
    WordKind.UNIT: Kind.NUMBER_WORD,
    WordKind.TEEN: Kind.TEEN,
    WordKind.TEN: Kind.TEEN,
    WordKind.SCALE: Kind.TEEN,
    WordKind.REPEAT: Kind.TEEN,
    WordKind.ORDINAL: Kind.ORDINAL,
    WordKind.LETTER: Kind.SPELLING,
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, in order; everything but white space is in one of them.

    Attributes:
        words: As they stand there.
        starts: First code point of each.
    """

    words: list[str]
    starts: list[int]


def tokens_of(text: str) -> Tokens:
    """The tokens of a text with line breaks between turns."""
    tokens = [*(_PLAIN_TOKEN if text.isascii() else _TOKEN).finditer(text)]
    return Tokens([token[0] for token in tokens], [token.start() for token in tokens])


@lru_cache(_KNOWN_WORDS)
def kind_of(lowered: str) -> Kind:
    """What a token is, in lower case."""
    if lowered == END_OF_TURN:
        return Kind.END_OF_TURN
    if lowered[0].isnumeric():
        return Kind.DIGIT
    if not lowered[0].isalpha():
        return Kind.SIGN
    if len(lowered) == 1:
        return Kind.LETTER
    if lowered in KINDS:
        return _OF_WORDS[KINDS[lowered]]
    if lowered in _FILLERS:
        return Kind.FILLER
    return Kind.MEASURE if lowered in _MEASURES else Kind.WORD
