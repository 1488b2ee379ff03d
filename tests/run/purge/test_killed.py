"""A purge can be killed at any moment: readers see the old state or the new, and it is finished."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clearshard.audit.events import Event, EventName
from clearshard.audit.ledger.appending import Said
from clearshard.audit.verify import verify
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.journal import Journal
from clearshard.run.output.steps import Operation
from clearshard.run.purge import job, stages
from clearshard.run.stages.stage import Stage, nobody

from ..test_snapshots import by_card, by_record, texts
from ..watching import before_each
from ..world import World, transcript
from .worlds import FILES, SETTINGS, events, holding, newest, observed, purge, word

NAMES = [stage.name for stage in job.STAGES]
ASKED = Asked(("acct-a",), ("b-1",))
#: Of the moments at which an operation begins, every so many are tried; all of them in `make soak`.
_STEP = 15
_FIRSTS = [0, *(pytest.param(first, marks=pytest.mark.soak) for first in range(1, _STEP))]
#: The same of stages, and by whom a killed purge is finished.
_TRIED = {"bury": "run", "rewrite": "run", "announce": "purge", "publish": "run", "remove": "purge"}
_ENDS = [
    pytest.param(stage, by, marks=[] if _TRIED.get(stage) == by else [pytest.mark.soak])
    for stage in NAMES
    for by in ("run", "purge")
]


class Killed(BaseException):
    """Stands for SIGKILL."""


def dies_at(stage: str) -> Callable[[str], None]:
    def observe(begins: str) -> None:
        if begins == stage:
            raise Killed

    return observe


def is_finished(world: World) -> None:
    assert verify(world.out).faults == ()
    assert holding(world, word("a")) == holding(world, f"{word('b')} 1") == []
    assert newest(world).counts.written == 5 + 4 * FILES - 1
    assert [receipt["files"] for receipt in events(world, "purge_receipt")] == [FILES + 2]
    assert [*(world.out / ".staging").iterdir()] == []


def test_a_purge_goes_through_its_stages_in_their_order(world: World) -> None:
    begun: list[str] = []
    observed(world, ASKED, begun.append)
    assert begun == NAMES
    begun.clear()
    observed(world, ASKED, begun.append)
    assert begun == ["settle", "choose"]


def test_every_stage_is_in_the_list() -> None:
    assert {one for one in vars(stages).values() if isinstance(one, Stage)} < set(job.STAGES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(("stage", "finished_by"), _ENDS)
def test_killed_before_a_stage(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str, finished_by: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(job, "forget", lambda *_: None)
        with pytest.raises(Killed):
            observed(world, ASKED, dies_at(stage))
    nothing_told = NAMES.index(stage) <= NAMES.index("bury")
    if finished_by == "run":
        world.run()
        if nothing_told:
            assert holding(world, word("a"))
            return
    else:
        observed(world, ASKED, nobody)
    is_finished(world)


@pytest.mark.parametrize("first", _FIRSTS)
def test_killed_before_an_operation(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Whatever the file system is about to be asked for."""
    number = first
    while True:
        at = world.copy(tmp_path / f"killed-{number}")
        left = number

        def look(_: Operation) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(job, "forget", lambda *_: None)
            before_each(patch, look)
            try:
                observed(at, ASKED, nobody)
            except Killed:
                pass
            else:
                is_finished(at)
                return
        if at.out.joinpath("audit", "tombstones").is_dir() and number % 2:
            at.run()
        observed(at, ASKED, nobody)
        is_finished(at)
        number += _STEP


def test_a_purge_of_somebody_else_finishes_it_too(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget", lambda *_: None)
        with pytest.raises(Killed):
            observed(world, ASKED, dies_at("rewrite"))
    purge(world, "acct-c")
    for gone in (word("a"), f"{word('b')} 1", word("c")):
        assert holding(world, gone) == []
    assert verify(world.out).faults == ()


def test_work_of_a_killed_run_goes_also_if_nothing_else_does(world: World) -> None:
    """A purge was killed behind its tombstones: in the shards there was nothing of the account."""
    purge(world, "acct-new")
    world.account("acct-late")
    world.file("late-1", "acct-late", transcript("good day to you", "it was about zebras"))
    world.write(SETTINGS)

    def die() -> None:
        raise Killed

    world.progress.meanwhile.append(die)
    with pytest.raises(Killed):
        world.run()
    assert len(holding(world, "zebras")) == 1
    purge(world, "acct-new")
    assert holding(world, "zebras") == []


def test_readers_see_the_old_state_or_the_new(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    before = texts(by_record(world.out))

    def look(_: object = None) -> None:
        seen.append((texts(by_card(world.out)), texts(by_record(world.out))))

    with monkeypatch.context() as patch:
        before_each(patch, look)
        purge(world, "acct-a")
    look()
    after = texts(by_record(world.out))
    assert len(after) == len(before) - FILES - 1
    assert {state for states in seen for state in states} == {before, after}
    assert seen[0] == (before, before)
    assert seen[-1] == (after, after)


def test_tombstones_that_could_not_be_told_are_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Journal.tell_after

    def fails(self: Journal, newest: Event | None, said: Said) -> bool:
        if said.event == EventName.TOMBSTONES_PLACED:
            raise OSError("no disk")
        return tell(self, newest, said)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "tell_after", fails)
        with pytest.raises(OSError, match="no disk"):
            observed(world, ASKED, nobody)
    assert verify(world.out).faults == ()
    assert [*(world.out / "audit" / "tombstones").iterdir()] == []
    assert world.run().counts.written == newest(world).counts.written


def test_what_fails_is_told_and_leaves_nothing(world: World) -> None:
    def fails(begins: str) -> None:
        if begins == "enter":
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        observed(world, ASKED, fails)
    assert events(world, "run_failed")[-1]["error"] == "OSError"
    assert "kept out from now on" in world.progress.notes[-1]
    [fault] = verify(world.out).faults
    assert "an interrupted purge" in fault.message
    assert [*(world.out / ".staging").iterdir()] == []
    purge(world, "acct-a", files=("b-1",))
    is_finished(world)
