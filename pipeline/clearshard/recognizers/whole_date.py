"""Whole dates in words, as people say and write them: "may the second eighty one", "9 Jun 81".

An NER finds most of them, and not each. A day, a month and a year in a row are a date whoever reads
them; without its year none is found here.
"""

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import ORDINALS, TEENS, TENS, UNITS
from clearshard.recognizers.vocabulary import MONTHS, any_of, lowercase

ENTITY_TYPE = "DATE_TIME"
_SCORE = 0.6

_B = r"[ \t]{1,4}"
_SHORT = frozenset(month[:3] for month in MONTHS) | {"sept"}
_MONTH = rf"(?:{any_of(MONTHS)}|(?:{any_of(_SHORT)})\.?)"
_UNIT = rf"(?:{any_of(word for word, value in UNITS.items() if value)})"
_TENS = r"(?:twenty|thirty)[ \t\-]{1,4}"
_ORDINAL = rf"(?:{_TENS})?(?:{any_of(ORDINALS)})|[1-3]?\d(?:st|nd|rd|th)"
_DAY = rf"(?:{_ORDINAL}|{_TENS}{_UNIT}|{any_of(TEENS)}|{_UNIT}|[0-3]?\d)"
_TWO_DIGITS = (
    rf"(?:(?:{any_of(TENS)})(?:[ \t\-]{{1,4}}{_UNIT})?|{any_of(TEENS)}|oh{_B}{_UNIT}"
    r"|['\u2019]?\d\d)"
)
_YEAR = (
    rf"(?:(?:19|20)\d\d|(?:nineteen|twenty)[ \t\-]{{1,4}}{_TWO_DIGITS}"
    rf"|two{_B}thousand(?:{_B}(?:and{_B})?(?:{_TWO_DIGITS}|{_UNIT}))?|{_TWO_DIGITS})"
)
_OF = rf"(?:,?{_B}(?:of{_B})?)"
_DATE = re.compile(
    r"(?<![\w'\u2019/.\-])(?:"
    rf"(?:the{_B})?{_DAY}{_OF}{_MONTH}"
    rf"|{_MONTH}{_B}(?:the{_B})?{_DAY}"
    # The day and the month by their number: "the ninth of the sixth".
    rf"|(?:the{_B})?(?:{_ORDINAL}){_B}of the (?:{_ORDINAL})"
    rf"){_OF}(?:in{_B})?{_YEAR}(?![\w'\u2019/]|[.,:\-]\d|{_B}(?:percent|dollars|million|hundred)\b)"
)
#: What a date without the name of its month has: "of the sixth".
_SIGN = r"of the (?:\d|\w+(?:th|st|nd|rd)\b)"


def whole_dates() -> Finder:
    """The recognizer."""
    return Finder(
        "WholeDateRecognizer",
        [ENTITY_TYPE],
        find_whole_dates,
        _SCORE,
        Gate(frozenset((_SIGN,)), extent=Extent.LINE, words=MONTHS | _SHORT),
    )


def find_whole_dates(text: str) -> Iterator[Found]:
    """Days with their month and year."""
    for date in _DATE.finditer(lowercase(text)):
        yield Found(*date.span(), ENTITY_TYPE)
