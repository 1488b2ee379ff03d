"""What a job leaves behind is swept when its time is over, told, and missed by nobody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.explain import explain
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import Housekeeping
from clearshard.run.agent import Agent
from clearshard.run.journal import Journal
from clearshard.run.output import housekeeping
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.housekeeping import (
    finish_sweeps,
    sweep_leftovers,
    sweep_runs,
    table_outlives,
)
from clearshard.storage.files import remove_tree

from ..audit.building import Output, excluded

AGENT = Agent("svc-training", "here")
WEEK = Housekeeping(keep_runs_days=7)


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """Two runs, the second of which has replaced the first."""
    output = Output(tmp_path / "out")
    output.publish("first", (excluded("f1", "opted_out", opted_out=True),))
    output.publish("second", (excluded("f1", "eu_server", region="eu"),), superseded=["first"])
    return output


def at(output: Output, days: float) -> Journal:
    return Journal(output.ledger, lambda: output.now + timedelta(days=days), AGENT)


def runs(output: Output) -> set[str]:
    return {path.stem for path in (output.out / "runs").iterdir()}


def test_records_are_kept_for_ever_by_default(output: Output) -> None:
    sweep_runs(OutputFolder(output.out), Housekeeping(), at(output, 10_000))
    assert runs(output) == {"first", "second"}


def test_a_replaced_run_is_swept_when_its_time_is_over(output: Output) -> None:
    folder = OutputFolder(output.out)
    sweep_runs(folder, WEEK, at(output, 6))
    assert runs(output) == {"first", "second"}
    record = output.record_path("first").read_bytes()
    sweep_runs(folder, WEEK, at(output, 8))
    assert runs(output) == {"second"}
    assert not folder.decisions("first").exists()
    last = list(output.ledger.read())[-1]
    assert (last.event, last.run_id) == ("run_swept", "first")
    assert len(record) > 0
    assert verify(output.out).faults == ()
    explained = explain(output.out, "f1")
    assert explained is not None
    assert [verdict.run_id for verdict in explained.verdicts] == ["second"]


@pytest.fixture
def nights(tmp_path: Path) -> Output:
    """A table, two runs with changes to it, and one that wrote its own again."""
    output = Output(tmp_path / "nights")
    gone = [excluded(f"f{number}", "eu_server", region="eu") for number in range(9)]
    names = ("table", "changed", "again", "new")
    for number, run_id in enumerate(names):
        follows = names[number - 1] if run_id in ("changed", "again") else None
        output.publish(run_id, gone[number:], superseded=names[:number], follows=follows)
    return output


def test_a_run_stays_as_long_as_another_reads_its_decisions(nights: Output) -> None:
    folder = OutputFolder(nights.out)
    newest = nights.record_path("new")
    record, ledger = newest.read_bytes(), nights.ledger
    newest.rename(nights.out / "aside")  # as before that run
    sweep_runs(folder, WEEK, at(nights, 8))
    assert runs(nights) == {"table", "changed", "again"}
    (nights.out / "aside").rename(newest)
    sweep_runs(folder, WEEK, at(nights, 8))
    assert runs(nights) == {"new"}
    assert [e.run_id for e in ledger.read() if e.event == "run_swept"] == [
        *("table", "changed", "again")
    ]
    assert newest.read_bytes() == record
    assert {path.name for path in folder.all_decisions.iterdir()} == {"run=new"}
    assert verify(nights.out).faults == ()


def test_one_that_has_begun_a_line_of_its_own_needs_no_earlier_one(nights: Output) -> None:
    """Half way: those before `again` are too old, `again` itself is not, and reads them."""
    settings = Housekeeping(keep_runs_days=7)
    young = visible_runs(nights.out)[2].finished_at - visible_runs(nights.out)[1].finished_at
    now = visible_runs(nights.out)[2].finished_at + timedelta(days=7) - young / 2
    journal = Journal(nights.ledger, lambda: now, AGENT)
    sweep_runs(OutputFolder(nights.out), settings, journal)
    assert runs(nights) == {"table", "changed", "again", "new"}


def test_a_table_whose_time_is_over_is_written_anew(nights: Output) -> None:
    runs = visible_runs(nights.out)
    again = runs[2]
    old = runs[0].finished_at + timedelta(days=7)
    assert not table_outlives(again, runs, WEEK, old)
    assert table_outlives(again, runs, WEEK, old + timedelta(seconds=1))
    assert not table_outlives(runs[3], runs, WEEK, old + timedelta(seconds=1))
    assert not table_outlives(again, runs, Housekeeping(), old + timedelta(days=10_000))


def test_the_visible_run_is_never_swept(output: Output) -> None:
    sweep_runs(OutputFolder(output.out), WEEK, at(output, 1000))
    sweep_runs(OutputFolder(output.out), WEEK, at(output, 1000))
    assert runs(output) == {"second"}
    assert sum(e.event == "run_swept" for e in output.ledger.read()) == 1


def test_an_edited_run_is_evidence_and_stays(output: Output) -> None:
    record = output.record_path("first")
    record.write_bytes(record.read_bytes() + b"\n")
    sweep_runs(OutputFolder(output.out), WEEK, at(output, 8))
    assert runs(output) == {"first", "second"}
    assert [fault.location for fault in verify(output.out).faults] == ["runs/first.json"]


@pytest.mark.parametrize("step", ["nothing", "decisions"])
def test_an_interrupted_sweep_is_finished(
    output: Output, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = OutputFolder(output.out)

    def dies(of: OutputFolder, _: Journal, run_id: str) -> None:
        if step == "decisions":
            remove_tree(of.decisions(run_id))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(housekeeping, "_remove", dies)
        with pytest.raises(KeyboardInterrupt):
            sweep_runs(folder, WEEK, at(output, 8))
    assert any("an interrupted sweep" in f.message for f in verify(output.out).faults)
    finish_sweeps(folder, at(output, 8))
    assert runs(output) == {"second"}
    assert verify(output.out).faults == ()


def test_a_sweep_excuses_no_other_record(output: Output) -> None:
    """A line that sweeps a record with another digest than the announced one is a lie."""
    data = {"record_sha256": "0" * 64, "finished_at": "2026-01-01T00:00:00Z"}
    output.ledger.append(EventName.RUN_SWEPT, "second", output.tick(), data)
    output.record_path("second").unlink()
    messages = [fault.message for fault in verify(output.out).faults]
    assert any("never announced so" in message for message in messages)
    assert any("has no record" in message for message in messages)


def test_temporary_files_are_removed_and_nothing_else(output: Output) -> None:
    left = [
        output.out / ".README.md.tmp",
        output.out / "runs" / ".third.json.tmp",
        output.out / "audit" / ".head.json.tmp",
    ]
    for path in left:
        path.write_bytes(b"half")
    kept = output.out / "notes.tmp"
    kept.write_bytes(b"somebody's")
    journal = Journal(output.ledger, lambda: datetime.now(UTC), AGENT)
    sweep_leftovers(OutputFolder(output.out), Housekeeping(), "r", journal)
    assert not any(path.exists() for path in left)
    assert kept.exists()
