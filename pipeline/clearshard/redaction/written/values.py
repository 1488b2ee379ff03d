"""A run of parts → what they come to: "twenty oh five" → "20", "0", "5".

Digits that are said in pairs are put side by side, and so are letters. What people leave open is
read as they most often mean it: "eight hundred five" is 805, but "eight hundred five five five" is
800 and 555.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from clearshard.recognizers.number_words import WordKind
from clearshard.redaction.written.parts import Part

#: What stands between two parts of one number → its code.
_GAPS = {"": " ", "-": " ", "and": "&"}
_NUMBER = "[0ouet]"
_TO_99 = r"(?:t(?: u)?|[ue])"
#: What belongs to a hundred or a thousand; a digit does not, if more digits follow.
_REST = rf"(?:[ &](?:t(?: u)?|e|u(?!.(?:{_NUMBER}|[rs]))))?"
_HUNDREDS = rf"s{_REST}"
#: Reads the codes of parts, each with that of the gap behind it.
_VALUE = re.compile(
    r"(?P<repeated>r [0oul])"
    r"|(?P<ordinal>(?:t )?n|N)"
    rf"|(?P<letter>l|(?<=l.)o(?!.{_NUMBER})|(?<!{_NUMBER}.)o(?=.l))"
    rf"|(?P<number>[0o]|{_TO_99}(?: {_HUNDREDS})?(?: k(?:[ &]u {_HUNDREDS}|{_REST}))?)"
    r"|(?P<unread>[rsk])"
)


class Value(msgspec.Struct, frozen=True, gc=False):
    """What some parts come to.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        written: As it is written.
        joins: Whether it is put side by side with others: digits and letters are, ordinals are not.
        said: Whether it is written otherwise than it was said.
    """

    start: int
    end: int
    written: str
    joins: bool
    said: bool


def values_of(text: str, run: Sequence[Part]) -> list[Value]:
    """What a run in a lowercase text comes to; every part is in one of the values."""
    gaps = [_gap(text[one.end : two.start]) for one, two in pairwise(run)]
    codes = "".join(part.code + gap for part, gap in zip(run, [*gaps, ""], strict=False))
    values = []
    for found in _VALUE.finditer(codes):
        parts = run[found.start() // 2 : found.end() // 2 + 1]
        said = text[parts[0].start : parts[-1].end]
        kind = str(found.lastgroup)
        written = said if kind == "unread" else _written(kind, parts)
        joins = kind not in ("ordinal", "unread")
        values.append(Value(parts[0].start, parts[-1].end, written, joins, written != said))
    return values


def _gap(between: str) -> str:
    return "\n" if "\n" in between else _GAPS.get(between.strip(), ",")


def _written(kind: str, parts: Sequence[Part]) -> str:
    first = parts[0].written
    if kind == "repeated":
        return parts[1].written * (int(first) + 1)
    if kind == "ordinal":
        return _ordinal(sum(int(part.written) for part in parts))
    if kind == "letter":
        return first.replace("0", "o")
    return first if len(parts) == 1 else str(_amount(parts))


def _amount(parts: Sequence[Part]) -> int:
    thousands = rest = 0
    for part in parts:
        number = int(part.written)
        if part.code == "k":
            thousands, rest = rest * number, 0
        else:
            rest = rest * number if part.code == WordKind.SCALE else rest + number
    return thousands + rest


def _ordinal(value: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"} if value // 10 != 1 else {}
    return f"{value}{endings.get(value % 10, 'th')}"
