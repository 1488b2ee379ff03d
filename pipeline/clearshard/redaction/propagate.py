"""Values that were found once → wherever else the same transcript says them.

A caller gives a number, the agent reads it back, and only one of the two has the shape or the
words around it that a recognizer needs. Numbers, addresses, codes and full names are looked for
again, whatever stands between their letters. Each name of a person is looked for as a word. What is
made of ordinary words ("May", "a turtle") counts only where the tagger takes it for possible.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import words_of
from clearshard.records.transcript import Span
from clearshard.redaction.on_request import is_on_request
from clearshard.redaction.step_kinds import Seen
from clearshard.redaction.view.extent import word_around

#: Types whose values may recur as ordinary words ("May", "Hope"), as those on request do.
_ORDINARY = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", "ORGANIZATION"))
#: Shorter values recur by chance.
_MIN_LETTERS, _MIN_NAME_LETTERS = 7, 3
#: Nobody says a longer one again, and to look for one that repeats itself takes the square of its
#: length. The residual check looks for all of them, once each.
_MAX_LETTERS = 1_000
RECOGNIZER = "Propagation"

#: Letters of a word of what is spelled, on average at most.
_LETTERS_OF_SPELLED = 2

#: So many names or values are faster looked for one after the other.
_FEW = 64

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")


def propagate(seen: Seen, spans: Sequence[Span]) -> Iterator[Span]:
    """Further spans of a text that hold the value of one of the given spans."""
    ends = [end for _, end in seen.possible or ()]
    for span in (*_names_again(seen.text, spans), *_values_again(seen.text, spans)):
        if seen.possible is None or not _is_ordinary(seen.text[span.start : span.end]):
            yield span
            continue
        place = bisect_left(ends, span.start + 1)
        if place < len(ends) and seen.possible[place][0] < span.end:
            yield span


def _is_ordinary(said: str) -> bool:
    """Whether all of it is ordinary words, and none a part of a number."""
    words = words_of(said.casefold())
    return ordinary_words().issuperset(words) and NUMBER_WORDS.isdisjoint(words)


def _names_again(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Words of the text that are a word of a person's name."""
    names: dict[str, Span] = {}
    for span in spans:
        if span.entity_type == "PERSON":
            for word in _WORD.findall(text[span.start : span.end]):
                if len(name := word.casefold()) >= _MIN_NAME_LETTERS:
                    names.setdefault(name, span)
    for name, start, end in _places_of(names, text) if names else ():
        if name in names:
            found = names[name]
            yield Span(start, end, found.entity_type, found.score, RECOGNIZER)


def _places_of(names: Collection[str], text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text that may be one of some names, folded, and their ranges."""
    folded = text.casefold()
    if len(folded) != len(text):
        # Some letter becomes two, and what stands behind it moves.
        yield from ((word.group().casefold(), *word.span()) for word in _WORD.finditer(text))
        return
    if len(names) > _FEW:
        yield from ((word.group(), *word.span()) for word in _WORD.finditer(folded))
        return
    # A few names are sooner found than all words are read.
    for name in names:
        start = folded.find(name)
        while start >= 0:
            begins = start == 0 or _LETTER.match(folded, start - 1) is None
            word = _WORD.match(folded, start) if begins else None
            if word is not None and word.end() == start + len(name):
                yield name, start, word.end()
            start = folded.find(name, start + 1)


def _values_again(text: str, spans: Sequence[Span]) -> list[Span]:
    values: dict[str, Span] = {}
    times: Counter[str] = Counter()
    for span in spans:
        if _is_looked_for(span, text):
            letters = _letters(text[span.start : span.end])
            if _MIN_LETTERS <= len(letters) <= _MAX_LETTERS:
                values.setdefault(letters, span)
                times[letters] += 1
    if not values:
        return []
    everything = _letters(text)
    # A value is there as often as it was found, and mostly no more.
    there = _starts_of(values, everything)
    again = {x: starts for x, starts in there.items() if len(starts) > times[x]}
    if not again:
        return []
    places = list(_places(text))
    words = _OrdinaryWords(text)
    found = []
    for letters, starts in again.items():
        span = values[letters]
        for start in starts:
            place = words.whole(places[start], places[start + len(letters) - 1] + 1)
            if place is not None:
                found.append(Span(*place, span.entity_type, span.score, RECOGNIZER))
    return found


class _OrdinaryWords:
    """The words of a text that are ordinary ones; the last two asked for are known.

    A word can be long, and hold a value many times.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: list[tuple[int, int, bool]] = []

    def whole(self, start: int, end: int) -> tuple[int, int] | None:
        """The range where a value is said again, in whole words; None if it is part of a word.

        What is in a number, in a code or in a word that nobody knows is said again with the rest of
        it. An ordinary word ("sophisticated", "competition") holds a part of itself by chance. So
        does the word beside a value that is spelled, which is said again without that word.
        """
        for edge in (start, end):
            word = self._around(edge)
            if word is None:
                continue
            if not _is_spelled(self._text[start:end]):
                return None
            start, end = (word[1], end) if edge == start else (start, word[0])
            if len(_letters(self._text[start:end])) < _MIN_LETTERS:
                return None
        return start, end

    def _around(self, place: int) -> tuple[int, int] | None:
        """The range of the ordinary word that a place is inside of."""
        for start, end, is_ordinary in self._known:
            if start < place < end:
                return (start, end) if is_ordinary else None
        word = word_around(self._text, place)
        if word is None:
            return None
        is_ordinary = self._text[slice(*word)].lower() in ordinary_words()
        self._known = [(*word, is_ordinary), *self._known[:1]]
        return word if is_ordinary else None


def _is_spelled(said: str) -> bool:
    """Whether something is said letter by letter, for the most part."""
    words = words_of(said)
    return len("".join(words)) <= _LETTERS_OF_SPELLED * len(words)


def _is_looked_for(span: Span, text: str) -> bool:
    """Values that are no ordinary words: a first and a last name together are none either."""
    if span.entity_type == "PERSON":
        return len(text[span.start : span.end].split()) > 1
    return span.entity_type not in _ORDINARY and not is_on_request(span)


def _letters(text: str) -> str:
    """Letters and digits in lowercase; some letters become two in lowercase."""
    return "".join(words_of(text.casefold()))


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


def _starts_of(values: Collection[str], everything: str) -> dict[str, list[int]]:
    """Where each value begins, also within others.

    Many values are looked for together: at each place only those lengths are tried that some value
    with the same first letters has, and a value of each length is found by its letters.
    """
    if len(values) <= _FEW:
        return {letters: list(_starts(letters, everything)) for letters in values}
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for letters in values:
        lengths[letters[:_MIN_LETTERS]].add(len(letters))
    found: dict[str, list[int]] = {letters: [] for letters in values}
    for start in range(len(everything) - _MIN_LETTERS + 1):
        for length in lengths.get(everything[start : start + _MIN_LETTERS], ()):
            starts = found.get(everything[start : start + length])
            if starts is not None and start + length <= len(everything):
                starts.append(start)
    return found
