"""Marked code points of one text: what is letters and digits, and what of it would be removed.

One byte per code point, 0 or 1. Transcripts are short and spans shorter: `bytes` count and find in
C within a slice, without the cost per call that an array library has.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class Marks:
    """A set of code points of one text.

    Two sets can be combined if they are of the same text.
    """

    __slots__ = ("_bits",)

    def __init__(self, bits: bytes) -> None:
        self._bits = bits

    @classmethod
    def of_ranges(cls, ranges: Iterable[tuple[int, int]], length: int) -> "Marks":
        """The union of half-open ranges, all within a text of `length` code points."""
        bits = bytearray(length)
        for start, end in ranges:
            bits[start:end] = b"\1" * (end - start)
        return cls(bytes(bits))

    @classmethod
    def of_letters(cls, text: str) -> "Marks":
        """The letters and digits of any script."""
        return cls(bytes(map(str.isalnum, text)))

    def count(self, start: int, end: int) -> int:
        """How many code points of a range are marked."""
        return self._bits.count(1, start, end)

    def any(self, start: int, end: int) -> bool:
        """Whether any code point of a range is marked."""
        return self._bits.find(1, start, end) >= 0

    def __len__(self) -> int:
        return self._bits.count(1)

    def __and__(self, other: "Marks") -> "Marks":
        return self._from_int(self._as_int() & other._as_int())

    def __or__(self, other: "Marks") -> "Marks":
        return self._from_int(self._as_int() | other._as_int())

    def __sub__(self, other: "Marks") -> "Marks":
        return self._from_int(self._as_int() & ~other._as_int())

    # Bytes have no bitwise operators, integers have: one big integer holds the whole text.
    def _as_int(self) -> int:
        return int.from_bytes(self._bits, "little")

    def _from_int(self, value: int) -> "Marks":
        return Marks(value.to_bytes(len(self._bits), "little"))


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of one span would be removed.

    Attributes:
        chars: Letters and digits of the span; all its code points where it has neither.
        removed: How many of these would be removed.
    """

    chars: int
    removed: int

    @property
    def leaked(self) -> int:
        """How many would be left visible."""
        return self.chars - self.removed

    @property
    def touched(self) -> bool:
        """Whether any would be removed."""
        return self.removed > 0

    @property
    def full(self) -> bool:
        """Whether none would be left visible."""
        return self.removed == self.chars


class RemovalView:
    """One text, and what would be removed of it.

    Attributes:
        letters: Its letters and digits. What is between them (spaces, hyphens, the dots of a
            number) says nothing by itself, and detectors differ in where they draw that line.
        removed: All that would be removed.
        removed_letters: Letters and digits that would be removed.
    """

    __slots__ = ("letters", "removed", "removed_letters")

    def __init__(self, text: str, removed: Iterable[tuple[int, int]]) -> None:
        self.letters = Marks.of_letters(text)
        self.removed = Marks.of_ranges(removed, len(text))
        self.removed_letters = self.letters & self.removed

    def covered(self, start: int, end: int) -> Covered:
        """How much of the span from `start` to `end` would be removed."""
        letters = self.letters.count(start, end)
        if letters:
            return Covered(letters, self.removed_letters.count(start, end))
        return Covered(end - start, self.removed.count(start, end))
