"""Values of a CSV that go on behind the quote that ends them, as `"fal"se` does.

Arrow takes such quotes off and reads `false`. What was meant, nobody can tell, so a mark is put
behind the quote, which no value may hold. Of all else nothing changes.
"""

import re
from itertools import pairwise

import numpy as np

_QUOTE = ord('"')
#: Few enough bytes to stay close to the processor.
_PIECE_BYTES = 64 * 1024


class QuoteMarks:
    """Marks them in the bytes of a table, which come in pieces."""

    def __init__(self, delimiter: bytes, mark: bytes) -> None:
        """Is at the beginning of a line.

        Args:
            delimiter: The byte that divides values.
            mark: What to put there.
        """
        self._mark = mark
        self._ends = delimiter + b"\r\n"
        self._fits = np.zeros(256, np.bool_)
        self._fits[list(self._ends + b'"')] = True
        # The quote comes first, since it is looked for fast, and then what stands before it.
        quoted = rb'"(?<=[%b]")(?:[^"]++|"")*+(?P<closed>"?)' % re.escape(self._ends)
        self._quoted = re.compile(quoted)
        #: As good as all that came: an end of a value, and what this one begins with (a letter, a
        #: quote, or two of which the second ends it unless a third one follows).
        self._before = b"\n"

    def marked(self, text: bytes) -> bytes:
        """The next bytes, with marks."""
        if b'"' not in text and b'"' not in self._before:
            self._before = self._outside(text) if text else self._before
            return text
        starts = range(0, len(text), _PIECE_BYTES)
        return b"".join(self._marked(text[start : start + _PIECE_BYTES]) for start in starts)

    def _marked(self, piece: bytes) -> bytes:
        whole = self._before + piece
        if not self._is_plain(whole):
            return self._one_by_one(whole, len(self._before))
        if whole.count(b'"') % 2:
            self._before = b'\n"'
        else:
            self._before = b'\n""' if whole.endswith(b'"') else self._outside(whole)
        return piece

    def _outside(self, text: bytes) -> bytes:
        return b"\n" if text[-1] in self._ends else b"\nx"

    def _is_plain(self, whole: bytes) -> bool:
        """Whether every other quote has the end of a value before it, and the others behind.

        Or another quote, which makes the two a quote within a value. So it nearly always is where
        there are quotes at all.
        """
        letters = np.frombuffer(whole + b"\n", np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        opening, closing = quotes[::2], quotes[1::2]
        return bool(
            self._fits[letters[opening - 1]].all() and self._fits[letters[closing + 1]].all()
        )

    def _one_by_one(self, whole: bytes, start: int) -> bytes:
        places, self._before = [start], self._outside(whole)
        for found in self._quoted.finditer(whole):
            end = found.end()
            if end == len(whole):
                self._before = b'\n""' if found["closed"] else b'\n"'
            elif found["closed"] and whole[end] not in self._ends:
                places.append(end)
        return self._mark.join(whole[a:b] for a, b in pairwise([*places, len(whole)]))
