"""`BatchNer`: the entities that spaCy finds in texts, and their tokens, many texts at a time."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from spacy.language import Language

from clearshard.redaction.batch_ner.encoder import Encoder
from clearshard.redaction.batch_ner.parameters import Unsupported, read_parameters
from clearshard.redaction.batch_ner.transitions import Transitions
from clearshard.redaction.batch_ner.word_cache import SpecialCases, Tokens, WordCache
from clearshard.redaction.batch_ner.word_types import WordTypes
from clearshard.redaction.entities import Entity, Reading

#: Characters that go through the network together. More gain nothing and take memory.
_BATCH_CHARACTERS = 50_000
#: Word types whose share of the first layer is remembered: 4 kB each at a width of 96.
_MAX_SLOTS = 4096


class BatchNer:
    """The entity recognizer of a spaCy pipeline, in a runtime of its own.

    Not for several threads at once. Its weights are those of the moment it was made.
    """

    def __init__(self, nlp: Language, *, max_types: int = 25_000, max_words: int = 40_000) -> None:
        """Reads the weights; they are not copied where they can be used as they are.

        Args:
            nlp: A pipeline with nothing in it but the recognizer.
            max_types: Word types to remember, 0.6 kB each at a width of 96.
            max_words: Words with their punctuation to remember, about 0.4 kB each.

        Raises:
            Unsupported: It is not one that this runtime computes.
        """
        self._nlp = nlp
        self._max_types = max_types
        self._max_words = max_words
        self._parameters = read_parameters(nlp)
        self._special_cases = SpecialCases(nlp.tokenizer)
        self._encoder = Encoder(self._parameters, _MAX_SLOTS)
        self._transitions = Transitions(self._parameters, self._encoder.offset)
        self._remember()

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text: those of `nlp.pipe`, which reads each text by itself.

        Raises:
            ValueError: A text is longer than `nlp.max_length`; spaCy's own error.
        """
        return [reading.entities for reading in self.read(texts)]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The entities and tokens of each text. Equal texts may share their reading.

        Raises:
            ValueError: A text is longer than `nlp.max_length`; spaCy's own error.
        """
        readings: list[Reading] = []
        for batch in _batches(texts):
            # People say "yeah." all the time.
            once = {text: place for place, text in enumerate(dict.fromkeys(batch))}
            read = list(self._read_batch(list(once)))
            readings += [read[once[text]] for text in batch]
        return readings

    def _read_batch(self, texts: Sequence[str]) -> Iterator[Reading]:
        words = max(len(self._words), self._words.vocabulary_size)
        if len(self._types) > self._max_types or words > self._max_words:
            self._forget()
        tokens = self._words.tokens(texts)
        entities = self._entities(texts, tokens)
        starts = tokens.starts.tolist()
        end = 0
        for found, count in zip(entities, tokens.counts.tolist(), strict=True):
            begin, end = end, end + count
            yield Reading(found, tokens.words[begin:end], starts[begin:end])

    def _entities(self, texts: Sequence[str], tokens: Tokens) -> list[list[Entity]]:
        counts = tokens.counts
        padding = self._encoder.padding
        rows = np.arange(counts.sum()) + padding * np.repeat(np.arange(1, len(counts) + 1), counts)
        stream = np.zeros(len(rows) + padding * (len(counts) + 1), np.intp)
        stream[rows] = tokens.types
        vectors = self._encoder.encode(stream, rows, self._types)
        found = self._transitions.entities(vectors, counts, tokens.spaces)
        entities: list[list[Entity]] = [[] for _ in texts]
        text_of = np.searchsorted(np.cumsum(counts), found.starts, side="right").tolist()
        starts, words = tokens.starts, tokens.words
        for text, start, end, label in zip(
            text_of, found.starts, found.ends, found.labels, strict=True
        ):
            last = int(starts[end - 1]) + len(words[end - 1])
            entities[text].append(Entity(label, int(starts[start]), last))
        for text in np.flatnonzero(found.undecided).tolist():
            entities[text] = self._by_spacy(texts[text])
        return entities

    def _by_spacy(self, text: str) -> list[Entity]:
        # Words that spaCy's vocabulary has not seen are forgotten again.
        with _memory_zone(self._nlp):
            doc = self._nlp(text)
            return [Entity(e.label_, e.start_char, e.end_char) for e in doc.ents]

    def _forget(self) -> None:
        # The old tables go before there are new ones, or both together would be the most memory
        # that a worker ever has. spaCy's objects refer to each other, so nothing goes by itself.
        del self._types, self._words
        gc.collect()
        self._remember()
        self._encoder.forget()

    def _remember(self) -> None:
        self._types = WordTypes(self._parameters, self._max_types)
        columns = self._parameters.columns
        self._words = WordCache(self._nlp, self._special_cases, columns, self._types)


def supports(nlp: Language) -> str | None:
    """Why the runtime cannot stand in for the recognizer of a pipeline; None if it can."""
    try:
        read_parameters(nlp)
        SpecialCases(nlp.tokenizer)
    except Unsupported as reason:
        return str(reason)
    return None


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        batch.append(text)
        characters += len(text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _memory_zone(nlp: Language) -> AbstractContextManager[Any]:
    # Zones do not nest: a caller may have opened one.
    return nullcontext() if nlp.vocab.in_memory_zone else nlp.memory_zone()
