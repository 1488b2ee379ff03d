"""Values that were found once → wherever else the same transcript says them.

A caller gives a number, the agent reads it back, and only one of the two has the shape or the
words around it that a recognizer needs. Numbers, addresses, codes and full names are looked for
again, whatever stands between their letters. Each name of a person is looked for as a word, unless
it is an ordinary word as well: one of a list ("May", "Hope"), or one that was read as a name in few
of the places where it is said.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import NO_NAME, words_of
from clearshard.records.transcript import Span
from clearshard.redaction.view.extent import word_around

#: Types whose values may recur as ordinary words ("May", "Hope").
_ORDINARY = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", "ORGANIZATION"))
#: Shorter values recur by chance.
_MIN_LETTERS = 7
#: Nobody says a longer one again, and to look for one that repeats itself takes the square of its
#: length. The residual check looks for all of them, once each.
_MAX_LETTERS = 1_000
RECOGNIZER = "Propagation"

#: Letters of a word of what is spelled, on average at most.
_LETTERS_OF_SPELLED = 2

#: Names that are ordinary words: said again, they need not be the name.
_WORDLIKE_NAMES = NO_NAME | frozenset(
    "april art august autumn bill bishop bond brook brown bush carter case cash chance "
    "charity chase christian cook crystal daisy dawn dean destiny drew earl faith fern "
    "flora frank gene ginger grace grant gray green hall harmony heath heather hill holly "
    "homer honor hope hunter iris ivy jack jade jewel jones josh joy june justice kay "
    "king lake lance lane lily love major mark marsh mason may mercy miles misty nick "
    "olive page park pat patience pearl penny peter piper price prince ray reed rich rob "
    "robin rock rod rose ruby rush sage sandy serenity sky small star sterling stone "
    "storm summer sunny sue terry van victor violet wade ward way west white will winter "
    "wood young angel bell best black blue camp chip clay cliff cole dale day duke ford "
    "fox gold good guy hand house jerry joe long max mike moon nova ocean river road "
    "rocky royal scout skip smart snow south speed spring street sweet temple true union "
    "university vi wolf world apple avenue city company delta google park post story ring "
    "school show song music movie book game play time news email call set list order card "
    "account bank phone".split()
)
_MIN_NAME_LETTERS = 3
#: An ordinary word that is a name in a smaller share of its places is no name in the others: the
#: NER has read them as well.
_LEAST_SHARE = 0.4

#: So many names or values are faster looked for one after the other.
_FEW = 64

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")


def propagate(text: str, spans: Sequence[Span]) -> list[Span]:
    """Further spans of the text that hold the value of one of the given spans."""
    return [*_names_again(text, spans), *_values_again(text, spans)]


def _names_again(text: str, spans: Sequence[Span]) -> list[Span]:
    """Words of the text that are a word of a person's name."""
    names: dict[str, Span] = {}
    times: Counter[str] = Counter()
    for span in spans:
        if span.entity_type == "PERSON":
            for word in _WORD.findall(text[span.start : span.end]):
                name = word.casefold()
                if len(name) >= _MIN_NAME_LETTERS and name not in _WORDLIKE_NAMES:
                    names.setdefault(name, span)
                    times[name] += 1
    if not names:
        return []
    said: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, start, end in _places_of(names, text):
        if name in names:
            said[name].append((start, end))
    return [
        Span(start, end, names[name].entity_type, names[name].score, RECOGNIZER)
        for name, places in said.items()
        if times[name] >= _LEAST_SHARE * len(places) or name not in ordinary_words()
        for start, end in places
    ]


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
    return span.entity_type not in _ORDINARY


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
