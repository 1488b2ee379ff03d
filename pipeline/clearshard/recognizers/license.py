"""Presidio's recognizer of driver's licences, without what is too short to be one.

A letter and a digit or two name a level, a quarter, a road, a vitamin: "o2", "Q4", "the m25". No
state gives so short a number. What is a little longer needs a word such as "license" near it.
"""

from presidio_analyzer import Pattern
from presidio_analyzer.predefined_recognizers import UsLicenseRecognizer

#: Letters and digits of a number that is one by itself, and of one that its words have to name.
_LEAST_BY_ITSELF = 6
_LEAST_NEAR_WORDS = 5
#: Below any threshold, until one of the words of the recognizer is near.
_NEAR_WORDS = 0.01


class LicenseRecognizer(UsLicenseRecognizer):  # type: ignore[misc]  # untyped base
    """Finds what may be the number of a driver's licence of a state of the US."""

    def __init__(self) -> None:
        # Under Presidio's name, but not as a class of that name: see `FailClosedIbanRecognizer`.
        super().__init__(
            name=UsLicenseRecognizer.__name__,
            patterns=[part for pattern in UsLicenseRecognizer.PATTERNS for part in _parts(pattern)],
        )


def _parts(pattern: Pattern) -> list[Pattern]:
    """A pattern for what is long enough by itself, and one for the rest."""
    if pattern.score <= _NEAR_WORDS:
        return [pattern]
    return [
        Pattern(pattern.name, rf"\b(?=\w{{{_LEAST_BY_ITSELF}}})(?:{pattern.regex})", pattern.score),
        Pattern(
            f"{pattern.name}, short",
            rf"\b(?=\w{{{_LEAST_NEAR_WORDS}}}\b)(?:{pattern.regex})",
            _NEAR_WORDS,
        ),
    ]
