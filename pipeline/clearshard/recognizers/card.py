"""Card numbers of any issuer, by length and check digit (ISO/IEC 7812-1, Annex B).

Presidio knows the prefixes of some issuers; a number of 13 to 19 digits whose check digit is right
is a card far more often than not, and is removed without one, too (`number_sequence`).
"""

import re

from presidio_analyzer import Pattern, PatternRecognizer

#: Digits in any groups, with one sign or blank between them at most.
_DIGITS = r"(?<!\w)\d(?:[ .\-]?\d){12,18}(?!\w|[ .\-]?\d)"


class CardNumberRecognizer(PatternRecognizer):  # type: ignore[misc]  # untyped base
    """Finds numbers with the length and the check digit of a card."""

    def __init__(self) -> None:
        super().__init__(
            supported_entity="CREDIT_CARD",
            name="CardNumberRecognizer",
            patterns=[Pattern("digits of a card", _DIGITS, 0.3)],
        )

    def validate_result(self, pattern_text: str) -> bool:
        """Whether the check digit is right; a wrong one makes it no card."""
        digits = [int(digit) for digit in re.findall(r"\d", pattern_text)]
        doubled = [digit * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
        return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
