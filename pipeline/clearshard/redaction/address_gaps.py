"""What stands between and beside found parts of an address, and is of it too.

Recognizers find the street, the town and the country of "61 Long Road, Suite 521, Ashby, 55104" and
may leave the suite and the postcode. Between two parts, and directly beside a street, a number, a
unit or a word that joins them is a part as well.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.vocabulary import PLACE_NOUNS, TOKEN, any_of, is_letter, says_a_digit
from clearshard.records.transcript import Span

#: A street says that there is an address; the others are parts of one only beside it.
_STREET = "STREET_ADDRESS"
_PARTS = frozenset((_STREET, "LOCATION", "UNKNOWN_WORD"))
RECOGNIZER = "AddressGaps"

_UNITS = frozenset("apartment apt suite ste unit flat floor fl room building bldg box".split())
_JOINTS = frozenset("and of do da de del la le den der van at in the".split())
_MOST_TOKENS = 4
_MOST_LETTERS = 40
#: Signs that end a sentence or begin another thought.
_ENDS = re.compile(r"[.!?;:]\s|[!?;:]")

_SEP = r"[\s,]{1,6}"
_UNIT = rf"(?i:{any_of(_UNITS)})\.?[ \t]{{1,4}}[^\W_]{{0,2}}\d{{1,5}}[A-Za-z]?"
_BEHIND = re.compile(rf"(?:{_SEP}{_UNIT})?(?:{_SEP}(?:[A-Z]{{2}}{_SEP})?\d{{4,6}}(?:-\d{{4}})?)?\b")
#: "…, NJ 07304": the code of a region and a postcode.
_REGION = re.compile(rf"{_SEP}[A-Z]{{2}}{_SEP}\d{{4,6}}(?:-\d{{4}})?\b")
_SAID = rf"(?:{any_of(NUMBER_WORDS)})"
_BEFORE = re.compile(
    rf"(?<![\w.$])(?:\d{{1,5}}[A-Za-z]?|{_SAID}(?:[ \t]{_SAID}){{1,5}})[ \t]{{1,4}}\Z",
    re.IGNORECASE,
)
_MOST_BEFORE = 60
#: What may be the first words of a place: "bolshoi" of "bolshoi theatre".
_BEGINS_A_PLACE = frozenset(("LOCATION", "PERSON", "UNKNOWN_WORD"))
_ENDS_A_PLACE = PLACE_NOUNS | frozenset("hall park gardens apartments tower bridge square".split())
_PLACE_NOUN = re.compile(
    rf"(?:[ \t](?-i:[A-Z])[^\W\d_]+){{0,2}}[ \t](?:{any_of(_ENDS_A_PLACE)})(?![^\W_])",
    re.IGNORECASE,
)


def fill_gaps(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans of the text that are parts of an address.

    Args:
        text: What was said.
        spans: What was found, disjoint and in order.
    """
    return [*_between(text, spans), *_beside(text, spans), *_with_place_nouns(text, spans)]


def _with_place_nouns(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    for span in spans:
        if span.entity_type in _BEGINS_A_PLACE:
            noun = _PLACE_NOUN.match(text, span.end)
            if noun is not None:
                yield Span(span.start, noun.end(), span.entity_type, span.score, RECOGNIZER)


def _between(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    for first, second in pairwise(spans):
        if (
            _STREET in (first.entity_type, second.entity_type)
            and {first.entity_type, second.entity_type} <= _PARTS
            and _is_of_address(text[first.end : second.start])
        ):
            street = first if first.entity_type == _STREET else second
            yield Span(first.end, second.start, _STREET, street.score, RECOGNIZER)


def _is_of_address(gap: str) -> bool:
    if len(gap) > _MOST_LETTERS or not gap.strip() or _ENDS.search(gap.replace("apt.", "apt")):
        return False
    words = [token.group().lower() for token in TOKEN.finditer(gap)]
    joints = sum(word in _JOINTS for word in words)
    return (
        0 < len(words) <= _MOST_TOKENS
        and joints <= 1
        and all(
            word in _JOINTS or word in _UNITS or says_a_digit(word) or is_letter(word)
            for word in words
        )
    )


def _beside(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    for span in spans:
        if span.entity_type not in _PARTS:
            continue
        region = _REGION.match(text, span.end)
        if region is not None:
            yield Span(span.end, region.end(), _STREET, span.score, RECOGNIZER)
        if span.entity_type != _STREET:
            continue
        behind = _BEHIND.match(text, span.end)
        if behind is not None and behind.end() > span.end:
            yield Span(span.end, behind.end(), _STREET, span.score, RECOGNIZER)
        if says_a_digit(text[span.start : span.end].split(" ")[0].lower()):
            continue
        start = max(0, span.start - _MOST_BEFORE)
        before = _BEFORE.search(text[start : span.start])
        if before is not None:
            yield Span(start + before.start(), span.start, _STREET, span.score, RECOGNIZER)
