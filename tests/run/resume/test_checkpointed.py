"""The index of what killed runs have made: what was put in comes out, and the better of two."""

from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.run.resume.checkpointed import Builder, Checkpointed, Found

REFUSED = Quarantine(QuarantineReason.DETECTOR_FAILED, "Worker_crashed")
ROW, STALE = Found("r", 0, None), Found("old", 0, None, stale=True)
HELD = Found("r", None, REFUSED)

#: Few values, so that files, accounts and contents meet in all ways.
names = st.sampled_from(["a" * 32, "b" * 32, "c" * 32])
contents = st.sampled_from(["0" * 64, "1" * 64, "f" * 64])
found = st.sampled_from([ROW, STALE, HELD])
entries = st.lists(st.tuples(names, names, contents, found))


def index(*added: tuple[str, str, str, Found]) -> Checkpointed:
    builder = Builder()
    for entry in added:
        builder.add(*entry)
    return builder.build()


@given(entries, st.tuples(names, names, contents))
def test_the_index_is_a_table_of_the_best_results(
    added: list[tuple[str, str, str, Found]], asked: tuple[str, str, str]
) -> None:
    same = [kind for *key, kind in added if tuple(key) == asked]
    expected = min(same, key=lambda kind: kind.rank, default=None)
    assert index(*added).find(*asked) == expected
    assert len(index(*added)) == len(added)


def test_a_refusal_counts_more_than_a_stale_row_and_less_than_a_row() -> None:
    key = ("a" * 32, "b" * 32, "0" * 64)
    assert index((*key, STALE), (*key, HELD)).find(*key) == HELD
    assert index((*key, HELD), (*key, ROW)).find(*key) == ROW


def test_of_two_results_of_one_rank_the_first_counts() -> None:
    key = ("a" * 32, "b" * 32, "0" * 64)
    first, second = Found("r", 0, None), Found("r", 1, None)
    assert index((*key, first), (*key, second)).find(*key) == first


def test_an_empty_index_knows_nothing() -> None:
    assert index().find("a" * 32, "b" * 32, "0" * 64) is None
