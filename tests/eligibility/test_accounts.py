"""Registry rows → one row per account, found by id."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from clearshard.eligibility import accounts
from clearshard.eligibility.accounts import AccountIndex, index_accounts
from clearshard.eligibility.ids import UInt64

from .tables import AS_OF, HOUR, registry


def _row(index: AccountIndex, account_id: str) -> dict[str, object]:
    place = int(index.rows_of(pa.array([account_id]))[0])
    row: dict[str, object] = index.table.slice(place, 1).to_pylist()[0]
    return row


def test_every_account_is_found_and_no_other() -> None:
    names = [f"acct-{i}" for i in range(5_000)]
    index = index_accounts(registry([{"account_id": n} for n in names]))
    rows = index.rows_of(pa.array(names))
    assert index.table.column("account_id").take(pa.array(rows)).to_pylist() == names
    assert (index.rows_of(pa.array([f"acct-{i}x" for i in range(5_000)])) == -1).all()


def test_equal_rows_are_one_and_their_oldest_export_counts() -> None:
    index = index_accounts(registry([{}, {"exported_at": AS_OF - 50 * HOUR}, {}]))
    assert len(index) == 1
    assert not index.conflicting.any()
    assert _row(index, "a")["exported_at"] == AS_OF - 50 * HOUR


def test_an_export_of_unknown_time_makes_the_time_of_equal_rows_unknown() -> None:
    index = index_accounts(registry([{}, {"exported_at": None}]))
    assert _row(index, "a")["exported_at"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"training_permitted": False},
        {"baa_executed": None},
        {"opted_out": True},
        {"ttl_seconds": 1},
        {"ttl_seconds_unreadable": True},
        {"opted_out": True, "opted_out_at": AS_OF - timedelta(days=1)},
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_rows_that_differ_in_any_fact_conflict(change: dict[str, object], place: int) -> None:
    rows: list[dict[str, object]] = [{}, {}, {}]
    rows[place] = change
    others = [{"account_id": f"other-{i}"} for i in range(20)]
    index = index_accounts(registry([*others[:10], *rows, *others[10:]]))
    assert index.conflicting.sum() == 1
    assert index.conflicting[index.rows_of(pa.array(["a"]))[0]]


def test_ids_with_the_same_hash_are_not_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def same(ids: pa.Array) -> UInt64:
        return np.full(len(ids), 7, np.uint64)

    monkeypatch.setattr(accounts, "hash_ids", same)
    index = index_accounts(registry([{"account_id": "a"}, {"account_id": "b", "opted_out": True}]))
    rows = index.rows_of(pa.array(["a", "b", "c"]))
    # Nobody can tell which of the two a file belongs to: whichever is found is in conflict.
    assert all(row == -1 or index.conflicting[row] for row in rows)
    assert rows[2] == -1


@pytest.mark.parametrize("hashes", [[0], [2**64 - 1], [0, 2**64 - 1], [5, 6, 7], list(range(9))])
def test_buckets_find_what_a_binary_search_finds(hashes: list[int]) -> None:
    ordered = np.array(hashes, np.uint64)
    wanted = np.array([0, 1, 5, 6, 8, 2**63, 2**64 - 2, 2**64 - 1], np.uint64)
    found = accounts._Buckets(ordered).places(wanted)
    assert found.tolist() == np.searchsorted(ordered, wanted).tolist()
