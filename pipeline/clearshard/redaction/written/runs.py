"""Parts that belong to one value, over pauses, fillers, signs and changes of turn → its pieces.

Each line of a run is read by itself (`numbers`); then the lines are put together, less what the
other speaker only repeats or says to show that they listen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase

from clearshard.recognizers.number_words import LETTER_WORDS
from clearshard.recognizers.vocabulary import FILLERS, MONTHS, any_of
from clearshard.redaction.view.alignment import Piece
from clearshard.redaction.written.numbers import NUMBERS, Value, values_of
from clearshard.redaction.written.parts import SIGNS, WORDS, Kind, Part, parts_of

#: More letters than this between two parts never belong to one value.
_MAX_GAP = 60
#: A run that comes to less is no value that a pattern could know.
_MIN_WRITTEN = 2

#: Whoever says one of these in the middle of a number starts it, or a part of it, again.
_REPAIRS = frozenset(("no", "sorry", "wait", "correction", "actually"))
_LISTENING = (
    "mm", "mhm", "hmm", "hm", "uh huh", "huh", "okay", "ok", "yes", "yeah", "yep", "yup", "right",
    "sure", "alright", "got it", "go ahead", "i see", "thank you", "thanks", "perfect", "great",
)  # fmt: skip
_QUIET = r"(?:[^\w\u200b-\u200f\u2060-\u206f\ufeff]|_){0,16}+"
_BETWEEN = re.compile(
    rf"{_QUIET}(?:(?:{any_of(FILLERS | _REPAIRS | SIGNS.keys())})(?![^\W_]){_QUIET}){{0,3}}"
)
_OVER_TURNS = re.compile(
    rf"{_QUIET}(?:(?:{any_of((*FILLERS, *_REPAIRS, *_LISTENING))})(?![^\W_]){_QUIET}){{0,6}}"
)
_WORD = re.compile(r"[^\W\d_]+")
_PLUS_BEFORE = re.compile(r"(?<![^\W_])plus[ \t]{1,4}\Z")
_WORD_BEFORE = re.compile(r"([^\W_]+)[ \t]{1,4}\Z")
#: A run has one of these, or digits: spelling with nothing but "a" and "i" is none.
STARTS_A_RUN = WORDS | frozenset(LETTER_WORDS) | frozenset(ascii_lowercase) - {"a", "i"}
#: Letters that are words where no other letter is beside them.
_ARTICLES = frozenset(("a", "i"))


def runs_of(text: str, lines: Iterable[tuple[int, int]]) -> Iterator[list[Piece]]:
    """Pieces of each run that is written otherwise than it was said.

    Args:
        text: A lowered text.
        lines: Those of its lines that have parts.
    """
    run: list[Part] = []
    for line in lines:
        for part in parts_of(text, *line):
            if run and not _continues(text, run[-1].end, part.start):
                yield from _pieces(text, run)
                run = []
            run.append(part)
    yield from _pieces(text, run)


def _continues(text: str, end: int, start: int) -> bool:
    if start - end > _MAX_GAP:
        return False
    if start - end == 1 and text[end] == " ":
        return True  # as `_BETWEEN` says, in most cases
    if _BETWEEN.fullmatch(text, end, start):
        return True
    return "\n" in text[end:start] and _OVER_TURNS.fullmatch(text, end, start) is not None


def _pieces(text: str, run: Sequence[Part]) -> Iterator[list[Piece]]:
    """The pieces of a run, if it has any that are written otherwise."""
    if len(run) < 2 and not any(_is_long_alone(text, part) for part in run):
        return
    run = _without_words_at_the_ends(text, run)
    lines = _together(values_of(text, parts) for parts in _lines(text, run))
    values = [value for line in lines for value in line.values]
    if sum(len(value.written) for value in values) < _MIN_WRITTEN:
        return
    pieces = [*_plus(text, values[0].start), *_rewritten(text, lines)]
    if pieces:
        yield pieces


def _is_long_alone(text: str, part: Part) -> bool:
    """Whether a part that stands alone is worth to be written: "twenty", the third of a month."""
    if part.kind is Kind.ORDINAL:
        return _is_behind_a_month(text, part.start)
    return part.kind in (Kind.TEEN, Kind.TEN)


def _without_words_at_the_ends(text: str, run: Sequence[Part]) -> Sequence[Part]:
    """The run without "a", "I", "Mike" and "am" where they are most likely just that."""
    letters = sum(part.kind is Kind.LETTER for part in run)
    first, last = 0, len(run)
    while first < last and _is_word(text, run[first], run[first + 1 : first + 2], letters):
        first += 1
        letters -= 1
    while first < last and _is_word(text, run[last - 1], run[last - 2 : last - 1], letters):
        last -= 1
        letters -= 1
    return run[first:last]


def _is_word(text: str, part: Part, beside: Sequence[Part], letters: int) -> bool:
    if part.kind is Kind.MERIDIEM and part.end - part.start == len(part.word):
        return not beside or beside[0].kind not in NUMBERS or beside[0].start > part.start
    if part.kind is not Kind.LETTER or (beside and beside[0].kind is Kind.LETTER):
        return False
    said = text[part.start : part.end]
    return said in _ARTICLES or (said in LETTER_WORDS and letters < 2)


def _lines(text: str, run: Sequence[Part]) -> Iterator[list[Part]]:
    line: list[Part] = []
    for part in run:
        if line and text.find("\n", line[-1].end, part.start) >= 0:
            yield line
            line = []
        line.append(part)
    if line:
        yield line


@dataclass(frozen=True, slots=True)
class _Line:
    """Values of one line of a run.

    Attributes:
        values: At least one.
        repeats: Whether they only say again what was said last, so that nothing is written.
    """

    values: list[Value]
    repeats: bool


def _together(lines: Iterable[list[Value]]) -> list[_Line]:
    """The lines of a run, and which of them are read back."""
    so_far = ""
    together = []
    for values in lines:
        said = "".join(value.written for value in values)
        repeats = len(said) >= _MIN_WRITTEN and so_far.endswith(said)
        together.append(_Line(values, repeats))
        so_far += "" if repeats else said
    return together


def _plus(text: str, start: int) -> Iterator[Piece]:
    """The sign before a number with the code of its country."""
    plus = _PLUS_BEFORE.search(text, max(0, start - 10), start)
    if plus:
        yield Piece(plus.start(), start, "+")


def _rewritten(text: str, lines: Sequence[_Line]) -> Iterator[Piece]:
    before: Value | None = None
    first = lines[0].values[0]
    for line in lines:
        hyphens = _are_pauses(text, line.values)
        for value in line.values:
            if before is not None:
                day = before is first and _is_day(text, before)
                written = "" if line.repeats else _gap(text, before, value, day, hyphens)
                if written is not None and before.end < value.start:
                    yield Piece(before.end, value.start, written)
            if line.repeats:
                yield Piece(value.start, value.end, "")
            elif value.said:
                yield Piece(value.start, value.end, value.written)
            before = value


def _are_pauses(text: str, values: Sequence[Value]) -> bool:
    """Whether hyphens stand between most values: "four-one-five" is no more than 415."""
    gaps = [text[one.end : two.start] for one, two in pairwise(values)]
    return 2 * sum(gap.strip() == "-" for gap in gaps) > len(gaps)


def _gap(text: str, before: Value, value: Value, day: bool, hyphens: bool) -> str | None:
    """What is written between two values; None for what stands there already."""
    between = text[before.end : value.start]
    alone = len(before.written) == len(value.written) == 1 and not between.strip()
    sign = _sign_in(between)
    if sign == "-" and hyphens and "-" in between:
        sign = ""
    if before.said or value.said or alone or "\n" in between or (sign and sign not in between):
        return sign or (" " if day or not (before.joins and value.joins) else "")
    return None


def _sign_in(between: str) -> str:
    """The sign that was said or written between two values; a blank where they are kept apart."""
    words = _WORD.findall(between)
    if "space" in words or not _REPAIRS.isdisjoint(words):
        return " "
    for word in words:
        if word in SIGNS:
            return SIGNS[word]
    sign = between.strip()
    # A full stop or a colon before a blank ends a sentence or a phrase.
    if len(sign) == 1 and (sign in "-/+_" or (sign in ".:" and between == sign)):
        return sign
    return ""


def _is_day(text: str, value: Value) -> bool:
    """Whether a value is the day of a month, to which the year behind it must not be joined."""
    return (
        value.written.isdecimal()
        and len(value.written) <= 2
        and _is_behind_a_month(text, value.start)
    )


def _is_behind_a_month(text: str, start: int) -> bool:
    word = _WORD_BEFORE.search(text, max(0, start - 16), start)
    return word is not None and word[1] in MONTHS
