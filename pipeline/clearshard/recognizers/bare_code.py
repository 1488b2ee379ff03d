"""Turns that are nothing but a code: "gh 78 h 6", "3330", "a 4 g 4 f 3".

Nobody says a number and nothing else unless he was asked for it, even where the question is not in
the transcript.
"""

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import LETTER_WORDS, NUMBER_WORDS
from clearshard.recognizers.vocabulary import SHORT_WORDS, any_of

ENTITY_TYPE = "NUMBER_SEQUENCE"
_SCORE = 0.5
#: Letters and digits of a code, at least.
_LEAST = 4

_PART = rf"(?:[a-z]{{0,4}}\d[a-z\d]*|[a-z]{{1,3}}|{any_of(NUMBER_WORDS)}|{any_of(LETTER_WORDS)})"
_TURN = re.compile(
    rf"^[ \t]{{0,4}}(?:(?:yes|yeah|ok|okay|sure|it['\u2019]?s|its|is|no)[ \t,]{{1,4}}){{0,2}}"
    rf"(?P<code>{_PART}(?:[ \t.,\-/#]{{1,4}}{_PART}){{0,15}})[ \t.?!]{{0,8}}$",
    re.IGNORECASE | re.MULTILINE,
)
_DIGIT = re.compile(rf"\d|\b(?:{any_of(NUMBER_WORDS - {'o', 'oh'})})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def bare_codes() -> Finder:
    """The recognizer."""
    return Finder(
        "BareCodeRecognizer",
        [ENTITY_TYPE],
        find_bare_codes,
        _SCORE,
        Gate(frozenset((r"\d",)), extent=Extent.LINE, words=NUMBER_WORDS),
    )


def find_bare_codes(text: str) -> Iterator[Found]:
    """Turns of digits and letters that are no words."""
    for turn in _TURN.finditer(text):
        code = turn["code"]
        words = _WORD.findall(code)
        size = sum(len(w) if any(map(str.isdecimal, w)) else 1 for w in words)
        letters = [w for w in words if w.isalpha()]
        ordinary = SHORT_WORDS.intersection(word.lower() for word in letters)
        if size >= _LEAST and _DIGIT.search(code) and not ordinary:
            yield Found(*turn.span("code"), ENTITY_TYPE)
