"""Values that were found once → wherever else the same transcript says them.

A caller gives a number, the agent reads it back, and only one of the two has the shape or the
words around it that a recognizer needs. Numbers, addresses, codes and full names are looked for
again, whatever stands between their letters; single names are not: they may be ordinary words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.records import Span

#: Types whose values may recur as ordinary words ("May", "Hope").
_ORDINARY = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", "ORGANIZATION"))
#: Shorter values recur by chance.
_MIN_LETTERS = 7
RECOGNIZER = "Propagation"

_LETTERS = re.compile(r"[^\W_]+")


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans of the text that hold the value of one of the given spans."""
    values: dict[str, Span] = {}
    times: Counter[str] = Counter()
    for span in spans:
        if _is_looked_for(span, text):
            letters = _letters(text[span.start : span.end])
            if len(letters) >= _MIN_LETTERS:
                values.setdefault(letters, span)
                times[letters] += 1
    if not values:
        return []
    everything = _letters(text)
    # A value is there as often as it was found, and mostly no more.
    again = [letters for letters in values if _times(letters, everything) > times[letters]]
    if not again:
        return []
    places = list(_places(text))
    found = []
    for letters in again:
        span = values[letters]
        for start in _starts(letters, everything):
            first, last = places[start], places[start + len(letters) - 1]
            found.append(Span(first, last + 1, span.entity_type, span.score, RECOGNIZER))
    return found


def _is_looked_for(span: Span, text: str) -> bool:
    """Values that are no ordinary words: a first and a last name together are none either."""
    if span.entity_type == "PERSON":
        return len(text[span.start : span.end].split()) > 1
    return span.entity_type not in _ORDINARY


def _letters(text: str) -> str:
    """Letters and digits in lowercase; some letters become two in lowercase."""
    return "".join(_LETTERS.findall(text.casefold()))


def _places(text: str) -> Iterator[int]:
    """The place in the text of each of its `_letters`."""
    for place, character in enumerate(text):
        for letter in character.casefold():
            if letter.isalnum():
                yield place


def _starts(letters: str, everything: str) -> Iterator[int]:
    start = everything.find(letters)
    while start >= 0:
        yield start
        start = everything.find(letters, start + 1)


def _times(letters: str, everything: str) -> int:
    return sum(1 for _ in _starts(letters, everything))
