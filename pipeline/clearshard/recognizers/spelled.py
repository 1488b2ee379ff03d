"""What is spelled out letter by letter: "j o h n", "b as in boy", "sierra one eight five papa".

Three letters in a row, or two with digits among them, are a spelling; nobody spells what everybody
knows. Abbreviations of which people say the letters ("a t m", "u s a") are left alone. Where signs
alone stand between the letters ("s.m.i.t.h", "s/m/i/t/h") four are: "b.i.d" is no spelling.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import LETTER_WORDS, NUMBER_WORDS
from clearshard.recognizers.vocabulary import HESITATION, any_of, is_letter, lowercase, words_of

#: People spell names; with digits it is some number.
WITHOUT_DIGITS, WITH_DIGITS = "PERSON", "NUMBER_SEQUENCE"
_SCORE = 0.6
_LEAST_PARTS = 3

_ABBREVIATIONS = frozenset(
    "atm usa uk us tv pc id ok fbi cia irs ssn pin llc ceo cfo cto ebitda gdp nyc la dc "
    "ai it hr pr dvd cd gps vip faq url usb wifi am pm ac dj phd mba abc bbc cnn nbc nba "
    "nfl ufc".split()
)
_LETTER = (
    rf"(?:{any_of(LETTER_WORDS)}"
    r"|[^\W\d_](?:[,.]?[ \t]{1,4}(?:as[ \t]{1,4}in|for|like)[ \t]{1,4}['\"]?[^\W\d_]+['\"]?"
    r"|-(?:as-in|for|like)-[^\W\d_]+)?)"
)
_DIGIT = rf"(?:{any_of(NUMBER_WORDS)}|\d{{1,3}})"
_PART = rf"(?:{_LETTER}|{_DIGIT})(?![^\W_])"
#: What people say between letters: of time that they win, of how the next one is written.
_ASIDE = (
    rf"(?:and|then|like|next|okay|ok|{HESITATION}|(?:the[ \t]{{1,4}})?letter|capital|small|dash|dot"
    r"|(?:upper|lower)[ \t]?case)"
)
_JOINT = (
    rf"(?:[ \t]{{0,4}}(?:\.{{3}}|[-,.;:/|·…\u2013\u2014+~&])?[ \t]{{1,4}}|-)"
    rf"(?:{_ASIDE}[,.]?[ \t]{{1,4}}){{0,2}}"
)
_RUN = re.compile(
    rf"(?<![\w'\u2019])(?:{_PART})(?:{_JOINT}{_PART}){{{_LEAST_PARTS - 1},}}(?!['\u2019]\w)"
)
#: Signs without a blank between letters, the same throughout: "s.m.i.t.h".
_LEAST_WITH_SIGNS = 4
_WITH_SIGNS = re.compile(
    rf"(?<![\w'\u2019.@/\-])[^\W\d_](?P<sign>\.{{1,3}}|[,;:/|*_·…+~=&])[^\W_]"
    rf"(?:(?P=sign)[^\W_]){{{_LEAST_WITH_SIGNS - 2},}}(?![^\W_]|['\u2019@/]\w)"
)
_ANY_PART = re.compile(rf"(?<![\w'\u2019]){_PART}")
#: A letter that is none of the alphabet may be spelled too.
_OTHER_LETTER = r"[^\x00-\x7f]"
#: "a" and "i" alone make no spelling.
_WORDS = frozenset(LETTER_WORDS) | frozenset("bcdefghjklmnopqrstuvwxyz")


def spelled_values() -> Finder:
    """The recognizer."""
    return Finder(
        "SpelledValueRecognizer",
        [WITHOUT_DIGITS, WITH_DIGITS],
        find_spelled_values,
        _SCORE,
        Gate(frozenset((_OTHER_LETTER,)), extent=Extent.LINE, words=_WORDS),
    )


def find_spelled_values(text: str) -> Iterator[Found]:
    """Runs of letters, and of letters and digits, that were spelled."""
    small = lowercase(text)
    for run in _RUN.finditer(small):
        parts = _without_time(
            [words_of(part.group())[0] for part in _ANY_PART.finditer(small, *run.span())]
        )
        letters = [part for part in parts if is_letter(part)]
        spelled = [letter for letter in letters if letter not in ("a", "i")]
        digits = len(parts) - len(letters)
        if "".join(letters) in _ABBREVIATIONS and not digits:
            continue
        if len(spelled) >= (1 if digits else 2) and len(letters) >= (2 if digits else 3):
            yield Found(run.start(), run.end(), WITH_DIGITS if digits else WITHOUT_DIGITS)
    for run in _WITH_SIGNS.finditer(small):
        parts = [letter for letter in run.group() if letter.isalnum()]
        if "".join(parts) not in _ABBREVIATIONS and len(set(parts)) > 1:
            yield Found(run.start(), run.end(), WITHOUT_DIGITS)


def _without_time(parts: list[str]) -> list[str]:
    """The parts less the "a m" or "p m" that a number ends with; it may be said twice."""
    end = len(parts)
    while end > 2 and parts[end - 2] in ("a", "p") and parts[end - 1] == "m":
        end -= 2
    return parts if is_letter(parts[end - 1]) else parts[:end]
