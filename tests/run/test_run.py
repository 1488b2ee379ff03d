"""Whole runs on a small world: what becomes visible, and what does not."""

import errno
import json
import random
import shutil
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.engines.engine import Job
from clearshard.errors import (
    ConfigError,
    OutputFull,
    OutputUnusable,
    RunLocked,
    SourceUnavailable,
)
from clearshard.records.tasks import WorkUnit
from clearshard.run.agent import this_agent
from clearshard.run.journal import Journal
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.lock import run_lock
from clearshard.run.output.publish import make_visible
from clearshard.run.output.steps import Operation
from clearshard.run.stages import assemble

from ..inline import ENGINE, InlineEngine, with_processes
from .watching import at_stage, before_each, tidy_nothing
from .world import World, in_force, small_world, transcript, world_clock


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _shards(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((out / "shards").rglob("*.parquet"))}


def _entries(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()} if folder.exists() else set()


def test_every_file_ends_in_one_state_and_all_counts_agree(world: World) -> None:
    record = world.run()
    states = world.decisions(record)
    assert states["baa-0"] == ("excluded", ["baa_executed"])
    assert states["out-0"] == ("excluded", ["opted_out"])
    assert states["eu-0"] == ("excluded", ["eu_server"])
    assert [states[f"good-{n}"][0] for n in range(4)] == ["written"] * 4
    assert record.counts.reconciles
    assert (record.counts.seen, record.counts.written, record.counts.excluded) == (8, 5, 3)
    assert len(world.texts()) == 5
    assert verify(world.out).faults == ()


def test_text_of_excluded_files_is_nowhere(world: World) -> None:
    world.run()
    for path in world.out.rglob("*"):
        if path.is_file():
            assert b"unreadworthy" not in path.read_bytes(), path
    assert not any("unreadworthy" in text for text in world.texts())


def test_shards_do_not_depend_on_workers_or_on_the_order_of_the_manifest(world: World) -> None:
    made = []
    for workers in (1, 3):
        random.Random(workers).shuffle(world.files)
        world.write('\n[output]\ntarget_shard_bytes = 1000\n[redaction]\nprofile = "stock"\n')
        out = world.root / str(workers)
        # The first without any process at all.
        with nullcontext() if workers == 1 else with_processes():
            world.run(out, workers)
        made.append(_shards(out))
    assert len(made[0]) > 1
    assert made[0] == made[1]


def test_a_registry_that_changes_during_the_run_takes_files_out(world: World) -> None:
    def opt_out() -> None:
        for account in world.accounts:
            if account["account_id"] == "acct-good":
                account["opted_out"] = "true"
        world.write()

    world.progress.meanwhile = [opt_out]
    record = world.run()
    assert record.taken_out == 4
    assert record.registry.sha256 != record.registry_at_publish.sha256
    assert world.decisions(record)["good-0"] == ("excluded", ["opted_out"])
    assert (record.counts.written, record.counts.excluded) == (1, 7)
    texts = world.texts()
    assert len(texts) == 1
    assert "chairs" not in texts[0]
    assert record.word_count == len(texts[0].split())
    assert verify(world.out).faults == ()


def test_a_registry_that_cannot_be_read_again_publishes_nothing(world: World) -> None:
    world.progress.meanwhile = [(world.root / "accounts.csv").unlink]
    with pytest.raises(SourceUnavailable):
        world.run()
    assert not (world.out / "shards").exists()
    assert not (world.out / "runs").exists()


def test_a_second_run_replaces_the_first(world: World) -> None:
    first = world.run()
    world.files = [f for f in world.files if f["file_id"] != "good-1"]
    world.write()
    second = world.run()
    assert second.superseded == (first.run_id,)
    assert len(world.texts()) == 4
    # A row of the first is gone: its shard does not stay for readers who began before.
    assert [*(world.out / "shards").rglob("*.parquet")] == in_force(world.out)
    assert not {s.name for s in first.shards} & {s.name for s in second.shards}
    assert (world.out / "runs" / f"{first.run_id}.json").exists()
    assert second.run_id in (world.out / "README.md").read_text()
    assert verify(world.out).faults == ()


def test_another_key_than_that_of_earlier_runs_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run()
    monkeypatch.setenv("CLEARSHARD_KEY", bytes(range(32)).hex())
    with pytest.raises(ConfigError, match="not the key of the earlier runs"):
        world.run()


def test_a_dry_run_leaves_nothing_behind(world: World) -> None:
    record = world.run(dry_run=True)
    assert record.counts.written == 5
    assert not world.out.exists()


@pytest.mark.parametrize("stage", ["announce", "publish", "remove"])
def test_an_interrupted_publication_is_settled_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        at_stage(patch, stage, killed)
        if stage != "announce":
            # A killed process does not tidy up either.
            patch.setattr(assemble, "remove_tree", lambda _: None)
        with pytest.raises(Killed):
            world.run()
    visible = _entries(world.out / "runs")
    assert len(visible) == (1 if stage == "remove" else 0)
    world.run()
    # The next run finishes what was announced, and then finds nothing left to do.
    assert len(_entries(world.out / "runs")) == 1
    assert _entries(world.out / ".staging") == set()
    assert len(world.texts()) == 5
    assert verify(world.out).faults == ()


@pytest.mark.parametrize(
    "done", [pytest.param(n, marks=() if n % 3 == 1 else pytest.mark.soak) for n in range(16)]
)
def test_a_crash_between_two_operations_is_settled(
    world: World, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    calls = 0

    class Killed(BaseException):
        pass

    def dies(operation: Operation) -> None:
        nonlocal calls
        calls += 1
        if calls > done:
            raise Killed

    def stops() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        before_each(patch, dies)
        # A killed process does not tidy up either.
        tidy_nothing(patch)
        with suppress(Killed):
            world.run()
    announced = "run_finished" in (world.out / "audit" / "ledger.jsonl").read_text()
    visible = _entries(world.out / "runs")
    assert announced or not visible
    # The next run comes no further than to what was left.
    with monkeypatch.context() as patch:
        at_stage(patch, "decide", stops)
        with pytest.raises(Killed):
            world.run()
    assert len(_entries(world.out / "runs")) == announced
    assert len([*(world.out / "shards").rglob("*.parquet")]) == announced
    world.run()
    assert len(_entries(world.out / "runs")) == 1
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("what", ["shard", "decisions", "card", "gone", "link"])
def test_an_announced_run_that_was_altered_does_not_become_visible(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    class Killed(BaseException):
        pass

    def dies() -> None:
        raise Killed

    first = world.run()
    world.file("more-0", "acct-other", transcript("good evening", "it still does not work"))
    world.write()
    with monkeypatch.context() as patch:
        at_stage(patch, "publish", dies)
        with pytest.raises(Killed):
            world.run()
    [staging] = (world.out / ".staging").iterdir()
    [shard] = set((world.out / "shards").rglob("*.parquet")) - set(in_force(world.out))
    match what:
        case "link":
            shard.rename(world.root / "elsewhere")
            shard.symlink_to(world.root / "elsewhere")
        case "gone":
            shard.unlink()
        case _:
            [path, *_] = {
                "shard": [shard],
                "decisions": [
                    *(world.out / "audit" / "decisions").glob(f"run={staging.name}/accounts-*")
                ],
                "card": [staging / "README.md"],
            }[what]
            path.write_bytes(path.read_bytes() + b"planted")
    # The next run comes no further than to what was left.
    (world.root / "accounts.csv").rename(world.root / "gone.csv")
    with pytest.raises(SourceUnavailable):
        world.run()
    assert _entries(world.out / "runs") == {f"{first.run_id}.json"}
    assert [*(world.out / "shards").rglob("*.parquet")] == in_force(world.out)
    assert b"planted" not in (world.out / "README.md").read_bytes()
    assert verify(world.out).faults == ()


def test_nothing_comes_back_into_a_run_that_was_replaced(world: World) -> None:
    first = world.run()
    old = world.root / "old"
    shutil.copytree(world.out / "shards", old / "shards")
    world.file("more-0", "acct-other", transcript("good evening", "it still does not work"))
    world.write()
    world.run()
    card = (world.out / "README.md").read_bytes()
    (old / "README.md").write_bytes(b"planted")
    (world.out / ".staging").mkdir(exist_ok=True)
    old.rename(world.out / ".staging" / first.run_id)
    world.run()
    assert (world.out / "README.md").read_bytes() == card
    assert verify(world.out).faults == ()


def test_a_run_killed_before_its_announcement_is_forgotten(world: World) -> None:
    world.run()
    left = world.out / ".staging" / "20261122T120000Z-deadbeef"
    (left / "scratch").mkdir(parents=True)
    (left / "scratch" / "unit-000000-000000.arrow").write_bytes(b"half")
    world.run()
    assert not left.exists()
    assert verify(world.out).faults == ()


def test_a_half_written_record_in_staging_is_not_published(world: World) -> None:
    first = world.run()
    left = world.out / ".staging" / "20261122T120000Z-deadbeef"
    left.mkdir(parents=True)
    shutil.copy(world.out / "runs" / f"{first.run_id}.json", left / "record.json")
    world.run()
    assert not (world.out / "runs" / "20261122T120000Z-deadbeef.json").exists()
    assert verify(world.out).faults == ()


def test_a_full_disk_leaves_nothing_visible(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("clearshard.vault.vault.pq.write_table", full)
    with pytest.raises(OutputFull, match="Free space"):
        world.run()
    assert not (world.out / "shards").exists()
    assert not (world.out / "runs").exists()


def test_a_folder_of_something_else_is_left_alone(world: World) -> None:
    world.out.mkdir()
    (world.out / "thesis.txt").write_text("mine")
    with pytest.raises(OutputUnusable, match="not made by clearshard"):
        world.run()
    assert _entries(world.out) == {"thesis.txt"}


def test_a_file_in_the_place_of_the_folder_is_an_error(world: World) -> None:
    world.out.write_text("mine")
    with pytest.raises(OutputUnusable):
        world.run()
    assert world.out.read_text() == "mine"


def test_two_runs_cannot_write_one_folder(world: World) -> None:
    world.run()
    with run_lock(world.out / ".lock"), pytest.raises(RunLocked):
        world.run()


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("files.csv", None),
        ("files.csv", ""),
        ("files.csv", "file_id,account_id\na,b\n"),
        ("accounts.csv", None),
        ("accounts.csv", "account_id\n"),
    ],
)
def test_unusable_tables_leave_nothing_behind(
    world: World, table: str, content: str | None
) -> None:
    path = world.root / table
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(SourceUnavailable, match=table):
        world.run()
    assert not world.out.exists()


def test_no_eligible_file_is_a_run_without_shards(world: World) -> None:
    for account in world.accounts:
        account["opted_out"] = "true"
    world.write()
    record = world.run()
    assert (record.counts.written, record.counts.excluded) == (0, 8)
    assert record.shards == ()
    assert verify(world.out).faults == ()


def test_lost_files_stop_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`seen = written + excluded + quarantined` is checked, not assumed."""

    class LosesOne(InlineEngine):
        def map(self, job: Job[Any, Any], units: Iterable[Any]) -> Iterator[Any]:
            return super().map(job, (WorkUnit(unit.tasks[1:], unit.known) for unit in units))

    monkeypatch.setattr(ENGINE, LosesOne)
    with pytest.raises(Exception, match="came to no end"):
        world.run()
    assert not (world.out / "runs").exists()


def test_the_record_names_policy_redactor_sources_and_key(world: World) -> None:
    record = world.run()
    raw = json.loads((world.out / "runs" / f"{record.run_id}.json").read_text())
    assert raw["manifest"]["row_count"] == 8
    assert raw["registry"]["newest_exported_at"] == "2026-11-22T00:00:00Z"
    assert "[[rules]]" in raw["policy_toml"]
    assert len(raw["key_id"]) == 16
    assert (world.root / "clearshard.key").stat().st_mode & 0o777 == 0o600


def test_timings_of_the_record_come_from_the_clock(world: World) -> None:
    before = world_clock()
    record = world.run()
    assert before <= datetime.fromisoformat(record.started_at)
    assert datetime.fromisoformat(record.finished_at) <= world_clock()


def test_make_visible_twice_changes_nothing(world: World) -> None:
    record = world.run()
    shards = _shards(world.out)
    folder = OutputFolder(world.out)
    journal = Journal(Ledger(folder.ledger), world_clock, this_agent())
    make_visible(folder, record, journal)
    assert _shards(world.out) == shards


def test_words_and_redactions_are_counted_from_the_shards(world: World) -> None:
    world.file("mail-0", "acct-good", transcript("write to maria@example.com please", "thanks"))
    world.write()
    record = world.run()
    assert record.redactions.get("EMAIL_ADDRESS") == 1
    assert record.word_count == sum(len(text.split()) for text in world.texts())
