"""Presidio's context words: what is said next to a hit may make it likelier.

The scores are those of Presidio's `LemmaContextAwareEnhancer` with its default settings, but no
lemmatizer runs: words are compared as they were said. Presidio looks for a context word *within* a
lemma, so that endings do not matter, and passes over words whose lemma says nothing ("called").
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from clearshard.recognizers.vocabulary import STOP_WORDS
from clearshard.redaction.entities import Reading
from clearshard.redaction.patterns import Hit

#: Presidio's defaults: by how much a context word raises a score, and at least to what.
_RAISE = 0.35
_AT_LEAST = 0.4
_AT_MOST = 1.0
#: Keywords that are looked at: five before a hit and one behind. The word that it begins in counts
#: for both, so that the number behind "account:" finds its word.
_BEFORE = 6
_BEHIND = 1

#: Words that say nothing, and those whose lemma is one of them in most of their uses.
_SAYING_NOTHING = STOP_WORDS | frozenset(
    "amounts backs becomes called calling calls fronts gave gets getting gives giving given "
    "goes going gone got keeps kept keeping makes making moved moves moving names named naming "
    "parts puts putting said says saying saw sees seen seeing showed shown "
    "shows showing sides takes taken taking took tops went".split()
)

#: A word, where no NER says what is one.
_WORD = re.compile(r"\w+|[^\w\s]")


def _is_punctuation(word: str) -> bool:
    return all(unicodedata.category(character).startswith("P") for character in word)


class Words:
    """The words of a transcript, in order, and which of them may be context words."""

    def __init__(self, words: Sequence[str], starts: Sequence[int]) -> None:
        """Finds those that may be.

        Args:
            words: All of them.
            starts: Where each starts in the transcript.
        """
        self._words = [word.lower() for word in words]
        self._starts = starts
        keywords = {
            part
            for word in set(self._words)
            if word not in _SAYING_NOTHING and not _is_punctuation(word)
            for part in word.split(":")
        }
        self._keywords = [i for i, word in enumerate(self._words) if word in keywords]

    @classmethod
    def read(cls, readings: Sequence[Reading], starts: Sequence[int]) -> "Words":
        """Those of a NER.

        Args:
            readings: One for each range that was read.
            starts: Where each range starts in the transcript.
        """
        return cls(
            [word for reading in readings for word in reading.words],
            [
                start + place
                for reading, start in zip(readings, starts, strict=True)
                for place in reading.starts
            ],
        )

    @classmethod
    def said(cls, text: str) -> "Words":
        """Those of a text that no NER has read."""
        words = [*_WORD.finditer(text)]
        return cls([word.group() for word in words], [word.start() for word in words])

    def around(self, start: int) -> list[str]:
        """The keywords around the word that a range begins in, or the next one."""
        starts = self._starts
        if not starts:
            return []
        word = max(0, bisect_right(starts, start) - 1)
        if start >= starts[word] + len(self._words[word]) and word + 1 < len(starts):
            word += 1
        before = bisect_right(self._keywords, word)
        behind = bisect_left(self._keywords, word)
        near = [
            *self._keywords[max(0, before - _BEFORE) : before],
            *self._keywords[behind : behind + _BEHIND],
        ]
        return [self._words[place] for place in near]


def score_in_context(hit: Hit, words: Words) -> float:
    """The score of a hit once the words around it are known."""
    said = words.around(hit.start)
    if not any(wanted.lower() in word for wanted in hit.context for word in said):
        return hit.score
    return highest_score(hit.score, hit.context)


def highest_score(score: float, context: Sequence[str]) -> float:
    """The score of a hit if one of its context words is said."""
    return min(_AT_MOST, max(_AT_LEAST, score + _RAISE)) if context else score
