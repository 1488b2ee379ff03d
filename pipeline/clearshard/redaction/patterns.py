"""All recognizers but the NER, over many texts at once: each looks only where it can find anything.

The texts lie one below the other. Every sign that a gate names is looked for once, over all of
them; then a recognizer that stays within lines, or within what stands between blanks, reads just
the lines or chunks with one of its signs, put together into excerpts, and any other recognizer
reads whole texts with one of them. What is found is what each recognizer finds in each text by
itself.

If anything goes wrong in a batch, each text is read alone, so that only the one that it is about is
quarantined.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
import regex
from presidio_analyzer import EntityRecognizer, RecognizerResult

from clearshard.recognizers.fail_closed import PatternTimeout
from clearshard.recognizers.gate import Extent, Gate, gate_of
from clearshard.recognizers.vocabulary import lowercase, words_of
from clearshard.records.states import Quarantine, QuarantineReason

_DIGITS = regex.compile(r"\d+")
#: The sign for some digits in a row, as `gate` writes it.
_IN_A_ROW = regex.compile(r"\\d(?:\{(\d)\})?")

Ints = npt.NDArray[np.intp]

#: What a recognizer reads at once. Not more: Presidio compares all results with each other.
_EXCERPT_LETTERS = 2_000


class Hit(msgspec.Struct, frozen=True, gc=False):
    """What a recognizer found in a text.

    Attributes:
        start: First code point.
        end: One past the last.
        entity_type: As the recognizer names it.
        score: Before context words are looked at.
        recognizer: Its name.
        context: Words that make it likelier when they are said before it.
    """

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Excerpt:
    """Some lines or chunks of a page, one below the other.

    Attributes:
        text: All of them.
        starts: Where each starts in the excerpt.
        places: Where each starts on the page.
    """

    text: str
    starts: list[int]
    places: list[int]


class Patterns:
    """The recognizers, and where each has to look."""

    def __init__(self, recognizers: Sequence[EntityRecognizer], entities: Sequence[str]) -> None:
        """Finds out where each recognizer has to look.

        Args:
            recognizers: Those that read text.
            entities: Types that are looked for; a recognizer for none of them never runs.
        """
        self._entities = frozenset(entities)
        self._recognizers: list[tuple[EntityRecognizer, Gate | None]] = [
            (recognizer, gate_of(recognizer))
            for recognizer in recognizers
            if self._entities.intersection(recognizer.supported_entities)
        ]
        gates = [gate for _, gate in self._recognizers if gate is not None]
        signs = sorted({sign for gate in gates for sign in gate.signs})
        self._signs = {sign: regex.compile(sign) for sign in signs}
        self._words = frozenset[str]().union(*(gate.words for gate in gates))

    def find(self, texts: Sequence[str]) -> list[list[Hit] | Quarantine]:
        """What is found in each text, or why it could not be read to the end."""
        try:
            return [*self._together(texts)]
        except Exception:  # noqa: BLE001 - one of them; the others must not suffer for it
            return [self._alone(text) for text in texts]

    def _alone(self, text: str) -> list[Hit] | Quarantine:
        try:
            (hits,) = self._together([text])
        except PatternTimeout:
            return Quarantine(QuarantineReason.DETECTOR_TIMEOUT, "PatternTimeout")
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)
        return hits

    def _together(self, texts: Sequence[str]) -> list[list[Hit]]:
        hits: list[list[Hit]] = [[] for _ in texts]
        if not texts:
            return hits
        page = _Page(texts, self._signs, self._words)
        for recognizer, gate in self._recognizers:
            if gate is not None and gate.extent is not Extent.TEXT:
                for excerpt in page.excerpts(gate):
                    for result in self._results(recognizer, excerpt.text):
                        text, start = page.place(excerpt, result)
                        hits[text].append(_hit(recognizer, result, start))
                continue
            for text in page.texts_with(gate) if gate is not None else range(len(texts)):
                hits[text] += [
                    _hit(recognizer, result, result.start)
                    for result in self._results(recognizer, texts[text])
                ]
        return hits

    def _results(self, recognizer: EntityRecognizer, text: str) -> list[RecognizerResult]:
        results = recognizer.analyze(text, list(self._entities), None)
        return [r for r in results or () if r.entity_type in self._entities]


class _Page:
    """Texts one below the other, and which of their lines and chunks have which sign."""

    def __init__(
        self, texts: Sequence[str], signs: dict[str, "regex.Pattern[str]"], words: frozenset[str]
    ) -> None:
        joined = "\n".join(texts)
        lengths = np.fromiter(map(len, texts), np.intp, len(texts)) + 1
        self._joined = joined
        self._text_starts: list[int] = (np.cumsum(lengths) - lengths).tolist()
        letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        breaks = letters == ord("\n")
        self._pieces = {
            Extent.LINE: _pieces(breaks),
            Extent.CHUNK: _pieces(breaks | (letters == ord(" "))),
        }
        small = lowercase(joined)
        self._places = _places(signs, small)
        self._lines_with = _lines_with(words, small) if words else {}
        self._excerpts: dict[Gate, list[_Excerpt]] = {}

    def excerpts(self, gate: Gate) -> list[_Excerpt]:
        """The lines or chunks that a gate lets through."""
        if gate not in self._excerpts:
            self._excerpts[gate] = list(self._make_excerpts(gate))
        return self._excerpts[gate]

    def texts_with(self, gate: Gate) -> list[int]:
        """The texts with a line that a gate lets through, ascending."""
        starts = self._pieces[Extent.LINE].starts[self._through(gate, Extent.LINE)]
        return sorted({self._text_at(start) for start in starts.tolist()})

    def place(self, excerpt: _Excerpt, result: RecognizerResult) -> tuple[int, int]:
        """The text that a result of an excerpt is in, and where it starts there.

        Raises:
            ValueError: It is not within a line or chunk, although its gate says that it always is.
        """
        piece = bisect_right(excerpt.starts, result.start) - 1
        start = excerpt.places[piece] + result.start - excerpt.starts[piece]
        if "\n" in excerpt.text[result.start : result.end]:
            raise ValueError("a result that its recognizer's gate rules out")
        text = self._text_at(start)
        return text, start - self._text_starts[text]

    def _through(self, gate: Gate, extent: Extent) -> Ints:
        """The lines or chunks that a gate lets through, ascending."""
        starts = self._pieces[extent].starts
        through = [_touched(starts, self._places[sign]) for sign in sorted(gate.signs)]
        said = gate.words.intersection(self._lines_with)
        through += [np.array(self._lines_with[word], np.intp) for word in sorted(said)]
        return np.unique(np.concatenate([*through, np.empty(0, np.intp)]))

    def _make_excerpts(self, gate: Gate) -> Iterator[_Excerpt]:
        parts: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        size = 0
        pieces = self._pieces[gate.extent]
        through = self._through(gate, gate.extent)
        for start, end in zip(
            pieces.starts[through].tolist(), pieces.ends[through].tolist(), strict=True
        ):
            if parts and size + end - start > _EXCERPT_LETTERS:
                yield _Excerpt("\n".join(parts), starts, places)
                parts, starts, places, size = [], [], [], 0
            parts.append(self._joined[start:end])
            starts.append(size)
            places.append(start)
            size += end - start + 1
        if parts:
            yield _Excerpt("\n".join(parts), starts, places)

    def _text_at(self, place: int) -> int:
        return bisect_right(self._text_starts, place) - 1


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Where the lines or chunks of a page start and end."""

    starts: Ints
    ends: Ints


def _pieces(between: npt.NDArray[np.bool_]) -> _Pieces:
    places = np.flatnonzero(between)
    return _Pieces(np.append(0, places + 1), np.append(places, len(between)))


def _places(signs: dict[str, "regex.Pattern[str]"], small: str) -> dict[str, Ints]:
    """Start and end of what has each sign, one row each."""
    digits = _spans(_DIGITS, small)
    places = {}
    for sign, pattern in signs.items():
        # So many signs are so many digits in a row that these are looked for once.
        in_a_row = _IN_A_ROW.fullmatch(sign)
        if in_a_row:
            places[sign] = digits[digits[:, 1] - digits[:, 0] >= int(in_a_row[1] or 1)]
        else:
            places[sign] = _spans(pattern, small)
    return places


def _spans(pattern: "regex.Pattern[str]", small: str) -> Ints:
    spans = [place for found in pattern.finditer(small) for place in found.span()]
    return np.array(spans, np.intp).reshape(-1, 2)


def _lines_with(words: frozenset[str], small: str) -> dict[str, list[int]]:
    """The lines of a lowercase text in which each of some words is said."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(small.split("\n")):
        for word in words.intersection(words_of(line)):
            lines[word].append(number)
    return lines


def _touched(starts: Ints, spans: Ints) -> Ints:
    """The pieces that some spans touch."""
    # Of a sign that reaches over pieces, or over texts, each may be the one that it is about.
    first, last = np.searchsorted(starts, spans.T, side="right") - 1
    touched = [first, last]
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        if b > a + 1:
            touched.append(np.arange(a + 1, b))
    return np.concatenate(touched)


def _hit(recognizer: EntityRecognizer, result: RecognizerResult, start: int) -> Hit:
    metadata = result.recognition_metadata or {}
    return Hit(
        start=start,
        end=start + result.end - result.start,
        entity_type=result.entity_type,
        score=float(result.score),
        recognizer=metadata.get(RecognizerResult.RECOGNIZER_NAME_KEY, recognizer.name),
        context=tuple(recognizer.context or ()),
    )
