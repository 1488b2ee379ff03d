"""A recognizer of the project: a function from a text to spans, in Presidio's shape."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

from clearshard.recognizers.gate import Gate


class Found(msgspec.Struct, frozen=True, gc=False):
    """A range of a text and what it is."""

    start: int
    end: int
    entity_type: str


class Finder(EntityRecognizer):  # type: ignore[misc]  # untyped base
    """Runs a function that finds spans."""

    def __init__(
        self,
        name: str,
        entity_types: Iterable[str],
        find: Callable[[str], Iterable[Found]],
        score: float,
        gate: Gate | None,
    ) -> None:
        """What it is called and what it runs.

        Args:
            name: Under which shards name it.
            entity_types: All types that the function finds.
            find: From a text, with line breaks between turns, to what is in it.
            score: Of everything that it finds.
            gate: Where it can find something at all; None is everywhere.
        """
        super().__init__(supported_entities=sorted(entity_types), name=name)
        self._find = find
        self.score = score
        self.gate = gate

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """One result for each span whose type is wanted."""
        return [
            RecognizerResult(
                entity_type=found.entity_type,
                start=found.start,
                end=found.end,
                score=self.score,
                analysis_explanation=AnalysisExplanation(self.name, self.score),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for found in self._find(text)
            if found.entity_type in entities
        ]
