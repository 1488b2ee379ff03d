"""A text → its written forms: what was rewritten, with some of the text around it."""

from collections.abc import Iterable, Iterator

from clearshard.recognizers.vocabulary import TOKEN, words_of
from clearshard.redaction.view.alignment import Piece, WrittenForm
from clearshard.redaction.written.parts import lowered
from clearshard.redaction.written.runs import STARTS_A_RUN, runs_of

#: Letters around what is rewritten that are given back with it, for patterns that look around.
_MARGIN = 80
_Range = tuple[int, int]


def written_forms(text: str) -> list[WrittenForm]:
    """What was said in a text, as it would be written; nothing for what is written already.

    Args:
        text: With a line break between turns.

    Returns:
        Stretches of the text with their surroundings, in order; they may overlap.
    """
    low = lowered(text)
    stretches = _near_each_other(text, runs_of(low, _lines_to_read(low)))
    return [WrittenForm(text, start, end, pieces) for start, end, pieces in stretches]


def _lines_to_read(text: str) -> list[_Range]:
    """Lines with a part of a number or a spelling."""
    numbers: list[_Range] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        words = words_of(line)
        if _may_start_a_run(words) and _may_start_a_run(TOKEN.findall(line)):
            # The "s" of "it's" is no letter that was said.
            numbers.append((start, end))
        start = end + 1
    return numbers


def _may_start_a_run(words: list[str]) -> bool:
    return not STARTS_A_RUN.isdisjoint(words) or any(map(str.isdecimal, words))


def _near_each_other(
    text: str, runs: Iterable[list[Piece]]
) -> Iterator[tuple[int, int, list[Piece]]]:
    """Runs whose surroundings meet in one stretch: what belongs together is read together."""
    start, end, pieces = 0, -1, list[Piece]()
    for first, last, run in _each(text, runs):
        if pieces and first > end:
            yield start, end, pieces
            pieces = []
        start, end = (start if pieces else first), last
        pieces += run
    if pieces:
        yield start, end, pieces


def _each(text: str, runs: Iterable[list[Piece]]) -> Iterator[tuple[int, int, list[Piece]]]:
    for run in runs:
        yield *_surroundings(text, run[0].start, run[-1].end), run


def _surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Some of the line before and behind, in whole words."""
    first = max(text.rfind("\n", 0, start) + 1, start - _MARGIN)
    line_end = text.find("\n", end)
    last = min(len(text) if line_end < 0 else line_end, end + _MARGIN)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return first, last
