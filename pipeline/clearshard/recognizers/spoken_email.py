"""Email addresses said aloud, and written ones whose parts came apart in recognition.

"maria dot lopez at example dot com", "j o h n four two at example dot com", "john@gmail dot com",
"clem 74 @ example.org". The end must be a domain ending, said or written, so that "meet me at five"
is none. Where all signs are written any ending will do ("jo@mail.corp"); Presidio refuses those
that are not in the public list.
"""

import regex
from presidio_analyzer import Pattern, PatternRecognizer

from clearshard.recognizers.domains import CLEAR_ENDING, ENDING
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.vocabulary import HESITATION, any_of

_JOINT = r"(?:dot|point|period|underscore|under\s+score|dash|hyphen|minus|plus)"
# Parts and what joins them share no character, and a part is never given back: otherwise a line of
# dashes could be split in more ways than there is time to try.
_PART = r"[^\W_]++"
#: Words are said one by one, and recognition may set signs behind them: "jo, at, example. dot com".
_B = r"[,.]?\s+"
_JOINED = rf"(?:{_B}{_JOINT}{_B}|\s*[._+\-]{{1,3}}\s*){_PART}"
#: Said letter by letter or digit by digit, with nothing but blanks between.
_SPELLED = rf"(?>{any_of(NUMBER_WORDS - {'o'})}|[^\W\d_]|\d++)(?![^\W_])"
#: What stands before an address and is no part of it, although a blank may join the next part.
_BEFORE = r"(?!(?:s|is|as|at|to|and|my|the|it|email|mail|address|it's|under|with)(?![^\W_]))"
_LOCAL = rf"(?:{_BEFORE}{_PART}(?:\s+{_SPELLED}|{_JOINED}){{1,24}}|{_PART}(?:{_JOINED}){{0,6}})"
#: In brackets, or between hyphens or underscores, against those who collect addresses.
_OPEN, _CLOSE = r"\s*[\[({<_\-]\s*", r"\s*[\])}>_\-]\s*"
_UH = rf"(?:{HESITATION}{_B})?"
_AT_SAID = rf"at(?:(?:\s+|-)(?:sign|symbol))?{_B}{_UH}"
_AT = rf"(?:{_B}{_UH}{_AT_SAID}|\s*@\s*|{_OPEN}(?:at|@){_CLOSE})"
_DOT_IN_BRACKETS = rf"{_OPEN}(?:dot|\.){_CLOSE}"
_DOT = rf"(?:{_B}{_UH}(?:dot|point|period){_B}|\s*\.\s*|{_DOT_IN_BRACKETS})"
_HOST = rf"{_PART}(?:(?:\s+(?:dash|hyphen)\s+|-){_PART}){{0,3}}"
#: "look at me. It is" and "at one point in time" are no addresses.
_DOT_SAID = rf"{_B}{_UH}dot(?:{_B}|(?=com|net|org))"
_END = rf"(?:(?:{_DOT_SAID}|\.|{_DOT_IN_BRACKETS}){ENDING}|{_DOT}{CLEAR_ENDING})(?![^\W_])"
_AFTER_AT = rf"{_HOST}(?:{_DOT}{_HOST}){{0,2}}{_END}"
_SPOKEN = rf"(?<![^\W_]){_LOCAL}{_AT}{_AFTER_AT}"
#: How every address said aloud ends: what is behind an "at".
_SIGN = rf"(?<=\s){_AT_SAID}{_AFTER_AT}"
_SIGN_IN_BRACKETS = rf"{_OPEN}(?:at|@){_CLOSE}{_AFTER_AT}"
_WRITTEN = r"[\w.+\-]{1,64}@[\w\-]++(?:\.[\w\-]++)*?\.[^\W\d_]{2,}"
#: An address whose signs may have been said.
ADDRESS_SAID = regex.compile(_SPOKEN, regex.IGNORECASE)


class SpokenEmailRecognizer(PatternRecognizer):  # type: ignore[misc]  # untyped base
    """Finds addresses whose signs were spoken."""

    gate = Gate(frozenset(("@", _SIGN, _SIGN_IN_BRACKETS)), extent=Extent.TEXT)

    def __init__(self) -> None:
        super().__init__(
            supported_entity="EMAIL_ADDRESS",
            name="SpokenEmailRecognizer",
            patterns=[
                Pattern("address said aloud", _SPOKEN, 0.7),
                Pattern("address with any ending", _WRITTEN, 0.5),
            ],
        )
