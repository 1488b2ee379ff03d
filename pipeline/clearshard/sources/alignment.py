"""Where pieces of speech are in a text that spells them a little otherwise.

Recognisers punctuate a text and not its words, or put a customer's spelling into one view of the
speech alone. Two spellings are the same speech if they have the same letters in the same order,
whatever their case, and nothing but white space and punctuation between them. Then it is proved
where each piece is, and the text's own spelling counts; otherwise nothing is known.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

#: More than any one language has; there are a million others.
_MOST_CHARACTERS = 4096


class _Folded(dict[int, str]):
    """What is left of each character without case, if it is a letter: made when it is met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_none = character.isspace() or unicodedata.category(character).startswith("P")
        folded = "" if is_none else character.casefold()
        if len(self) < _MOST_CHARACTERS:
            self[code] = folded
        return folded


_FOLDED = _Folded()


class NotThere(ValueError):
    """A piece is not where it would have to be.

    Attributes:
        number: Which one; as many as there are if some of the text is left over.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def letters(text: str) -> str:
    """A text without white space, punctuation and case."""
    return text.translate(_FOLDED)


def located(text: str, pieces: Sequence[str], turns: Sequence[int] = ()) -> list[tuple[int, int]]:
    """The ranges of the text that the pieces are, which hold all of it but white space.

    What the text has around a piece belongs to it: to the one before as far as the last white space
    between two, or the turn that begins between them, to the next one behind that.

    Args:
        text: The text.
        pieces: What is said, in order.
        turns: Where the turns of the text start, in order; no punctuation crosses that.

    Raises:
        NotThere: That is not where they are.
    """
    if not pieces and letters(text):
        raise NotThere(0)
    if text.split() == list(pieces) and " ".join(pieces) == text:  # as mostly
        nexts = [*accumulate([len(piece) + 1 for piece in pieces])]
        return [(end - 1 - len(p), end - 1) for p, end in zip(pieces, nexts, strict=True)]
    bare = _bare(text, pieces)
    starts, ends = [start for start, _ in bare], [end for _, end in bare]
    for number in range(1, len(bare)):
        place = _parting(text, ends[number - 1], starts[number], turns)
        if place is None:
            raise NotThere(number)
        ends[number - 1] += len(text[ends[number - 1] : place].rstrip())
        starts[number] -= len(text[place : starts[number]].lstrip())
    if bare:
        starts[0] -= len(text[: starts[0]].lstrip())
        ends[-1] += len(text[ends[-1] :].rstrip())
    return list(zip(starts, ends, strict=True))


def _bare(text: str, pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Where the pieces are, from their first letter to their last."""
    offsets: list[int] = []
    parts = []
    for offset, character in enumerate(text):
        if folded := _FOLDED[ord(character)]:
            parts.append(folded)
            offsets += [offset] * len(folded)
    whole = "".join(parts)
    places: list[tuple[int, int]] = []
    place = reached = 0
    for number, piece in enumerate(pieces):
        wanted = letters(piece)
        if not wanted:
            # Punctuation alone: where it is in what stands between two others.
            limit = offsets[place] if place < len(offsets) else len(text)
            start = text.find(piece.strip(), reached, limit) if piece.strip() else -1
            end = start + len(piece.strip())
        elif whole.startswith(wanted, place):
            start, end = offsets[place], offsets[place + len(wanted) - 1] + 1
            place += len(wanted)
        else:
            start = end = -1
        if start < reached:
            raise NotThere(number)
        places.append((start, end))
        reached = end
    if place < len(whole):
        raise NotThere(len(pieces))
    return places


def _parting(text: str, start: int, end: int, turns: Sequence[int]) -> int | None:
    """Where the piece ends that the text goes on with, and the next one begins; None if nowhere."""
    first, last = bisect_right(turns, start), bisect_right(turns, end)
    if last - first > 1:
        return None  # a whole turn without a letter
    if last > first:
        return turns[first]
    between = text[start:end]
    blanks = [place for place, character in enumerate(between) if character.isspace()]
    return start + blanks[-1] if blanks else end
