"""Presidio's phone recognizer, without what makes it slow or lets it stop looking.

The original tries every number of a text as a number of each of its regions. A number that has
fewer digits than the shortest of a region is none of that region, and regions that the library does
not know (`UK`, `FE`) have numbers with a "+" only. What it finds is the same, but for the limit
after which the original stops looking and says nothing.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from phonenumbers import PhoneMetadata, PhoneNumberMatcher

# The library's own idea of where a number may be: whatever it tries lies inside such a match.
from phonenumbers.phonenumbermatcher import _PATTERN
from phonenumbers.phonenumberutil import _SECOND_NUMBER_START_PATTERN
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as PresidioPhoneRecognizer

from clearshard.recognizers.gate import Extent, Gate

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
    gate = Gate(frozenset((r"\d",)), extent=Extent.LINE)

    def __init__(self) -> None:
        # The name, not the class's: see `FailClosedIbanRecognizer`.
        super().__init__(name=PresidioPhoneRecognizer.__name__)
        self._shortest = {region: _shortest(region) for region in self.supported_regions}
        self._least = min(self._shortest.values())

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
    ) -> list[RecognizerResult]:
        """One result for each number, whatever number of candidates comes before it."""
        results = []
        start = 0
        for line in text.split("\n"):
            results += [
                self._get_recognizer_result(
                    _Match(start + match.start, start + match.end), text, region, nlp_artifacts
                )
                for region, match in self._numbers(line)
            ]
            start += len(line) + 1
        return list(EntityRecognizer.remove_duplicates(results))

    def _numbers(self, line: str) -> Iterator[tuple[str, "_Match"]]:
        """The numbers in a line by region, less those that lie in others."""
        candidates = [*_PATTERN.finditer(line)]
        large = [c for c in candidates if _may_be_abroad(c.group()) or _digits(c) >= self._least]
        for region in self._regions(large):
            # Each try consumes text, so the time is bounded by the line alone.
            matcher = _Matcher(line, region, leniency=self.leniency, max_tries=sys.maxsize)
            found = [_Match(match.start, match.end) for match in matcher]
            yield from ((region, match) for match in found)
            # What else a further region finds lies in one of them.
            if all(_is_taken(candidate, found) for candidate in large):
                return

    def _regions(self, candidates: Sequence["re.Match[str]"]) -> list[str]:
        """The regions that a number among some candidates may be of."""
        is_abroad = any(_may_be_abroad(candidate.group()) for candidate in candidates)
        most = max(map(_digits, candidates), default=0)
        return [r for r, shortest in self._shortest.items() if is_abroad or most >= shortest]


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
    """Where a number is: what Presidio reads of a match."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


def _may_be_abroad(candidate: str) -> bool:
    return any(plus in candidate for plus in _PLUS)


def _digits(candidate: "re.Match[str]") -> float:
    """At least as many as any number in a candidate has; letters may stand for digits."""
    said = candidate.group()
    # Of a second number the library goes on in the middle: other candidates are possible.
    return (
        float("inf") if _SECOND_NUMBER_START_PATTERN.search(said) else sum(map(str.isalnum, said))
    )


def _is_taken(candidate: "re.Match[str]", found: Sequence[_Match]) -> bool:
    """Whether all of a candidate is one number."""
    start, end = candidate.span()
    return any(
        match.start == start and not any(map(str.isalnum, candidate.string[match.end : end]))
        for match in found
    )


def _shortest(region: str) -> float:
    """At most the digits of the shortest number without a "+" that is valid in a region."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return float("inf")
    lengths: tuple[int, ...] = getattr(metadata.general_desc, "possible_length", ())
    return min(SHORTEST_ABROAD, *lengths)
