"""Which shards there are follows from what is in them, and changes where that does."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.records.places import Leaf, LeafIndex
from clearshard.shards.plan import Weights, nodes_around, plan

MAX = 100
#: Accounts and files as a place has them: few accounts, some of them near each other.
PLACES = st.builds(
    lambda account, file: (account << 32) | file,
    st.sampled_from([0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xABCD0000, 0xABCDEF01, 0xFFFFFFFF]),
    st.integers(0, 2**32 - 1),
)
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["2026-10", "2026-11"]), PLACES), st.integers(1, 60), max_size=60
)
Rows = dict[tuple[str, int], int]


def weights(rows: Rows, parts: int = 1) -> Iterable[Weights]:
    for period in sorted({period for period, _ in rows}, reverse=True):
        inside = [(place, weight) for (p, place), weight in rows.items() if p == period]
        for part in range(parts):
            some = inside[part::parts]
            places = np.array([place for place, _ in some], np.uint64)
            yield Weights(period, places, np.array([weight for _, weight in some], np.int64))


def planned(rows: Rows, parts: int = 1) -> tuple[Leaf, ...]:
    return plan(lambda: weights(rows, parts), MAX)


def within(rows: Rows, leaf: Leaf) -> Rows:
    return {row: weight for row, weight in rows.items() if leaf.holds(*row)}


@given(ROWS)
def test_every_row_is_in_one_leaf_and_none_is_empty_or_too_heavy(rows: Rows) -> None:
    leaves = planned(rows)
    for row in rows:
        assert sum(leaf.holds(*row) for leaf in leaves) == 1
    for leaf in leaves:
        inside = within(rows, leaf)
        assert inside
        assert sum(inside.values()) <= MAX
    assert list(leaves) == sorted(leaves, key=lambda leaf: (leaf.period, leaf.first_place))


@given(ROWS)
def test_no_leaf_is_smaller_than_it_must_be(rows: Rows) -> None:
    for leaf in planned(rows):
        if leaf.prefix:
            whole = within(rows, Leaf(leaf.period, leaf.prefix[:-1]))
            assert sum(whole.values()) > MAX


@given(ROWS, st.integers(2, 7))
def test_it_does_not_depend_on_how_rows_come(rows: Rows, parts: int) -> None:
    turned = dict(reversed(rows.items()))
    assert planned(turned, parts) == planned(rows)


@settings(max_examples=300)
@given(ROWS, st.tuples(st.sampled_from(["2026-10", "2026-11"]), PLACES), st.integers(1, 60))
def test_a_row_more_changes_leaves_where_it_lies_alone(
    rows: Rows, row: tuple[str, int], weight: int
) -> None:
    """What is halved because of it lies around it: all other leaves are as they were."""
    rows.pop(row, None)
    before, after = set(planned(rows)), set(planned({**rows, row: weight}))
    (now,) = (leaf for leaf in after if leaf.holds(*row))
    had = [leaf for leaf in before if leaf.holds(*row)]
    # The half that was one leaf before, or is one now: beyond it nothing is another.
    area = min([now, *had], key=lambda leaf: len(leaf.prefix))
    for leaf in before ^ after:
        assert leaf.period == area.period
        assert leaf.prefix.startswith(area.prefix[: len(area.prefix) - (not had)])


def test_an_account_that_is_larger_than_a_shard_is_divided() -> None:
    rows: Rows = {("2026-11", (7 << 32) | (n << 22)): 10 for n in range(1000)}
    leaves = planned(rows)
    assert len(leaves) >= 100
    assert all(leaf.first_place >> 32 == 7 for leaf in leaves)


def test_rows_of_one_place_stay_together_however_heavy() -> None:
    place = np.array([5, 5, 5], np.uint64)
    (leaf,) = plan(lambda: [Weights("2026-11", place, np.array([90, 90, 90], np.int64))], MAX)
    assert (leaf.first_place, leaf.last_place) == (5, 5)


def test_nothing_is_no_shard() -> None:
    assert plan(list, MAX) == ()


@settings(max_examples=300)
@given(ROWS, st.data())
def test_what_rows_go_from_is_planned_again_as_if_all_were(rows: Rows, data: st.DataObject) -> None:
    """Outside the nodes around them every shard stays as it is."""
    leaves = planned(rows)
    taken = data.draw(st.sets(st.sampled_from(sorted(rows)))) if rows else set()
    left = {row: weight for row, weight in rows.items() if row not in taken}
    numbers = [n for n, leaf in enumerate(leaves) if any(leaf.holds(*row) for row in taken)]
    weigh = [sum(within(rows, leaf).values()) for leaf in leaves]
    nodes = nodes_around(LeafIndex(leaves), weigh, numbers, MAX)
    around = {row: left[row] for node in nodes for row in within(left, node)}
    again = plan(lambda: weights(around), MAX, nodes)
    index = LeafIndex(leaves)
    inside = {n for node in nodes for n in index.within(node)}
    assert inside >= set(numbers)
    stay = [leaf for n, leaf in enumerate(leaves) if n not in inside]
    assert sorted((*stay, *again)) == sorted(planned(left))


def test_planned_again_is_what_is_near() -> None:
    rows = {("2026-11", n << 48): 30 for n in range(1 << 14)}
    leaves = planned(rows)
    index = LeafIndex(leaves)
    [node] = nodes_around(index, [90] * len(leaves), [len(leaves) // 2], MAX)
    assert len(index.within(node)) <= len(leaves) / 64
