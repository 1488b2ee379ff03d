"""Values that were found once → wherever else the same transcript says them.

A caller gives a number, the agent reads it back, and only one of the two has the shape or the
words around it that a recognizer needs. Numbers, addresses, codes and full names are looked for
again, whatever stands between their letters; single names are not: they may be ordinary words.
"""

from collections.abc import Iterator, Sequence

from pipeline.records import Span

#: Types whose values may recur as ordinary words ("May", "Hope").
_ORDINARY = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", "ORGANIZATION"))
#: Shorter values recur by chance.
_MIN_LETTERS = 7
RECOGNIZER = "Propagation"


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans of the text that hold the value of one of the given spans."""
    values: dict[str, Span] = {}
    for span in spans:
        if _is_looked_for(span, text):
            letters = "".join(letter for letter, _ in _letters(text, span.start, span.end))
            if len(letters) >= _MIN_LETTERS:
                values.setdefault(letters, span)
    if not values:
        return []
    pairs = list(_letters(text, 0, len(text)))
    everything = "".join(letter for letter, _ in pairs)
    places = [place for _, place in pairs]
    found = []
    for letters, span in values.items():
        start = everything.find(letters)
        while start >= 0:
            first, last = places[start], places[start + len(letters) - 1]
            found.append(Span(first, last + 1, span.entity_type, span.score, RECOGNIZER))
            start = everything.find(letters, start + 1)
    return found


def _is_looked_for(span: Span, text: str) -> bool:
    """Values that are no ordinary words: a first and a last name together are none either."""
    if span.entity_type == "PERSON":
        return len(text[span.start : span.end].split()) > 1
    return span.entity_type not in _ORDINARY


def _letters(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Letters and digits in lowercase, each with its place; some become two in lowercase."""
    for place in range(start, end):
        for letter in text[place].casefold():
            if letter.isalnum():
                yield letter, place
