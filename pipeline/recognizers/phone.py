"""Presidio's phone recognizer, without the limit after which it stops looking and says nothing."""

import sys
from typing import Any

import phonenumbers
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as PresidioPhoneRecognizer


class PhoneRecognizer(PresidioPhoneRecognizer):  # type: ignore[misc]  # untyped base
    """Finds phone numbers that are valid in one of the regions."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
    ) -> list[RecognizerResult]:
        """One result for each number, whatever number of candidates comes before it."""
        results = [
            self._get_recognizer_result(match, text, region, nlp_artifacts)
            for region in self.supported_regions
            for match in phonenumbers.PhoneNumberMatcher(
                # Each try consumes text, so the time is bounded by the text alone.
                text,
                region,
                leniency=self.leniency,
                max_tries=sys.maxsize,
            )
        ]
        return list(EntityRecognizer.remove_duplicates(results))
