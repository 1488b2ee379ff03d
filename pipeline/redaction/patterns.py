"""All recognizers but the NER, over many texts at once: each looks only where it can find anything.

The texts lie one below the other. Every sign that a gate names is looked for once, over all of
them; then a recognizer that stays within lines reads just the lines with one of its signs, put
together into excerpts, and any other recognizer reads whole texts with one of them. What is found
is what each recognizer finds in each text by itself.

If anything goes wrong in a batch, each text is read alone, so that only the one that it is about is
quarantined.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex
from presidio_analyzer import EntityRecognizer, RecognizerResult

from pipeline.recognizers.fail_closed import PatternTimeout
from pipeline.recognizers.gate import Gate, gate_of
from pipeline.recognizers.vocabulary import lowercase
from pipeline.records import Quarantine, QuarantineReason

Ints = npt.NDArray[np.intp]

#: What a recognizer reads at once. Not more: Presidio compares all results with each other.
_EXCERPT_LETTERS = 2_000


_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
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
    """Some lines of a page, one below the other.

    Attributes:
        text: The lines.
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
        signs = {sign for _, gate in self._recognizers if gate is not None for sign in gate.signs}
        self._signs = {sign: regex.compile(sign) for sign in sorted(signs)}
        self._has_words = any(gate is not None and gate.words for _, gate in self._recognizers)

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
        page = _Page(texts, self._signs, self._has_words)
        for recognizer, gate in self._recognizers:
            if gate is not None and gate.within_line:
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
    """Texts one below the other, and which of their lines have which sign."""

    def __init__(
        self, texts: Sequence[str], signs: dict[str, "regex.Pattern[str]"], has_words: bool
    ) -> None:
        joined = "\n".join(texts)
        lengths = np.fromiter(map(len, texts), np.intp, len(texts)) + 1
        self._joined = joined
        self._text_starts: Ints = np.cumsum(lengths) - lengths
        breaks = [found.start() for found in regex.finditer("\n", joined)]
        self._line_starts: Ints = np.array([0, *(place + 1 for place in breaks)], np.intp)
        self._line_ends: Ints = np.array([*breaks, len(joined)], np.intp)
        small = lowercase(joined)
        self._lines = {sign: self._lines_of(pattern, small) for sign, pattern in signs.items()}
        self._words = (
            [frozenset(_WORD.findall(line)) for line in small.split("\n")] if has_words else []
        )
        self._excerpts: dict[Gate, list[_Excerpt]] = {}

    def excerpts(self, gate: Gate) -> list[_Excerpt]:
        """The lines that a gate lets through."""
        if gate not in self._excerpts:
            self._excerpts[gate] = list(self._make_excerpts(self._lines_through(gate)))
        return self._excerpts[gate]

    def texts_with(self, gate: Gate) -> list[int]:
        """The texts with a line that a gate lets through, ascending."""
        starts = self._line_starts[self._lines_through(gate)]
        texts: list[int] = np.unique(self._text_at(starts)).tolist()
        return texts

    def place(self, excerpt: _Excerpt, result: RecognizerResult) -> tuple[int, int]:
        """The text that a result of an excerpt is in, and where it starts there.

        Raises:
            ValueError: It is not within a line, although its gate says that it always is.
        """
        line = bisect_right(excerpt.starts, result.start) - 1
        start = excerpt.places[line] + result.start - excerpt.starts[line]
        if "\n" in excerpt.text[result.start : result.end]:
            raise ValueError("a result that its recognizer's gate rules out")
        text = int(self._text_at(np.array([start]))[0])
        return text, start - int(self._text_starts[text])

    def _lines_through(self, gate: Gate) -> Ints:
        lines = [self._lines[sign] for sign in sorted(gate.signs)]
        if gate.words:
            no_word = map(gate.words.isdisjoint, self._words)
            lines.append(np.flatnonzero(~np.fromiter(no_word, np.bool_, len(self._words))))
        return np.unique(np.concatenate(lines))

    def _lines_of(self, sign: "regex.Pattern[str]", small: str) -> Ints:
        spans = [place for found in sign.finditer(small) for place in found.span()]
        # Of a sign that reaches over lines, or over texts, each may be the one that it is about.
        first, last = np.searchsorted(
            self._line_starts, np.array(spans, np.intp).reshape(-1, 2).T, side="right"
        )
        lines = [first - 1, last - 1]
        for a, b in zip(first.tolist(), last.tolist(), strict=True):
            if b > a + 1:
                lines.append(np.arange(a, b - 1))
        return np.unique(np.concatenate(lines))

    def _make_excerpts(self, lines: Ints) -> Iterator[_Excerpt]:
        parts: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        size = 0
        for start, end in zip(
            self._line_starts[lines].tolist(), self._line_ends[lines].tolist(), strict=True
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

    def _text_at(self, places: Ints) -> Ints:
        found: Ints = np.searchsorted(self._text_starts, places, side="right") - 1
        return found


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
