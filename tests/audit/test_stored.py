"""Decisions that are stored as changes are the same decisions, however they are asked for."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.audit.contents import decisions_faults
from clearshard.audit.listing import decisions_on, list_decisions
from clearshard.audit.query import open_query
from clearshard.audit.reading import VisibleRun, open_decisions, visible_runs
from clearshard.audit.stored.reading import read_placed
from clearshard.audit.stored.table import wrote_table
from clearshard.records.run import Holds
from clearshard.records.schemas import DECISION_SCHEMA
from clearshard.run.output.changes import same_accounts
from clearshard.run.output.keeping import Limits

from .building import (
    NO_LIMITS,
    START,
    Output,
    Row,
    compared,
    decision,
    excluded,
    stored,
)
from .reference import decisions_of

FILES = "abcdef"
ACCOUNTS = ("acme", "globex", None)
STATES = (
    ("written", (), None),
    ("excluded", ("opted_out",), None),
    ("excluded", ("eu_server", "opted_out"), None),
    ("quarantined", ("empty",), "text"),
)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """A night: files in some order, some of them several times, some not there."""
    decided = []
    for file_id in draw(st.permutations(FILES)):
        for _ in range(draw(st.sampled_from((0, 1, 1, 1, 1, 2)))):
            state, reasons, error_type = draw(st.sampled_from(STATES))
            of_file = {"product": draw(st.sampled_from(("async", None)))}
            # Of the account: a few things, and when they were exported is new every night.
            of_account = {"opted_out": draw(st.sampled_from((True, False, None)))}
            account = draw(st.sampled_from(ACCOUNTS))
            nothing = dict.fromkeys(("training_permitted", "baa_executed", "exported_at"))
            known = {**of_account} if account else {"opted_out": None, **nothing}
            facts = {**of_file, **known}
            decided.append(Row(file_id, state, reasons, account, error_type, facts))
    return decided


def published(output: Output, nights: Sequence[Sequence[Row]], limits: Limits) -> list[list[Any]]:
    """Publishes a night after the other; returns the decisions of each."""
    told: list[list[Any]] = []
    for number, night in enumerate(nights):
        dated = [
            replace(row, facts={"exported_at": START.replace(hour=number), **row.facts})
            for row in night
        ]
        before = [f"r{earlier}" for earlier in range(number)]
        follows = before[-1] if before else None
        output.publish(f"r{number}", dated, superseded=before, follows=follows, limits=limits)
        told.append([decision(row) for row in dated])
    return told


def canonical(decisions: Sequence[dict[str, Any]], run: VisibleRun) -> list[str]:
    """In any order; what is the run's as its record says."""
    table = pa.Table.from_pylist(
        [
            {**one, "policy_digest": run.record.policy_digest, "decided_at": run.table.decided_at}
            for one in decisions
        ],
        schema=DECISION_SCHEMA,
    )
    return sorted(map(repr, table.to_pylist()))


@pytest.mark.slow
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    nights=st.lists(rows(), min_size=2, max_size=4),
    limits=st.builds(Limits, st.sampled_from((0.0, 0.7, 2.0, 1000.0)), st.sampled_from((1, 2, 99))),
)
def test_any_history_is_what_whole_tables_would_be(
    tmp_path: Path, nights: list[list[Row]], limits: Limits
) -> None:
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    output = Output(tmp_path / "out")
    told = published(output, nights, limits)
    runs = visible_runs(output.out)
    with open_decisions(runs, accounts=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = ", ".join(DECISION_SCHEMA.names)
        together = connection.sql(f"SELECT {columns}, run_id, run_order FROM decisions")
        seen = together.to_arrow_table().to_pylist()
    places = {(row.pop("run_order"), row["run_id"]) for row in seen}
    assert places == {(order, run.run_id) for order, run in enumerate(runs) if told[order]}
    by_run: dict[str, list[Any]] = {run.run_id: [] for run in runs}
    for row in seen:
        by_run[row.pop("run_id")].append(row)
    for run, decisions in zip(runs, told, strict=True):
        expected = canonical(decisions, run)
        assert canonical(decisions_of(output.out, run.run_id), run) == expected
        assert canonical(by_run[run.run_id], run) == expected
        assert list(decisions_faults(run)) == []
        listed = list(list_decisions(output.out, run.run_id))
        assert [row["file_id"] for row in listed] == [
            row["file_id"] for row in decisions_of(output.out, run.run_id)
        ]
        rows = [row for placed in read_placed(run.table) for row in placed.rows.to_pylist()]
        assert len(rows) == len(decisions)
    for file_id in FILES:
        found = decisions_on(runs, file_id)
        listed = [
            row
            for run in runs
            for row in list_decisions(output.out, run.run_id)
            if row["file_id"] == file_id
        ]
        assert sorted(map(repr, found)) == sorted(map(repr, listed))


def ten(**changed: Row) -> list[Row]:
    """Ten files, some of them otherwise."""
    return [changed.get(f"f{number}", Row(f"f{number}")) for number in range(10)]


def held(output: Output, run_id: str) -> list[str]:
    """What the files of a run's decisions are called, without their numbers."""
    names = [file.name for file in output.record(run_id).decisions]
    return [name.replace("run=", "").rpartition("-")[0] for name in names]


TABLE_OF_A = ["a/decisions", "a/decisions"]


def second(output: Output, rows: Sequence[Row], limits: Limits = NO_LIMITS) -> list[str]:
    output.publish("a", ten())
    output.publish("b", rows, superseded=["a"], follows="a", limits=limits)
    return held(output, "b")


def test_a_first_run_writes_a_table(output: Output) -> None:
    output.publish("a", ten())
    assert held(output, "a") == [*TABLE_OF_A, "a/accounts"]


def test_what_is_as_it_was_is_not_written_again(output: Output) -> None:
    """Of a newer export only what it says of accounts."""
    later = {"exported_at": START.replace(hour=13)}
    rows = [replace(row, facts=later) for row in ten()]
    assert second(output, rows) == [*TABLE_OF_A, "b/accounts"]
    assert {row["facts"]["exported_at"].hour for row in decisions_of(output.out, "b")} == {13}
    assert {row["facts"]["exported_at"].hour for row in decisions_of(output.out, "a")} == {12}


@pytest.mark.parametrize(
    ("rows", "written", "changed", "replaced"),
    [
        (ten(f3=excluded("f3", "eu_server", region="eu")), ["changes", "replaced"], 1, 1),
        ([*ten(), Row("new")], ["changes"], 1, 0),
        (ten()[1:], ["replaced"], 0, 1),
        ([*ten(), Row("f3")], ["changes", "replaced"], 2, 1),
        (ten()[::-1], [], 0, 0),
    ],
    ids=["another decision", "new", "gone", "twice now", "another order"],
)
def test_only_what_changed_is_written(
    output: Output, rows: list[Row], written: list[str], changed: int, replaced: int
) -> None:
    assert second(output, rows) == [*TABLE_OF_A, *(f"b/{name}" for name in written), "b/accounts"]
    counts = {file.holds: file.row_count for file in output.record("b").decisions}
    assert (counts.get(Holds.CHANGES, 0), counts.get(Holds.REPLACED, 0)) == (changed, replaced)
    assert sorted(row["file_id"] for row in decisions_of(output.out, "b")) == sorted(
        row.file_id for row in rows
    )


@pytest.mark.parametrize(("share", "whole"), [(0.2, False), (0.19, True)])
def test_a_table_is_written_when_changes_come_to_a_share_of_it(
    output: Output, share: float, whole: bool
) -> None:
    rows = ten(f3=excluded("f3", "eu_server", region="eu"))
    names = second(output, rows, Limits(share=share))
    assert (names[0] == "b/decisions") is whole
    assert len(decisions_of(output.out, "b")) == 10


def test_changes_add_up(output: Output) -> None:
    limits = Limits(share=0.3)
    second(output, ten(f3=excluded("f3", "eu_server", region="eu")), limits)
    rows = ten(f4=excluded("f4", "eu_server", region="eu"))  # and the other one as it was
    output.publish("c", rows, superseded=["a", "b"], follows="b", limits=limits)
    assert held(output, "c") == ["c/decisions", "c/decisions", "c/accounts"]


def test_a_table_is_written_after_some_runs_with_changes(output: Output) -> None:
    limits = Limits(share=1000, runs=2)
    names = "abcdef"
    for number, run_id in enumerate(names):
        # In every other run nothing changes: such a one does not count.
        rows = ten()[: 10 - number // 2]
        follows = names[number - 1] if number else None
        output.publish(run_id, rows, superseded=names[:number], follows=follows, limits=limits)
    assert [held(output, run_id)[0][0] for run_id in names] == list("aaaaaa")
    output.publish("g", ten()[:3], superseded=names, follows="f", limits=limits)
    assert held(output, "g")[0] == "g/decisions"


def test_a_table_of_other_columns_is_not_followed(output: Output) -> None:
    output.publish("a", ten())
    path = output.decisions_paths("a")[0]
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["own_facts"]), path)
    output.publish("b", ten(), superseded=["a"], follows="a")
    assert held(output, "b") == ["b/decisions", "b/decisions", "b/accounts"]


def test_the_same_history_is_the_same_files(output: Output, tmp_path: Path) -> None:
    other = Output(tmp_path / "other")
    for one in (output, other):
        second(one, [*ten(f3=excluded("f3", "eu_server", region="eu"))[1:], Row("new")])
    for run_id in "ab":
        assert output.record(run_id).decisions == other.record(run_id).decisions


def test_a_night_of_few_changes_takes_few_bytes(output: Output) -> None:
    """Also where the registry was exported anew, which is something new of every account."""
    rows = [Row(f"file-{number}", account_id=f"acct-{number // 200}") for number in range(20_000)]
    output.publish("a", rows, shards={})
    changed = [
        replace(row, facts={"exported_at": START.replace(hour=13)})
        for row in [*rows[:10_000], *rows[10_020:]]
    ]
    changed += [replace(changed[0], file_id=f"new-{number}") for number in range(20)]
    output.publish("b", changed, superseded=["a"], follows="a", shards={})
    before, after = (
        sum(path.stat().st_size for path in (run.decisions_folder).iterdir())
        for run in visible_runs(output.out)
    )
    assert after < 0.02 * before


def test_a_run_says_how_its_decisions_are_stored(output: Output) -> None:
    second(output, ten()[1:])
    assert [wrote_table(output.record(run_id)) for run_id in "ab"] == [True, False]
    sql = "SELECT run_id, decisions FROM runs ORDER BY run_id"
    with open_query(output.out, visible_runs(output.out), sql, 30) as rows:
        assert [tuple(row.values()) for row in next(rows.batches).to_pylist()] == [
            ("a", "table"),
            ("b", "changes"),
        ]


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (ten()[::-1], True),
        ([replace(row, facts={"exported_at": START.replace(hour=13)}) for row in ten()], True),
        ([replace(row, facts={"ttl_seconds": 9}) for row in ten()], False),
        (ten()[1:], False),
        ([*ten(), Row("f3")], False),
        ([*ten()[1:], Row("f3")], False),
        (ten(f3=replace(Row("f3"), account_id="other")), False),
        (ten(f3=replace(Row("f3"), facts={"region": "eu"})), False),
    ],
    ids=["order", "export", "account", "gone", "twice", "another twice", "owner", "fact"],
)
def test_whether_two_tables_say_the_same(
    output: Output, tmp_path: Path, now: list[Row], same: bool
) -> None:
    output.publish("a", ten())
    [before] = visible_runs(output.out)
    rows, accounts = stored([decision(row) for row in now])
    decided_otherwise = compared(before, rows, tmp_path / "scratch").decided_otherwise
    assert (not decided_otherwise and same_accounts(before.table, accounts)) is same


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("run_id", ["a", "b"])
def test_the_page_says_how_to_read_them_without_the_program(tmp_path: Path, run_id: str) -> None:
    output = Output(tmp_path / "out")
    second(output, [*ten(f3=excluded("f3", "eu_server", region="eu"))[1:], Row("new")])
    page = (ROOT / "docs" / "auditing.md").read_text("utf-8")
    code = (
        page.partition("## Decisions without clearshard")[2].split("```")[1].removeprefix("python")
    )
    told: dict[str, Any] = {}
    exec(code.replace("out/", f"{output.out}/").replace("RUN_ID", run_id), told)
    found = told["database"].execute(
        "SELECT file_id, account_id, state, reasons, facts.region, opted_out FROM decisions"
    )
    assert sorted(found.fetchall()) == sorted(
        (
            *(row[name] for name in ("file_id", "account_id", "state", "reasons")),
            *(row["facts"][name] for name in ("region", "opted_out")),
        )
        for row in decisions_of(output.out, run_id)
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1,), (2, 0)])
def test_two_runs_that_follow_the_same_one_do_not_mix(
    output: Output, order: tuple[int, ...]
) -> None:
    """No run does so by itself; a folder of which an older state was put back may hold them."""
    second(output, ten()[1:])
    rows = [*ten(f4=excluded("f4", "eu_server", region="eu")), Row("new")]
    output.publish("c", rows, superseded=["a", "b"], follows="a")
    runs = [visible_runs(output.out)[place] for place in order]
    with open_decisions(runs) as connection:
        found = connection.execute("SELECT run_id, file_id, state FROM decisions").fetchall()
    assert sorted(found) == sorted(
        (run.run_id, row["file_id"], row["state"])
        for run in runs
        for row in decisions_of(output.out, run.run_id)
    )
