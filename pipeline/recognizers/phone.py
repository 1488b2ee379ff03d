"""Presidio's phone recognizer, without what makes it slow or lets it stop looking.

The original tries every number of a text as a number of each of its regions. A number that has
fewer digits than the shortest of a region is none of that region, and regions that the library does
not know (`UK`, `FE`) have numbers with a "+" only. What it finds is the same, but for the limit
after which the original stops looking and says nothing.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from phonenumbers import PhoneMetadata, PhoneNumberMatcher

# The library's own idea of where a number may be: whatever it tries lies inside such a match.
from phonenumbers.phonenumbermatcher import _PATTERN
from phonenumbers.phonenumberutil import _SECOND_NUMBER_START_PATTERN
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as PresidioPhoneRecognizer

from pipeline.recognizers.gate import Gate

#: An international number without a "+": two digits that dial out, one of a country, and four of
#: the shortest number of any country. `tests/recognizers/test_phone.py` asks the library.
SHORTEST_ABROAD = 7
#: Candidates up to this length come up again and again.
_REMEMBERED_LETTERS = 10
_PLUS = ("+", "\N{FULLWIDTH PLUS SIGN}")


class GatedPhoneRecognizer(PresidioPhoneRecognizer):  # type: ignore[misc]  # untyped base
    """Finds phone numbers that are valid in one of the regions."""

    #: Every candidate of the library begins with a digit, behind brackets and plus signs; it holds
    #: no line break, and the one before or behind it is neither a letter nor a currency sign.
    gate = Gate(frozenset((r"\d",)), within_line=True)

    def __init__(self) -> None:
        # The name, not the class's: see `FailClosedIbanRecognizer`.
        super().__init__(name=PresidioPhoneRecognizer.__name__)
        self._shortest = {region: _shortest(region) for region in self.supported_regions}

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
    ) -> list[RecognizerResult]:
        """One result for each number, whatever number of candidates comes before it."""
        results = [
            self._get_recognizer_result(match, text, region, nlp_artifacts)
            for region, start, line in self._lines(text)
            for match in _matches(line, start, region, self.leniency)
        ]
        return list(EntityRecognizer.remove_duplicates(results))

    def _lines(self, text: str) -> Iterator[tuple[str, int, str]]:
        """Every line that may hold a number, where it starts, and a region it may be of."""
        start = 0
        for line in text.split("\n"):
            is_abroad = any(plus in line for plus in _PLUS)
            most = _most_digits(line)
            for region, shortest in self._shortest.items():
                if is_abroad or most >= shortest:
                    yield region, start, line
            start += len(line) + 1


class _Matcher(PhoneNumberMatcher):
    """The library's matcher, which does not try again what is no number of its region.

    What stands around a candidate can only speak against it, so that what is none by itself is none
    anywhere: years and amounts, over and over.
    """

    def _parse_and_verify(self, candidate: str, offset: int) -> Any:
        if len(candidate) <= _REMEMBERED_LETTERS and not _may_be_number(
            candidate, self.preferred_region, self.leniency
        ):
            return None
        return super()._parse_and_verify(candidate, offset)


@lru_cache(maxsize=10_000)
def _may_be_number(candidate: str, region: str, leniency: int) -> bool:
    alone = PhoneNumberMatcher(candidate, region, leniency=leniency)
    return alone._parse_and_verify(candidate, 0) is not None  # noqa: SLF001 - as in `_Matcher`


class _Match:
    """A number in a text that its line is a part of: what Presidio reads of a match."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


def _matches(line: str, start: int, region: str, leniency: int) -> Iterator[_Match]:
    # Each try consumes text, so the time is bounded by the line alone.
    for match in _Matcher(line, region, leniency=leniency, max_tries=sys.maxsize):
        yield _Match(start + match.start, start + match.end)


def _most_digits(line: str) -> int:
    """At least as many as any number in the line has; letters may stand for digits."""
    most = 0
    for match in _PATTERN.finditer(line):
        candidate = match.group()
        if _SECOND_NUMBER_START_PATTERN.search(candidate):
            # The library goes on in its middle: from there on other candidates are possible.
            return len(line)
        most = max(most, sum(map(str.isalnum, candidate)))
    return most


def _shortest(region: str) -> float:
    """At most the digits of the shortest number without a "+" that is valid in a region."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return float("inf")
    lengths: tuple[int, ...] = getattr(metadata.general_desc, "possible_length", ())
    return min(SHORTEST_ABROAD, *lengths)
