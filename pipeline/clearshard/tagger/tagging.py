"""`Tagger`: what is personal in texts, each read as one conversation, many at a time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clearshard.tagger.model import NOTHING, Model
from clearshard.tagger.network import Floats
from clearshard.tagger.tokens import END_OF_TURN, Tokens, tokens_of
from clearshard.tagger.vectors import Vectors

#: Tokens that go through the network together, of one text or of many. Within what a processor
#: keeps close to itself; more gain nothing.
_TOGETHER = 4096
#: Neighbours of these are one, whatever they are called.
_NUMBERS = frozenset(
    (
        *("ACCOUNT_NUMBER", "CREDIT_CARD", "DATE_OF_BIRTH", "NUMBER_SEQUENCE", "PASSWORD"),
        *("PHONE_NUMBER", "US_SSN"),
    )
)
#: Signs that stand around a value and are not of it, but for what may be made of any sign.
_AROUND = frozenset(",.;:?!")
_OF_ANY_SIGN = frozenset(("EMAIL_ADDRESS", "PASSWORD", "URL", "USERNAME"))


@dataclass(frozen=True, slots=True)
class Tagged:
    """A part of a text that is personal.

    Attributes:
        start: First code point.
        end: One past the last.
        label: The class of its tokens.
        margin: By how much the surest of them is above its threshold.
    """

    start: int
    end: int
    label: str
    margin: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A text as it was read.

    Attributes:
        parts: What is personal, in order; they do not overlap. Behind them what was asked for
            besides, in order.
        possible: Ranges of what could be personal, for whoever knows more of it; all parts lie in
            them that are.
    """

    parts: list[Tagged]
    possible: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A text, and what each of its tokens is likeliest to be.

    The first row is of what is personal, a second one of what was asked for besides.

    Attributes:
        tokens: Of the text.
        likeliest: The place of a name for each.
        margins: By how much that is above its threshold, or below; whole numbers. What was asked
            for besides must be likelier than all that was not.
    """

    tokens: Tokens
    likeliest: npt.NDArray[np.intp]
    margins: Floats


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens of one text that are read at once, and for which of them the result counts."""

    text: int
    start: int
    end: int
    first: int
    last: int


class Tagger:
    """Reads texts. Not for several threads at once."""

    def __init__(self, model: Model, profile: str, requested: Sequence[str] = ()) -> None:
        """A tagger with the thresholds of a profile.

        Args:
            model: The weights.
            profile: One of those that the model has thresholds for.
            requested: Of `found_on_request`, what is found too. Of what is personal that changes
                nothing.
        """
        self._model = model
        self._vectors = Vectors(model.table, model.network.largest)
        classes = model.facts.classes
        thresholds = model.facts.thresholds[profile]
        # Classes without a threshold are never personal: what is one of them is none of the others.
        self._labels = [label for label in classes if label in thresholds]
        self._numbers = frozenset(
            place for place, label in enumerate(self._labels) if label in _NUMBERS
        )
        self._columns = [classes.index(label) for label in self._labels]
        self._others = [place for place in range(len(classes)) if place not in self._columns]
        self._possible = -model.facts.possible
        self._least = np.array([thresholds[label] for label in self._labels], np.float32)
        self._requested = [classes.index(label) for label in requested]
        self._not_requested = [
            place for place in range(len(classes)) if place not in self._requested
        ]
        self._names = [*self._labels, *requested]

    @property
    def labels(self) -> tuple[str, ...]:
        """What it finds that is personal."""
        return tuple(self._labels)

    def read(self, texts: Sequence[str]) -> list[Conversation]:
        """What is personal in each text.

        What is found in a text does not depend on the others.

        Args:
            texts: With a line break between turns.
        """
        return [self.conversation(judged) for judged in self.judged(texts)]

    def judged(self, texts: Sequence[str]) -> list[Judged]:
        """What each token of each text is likeliest to be; all that the network is needed for."""
        rows = 2 if self._requested else 1
        every = [_unjudged(tokens_of(text), rows) for text in texts]
        for stretches in _batches([len(of_one.tokens.words) for of_one in every], self._reach):
            for stretch, found in zip(stretches, self._judged(stretches, every), strict=True):
                inside = slice(stretch.first - stretch.start, stretch.last - stretch.start)
                here = slice(stretch.first, stretch.last)
                every[stretch.text].likeliest[:, here] = found[0][:, inside]
                every[stretch.text].margins[:, here] = found[1][:, inside]
        return every

    def conversation(self, judged: Judged, offset: int = 0) -> Conversation:
        """What is personal in a text that was judged.

        Args:
            judged: The text.
            offset: How much is added to every threshold of what is personal.
        """
        tokens, above = judged.tokens, judged.margins[0] - offset
        # The place of a name and one; 0 for nothing, -1 if it could be one.
        possible = np.where(above > self._possible, -1, 0)
        personal = np.where(above > 0, judged.likeliest[0] + 1, possible)
        parts = self._parts(tokens, personal, above)
        if self._requested:
            asked = (judged.margins[1] > 0) & (personal <= 0)
            besides = np.where(asked, judged.likeliest[1] + 1, 0)
            parts += self._parts(tokens, besides, judged.margins[1])
        return Conversation(parts, _possible(tokens, personal))

    @property
    def possible(self) -> int:
        """How far below its threshold a class is still possible: a measure for offsets."""
        return self._model.facts.possible

    @property
    def _reach(self) -> int:
        return self._model.network.reach

    def _judged(
        self, stretches: Sequence[_Stretch], every: Sequence[Judged]
    ) -> Iterator[tuple[npt.NDArray[np.intp], Floats]]:
        """For each token of each stretch the place of a name, and how far it is above: two rows."""
        words: list[str] = []
        for stretch in stretches:
            words += every[stretch.text].tokens.words[stretch.start : stretch.end]
        places = self._vectors.places(words)
        lengths = np.array([stretch.end - stretch.start for stretch in stretches], np.intp)
        ends = np.cumsum(lengths)
        before = np.arange(len(words)) - np.repeat(ends - lengths, lengths)
        behind = np.repeat(lengths, lengths) - before - 1
        scores = self._model.network.scores(self._vectors.table[places], before, behind)
        other = scores[:, self._others].max(axis=1, keepdims=True)
        above = scores[:, self._columns] - other - self._least
        best = above.argmax(axis=1)
        likeliest, margins = best[None], above[np.arange(len(above)), best][None]
        if self._requested:
            asked = scores[:, self._requested]
            likeliest = np.stack([best, asked.argmax(axis=1) + len(self._labels)])
            beside = asked.max(axis=1) - scores[:, self._not_requested].max(axis=1)
            margins = np.stack([margins[0], beside])
        yield from zip(
            np.split(likeliest, ends[:-1], axis=1),
            np.split(margins, ends[:-1], axis=1),
            strict=True,
        )

    def _parts(self, tokens: Tokens, classes: npt.NDArray[np.intp], above: Floats) -> list[Tagged]:
        """Tokens of one class beside each other, as ranges of the text."""
        words, starts = tokens.words, tokens.starts
        sure = [(place, int(classes[place])) for place in _places(tokens, classes > 0)]
        parts: list[Tagged] = []
        before = -1
        for begin, stop, label in self._labelled(sure):
            name = self._names[label]
            first, last = (
                (begin, stop) if name in _OF_ANY_SIGN else _within_signs(words, begin, stop)
            )
            if first > last:
                continue
            end = starts[last] + len(words[last])
            margin = int(above[first : last + 1].max())
            if parts and parts[-1].label == name and _is_unbroken(tokens, before, first):
                parts[-1] = Tagged(parts[-1].start, end, name, max(parts[-1].margin, margin))
            else:
                parts.append(Tagged(starts[first], end, name, margin))
            before = last
        return parts

    def _labelled(self, sure: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        """First and last token of each part, and the place of its label."""
        classes = dict(sure)
        for first, last in _runs([place for place, _ in sure]):
            run = [classes[place] - 1 for place in range(first, last + 1)]
            if len({*run}) > 1 and self._numbers.issuperset(run):
                # One number, of which a digit by itself looks like that of another.
                counts = Counter(run)
                run = [max(run, key=counts.__getitem__)] * len(run)
            begin = first
            for place in range(first, last + 1):
                if place == last or run[place + 1 - first] != run[begin - first]:
                    yield begin, place, run[begin - first]
                    begin = place + 1


def found_on_request(model: Model, profile: str) -> tuple[str, ...]:
    """Classes that are personal for nobody who does not ask for them, in their order."""
    thresholds = model.facts.thresholds[profile]
    return tuple(c for c in model.facts.classes if c not in thresholds and c != NOTHING)


def _unjudged(tokens: Tokens, rows: int) -> Judged:
    shape = rows, len(tokens.words)
    return Judged(tokens, np.zeros(shape, np.intp), np.zeros(shape, np.float32))


def _possible(tokens: Tokens, classes: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Ranges of tokens that are, or could be, personal."""
    words, starts = tokens.words, tokens.starts
    return [
        (starts[first], starts[last] + len(words[last]))
        for first, last in _runs(_places(tokens, classes != 0))
    ]


def _places(tokens: Tokens, chosen: npt.NDArray[np.bool_]) -> list[int]:
    """The places of chosen tokens, but for ends of turns."""
    return [p for p in np.flatnonzero(chosen).tolist() if tokens.words[p] != END_OF_TURN]


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of places that follow each other."""
    first = 0
    for number, place in enumerate(places):
        if number + 1 == len(places) or places[number + 1] != place + 1:
            yield places[first], place
            first = number + 1


def _within_signs(words: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """First and last of some tokens without the signs around them; of signs alone none is left."""
    while first <= last and words[first] in _AROUND:
        first += 1
    while first <= last and words[last] in _AROUND:
        last -= 1
    return first, last


def _is_unbroken(tokens: Tokens, last: int, first: int) -> bool:
    """Whether nothing but signs, digits and single letters is between two tokens, and no blank."""
    between = tokens.words[last + 1 : first]
    place = tokens.starts[last] + len(tokens.words[last])
    return tokens.starts[first] - place == len(between) and all(
        len(word) == 1 and word != END_OF_TURN for word in between
    )


def _batches(lengths: Sequence[int], reach: int) -> Iterator[list[_Stretch]]:
    """All tokens, in stretches that are read together; long texts in several that overlap."""
    batch: list[_Stretch] = []
    size = 0
    for text, length in enumerate(lengths):
        for first in range(0, length, _TOGETHER):
            last = min(first + _TOGETHER, length)
            stretch = _Stretch(text, max(0, first - reach), min(length, last + reach), first, last)
            batch.append(stretch)
            size += stretch.end - stretch.start
            if size >= _TOGETHER:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
