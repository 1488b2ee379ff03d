"""A purge on paper: rows, sums, and the shards that are touched."""

import pyarrow as pa
import pytest

from clearshard.lifecycle.purge.asked import Asked, Of
from clearshard.lifecycle.purge.plan import PurgePlan
from clearshard.lifecycle.purge.rows import counted, lost, taken_out, withheld
from clearshard.lifecycle.purge.shards import NoShard, touched
from clearshard.records.run import Counts, ShardFile
from clearshard.records.schemas import ROW_SCHEMA

FORGOTTEN = ("doc_key", "account_key", "period", "redactor_digest", "version")


def written(*names: str) -> pa.Table:
    rows = [
        {
            "file_id": name,
            "account_id": "a",
            "state": "written",
            "reasons": [],
            "facts": {"product": "async", "region": "us"},
            "reading": 1,
            "doc_key": name * 32,
            "account_key": "0" * 32,
            "period": "2026-11",
            "content_sha256": name * 64,
            "redactor_digest": "r" * 64,
            "version": "v",
            "own_facts": "{}",
        }
        for name in names
    ]
    return pa.Table.from_pylist(rows, schema=ROW_SCHEMA)


def shard(prefix: str, period: str = "2026-11") -> ShardFile:
    return ShardFile(
        name=f"{period}/part-{int(prefix or '0', 2):016x}.parquet",
        sha256="0" * 64,
        row_count=2,
        size_bytes=1,
        prefix=prefix,
        weight_bytes=1,
        word_count=1,
        redactions={},
        policy_digest="p" * 64,
    )


def test_of_a_purged_file_nothing_stands_but_that_it_is_out() -> None:
    [row] = taken_out(written("1"), pa.array([["opted_out"]])).to_pylist()
    assert (row["state"], row["reasons"]) == ("excluded", ["opted_out"])
    assert [row[name] for name in (*FORGOTTEN, "content_sha256", "error_type")] == [None] * 7
    assert (row["file_id"], row["account_id"], row["facts"]["region"]) == ("1", "a", "us")


def test_of_a_withheld_one_stands_what_it_held() -> None:
    [row] = withheld(written("1")).to_pylist()
    assert (row["state"], row["reasons"]) == ("quarantined", ["duplicate_file_id"])
    assert (row["content_sha256"], row["error_type"]) == ("1" * 64, "PurgedContent")
    assert row["redactor_digest"] == "r" * 64
    assert [row[n] for n in ("doc_key", "account_key", "period", "version")] == [None] * 4


def test_what_nobody_can_read_is_lost_until_it_is_redacted_again() -> None:
    [row] = lost(written("1")).to_pylist()
    assert (row["state"], row["reasons"]) == ("quarantined", ["key_destroyed"])
    assert (row["content_sha256"], row["error_type"]) == ("1" * 64, "UnreadShard")
    assert [row[n] for n in ("doc_key", "account_key", "period", "version")] == [None] * 4


def test_numbers_follow() -> None:
    before = Counts(seen=9, written=5, excluded=3, quarantined=1)
    why = pa.array([["opted_out", "eu_server"], ["opted_out"]])
    counts, reasons = counted(
        before, {"opted_out": 3}, taken_out(written("1", "2"), why), withheld(written("3"))
    )
    assert counts == Counts(seen=9, written=2, excluded=5, quarantined=2)
    assert counts.reconciles
    assert reasons == {"duplicate_file_id": 1, "eu_server": 1, "opted_out": 5}


def test_the_place_of_a_row_says_which_shard_is_touched() -> None:
    shards = [shard("", "2026-10"), shard("0"), shard("1")]
    [one] = touched(shards, written("1", "2"))
    assert (one.shard, one.doc_keys) == (shards[1], frozenset(("1" * 32, "2" * 32)))
    assert touched(shards, written()) == ()
    with pytest.raises(NoShard):
        touched(shards[:1], written("1"))


@pytest.mark.parametrize(
    ("asked", "of"),
    [
        (Asked(), Of.REGISTRY),
        (Asked(("a",)), Of.ACCOUNT),
        (Asked((), ("f",)), Of.FILE),
        (Asked(("a",), ("f",)), Of.NAMED),
    ],
)
def test_by_what_files_are_chosen(asked: Asked, of: Of) -> None:
    assert asked.of is of


@pytest.mark.parametrize(
    ("files", "tombstones", "empty"), [(0, {}, True), (1, {}, False), (0, {"file": 1}, False)]
)
def test_when_there_is_nothing_to_do(files: int, tombstones: dict[str, int], empty: bool) -> None:
    plan = PurgePlan(Of.FILE, None, "now", files, 0, 0, {}, tombstones, (), (), (), 0, (), ())
    assert plan.is_empty is empty
    assert plan.to_dict()["cannot_undo"]
