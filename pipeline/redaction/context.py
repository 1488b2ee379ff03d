"""Presidio's context words, in time that grows with the text and not with its square.

Also the place where results that tie are reduced to one: Presidio keeps whichever of them comes
first in a set, so the recognizer named in a shard would differ from process to process.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from presidio_analyzer import RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine


class Artifacts(NlpArtifacts):  # type: ignore[misc]  # untyped base
    """What Presidio reads of the NER's view of a text, and where its keywords are.

    Attributes:
        keyword_places: Indices of the tokens that may be context words, ascending.
    """

    def __init__(
        self,
        entities: Sequence[Any],
        tokens: Sequence[str],
        starts: Sequence[int],
        engine: NlpEngine,
        language: str,
    ) -> None:
        # Context words are compared as they were said: the lemmatizer is not run.
        lemmas = [token.lower() for token in tokens]
        super().__init__(entities, tokens, starts, lemmas, engine, language)
        keywords = frozenset(self.keywords)
        self.keyword_places = [i for i, lemma in enumerate(lemmas) if lemma in keywords]


class Context(LemmaContextAwareEnhancer):  # type: ignore[misc]  # untyped base
    """Raises the score of results next to context words, as Presidio's own enhancer does."""

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: Artifacts,
        recognizers: list[Any],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The results with their new scores, one for each range and type."""
        results = super().enhance_using_context(
            text, raw_results, nlp_artifacts, recognizers, context
        )
        best: dict[tuple[int, int, str], RecognizerResult] = {}
        for result in results:
            place = (result.start, result.end, result.entity_type)
            if place not in best or _rank(result) < _rank(best[place]):
                best[place] = result
        return list(best.values())

    def _extract_surrounding_words(
        self,
        nlp_artifacts: Artifacts,
        word: str,
        start: int,
    ) -> list[str]:
        starts = nlp_artifacts.tokens_indices
        if not starts:
            return [""]
        # The token that the match begins in, or the next where it begins between two.
        token = max(0, bisect_right(starts, start) - 1)
        if start >= starts[token] + len(nlp_artifacts.tokens[token]) and token + 1 < len(starts):
            token += 1
        places = nlp_artifacts.keyword_places
        # Presidio counts the token itself on either side.
        before = bisect_right(places, token)
        after = bisect_left(places, token)
        near = [
            *places[max(0, before - self.context_prefix_count - 1) : before],
            *places[after : after + self.context_suffix_count + 1],
        ]
        return [nlp_artifacts.lemmas[place] for place in near]


def _rank(result: RecognizerResult) -> tuple[float, str]:
    return -result.score, result.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY]
