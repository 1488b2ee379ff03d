"""Parts of an address → the address: its house number, and what stands between two streets.

The tagger finds streets and towns, each for itself. A number that touches a street belongs to it,
and a crossing is one place. A number with a name and a word for a street behind it is an address if
the tagger takes any of it for possible: "one hard drive" is none.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.vocabulary import any_of
from clearshard.records.transcript import Span
from clearshard.redaction.step_kinds import Seen

_STREET, _TOWN = "STREET_ADDRESS", "LOCATION"
_RECOGNIZER = "OneAddress"
#: Between a number and its street, and between street and town.
_GAP = r"[ \t]{0,3},?[ \t]{1,3}"
_SAID = rf"(?:{any_of(NUMBER_WORDS)})(?![^\W_])"
_NUMBER = (
    rf"(?:\d{{1,6}}(?:[-/]\d{{1,4}})?[a-z]?"
    rf"|{_SAID}(?:[ \t-]{{1,2}}(?:and[ \t]{{1,2}})?{_SAID}){{0,6}})(?![^\W_])"
)
#: As far back as a number or the words before a crossing reach.
_MOST_LETTERS = 80
_NUMBER_BEFORE = re.compile(
    rf"(?<![\w.:,$\u20ac\u00a3/-])({_NUMBER})(?:{_GAP}|-?)\Z", re.IGNORECASE
)
#: Only where nothing is counted: at the end of a sentence or a turn.
_NUMBER_BEHIND = re.compile(rf"{_GAP}({_NUMBER})(?=[ \t]{{0,3}}(?:[.,;?!\n]|\Z))", re.IGNORECASE)
_CORNER = re.compile(
    r"(?<![^\W_])(?:the[ \t]{1,3})?(?:corner|intersection)[ \t]{1,3}of[ \t]{1,3}\Z", re.IGNORECASE
)
_CROSSING = re.compile(r"[ \t]{1,3}(?:and|&)[ \t]{1,3}", re.IGNORECASE)
_STREETS = "street avenue ave road rd drive lane boulevard blvd terrace crescent court parkway way"
_WHOLE = re.compile(
    rf"(?<![\w.:,$\u20ac\u00a3/-]){_NUMBER}(?:[ \t]{{1,3}}[^\W\d_]{{1,20}}){{1,3}}?"
    rf"[ \t]{{1,3}}(?:{any_of(_STREETS.split())})(?![^\W_])",
    re.IGNORECASE,
)
_SCORE = 0.6


def addresses(seen: Seen, spans: Sequence[Span]) -> Iterator[Span]:
    """What belongs to streets that were found, and addresses that were not.

    Args:
        seen: The text, and what could be personal in it.
        spans: Disjoint, in order.
    """
    yield from one_address(seen.text, spans)
    possible = seen.possible or ()
    ends = [end for _, end in possible]
    for found in _WHOLE.finditer(seen.text) if possible else ():
        place = bisect_left(ends, found.start() + 1)
        if place < len(ends) and possible[place][0] < found.end():
            yield Span(*found.span(), _STREET, _SCORE, _RECOGNIZER)


def one_address(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """A wider span for each street that something belongs to.

    Args:
        text: What the spans are of.
        spans: Disjoint, in order.
    """
    for place, span in enumerate(spans):
        if span.entity_type not in (_STREET, _TOWN):
            continue
        start, end = span.start, span.end
        following = spans[place + 1] if place + 1 < len(spans) else None
        if following and _are_a_crossing(text, span, following):
            end = following.end
        if span.entity_type == _STREET or end > span.end:
            start = _begins(text, start, spans[place - 1].end if place else 0)
            behind = _NUMBER_BEHIND.match(text, end)
            end = behind.end() if behind else end
        if (start, end) != (span.start, span.end):
            yield msgspec.structs.replace(
                span, start=start, end=end, entity_type=_STREET, recognizer=_RECOGNIZER
            )


def _begins(text: str, start: int, removed: int) -> int:
    """Where what belongs to a street begins: before its number there may be that of a flat.

    Args:
        text: All of it.
        start: Of the street.
        removed: Up to where something else is; a number in there goes with that.
    """
    while True:
        before = text[max(0, start - _MOST_LETTERS) : start]
        belongs = _CORNER.search(before) or _NUMBER_BEFORE.search(before)
        if belongs is None:
            return start
        start -= len(before) - belongs.start()
        if start <= removed:
            return start


def _are_a_crossing(text: str, one: Span, other: Span) -> bool:
    return (
        other.entity_type in (_STREET, _TOWN)
        and _STREET in (one.entity_type, other.entity_type)
        and _CROSSING.fullmatch(text, one.end, other.start) is not None
    )
