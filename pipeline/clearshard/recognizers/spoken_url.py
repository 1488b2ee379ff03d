"""Web addresses said aloud: "www dot example dot com", "example dot org slash help"."""

import regex
from presidio_analyzer import Pattern, PatternRecognizer

from clearshard.recognizers.domains import CLEAR_ENDING, ENDING
from clearshard.recognizers.gate import Extent, Gate

_DOT = r"\s+(?:dot|period)\s+"
#: No part of an address is one of these: "it is dot com".
_NO_PART = r"(?!(?:a|an|and|at|in|is|it|of|on|or|the|to|was)\b)"
_PART = _NO_PART + r"[^\W_]++(?:\s+(?:dash|hyphen)\s+[^\W_]++){0,2}"
_HEAD = r"(?:(?:https?|h\s+t\s+t\s+p(?:\s+s)?)\s+colon\s+(?:slash\s+){1,2})?"
_WWW = rf"(?:(?:www|w\s+w\s+w|triple\s+w|double\s+u\s+double\s+u\s+double\s+u){_DOT})?"
_END = rf"(?:\s+dot\s+{ENDING}|{_DOT}{CLEAR_ENDING})(?![^\W_])"
_PATH = r"(?:\s+slash\s+[^\W_]++){0,4}(?:\s+slash(?![^\W_]))?"
_SPOKEN = rf"(?<![^\W_]){_HEAD}{_WWW}{_PART}(?:{_DOT}{_PART}){{0,2}}{_END}{_PATH}"
#: A web address whose dots were said.
WEB_ADDRESS_SAID = regex.compile(_SPOKEN, regex.IGNORECASE)


class SpokenUrlRecognizer(PatternRecognizer):  # type: ignore[misc]  # untyped base
    """Finds web addresses whose dots were spoken."""

    gate = Gate(frozenset(), extent=Extent.TEXT, words=frozenset(("dot", "period")))

    def __init__(self) -> None:
        super().__init__(
            supported_entity="URL",
            name="SpokenUrlRecognizer",
            patterns=[Pattern("web address said aloud", _SPOKEN, 0.6)],
        )
