"""Which runs a question is about, damage that stops every one, and ids that mean harm."""

from pathlib import Path

import msgspec
import pytest

from clearshard.audit.explain import explain
from clearshard.audit.listing import list_decisions
from clearshard.audit.query import open_query
from clearshard.audit.reading import Pick, picked_runs, read_record, visible_runs
from clearshard.audit.selection import Filter
from clearshard.audit.summary import Funnel, summarise
from clearshard.errors import ConfigError, IntegrityError, OutputUnusable
from clearshard.records.states import State

from .building import ROWS, Output, Row
from .several_runs import three_runs

HOSTILE = [
    '=HYPERLINK("http://x")',
    "'; DROP TABLE decisions; --",
    "' OR '1'='1",
    'quote"quote',
    "tab\tline\nreturn\rnul\0end",
    "\u202egnp.exe",
    "\u05d0\u05d1",
    "$file_id",
    "%s{0}*?[a]",
    "\ufeff",
    " ",
]


def test_runs_that_are_not_there(output: Output, tmp_path: Path) -> None:
    with pytest.raises(OutputUnusable, match="--out"):
        summarise(tmp_path)
    output.publish("r")
    with pytest.raises(ConfigError, match="the newest is r"):
        summarise(output.out, "\u202e'; DROP")
    with pytest.raises(ConfigError, match=r"\\u202e"):
        list_decisions(output.out, "\u202e")


def test_newest_is_the_last_to_finish_whatever_its_name(output: Output) -> None:
    output.publish("z", [])
    output.publish("a", [], record={"finished_at": "2026-03-01T23:00:00+02:00"})
    output.publish("m", [], record={"finished_at": "2026-03-01T20:00:00Z"})
    assert [run.run_id for run in visible_runs(output.out)] == ["z", "m", "a"]
    assert [run.run_id for run in picked_runs(output.out)] == ["a"]


def test_record_round_trip(output: Output) -> None:
    made = output.publish("r")
    run = read_record(output.record_path("r"))
    assert run.record == made
    assert msgspec.json.encode(run.record) == output.record_path("r").read_bytes()


def test_damaged_record_stops_every_question_and_is_not_quoted(output: Output) -> None:
    output.publish("r")
    output.record_path("r").write_text('{"run_id": "SECRET"')
    for question in (
        lambda: summarise(output.out),
        lambda: list_decisions(output.out),
        lambda: explain(output.out, "f1"),
    ):
        with pytest.raises(IntegrityError, match="DecodeError") as caught:
            question()
        assert "SECRET" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("damage", ["missing", "junk"])
def test_damaged_decisions_stop_every_question(output: Output, damage: str) -> None:
    output.publish("r")
    path = output.decisions_paths("r")[0]
    path.unlink()
    if damage == "junk":
        path.write_bytes(b"SECRET" * 10)
    for question in (
        lambda: summarise(output.out),
        lambda: list(list_decisions(output.out)),
        lambda: explain(output.out, "f1"),
    ):
        with pytest.raises(IntegrityError, match="clearshard audit verify") as caught:
            question()
        assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_ids_are_only_data(output: Output, hostile: str) -> None:
    row = Row(hostile, "excluded", (hostile,), account_id=hostile)
    output.publish("r", [row, Row("f1")])
    [by_account] = list_decisions(output.out, Pick.NEWEST, Filter(account_id=hostile))
    [by_reason] = list_decisions(output.out, Pick.NEWEST, Filter(reason=hostile))
    assert by_account == by_reason
    assert by_account["file_id"] == hostile
    explanation = explain(output.out, hostile)
    assert explanation is not None
    assert explanation.file_id == hostile
    [verdict] = explanation.verdicts
    assert (verdict.state, verdict.account_id) == (State.EXCLUDED, hostile)
    assert summarise(output.out).total == Funnel(1, 1, 0)


@pytest.mark.parametrize("file_id", ["f99", "", "F1", "f1 ", "\udcff", *HOSTILE])
def test_unknown_file_id(output: Output, file_id: str) -> None:
    output.publish("r")
    assert explain(output.out, file_id) is None
    assert len(list(list_decisions(output.out))) == len(ROWS)


@pytest.mark.usefixtures("queries_here")
@pytest.mark.parametrize("which", [Pick.ALL, "a", "c"])
def test_a_query_about_some_runs_knows_what_replaced_them(
    output: Output, which: Pick | str
) -> None:
    three_runs(output)
    runs = picked_runs(output.out, which)
    after = {"a": "b", "b": "c", "c": "d", "d": None}
    for view in ("runs", "shards"):
        sql = f"SELECT run_id, superseded_by FROM {view}"
        with open_query(output.out, runs, sql, 30) as rows:
            found = [row for batch in rows.batches for row in batch.to_pylist()]
        assert {row["run_id"]: row["superseded_by"] for row in found} == {
            run.run_id: after[run.run_id] for run in runs
        }
