"""A token → the rows of the weights that say what it is: its letters, form, kind and use.

Words are hashed, so that the weights hold no list of them. How common a word is, and as what (an
ordinary word, a first name, a surname, a place), is looked up by a hash of 32 bits.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from clearshard.tagger.tokens import END_OF_TURN, Kind, kind_of

#: Rows of the weights, by what is hashed into them, one range behind the other.
WORD_ROWS, AFFIX_ROWS, PART_ROWS, SHAPE_ROWS = 24_000, 4_000, 20_000, 512
KIND_ROWS, USE_ROWS = 16, 64
_AFFIXES = WORD_ROWS
_PARTS = _AFFIXES + AFFIX_ROWS
_SHAPES = _PARTS + PART_ROWS
_KINDS = _SHAPES + SHAPE_ROWS
_USES = _KINDS + KIND_ROWS
ROWS = _USES + USE_ROWS
#: What one row counts, in integers: parts of a word share what one of the others has.
WHOLE = 256
_HAVE_PARTS = frozenset((Kind.WORD, Kind.SPELLING, Kind.MEASURE, Kind.FILLER))
_AFFIX_LETTERS = 3
_PART_LETTERS = (3, 4, 5)
_MOST_LETTERS = 24
_MOST_SHAPE, _MOST_ALIKE = 8, 4


@dataclass(frozen=True, slots=True)
class Uses:
    """How common words are and as what, by a hash of each.

    Attributes:
        hashes: Of the words, in order.
        sets: Which of `masks` each has.
        masks: Sets of uses, as the bits of a number.
    """

    hashes: npt.NDArray[np.uint32]
    sets: npt.NDArray[np.uint16]
    masks: npt.NDArray[np.uint64]

    def of(self, lowered: str) -> list[int]:
        """The uses of a word."""
        # As one of them: every other type of number would have all of them converted.
        value = np.uint32(hash_of(lowered, 0))
        place = int(self.hashes.searchsorted(value))
        if place == len(self.hashes) or self.hashes[place] != value:
            return []
        mask = int(self.masks[self.sets[place]])
        return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def hash_of(text: str, seed: int) -> int:
    """A hash of 32 bits, the same everywhere.

    Raises:
        UnicodeEncodeError: It holds half a character.
    """
    return crc32(text.encode(), seed)


def rows_of(token: str, uses: Uses) -> tuple[list[int], list[int]]:
    """The rows of a token, and how much each of them counts."""
    lowered = token.lower().replace("\u2019", "'")
    kind = kind_of(lowered)
    rows, weights = [hash_of(lowered, 1) % WORD_ROWS], [WHOLE]
    if kind in _HAVE_PARTS:
        rows.append(_AFFIXES + hash_of("p" + lowered[:_AFFIX_LETTERS], 2) % AFFIX_ROWS)
        rows.append(_AFFIXES + hash_of("s" + lowered[-_AFFIX_LETTERS:], 2) % AFFIX_ROWS)
        weights += [WHOLE, WHOLE]
        framed = f"<{lowered[:_MOST_LETTERS]}>"
        parts = [
            framed[start : start + length]
            for length in _PART_LETTERS
            for start in range(len(framed) - length + 1)
        ]
        rows += [_PARTS + hash_of(part, 3) % PART_ROWS for part in parts]
        weights += [round(WHOLE / len(parts) ** 0.5)] * len(parts)
    rows.append(_SHAPES + hash_of(_shape(token), 4) % SHAPE_ROWS)
    rows.append(_KINDS + kind)
    weights += [WHOLE, WHOLE]
    if token != END_OF_TURN:
        found = uses.of(lowered)
        rows += [_USES + use for use in found]
        weights += [WHOLE] * len(found)
    return rows, weights


def _shape(token: str) -> str:
    """Capitals, small letters, digits and signs, not more than some of each in a row."""
    shape = ""
    for character in token:
        if character.isupper():
            sign = "X"
        elif character.isalpha():
            sign = "x"
        else:
            sign = "d" if character.isdigit() else character
        if len(shape) < _MOST_ALIKE or shape[-1] != sign:
            shape += sign
    return shape[:_MOST_SHAPE]
