"""What is spelled out letter by letter: "j o h n", "b as in boy", "sierra one eight five papa".

Three letters in a row, or two with digits among them, are a spelling; nobody spells what everybody
knows. Abbreviations of which people say the letters ("a t m", "u s a") are left alone. A number of
four digits and more is of a spelling only behind two letters ("m r 44710"). Where signs alone stand
between the letters ("s.m.i.t.h", "s/m/i/t/h") four are: "b.i.d" is no spelling.
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
_DIGIT = rf"(?:{any_of(NUMBER_WORDS)}|\d{{1,12}})"
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
#: A number as it is written, not one digit after the other.
_LONG = re.compile(r"\d{4,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
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
        for spelling in _spellings([*_ANY_PART.finditer(small, *run.span())]):
            if len(spelling) < _LEAST_PARTS:
                continue
            parts = _without_time([words_of(part.group())[0] for part in spelling])
            letters = [part for part in parts if is_letter(part)]
            spelled = [letter for letter in letters if letter not in ("a", "i")]
            digits = len(parts) - len(letters)
            if _is_known("".join(letters), parts[len(letters) :]):
                continue
            if len(spelled) >= (1 if digits else 2) and len(letters) >= (2 if digits else 3):
                kind = WITH_DIGITS if digits else WITHOUT_DIGITS
                yield Found(spelling[0].start(), spelling[-1].end(), kind)
    for run in _WITH_SIGNS.finditer(small):
        parts = [letter for letter in run.group() if letter.isalnum()]
        if "".join(parts) not in _ABBREVIATIONS and len(set(parts)) > 1:
            yield Found(run.start(), run.end(), WITHOUT_DIGITS)


def _spellings(run: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """The parts of a run, cut at long numbers that stand behind no two letters."""
    spelling: list[re.Match[str]] = []
    for part in run:
        if _LONG.fullmatch(part.group()) and not _end_with_letters(spelling):
            yield spelling
            spelling = []
        else:
            spelling.append(part)
    yield spelling


def _end_with_letters(spelling: list[re.Match[str]]) -> bool:
    """Whether the last two parts are letters, but for those of a time."""
    last = [words_of(part.group())[0] for part in spelling[-2:]]
    return len(last) > 1 and all(map(is_letter, last)) and "".join(last) not in ("am", "pm")


def _is_known(letters: str, behind: list[str]) -> bool:
    """Whether letters are an abbreviation, alone or with a number: "the u s 2020", "e g 2019"."""
    if not behind:
        return letters in _ABBREVIATIONS
    if len(behind) > 1 or not _LONG.fullmatch(behind[0]):
        return False
    return letters in _ABBREVIATIONS or (
        len(letters) < _LEAST_PARTS and _YEAR.fullmatch(behind[0]) is not None
    )


def _without_time(parts: list[str]) -> list[str]:
    """The parts less the "a m" or "p m" that a number ends with; it may be said twice."""
    end = len(parts)
    while end > 2 and parts[end - 2] in ("a", "p") and parts[end - 1] == "m":
        end -= 2
    return parts if is_letter(parts[end - 1]) else parts[:end]
