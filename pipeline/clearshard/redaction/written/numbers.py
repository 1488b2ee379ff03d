"""Parts of one line → values: "four thirty p m" → "4:30 pm", "twenty oh five" → "2005".

Digits that are said in pairs are put side by side, and so are letters. What people leave open is
read as they most often mean it: "eight hundred five" is 805, but "eight hundred five five five" is
800 and 555.
"""

import re
from collections.abc import Sequence

import msgspec

from clearshard.recognizers.number_words import ORDINALS, REPEATS, SCALES, TEENS, TENS, UNITS
from clearshard.redaction.written.parts import Kind, Part

#: What stands between the words of one number: "forty two", "forty-two".
_WITHIN = re.compile(r"[ \t]{1,4}|[ \t]?[-\u2010\u2011][ \t]?")
_WITHIN_HUNDREDS = re.compile(r"[ \t]{1,4}(?:and[ \t]{1,4})?")
_LAST_HOUR, _LAST_MINUTE = 12, 59
#: Parts that are a number by themselves.
NUMBERS = frozenset((Kind.UNIT, Kind.TEEN, Kind.TEN, Kind.DIGITS))


class Value(msgspec.Struct, frozen=True, gc=False):
    """What some parts come to.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        written: As it is written.
        joins: Whether it is put side by side with others: digits and letters are, ordinals and
            times are not.
        said: Whether it is written otherwise than it was said.
    """

    start: int
    end: int
    written: str
    joins: bool
    said: bool


def values_of(text: str, parts: Sequence[Part]) -> list[Value]:
    """What the parts of one line of a lowered text come to; every part is in one of the values."""
    reader = _Reader(text, parts)
    values: list[Value] = []
    while reader.place < len(parts):
        if parts[reader.place].kind is Kind.MERIDIEM:
            reader.take_meridiem(values)
        else:
            values.append(reader.take())
    return values


class _Reader:
    """Reads parts from left to right."""

    def __init__(self, text: str, parts: Sequence[Part]) -> None:
        self._text = text
        self._parts = list(parts)
        self.place = 0

    def take(self) -> Value:
        """The next value."""
        first = self.place
        part = self._parts[first]
        self.place += 1
        if part.kind is Kind.REPEAT:
            return self._repeated(part)
        if part.kind is Kind.ORDINAL:
            return self._value(first, _ordinal(ORDINALS[part.word]), joins=False)
        if part.kind is Kind.TEN and self._next_is(Kind.ORDINAL, below=10):
            self.place += 1
            ones = ORDINALS[self._parts[self.place - 1].word]
            return self._value(first, _ordinal(TENS[part.word] + ones), joins=False)
        if part.kind is Kind.LETTER or (part.word == "o" and self._is_spelled(first)):
            return self._value(first, part.word, joins=True)
        if part.kind is Kind.SCALE:
            return self._value(first, self._said(part), joins=False)
        return self._value(first, self._number(part), joins=True)

    def take_meridiem(self, values: list[Value]) -> None:
        """A time, if the hour is said before it; otherwise two letters."""
        part = self._parts[self.place]
        self.place += 1
        before: list[Value] = []
        while values and len(before) < 3 and values[-1].joins and values[-1].written.isdecimal():
            before.insert(0, values.pop())
        for count in range(len(before), 0, -1):
            clock = _clock([value.written for value in before[-count:]])
            if clock is not None:
                start = before[-count].start
                values += before[:-count]
                written = f"{clock} {part.word}"
                said = written != self._text[start : part.end]
                values.append(Value(start, part.end, written, False, said))
                return
        values += before
        said = part.end - part.start > len(part.word)
        values.append(Value(part.start, part.end, part.word, said, said))

    def _repeated(self, part: Part) -> Value:
        following = self._peek()
        first = self.place - 1
        written = None
        if following is not None and self._adjoins(_WITHIN):
            if following.kind is Kind.UNIT:
                written = str(UNITS[following.word])
            elif following.kind in (Kind.DIGITS, Kind.LETTER) and len(following.word) == 1:
                written = following.word
        if written is None:
            return self._value(first, self._said(part), joins=False)
        self.place += 1
        return self._value(first, written * (REPEATS[part.word] + 1), joins=True)

    def _number(self, part: Part) -> str:
        digits = self._below_hundred(part)
        if (part.kind is Kind.UNIT and UNITS[part.word] == 0) or len(digits) > 3:
            return digits
        if self._scale("hundred"):
            digits = str(int(digits) * 100 + self._rest_below_hundred())
        if self._scale("thousand"):
            digits = str(int(digits) * 1000 + self._rest_below_thousand())
        return digits

    def _below_hundred(self, part: Part) -> str:
        """Digits of a unit, a teen, a ten with or without its unit, or of written ones."""
        if part.kind is Kind.DIGITS:
            return part.word
        if part.kind is Kind.UNIT:
            return str(UNITS[part.word])
        if part.kind is Kind.TEEN:
            return str(TEENS[part.word])
        value = TENS[part.word]
        if self._next_is(Kind.UNIT):
            ones = UNITS[self._parts[self.place].word]
            if ones:
                self.place += 1
                value += ones
        return str(value)

    def _scale(self, word: str) -> bool:
        following = self._peek()
        if following is None or following.word != word or not self._adjoins(_WITHIN):
            return False
        self.place += 1
        return True

    def _rest_below_hundred(self) -> int:
        """What belongs to a hundred: "and forty two", "five" unless more digits follow."""
        following = self._peek()
        if following is None or not self._adjoins(_WITHIN_HUNDREDS):
            return 0
        if following.kind is Kind.UNIT:
            after = self._peek(1)
            digit_by_digit = after is not None and after.kind in NUMBERS | {Kind.REPEAT}
            if digit_by_digit or UNITS[following.word] == 0:
                return 0
        elif following.kind not in (Kind.TEEN, Kind.TEN):
            return 0
        self.place += 1
        return int(self._below_hundred(following))

    def _rest_below_thousand(self) -> int:
        following, after = self._peek(), self._peek(1)
        if (
            following is not None
            and after is not None
            and following.kind is Kind.UNIT
            and UNITS[following.word]
            and after.word == "hundred"
            and self._adjoins(_WITHIN_HUNDREDS)
        ):
            self.place += 2
            return UNITS[following.word] * SCALES["hundred"] + self._rest_below_hundred()
        return self._rest_below_hundred()

    def _is_spelled(self, place: int) -> bool:
        """Whether letters are beside an "o", and no numbers: it is one of them, and no zero."""
        beside = self._parts[max(0, place - 1) : place] + self._parts[place + 1 : place + 2]
        kinds = {part.kind for part in beside}
        return Kind.LETTER in kinds and kinds.isdisjoint(NUMBERS)

    def _next_is(self, kind: Kind, below: int = 10) -> bool:
        following = self._peek()
        return (
            following is not None
            and following.kind is kind
            and (UNITS if kind is Kind.UNIT else ORDINALS)[following.word] < below
            and self._adjoins(_WITHIN)
        )

    def _peek(self, ahead: int = 0) -> Part | None:
        place = self.place + ahead
        return self._parts[place] if place < len(self._parts) else None

    def _adjoins(self, between: "re.Pattern[str]") -> bool:
        """Whether nothing but that stands between the last part taken and the next."""
        last, following = self._parts[self.place - 1], self._parts[self.place]
        return between.fullmatch(self._text, last.end, following.start) is not None

    def _said(self, part: Part) -> str:
        return self._text[part.start : part.end]

    def _value(self, first: int, written: str, *, joins: bool) -> Value:
        start, end = self._parts[first].start, self._parts[self.place - 1].end
        return Value(start, end, written, joins, written != self._text[start:end])


def _ordinal(value: int) -> str:
    if value // 10 % 10 == 1:
        return f"{value}th"
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th') }"


def _clock(digits: Sequence[str]) -> str | None:
    """The time that some numbers say: an hour, and minutes in one number or as "oh five"."""
    hour, *rest = digits
    minutes = "".join(rest)
    if len(hour) > 2 or not 1 <= int(hour) <= _LAST_HOUR:
        return None
    if not minutes:
        return hour
    if len(minutes) != 2 or int(minutes) > _LAST_MINUTE:
        return None
    return f"{int(hour)}:{minutes}"
