"""A text → its written forms: what was rewritten, with some of the text around it."""

from clearshard.recognizers.vocabulary import lowercase
from clearshard.redaction.view.alignment import Piece, WrittenForm
from clearshard.redaction.written.parts import parts_of
from clearshard.redaction.written.pieces import pieces_of
from clearshard.redaction.written.runs import runs_of
from clearshard.redaction.written.values import values_of

#: Letters around what is rewritten that are given back with it, for patterns that look around.
_MARGIN = 80


def written_forms(text: str) -> list[WrittenForm]:
    """What was said in a text, as it would be written; nothing for what is written already.

    Args:
        text: With a line break between turns.

    Returns:
        Stretches of the text with their surroundings, in order. Runs whose surroundings meet are
        in one: what belongs together is read together.
    """
    small = lowercase(text)
    stretches: list[tuple[int, int, list[Piece]]] = []
    for run in runs_of(small, parts_of(small)):
        pieces = [*pieces_of(small, values_of(small, run))]
        if not pieces:
            continue
        start, end = _surroundings(text, pieces[0].start, pieces[-1].end)
        if stretches and start <= stretches[-1][1]:
            start, _, before = stretches.pop()
            pieces = before + pieces
        stretches.append((start, end, pieces))
    return [WrittenForm(text, *stretch) for stretch in stretches]


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
