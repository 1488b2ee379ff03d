"""Where in the shards a row lies: by the period of its submission, its account and its own key.

A place is 64 bits: 32 of the account's key and 32 of the row's. Both are keyed digests, so places
are spread evenly, rows of an account lie together, and an account that is larger than a shard still
divides. A shard holds the rows of one period whose places begin with its prefix.

A place says where a row lies, and does not name it: of some 93,000 rows of one account and period
two have the same. What tells rows apart is their `doc_key`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

#: Bits of a place.
PLACE_BITS = 64
#: Hex digits that each of the two keys gives to a place.
PLACE_DIGITS = 8
#: The period of a file of which nobody says when it was submitted.
UNDATED = "undated"


def place_of(account_key: str, doc_key: str) -> int:
    """The place of a row within its period."""
    return int(account_key[:PLACE_DIGITS] + doc_key[:PLACE_DIGITS], 16)


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """What one shard holds: the places of a period that begin with some bits.

    Attributes:
        period: As in the names of shards: ``2026-11``.
        prefix: The bits, as text of 0 and 1; empty for the whole period.
    """

    period: str
    prefix: str

    @property
    def first_place(self) -> int:
        """The smallest place in it."""
        return int(self.prefix.ljust(PLACE_BITS, "0"), 2)

    @property
    def last_place(self) -> int:
        """The largest place in it."""
        return int(self.prefix.ljust(PLACE_BITS, "1"), 2)

    def holds(self, period: str, place: int) -> bool:
        """Whether a place of a period lies in it."""
        return period == self.period and self.first_place <= place <= self.last_place


class LeafIndex:
    """Finds the leaf that a row lies in."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        """Takes leaves in ascending order, none of which holds part of another."""
        self._leaves = tuple(leaves)
        self._starts = [(leaf.period, leaf.first_place) for leaf in self._leaves]

    def __getitem__(self, number: int) -> Leaf:
        return self._leaves[number]

    def find(self, period: str, place: int) -> int | None:
        """The number of the leaf that holds a place of a period, or None if none does."""
        at = bisect_right(self._starts, (period, place)) - 1
        return at if at >= 0 and self._leaves[at].holds(period, place) else None

    def within(self, node: Leaf) -> range:
        """The numbers of the leaves that are all or part of another."""
        first = bisect_left(self._starts, (node.period, node.first_place))
        return range(first, bisect_right(self._starts, (node.period, node.last_place)))
