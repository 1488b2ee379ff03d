"""Presidio's recognizer of driver's licences, without what is too short to be one.

A letter and a digit or two name a level, a quarter, a road, a vitamin: "o2", "Q4", "the m25". No
state gives so short a number. What is a little longer needs a word such as "license" near it.
"""

from typing import Any

from presidio_analyzer import RecognizerResult
from presidio_analyzer.predefined_recognizers import UsLicenseRecognizer

from clearshard.recognizers.gate import Gate, gate_of_patterns

#: Letters and digits of a number that is one by itself, and of one that its words have to name.
_LEAST_BY_ITSELF = 6
_LEAST_NEAR_WORDS = 5
#: Below any threshold, until one of the words of the recognizer is near.
_NEAR_WORDS = 0.01


class LicenseRecognizer(UsLicenseRecognizer):  # type: ignore[misc]  # untyped base
    """Finds what may be the number of a driver's licence of a state of the US."""

    def __init__(self) -> None:
        # Under Presidio's name, but not as a class of that name: see `FailClosedIbanRecognizer`.
        super().__init__(name=UsLicenseRecognizer.__name__)

    @property
    def gate(self) -> Gate | None:
        """That of its patterns: it does no more than to match and to measure."""
        return gate_of_patterns((p.regex for p in self.patterns), self.global_regex_flags)

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """One result for each number."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags) or []
        long_enough = [r for r in found if r.end - r.start >= _LEAST_NEAR_WORDS]
        for result in long_enough:
            if result.end - result.start < _LEAST_BY_ITSELF:
                result.score = min(result.score, _NEAR_WORDS)
        return long_enough
