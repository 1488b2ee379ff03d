"""Days and times of day as people name them: "next friday", "may the second", "half past nine"."""

# ruff: noqa: E501 - a pattern stays together

from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.late import Late
from clearshard.recognizers.number_words import ORDINALS, TEENS, TENS, UNITS
from clearshard.recognizers.vocabulary import MONTHS, any_of, lowercase

DATE, TIME = "DATE", "TIME"
_SCORE = 0.6

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
#: Months that are words as well need a day, a year or a preposition.
_ALSO_WORDS = ("may", "march")
_SURE_MONTHS = any_of(MONTHS - {*_ALSO_WORDS})
_MONTH = rf"(?:{any_of(MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_UNIT = rf"(?:{any_of(word for word, value in UNITS.items() if value and len(word) > 2)})"
_TWO = rf"(?:(?:{any_of(TENS)})(?:[ \-]{_UNIT})?|{any_of(TEENS)}|oh[ ]{_UNIT})"
_ORDINAL = rf"(?:(?:twenty|thirty)[ \-])?(?:{any_of(ORDINALS)})|[1-3]?\d(?:st|nd|rd|th)"
_DAY = rf"(?:{_ORDINAL}|(?:twenty|thirty)[ \-]{_UNIT}|{any_of(TEENS)}|{_UNIT}|[0-3]?\d)\b"
_YEAR = (
    rf"(?:(?:19|20)\d\d|(?:nineteen|twenty)[ \-]{_TWO}|nineteen[ ]hundred(?:[ ]and[ ]{_UNIT})?"
    rf"|two[ ]thousand(?:[ ](?:and[ ])?(?:{_TWO}|{_UNIT}))?)"
)
_OF = r"(?:,?[ ](?:of[ ])?)"
_WHEN = "week|weekend|month|year|quarter|spring|summer|fall|autumn|winter"
_DATE = Late(
    r"(?<![\w/.\-])(?:"
    rf"(?:the[ ])?{_DAY}{_OF}{_MONTH}(?:{_OF}{_YEAR})?\b"
    rf"|{_MONTH}[ ](?:the[ ])?{_DAY}(?:{_OF}{_YEAR}\b)?(?![ ]?(?:percent|dollars|[ap]\.?m\b)|[:\d])"
    rf"|{_MONTH}{_OF}{_YEAR}\b"
    rf"|(?:(?:next|last|this|past|coming|every)[ ])?(?:{_DAYS})s?\b(?:[ ]the[ ](?:{_ORDINAL})\b)?"
    rf"|(?:next|last|past|coming|this[ ]coming|this)[ ](?:{_WHEN}|{any_of(MONTHS)})\b"
    r"|the[ ]day[ ](?:after[ ]tomorrow|before[ ]yesterday)\b|the[ ](?:week|month|year)[ ](?:before[ ]last|after[ ]next)\b|the[ ](?:first|fifteenth|last|end)[ ]of[ ](?:the|this|next)[ ](?:month|week|year)\b|nineteen[ \-](?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ \-](?:one|two|three|four|five|six|seven|eight|nine))?\b(?![ ](?:dollars|pounds|euros|cents))|(?:today|tomorrow|yesterday)\b"
    r"|\d{4}-\d{1,2}-\d{1,2}\b|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d\d)\b|\d{1,2}/\d{1,2}\b(?!/)"
    rf"|(?:in|since|of|until|from|back[ ]in|year|during)[ ](?P<year>{_YEAR})\b(?![ ](?:dollars|pounds|people|percent))"
    r"|the[ ](?:19|20)?\d0'?s\b|the[ ](?:nineteen[ ])?(?:twenties|thirties|forties|fifties|sixties|"
    r"seventies|eighties|nineties)\b"
    rf"|(?:on|by|until|before|after|since|from)[ ](?P<nth>the[ ](?:{_ORDINAL}))\b(?![ ](?:of[ ](?!{_MONTH})|time|floor|"
    r"street|avenue|one|call|day|day|try|page|half|quarter|person|two|three|few|part|place|line))"
    rf"|(?:in|since|until|by|of|early|late|mid|from|before|after)[ ](?P<month>{any_of(MONTHS)})\b"
    rf"|(?:{_SURE_MONTHS})\b)"
)
_HOUR = rf"(?:{_UNIT}|ten|eleven|twelve|1[0-2]|0?[1-9])"
_MINUTE = rf"(?:{_TWO}|hundred)"
_HALF = (
    r"(?:[ap]\.?[ ]?m\b\.?|o'?[ ]?clock\b|in[ ]the[ ](?:morning|afternoon|evening)\b|at[ ]night\b)"
)
_TIME = Late(
    r"(?<![\w/.:\-$£€])(?:"
    rf"[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?:[ ]?{_HALF})?(?![\d:])"
    rf"|(?:half|quarter|five|ten|twenty|(?:a|{_UNIT}|{_TWO})(?:[ ](?:minutes|quarter))?)[ ](?:past|to|after|till|of)"
    rf"[ ]{_HOUR}\b(?![ ](?:percent|dollars|minutes|hours|days|weeks|people|times))(?:[ ]{_HALF})?"
    rf"|{_HOUR}(?:[.: ](?:{_MINUTE}|[0-5]\d))?[ ]?{_HALF}"
    rf"|(?:at|by|around|until|till|before|after|from|about|since|between)[ ](?P<bare>{_HOUR}[ ]{_TWO})\b"
    r"(?![ ](?:dollars|percent|people|minutes|hours|days|miles|years|pounds|cents|or|hundred|thousand))"
    r"|(?:noon|midnight|midday)\b|(?:this|tomorrow|yesterday|early)[ ](?:morning|afternoon|evening)\b"
    r"|tonight\b|last[ ]night\b)"
)


def moments() -> Finder:
    """The recognizer."""
    return Finder("MomentRecognizer", (DATE, TIME), find_moments, _SCORE, None)


def find_moments(text: str) -> Iterator[Found]:
    """Days, months and years, and times of day."""
    small = lowercase(text).replace("\u2019", "'")
    for match in _DATE.finditer(small):
        yield Found(*match.span(match.lastgroup or 0), DATE)
    for match in _TIME.finditer(small):
        yield Found(*match.span(match.lastgroup or 0), TIME)
