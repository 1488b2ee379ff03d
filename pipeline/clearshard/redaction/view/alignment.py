"""A written form, and which range of the text each range of it came from.

Laws, each with a test, for ranges of at least one character::

    original(a, b) covers every piece that [a, b) touches, whole
    written(*original(a, b)) covers [a, b)
    original is monotone: a range within another comes from within where that one came from
    a range of copied text comes from exactly as many characters, the same ones
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A range of the text that is written otherwise.

    Attributes:
        start: First code point.
        end: One past the last.
        written: What stands there instead; may be empty.
    """

    start: int
    end: int
    written: str


class WrittenForm:
    """A stretch of a text with some pieces rewritten and everything else copied.

    Attributes:
        text: The written form.
    """

    def __init__(self, text: str, start: int, end: int, pieces: Sequence[Piece]) -> None:
        """Puts the written form together.

        Args:
            text: What was said.
            start: Where the stretch starts in it.
            end: One past its end.
            pieces: Disjoint, in order, within the stretch.
        """
        parts: list[str] = []
        #: Where each segment, copied or rewritten, starts in the written form.
        self._starts: list[int] = []
        #: Where each of them starts and ends in the text, and whether it was copied.
        self._sources: list[tuple[int, int, bool]] = []
        size = 0
        place = start
        for piece in pieces:
            if place < piece.start:
                size = self._add(parts, size, text[place : piece.start], place, piece.start, True)
            size = self._add(parts, size, piece.written, piece.start, piece.end, False)
            place = piece.end
        if place < end:
            self._add(parts, size, text[place:end], place, end, True)
        self.text = "".join(parts)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the text that a range of the written form came from.

        A piece is never cut: where the range holds part of it, all of it is meant. What was left
        out between two characters of the range belongs to it.

        Raises:
            ValueError: The range is empty or not within the written form.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError("not a range of the written form")
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        said_start, _, first_copied = self._sources[first]
        last_start, said_end, last_copied = self._sources[last]
        if first_copied:
            said_start += start - self._starts[first]
        if last_copied:
            said_end = last_start + end - self._starts[last]
        return said_start, said_end

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The range of the written form that shows a range of the text; may be empty.

        A piece is never cut here either.
        """
        first = bisect_right(self._sources, start, key=lambda source: source[1])
        last = bisect_left(self._sources, end, key=lambda source: source[0]) - 1
        if first > last:
            place = self._starts[first] if first < len(self._starts) else len(self.text)
            return place, place
        written_start, written_end = self._starts[first], self._end_of(last)
        said_start, _, first_copied = self._sources[first]
        _, said_end, last_copied = self._sources[last]
        if first_copied:
            written_start += max(0, start - said_start)
        if last_copied:
            written_end -= max(0, said_end - end)
        return written_start, written_end

    def _add(
        self, parts: list[str], size: int, shown: str, start: int, end: int, copied: bool
    ) -> int:
        parts.append(shown)
        self._starts.append(size)
        self._sources.append((start, end, copied))
        return size + len(shown)

    def _end_of(self, segment: int) -> int:
        following = segment + 1
        return self._starts[following] if following < len(self._starts) else len(self.text)
