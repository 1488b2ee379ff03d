"""Where a row lies is found alike by the tables of decisions and by a record."""

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.database import connected
from clearshard.audit.reading import VisibleRun, locate, open_decisions, visible_runs
from clearshard.records.places import PLACE_BITS, Leaf, place_of
from clearshard.records.run import ShardFile

from .building import ACCOUNT_KEY, Output, Row, decision

PERIODS = ("2026-01", "2026-02", "2026-03")


def shard(leaf: Leaf, number: int) -> ShardFile:
    return ShardFile(
        name=f"{leaf.period}/part-{number:016x}.parquet",
        sha256="0" * 64,
        row_count=0,
        size_bytes=0,
        prefix=leaf.prefix,
        weight_bytes=0,
        word_count=0,
        redactions={},
        policy_digest="a" * 64,
    )


@st.composite
def leaves(draw: st.DrawFn) -> list[Leaf]:
    """Some of those that periods are divided in, not all."""
    found = []
    for period in PERIODS[: draw(st.integers(0, 3))]:
        cut = [""]
        for _ in range(draw(st.integers(0, 6))):
            at = draw(st.integers(0, len(cut) - 1))
            cut[at : at + 1] = [cut[at] + "0", cut[at] + "1"]
        if draw(st.booleans()):  # as deep as can be: one place
            at = draw(st.integers(0, len(cut) - 1))
            cut[at] = cut[at].ljust(PLACE_BITS, draw(st.sampled_from("01")))
        found += [Leaf(period, prefix) for prefix in cut if draw(st.booleans())]
    return found


KEYS = st.text("0123456789abcdef", min_size=8, max_size=8) | st.sampled_from(
    ["00000000", "ffffffff", "80000000", "7fffffff"]
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> VisibleRun:
    output = Output(tmp_path_factory.mktemp("places") / "out")
    output.publish("r", [Row("f1")])
    return visible_runs(output.out)[0]


@settings(max_examples=60, deadline=None)
@given(leaves=leaves(), rows=st.lists(st.tuples(st.sampled_from(PERIODS), KEYS, KEYS), max_size=20))
def test_both_ways_find_the_same(
    run: VisibleRun, leaves: list[Leaf], rows: list[tuple[str, str, str]]
) -> None:
    shards = tuple(shard(leaf, number) for number, leaf in enumerate(leaves))
    record = msgspec.structs.replace(run.record, shards=shards)
    cut = VisibleRun(run.out, record, run.sha256, run.finished_at)
    decided = pa.table(
        {
            "number": pa.array(range(len(rows)), pa.int64()),
            "state": pa.array(["written"] * len(rows), pa.string()),
            "period": pa.array([period for period, _, _ in rows], pa.string()),
            "account_key": pa.array([key * 4 for _, key, _ in rows], pa.string()),
            "doc_key": pa.array([key * 4 for _, _, key in rows], pa.string()),
        }
    )
    with connected() as connection:
        connection.register("decisions", decided)
        locate(connection, cut)
        found = connection.execute("SELECT number, shard FROM located ORDER BY number").fetchall()
    expected = [cut.leaves.find(period, place_of(a, d)) for period, a, d in rows]
    assert found == list(enumerate(expected))
    for (period, account, document), number in zip(rows, expected, strict=True):
        holding = [
            n for n, leaf in enumerate(leaves) if leaf.holds(period, place_of(account, document))
        ]
        assert holding == ([] if number is None else [number])


@pytest.mark.parametrize("change", [{}, {"account_key": "zz"}, {"doc_key": None}, {"period": None}])
def test_what_is_no_key_lies_nowhere(output: Output, change: dict[str, str | None]) -> None:
    output.publish("r", [Row("f1")], decisions=[{**decision(Row("f1")), **change}])
    [run] = visible_runs(output.out)
    with open_decisions([run]) as connection:
        locate(connection, run)
        found = connection.execute("SELECT account_key, shard FROM located").fetchall()
    assert found == [(change.get("account_key", ACCOUNT_KEY), None if change else 0)]
