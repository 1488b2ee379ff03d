"""Texts with labels → tokens with classes, and how much each of them is to be believed."""

from bisect import bisect_right
from collections.abc import Iterable, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from corpora import EVERYTHING
from labels import class_of
from spoken_form import Span

from clearshard.recognizers.number_words import UNITS
from clearshard.tagger.tokens import END_OF_TURN, tokens_of

#: How much of a whole an untagged token counts where nobody has looked for what it could be.
_UNTAGGED, _UNTAGGED_DIGIT = 0.35, 0.15


@dataclass(frozen=True)
class Document:
    """One text that is learned from.

    Attributes:
        words: The number of each token's word.
        classes: What each token is.
        beliefs: How much each counts, from 0 to 1.
    """

    words: npt.NDArray[np.int32]
    classes: npt.NDArray[np.int64]
    beliefs: npt.NDArray[np.float32]


class Encoder:
    """Makes documents, and numbers their words from 1.

    Args:
        untagged: Words that may be a name where nobody has looked for names.
    """

    def __init__(self, untagged: Set[str]) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self._untagged = untagged

    @property
    def words(self) -> list[str]:
        """The words, by number."""
        return list(self._numbers)

    def document(self, text: str, spans: Iterable[Span], covered: Set[str]) -> Document:
        """A text as tokens.

        Args:
            text: With line breaks between turns.
            spans: What is tagged; a label that means no class is not learned from.
            covered: Labels of which all were tagged.
        """
        tokens = tokens_of(text)
        count = len(tokens.words)
        classes = np.zeros(count, np.int64)
        beliefs = np.fromiter((self._belief(w, covered) for w in tokens.words), np.float32, count)
        ends = [s + len(w) for s, w in zip(tokens.starts, tokens.words, strict=True)]
        for start, end, label in spans:
            number = class_of(label)
            place = bisect_right(ends, start)
            while place < count and tokens.starts[place] < end:
                if tokens.words[place] != END_OF_TURN:
                    classes[place] = number or 0
                    beliefs[place] = 0.0 if number is None else 1.0
                place += 1
        words = np.fromiter((self._number(word) for word in tokens.words), np.int32, count)
        return Document(words, classes, beliefs)

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def _belief(self, word: str, covered: Set[str]) -> float:
        if covered == EVERYTHING:
            return 1.0
        lowered = word.lower()
        if lowered in self._untagged:
            return 1.0 if covered >= {"PERSON", "LOCATION"} else 0.0
        if lowered[0].isdigit() or lowered in UNITS:
            return 1.0 if "ID" in covered else _UNTAGGED_DIGIT
        return _UNTAGGED
