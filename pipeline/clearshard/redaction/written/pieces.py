"""Values of a run → what is written in place of what was said.

What the other speaker only reads back is left out.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from clearshard.recognizers.number_words import ORDINALS
from clearshard.recognizers.vocabulary import MONTHS
from clearshard.redaction.view.alignment import Piece
from clearshard.redaction.written.runs import SIGNS
from clearshard.redaction.written.values import Value

_LINE_END = re.compile(r"\n")
#: Less is no value that a pattern could know.
_MIN_WRITTEN = 2
#: A full stop or a colon before a blank ends a sentence or a phrase.
_SIGN = re.compile(r"\s{0,16}([-/+_])\s{0,16}|([.:])")
_WORD = re.compile(r"[^\W\d_]+")
#: Where another phrase may begin.
_PHRASE_END = re.compile(r"\n|[,.;:?!]\s")
_WORD_BEFORE = re.compile(r"([^\W_]+)[ \t]{1,4}\Z")


def pieces_of(text: str, values: Sequence[Value]) -> Iterator[Piece]:
    """The pieces of a run in a lowercase text; none if it comes to nothing that is worth it."""
    if sum(len(value.written) for value in values) < _MIN_WRITTEN:
        return
    first = values[0]
    before = _WORD_BEFORE.search(text, max(0, first.start - 16), first.start)
    word = before[1] if before else ""
    if len(values) == 1 and word not in MONTHS and text[first.start : first.end] in ORDINALS:
        return  # "the first"
    if before and word == "plus":
        yield Piece(before.start(), first.start, "+")  # of the code of a country
    if word in MONTHS and first.written.isdecimal() and len(first.written) <= 2:
        # The year behind a day is not joined to it.
        values = [replace(first, joins=False), *values[1:]]
    yield from _rewritten(text, values)


def phrases_of(text: str, values: Sequence[Value]) -> Iterator[list[Value]]:
    """The values of a run by phrases: what no line break and no comma or full stop divides."""
    return _divided(text, values, _PHRASE_END)


def _rewritten(text: str, values: Sequence[Value]) -> Iterator[Piece]:
    before: Value | None = None
    so_far = ""
    for line in _divided(text, values, _LINE_END):
        said = "".join(value.written for value in line)
        if before and len(said) >= _MIN_WRITTEN and so_far.endswith(said):
            yield Piece(before.end, line[-1].end, "")
            before = line[-1]
            continue
        so_far += said
        for value in line:
            joint = _joint(text, before, value) if before else None
            if before and joint is not None:
                yield Piece(before.end, value.start, joint)
            if value.said:
                yield Piece(value.start, value.end, value.written)
            before = value


def _divided(text: str, values: Sequence[Value], end: "re.Pattern[str]") -> Iterator[list[Value]]:
    part = [*values[:1]]
    for value in values[1:]:
        if end.search(text, part[-1].end, value.start):
            yield part
            part = []
        part.append(value)
    yield part


def _joint(text: str, before: Value, value: Value) -> str | None:
    """What is written between two values; None for what stands there already."""
    between = text[before.end : value.start]
    sign = _sign_in(between)
    one_by_one = len(before.written) == len(value.written) == 1 and between.isspace()
    is_said = before.said or value.said or (sign and sign not in between)
    if not (is_said or one_by_one or "\n" in between):
        return None
    return sign or ("" if before.joins and value.joins else " ")


def _sign_in(between: str) -> str:
    """The sign that was said last between two values, or is written there."""
    said = [SIGNS[word] for word in _WORD.findall(between) if word in SIGNS]
    if said:
        return said[-1]
    written = _SIGN.fullmatch(between)
    return (written[1] or written[2]) if written else ""
