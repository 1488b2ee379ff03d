"""How far ranges reach: whether one lies in another, without comparing each with each."""

from bisect import bisect_right
from collections.abc import Iterable


class Reach:
    """How far the ranges reach that have been added and begin at or before a place.

    The maximum over a prefix of the places where ranges begin (a Fenwick tree), so that a text in
    which everything overlaps costs no square of its length.
    """

    def __init__(self, starts: Iterable[int]) -> None:
        """Takes all places where a range that will be added can begin."""
        self._starts = sorted(set(starts))
        self._ends = [0] * (len(self._starts) + 1)

    def until(self, start: int) -> int:
        """The largest end of the ranges that begin no later; 0 if there are none."""
        place = bisect_right(self._starts, start)
        end = 0
        while place:
            end = max(end, self._ends[place])
            place &= place - 1
        return end

    def add(self, start: int, end: int) -> None:
        """Adds a range."""
        place = bisect_right(self._starts, start)
        while place < len(self._ends):
            self._ends[place] = max(self._ends[place], end)
            place += place & -place
