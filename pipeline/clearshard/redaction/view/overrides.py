"""What is drawn from right to left although it is written from left to right.

A character of Unicode that nobody sees turns whatever stands behind it around, until another one
ends that or the line does: what is written as "htimS nhoJ" is read as "John Smith".
"""

from collections.abc import Sequence

import regex

from clearshard.redaction.view.alignment import Piece

_TURN_AROUND = "\u202e"
#: They begin and end directions, this one's too.
_CONTROLS = "\u202a-\u202e\u2066-\u2069"
_TURNED = regex.compile(rf"{_TURN_AROUND}([^{_CONTROLS}\n]++)")
_CHARACTER = regex.compile(r"\X")


def turned(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """What is turned around within some ranges, as it is read.

    Each stretch is a piece, so that whatever is found in one removes all of it.
    """
    if _TURN_AROUND not in text:
        return []
    return [
        Piece(found.start(1), found.end(1), "".join(reversed(_CHARACTER.findall(found[1]))))
        for start, end in ranges
        for found in _TURNED.finditer(text, start, end)
    ]
