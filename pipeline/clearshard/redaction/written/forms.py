"""A text → its written forms: what was rewritten, with some of the text around it.

A value may go on over turns and commas, or another one may begin there; and what is read back is
no part of what was said before. Nobody can tell which, so both are read: everything joined, and
each phrase by itself.
"""

from clearshard.recognizers.vocabulary import lowercase
from clearshard.redaction.view.alignment import Piece, WrittenForm
from clearshard.redaction.written.parts import parts_of
from clearshard.redaction.written.pieces import phrases_of, pieces_of
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
        in one: what belongs together is read together. Then the phrases of runs of several, each
        with its own surroundings.
    """
    small = lowercase(text)
    stretches: list[tuple[int, int, list[Piece]]] = []
    apart: list[tuple[int, int, list[Piece]]] = []
    for run in runs_of(small, parts_of(small)):
        values = values_of(small, run)
        pieces = [*pieces_of(small, values)]
        if not pieces:
            continue
        start, end = _surroundings(text, pieces[0].start, pieces[-1].end)
        if stretches and start <= stretches[-1][1]:
            start, _, before = stretches.pop()
            before += pieces
            pieces = before
        stretches.append((start, end, pieces))
        phrases = [*phrases_of(small, values)]
        for phrase in phrases if len(phrases) > 1 else ():
            if alone := [*pieces_of(small, phrase)]:
                apart.append((*_surroundings(text, alone[0].start, alone[-1].end), alone))
    return [WrittenForm(text, *stretch) for stretch in (*stretches, *apart)]


def _surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Some of the line before and behind, in whole words."""
    before = max(0, start - _MARGIN)
    first = max(text.rfind("\n", before, start) + 1, before)
    line_end = text.find("\n", end, end + _MARGIN)
    last = min(len(text), end + _MARGIN) if line_end < 0 else line_end
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return first, last
