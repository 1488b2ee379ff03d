"""Parts of an address → the address: its house number, and what stands between two streets.

The tagger finds streets and towns, each for itself. A number that touches a street belongs to it,
and a crossing is one place.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.vocabulary import any_of
from clearshard.records.transcript import Span

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
            before = text[max(0, start - _MOST_LETTERS) : start]
            belongs = _CORNER.search(before) or _NUMBER_BEFORE.search(before)
            start -= len(before) - belongs.start() if belongs else 0
            behind = _NUMBER_BEHIND.match(text, end)
            end = behind.end() if behind else end
        if (start, end) != (span.start, span.end):
            yield msgspec.structs.replace(
                span, start=start, end=end, entity_type=_STREET, recognizer=_RECOGNIZER
            )


def _are_a_crossing(text: str, one: Span, other: Span) -> bool:
    return (
        other.entity_type in (_STREET, _TOWN)
        and _STREET in (one.entity_type, other.entity_type)
        and _CROSSING.fullmatch(text, one.end, other.start) is not None
    )
