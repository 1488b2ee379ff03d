"""Where shards begin and end: it follows from what is in them alone, and changes where that does.

The places of a period (`clearshard.records.places`) are halved until no half weighs more than a
shard may. Which halves there are depends on the weights within them and on nothing beside them, so
a row that comes or goes changes the shard that it lies in, and seldom a neighbour; and whatever the
history of a folder is, the same rows lie in the same shards.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from clearshard.records.places import PLACE_BITS, Leaf, LeafIndex

#: Bits that one pass over the rows tells apart.
_BITS = 8
_BINS = 1 << _BITS


@dataclass(frozen=True, slots=True)
class Weights:
    """Some rows of one period: their places and what they weigh.

    Attributes:
        period: As in the names of shards.
        places: Ascending or not.
        bytes: What each weighs.
    """

    period: str
    places: npt.NDArray[np.uint64]
    bytes: npt.NDArray[np.int64]


def plan(
    read: Callable[[], Iterable[Weights]], max_bytes: int, nodes: Collection[Leaf] | None = None
) -> tuple[Leaf, ...]:
    """The shards for some rows, in the order of their leaves; none is empty.

    A row that weighs more than a shard may has one for itself, unless another row has the same
    place.

    Args:
        read: Goes over all rows; called several times, so that they need not be in memory.
        max_bytes: What a shard may weigh.
        nodes: Where to plan, none within another, as `nodes_around` finds them: then these are all
            rows within them. None plans all of each period.
    """
    leaves: list[Leaf] = []
    if nodes is None:
        waiting = {(period, "") for period in {weights.period for weights in read()}}
    else:
        waiting = {(node.period, node.prefix) for node in nodes}
    while waiting:
        depth = min(len(prefix) for _, prefix in waiting)
        heavy = {node for node in waiting if len(node[1]) == depth}
        waiting -= heavy
        for (period, prefix), bins in _histograms(read, heavy).items():
            for inner, is_leaf in _halves(bins, max_bytes, PLACE_BITS - len(prefix)):
                if is_leaf:
                    leaves.append(Leaf(period, prefix + inner))
                else:
                    waiting.add((period, prefix + inner))
    return tuple(sorted(leaves, key=lambda leaf: (leaf.period, leaf.first_place)))


def nodes_around(
    leaves: LeafIndex, weights: Sequence[int], numbers: Collection[int], max_bytes: int
) -> tuple[Leaf, ...]:
    """Where to plan again if rows go from some shards: outside, every shard stays as it is.

    A node that weighs more than a shard may without these shards is halved, whatever is left of
    them. So only what is planned below it can change.

    Args:
        leaves: Of all shards, as `plan` has found them.
        weights: What each shard weighs.
        numbers: The shards that rows go from.
        max_bytes: What a shard may weigh.

    Returns:
        None of them is within another.
    """
    gone = frozenset(numbers)
    stay = [0, *accumulate(0 if n in gone else weight for n, weight in enumerate(weights))]
    found: set[Leaf] = set()
    for leaf in (leaves[number] for number in gone):
        depth = len(leaf.prefix) // _BITS * _BITS
        while depth:
            above = leaves.within(Leaf(leaf.period, leaf.prefix[: depth - 1]))
            if stay[above.stop] - stay[above.start] > max_bytes:
                break
            depth -= _BITS
        found.add(Leaf(leaf.period, leaf.prefix[:depth]))
    return tuple(node for node in sorted(found) if not any(_is_within(node, o) for o in found))


def _is_within(node: Leaf, other: Leaf) -> bool:
    same_period = node.period == other.period
    return node != other and same_period and node.prefix.startswith(other.prefix)


def _histograms(
    read: Callable[[], Iterable[Weights]], wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], npt.NDArray[np.int64]]:
    """Weights by the next bits behind some prefixes, all of one length."""
    depth = len(next(iter(wanted))[1])
    bins = {node: np.zeros(_BINS, np.int64) for node in wanted}
    for weights in read():
        begins = weights.places >> np.uint64(PLACE_BITS - depth) if depth else None
        inner = (weights.places >> np.uint64(PLACE_BITS - depth - _BITS)) & np.uint64(_BINS - 1)
        of_period = [prefix for period, prefix in wanted if period == weights.period]
        if begins is None:
            if of_period:
                np.add.at(bins[weights.period, ""], inner.astype(np.int64), weights.bytes)
            continue
        for prefix in _there(of_period, begins):
            rows = begins == np.uint64(int(prefix, 2))
            np.add.at(
                bins[weights.period, prefix], inner[rows].astype(np.int64), weights.bytes[rows]
            )
    return bins


def _there(prefixes: Iterable[str], begins: npt.NDArray[np.uint64]) -> Iterator[str]:
    """Those of some prefixes that some rows have."""
    found = set(np.unique(begins).tolist())
    return (prefix for prefix in prefixes if int(prefix, 2) in found)


def _halves(
    bins: npt.NDArray[np.int64], max_bytes: int, bits_left: int
) -> Iterator[tuple[str, bool]]:
    """Halves a node until each half is a shard, or is one bin that is too heavy for one.

    Yields:
        The bits of the half, and whether it is a shard.
    """
    before = np.concatenate([[0], np.cumsum(bins)])
    waiting = [("", 0, _BINS)]
    while waiting:
        prefix, first, end = waiting.pop()
        weight = int(before[end] - before[first])
        if not weight:
            continue
        if weight <= max_bytes or len(prefix) == bits_left:
            yield prefix, True
        elif end - first == 1:
            yield prefix, False
        else:
            middle = (first + end) // 2
            waiting += [(prefix + "0", first, middle), (prefix + "1", middle, end)]
