"""Two runs into one folder where its lock does not reach: one wins, the other ends with exit 6."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.errors import RunLocked
from clearshard.records.run import RunRecord
from clearshard.run.output.steps import Append, Operation, Put
from clearshard.run.stages import settle

from .watching import at_stage, before_each
from .world import World, in_force, small_world, transcript


class NoLock:
    """A lock of another machine, of which this one sees nothing."""

    def require(self) -> None:
        """It is there still."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    @contextmanager
    def unlocked(_: Path) -> Iterator[NoLock]:
        yield NoLock()

    monkeypatch.setattr("clearshard.run.output.folder.run_lock", unlocked)
    world = small_world(tmp_path)
    world.run()
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    return world


def events(world: World) -> list[str]:
    return [event.event for event in Ledger(world.out / "audit" / "ledger.jsonl").read()]


def other_run(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], RunRecord]:
    """A whole run that takes nobody for dead, as it cannot be told whether one is."""

    def runs() -> RunRecord:
        with monkeypatch.context() as patch:
            patch.setattr(settle, "recover", lambda *_: None)
            return world.run()

    return runs


def only_the_other_is_there(world: World, other: RunRecord) -> None:
    assert verify(world.out).faults == ()
    [*_, newest] = sorted(
        (world.out / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime
    )
    assert newest.stem == other.run_id
    assert list((world.out / ".staging").iterdir()) == []
    assert events(world).count("run_finished") == 2
    assert len(in_force(world.out)) == len(other.shards)


def test_who_is_announced_first_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one has made the same shard by then, from the same transcripts."""
    others: list[RunRecord] = []
    run_other = other_run(world, monkeypatch)
    world.progress.meanwhile = [lambda: others.append(run_other())]
    with pytest.raises(RunLocked, match="was published while this one was at work") as caught:
        world.run()
    assert caught.value.exit_code == 6
    only_the_other_is_there(world, others[0])
    assert events(world)[-1] == "run_failed"


@pytest.mark.parametrize("when", ["intent", "shard", "announcement"])
def test_both_are_about_to_be_announced(
    world: World, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    others: list[RunRecord] = []
    run_other = other_run(world, monkeypatch)
    began = False

    def look(operation: Operation) -> None:
        nonlocal began
        steps = {
            "intent": isinstance(operation, Put),
            "shard": isinstance(operation, Put) and isinstance(operation.source, Path),
            "announcement": isinstance(operation, Append),
        }
        if steps[when] and not began:
            began = True
            others.append(run_other())

    before_each(monkeypatch, look)
    with pytest.raises(RunLocked):
        world.run()
    only_the_other_is_there(world, others[0])


def test_a_run_that_is_taken_for_dead_ends_with_6(world: World) -> None:
    others: list[RunRecord] = []
    world.progress.meanwhile = [lambda: others.append(world.run())]
    with pytest.raises(RunLocked, match="has taken this one for dead"):
        world.run()
    assert verify(world.out).faults == ()
    assert [run.stem for run in (world.out / "runs").glob(f"{others[0].run_id}.json")]
    assert list((world.out / ".staging").iterdir()) == []


def test_an_event_of_a_run_that_is_refused_beats_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told between the look at the ledger and the announcement."""
    told = False

    def look(operation: Operation) -> None:
        nonlocal told
        if isinstance(operation, Append) and not told:
            told = True
            with monkeypatch.context() as patch:
                patch.setattr(settle, "recover", lambda *_: None)
                at_stage(patch, "announce", refuses)
                with pytest.raises(RunLocked, match="refused"):
                    world.run()

    def refuses() -> None:
        raise RunLocked("refused")

    before_each(monkeypatch, look)
    record = world.run()
    assert told
    assert (world.out / "runs" / f"{record.run_id}.json").exists()
    assert verify(world.out).faults == ()
