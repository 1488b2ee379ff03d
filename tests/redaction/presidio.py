"""Presidio's own analyzer over what our NER has read: what the detector is compared with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.lang.lex_attrs import is_punct

from clearshard.redaction.entities import Reading
from clearshard.redaction.ner import spans_of


class Words(NlpEngine):  # type: ignore[misc]  # untyped base
    """Tells Presidio about words as spaCy does; the NER has already run when it asks."""

    def load(self) -> None: ...

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> Any:
        raise AssertionError("the NER runs before the analyzer")

    def process_batch(self, texts: Any, language: str, **_: object) -> Any:
        raise AssertionError("the NER runs before the analyzer")

    def is_stopword(self, word: str, language: str) -> bool:
        return word.lower() in STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:
        return bool(is_punct(word))

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]


@dataclass
class Entity:
    label_: str
    start_char: int
    end_char: int


def artifacts(readings: Sequence[Reading], starts: Sequence[int]) -> NlpArtifacts:
    """What was read, as Presidio's recognizers want it; words stand for their lemmas."""
    words = [word for reading in readings for word in reading.words]
    return NlpArtifacts(
        entities=[Entity(s.entity_type, s.start, s.end) for s in spans_of(readings, starts)],
        tokens=words,
        tokens_indices=[
            start + place
            for reading, start in zip(readings, starts, strict=True)
            for place in reading.starts
        ],
        lemmas=[word.lower() for word in words],
        nlp_engine=Words(),
        language="en",
    )


class Presidio:
    """Stock `AnalyzerEngine` with some recognizers."""

    def __init__(
        self, recognizers: Iterable[EntityRecognizer], ner_types: list[str], threshold: float
    ) -> None:
        registry = RecognizerRegistry(
            recognizers=[SpacyRecognizer(supported_entities=ner_types), *recognizers],
            supported_languages=["en"],
        )
        self._threshold = threshold
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=Words(),
            supported_languages=["en"],
            context_aware_enhancer=LemmaContextAwareEnhancer(),
        )

    def spans(
        self, text: str, readings: Sequence[Reading], starts: Sequence[int]
    ) -> set[tuple[str, int, int, float]]:
        """Type, range and score of whatever is found."""
        results: list[RecognizerResult] = self._engine.analyze(
            text,
            "en",
            score_threshold=self._threshold,
            nlp_artifacts=artifacts(readings, starts),
        )
        return {(r.entity_type, r.start, r.end, round(float(r.score), 4)) for r in results}
