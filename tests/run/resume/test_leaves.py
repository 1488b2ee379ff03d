"""Which source rows are in is what the index of leaves says, row by row."""

import random

import pyarrow as pa
import pytest

from clearshard.records.places import LeafIndex, place_of
from clearshard.records.run import ShardFile
from clearshard.records.schemas import ROW_SCHEMA
from clearshard.run.resume.leaves import Leaves

CHANCE = random.Random(7)


def shard(period: str, prefix: str) -> ShardFile:
    return ShardFile(
        name=f"{period}/part-{CHANCE.randbytes(8).hex()}.parquet",
        prefix=prefix,
        row_count=1,
        word_count=1,
        weight_bytes=1,
        size_bytes=1,
        sha256="0" * 64,
        redactions={},
        policy_digest="0" * 64,
    )


def leaves_of(period: str) -> list[ShardFile]:
    """Some leaves of a tree that was cut at random: parts of it are missing."""
    waiting, done = [""], []
    while waiting:
        prefix = waiting.pop()
        if CHANCE.random() < 0.6 and len(prefix) < 40:
            waiting += [f"{prefix}0", f"{prefix}1"]
        elif CHANCE.random() < 0.9:
            done.append(prefix)
    return [shard(period, prefix) for prefix in sorted(done)]


def rows(keys: list[tuple[str | None, str | None, str | None]]) -> pa.RecordBatch:
    columns = dict(zip(("period", "account_key", "doc_key"), zip(*keys, strict=True), strict=True))
    fields = [field.with_nullable(True) for field in ROW_SCHEMA if field.name in columns]
    return pa.RecordBatch.from_pydict(
        {field.name: list(columns[field.name]) for field in fields}, pa.schema(fields)
    )


@pytest.mark.parametrize("periods", [("2026-10", "2026-11", "undated"), ("2026-11",), ()])
def test_each_row_is_in_the_leaf_that_the_index_finds(periods: tuple[str, ...]) -> None:
    shards = [one for period in periods for one in leaves_of(period)]
    sources = [number if number % 5 else -1 for number in range(len(shards))]
    index = LeafIndex(one.leaf for one in shards)
    keys: list[tuple[str | None, str | None, str | None]] = [
        (
            CHANCE.choice([*periods, "2020-01"]),
            CHANCE.randbytes(16).hex(),
            CHANCE.randbytes(16).hex(),
        )
        for _ in range(3_000)
    ]
    # Where leaves begin and end.
    for one in shards:
        for place in (one.leaf.first_place, one.leaf.last_place):
            digits = f"{place:016x}"
            keys.append((one.leaf.period, f"{digits[:8]}{'0' * 24}", f"{digits[8:]}{'f' * 24}"))
    keys.append((None, None, None))
    expected = []
    for period, account, doc in keys:
        assert (account is None) == (period is None)
        found = (
            None if not (period and account and doc) else index.find(period, place_of(account, doc))
        )
        expected.append(-1 if found is None else sources[found])
    assert Leaves(shards, sources).sources_of(rows(keys)).tolist() == expected
    assert Leaves(shards, sources).sources_of(rows(keys[:1]).slice(0, 0)).tolist() == []
