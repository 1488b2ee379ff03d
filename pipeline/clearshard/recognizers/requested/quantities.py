"""Amounts of money, ages, durations and shares, written or said."""

# ruff: noqa: E501 - a pattern stays together

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.late import Late
from clearshard.recognizers.number_words import TEENS, TENS, UNITS
from clearshard.recognizers.vocabulary import any_of, lowercase

MONEY, AGE, DURATION, STATISTICS = "MONEY", "AGE", "DURATION", "STATISTICS"
_SCORE = 0.6

_SMALL = any_of([*(word for word in UNITS if len(word) > 2), *TEENS, *TENS])
_LARGE = "hundred|thousand|million|billion|trillion"
_SAID = rf"(?:a[ ])?(?:{_SMALL}|{_LARGE})(?:[ \-](?:and[ ]|point[ ]|a[ ]half[ ])?(?:{_SMALL}|{_LARGE})){{0,9}}"
_DIGITS = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d+)?|\d{1,9}(?:\.\d{1,4})?"
#: A number in digits or words.
NUMBER = rf"(?:{_DIGITS}|{_SAID})"
_HALF = r"(?:[ ]and[ ]a[ ]half)?"
_SEVERAL = r"half[ ]an?|an?[ ](?:few|couple(?:[ ]of)?)|several|quarter[ ]of[ ]an?|a[ ]half"
_FROM = r"(?:(?:us|u\.s\.|american|canadian|australian|hong[ ]kong|singapore|new[ ]zealand|british)[ ])?"
_COINS = (
    r"dollars?|bucks?|cents?|pounds?(?:[ ]sterling)?|quid|euros?|pence|penn(?:y|ies)|yen|rupees?|"
    r"pesos?|francs?|grand|dirhams?|rand|shekels?|kron(?:a|or|er)|yuan|lira|usd|eur|gbp|cad|aud"
)
_SUM = rf"(?:{NUMBER}|{_SEVERAL}|an?)(?:[ ](?:{_LARGE}|grand|and[ ]a[ ]half)){{0,3}}"
_MONEY = Late(
    rf"(?<![\w.,])(?:[$£€¥₹][ ]?(?:{_DIGITS})(?:[ ]?(?:k|m|bn|b|{_LARGE}|grand)\b)?(?:[ ]dollars)?"
    rf"|{_SUM}[ \-]{_FROM}(?:{_COINS})\b(?:[ ](?:and[ ])?{NUMBER}[ ](?:cents?|pence)\b)?"
    rf"|\d{{1,9}}(?:\.\d\d)?[ ]?[€£]|\d{{1,6}}[ ]?k\b(?=[ ](?:a|per)\b))"
)
_WEIGHS = re.compile(r"\b(?:weigh\w*|weight|lost|gained?|lose|gaining|losing|heavy)\b")
_OF_WEIGHT = re.compile(r"[ ](?:of|overweight|heavier|lighter|baby)\b")
_LETTERS_BEFORE = 30

_YEARS = r"(?:year|yr|month|week|day)s?"
_WHOSE = (
    r"(?:i'm|i[ ]am|he's|he[ ]is|she's|she[ ]is|i[ ]was|he[ ]was|she[ ]was|they're[ ]both|"
    r"(?:my|his|her|our)[ ](?:[a-z]+[ ]){0,1}[a-z]+(?:'s|[ ]is|[ ]was)|the[ ](?:baby|kid|boy|girl|"
    r"driver|patient|child)(?:'s|[ ]is|[ ]was))[ ](?:(?:only|just|about|almost|already|now|like)[ ])?"
)
_ENDS = (
    r"(?=[ ]?(?:[.,;!?\n]|\Z)|[ ](?:now|and|but|so|when|today|already|with|she|he|they|i|in|or|next|"
    r"this)\b)"
)
_SHORT = (
    rf"(?:\d{{1,3}}|an?[ ]hundred(?:[ ]and[ ](?:{_SMALL}))?|(?:{_SMALL})(?:[ \-](?:{_SMALL}))?)"
)
_AGE = Late(
    rf"(?<![\w.$£€])(?:"
    rf"(?P<old>{_SHORT}{_HALF}[ \-]{_YEARS}[ \-](?:olds?|of[ ]age))\b"
    rf"|(?:aged?|ages|the[ ]age[ ]of|age[ ](?:is|was|of)|turn(?:s|ed|ing)?)[: ]{{1,2}}"
    rf"(?P<aged>{_SHORT}{_HALF})\b(?![ \-](?:percent|dollars|minutes|hours|miles|degrees|page)|[:/%]|\.\d)"
    rf"|{_WHOSE}(?P<bare>{_SHORT}{_HALF})\b{_ENDS}"
    r"|in[ ](?:my|his|her|their)[ ](?P<decade>(?:early[ ]|mid[ \-]|late[ ])?(?:teens|twenties|thirties|"
    r"forties|fifties|sixties|seventies|eighties|nineties|[2-9]0'?s))\b)"
)
_DURATION = Late(
    rf"(?<![\w.$£€])(?:(?:{NUMBER}{_HALF}|{_SEVERAL}|one[ ]and[ ]a[ ]half)[ \-](?:more[ ]|full[ ]|"
    r"whole[ ]|business[ ]|working[ ])?(?:second|minute|min|hour|hr|day|night|week|fortnight|month|"
    r"year|decade|centurie)s?"
    r"|an?[ ](?:hour|day|night|week|fortnight|month|year|decade|century)(?:[ ]and[ ]a[ ]half)?)\b"
    r"(?![ \-](?:old|olds|of[ ]age)\b)"
)
_STATISTICS = Late(
    rf"(?<![\w.$£€])(?:(?:{NUMBER}|half[ ]a)[ ]?(?:%|percent\b|per[ ]cent\b)"
    r"|(?:a|one|two|three)[ ](?:third|quarter|fifth|tenth)s?\b(?=[ ]of\b)"
    rf"|{NUMBER}[ ](?:times[ ])?(?:in|out[ ]of)(?:[ ]every)?[ ]{NUMBER}\b(?![ ](?:minutes|hours|days|weeks|months|"
    r"years|[ap]\.?m)))"
)


def quantities() -> Finder:
    """The recognizer."""
    return Finder(
        "QuantityRecognizer", (MONEY, AGE, DURATION, STATISTICS), find_quantities, _SCORE, None
    )


def find_quantities(text: str) -> Iterator[Found]:
    """Amounts of money, ages, durations and shares; those of different kinds may overlap."""
    small = lowercase(text).replace("\u2019", "'")
    for match in _MONEY.finditer(small):
        if not _is_weight(small, match):
            yield Found(*match.span(), MONEY)
    for match in _AGE.finditer(small):
        assert match.lastgroup is not None
        yield Found(*match.span(match.lastgroup), AGE)
    for match in _DURATION.finditer(small):
        yield Found(*match.span(), DURATION)
    for match in _STATISTICS.finditer(small):
        yield Found(*match.span(), STATISTICS)


def _is_weight(text: str, match: re.Match[str]) -> bool:
    if "pound" not in match.group():
        return False
    before = text[max(0, match.start() - _LETTERS_BEFORE) : match.start()]
    return bool(_WEIGHS.search(before)) or _OF_WEIGHT.match(text, match.end()) is not None
