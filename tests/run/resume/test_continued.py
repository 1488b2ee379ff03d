"""A killed run is continued, and what it left is swept in the end."""

import os
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.run.output.steps import Append, Delete, Operation, Put, Replace

from ..watching import before_each, tidy_nothing
from ..world import World, transcript, world_clock
from .making import Killed, events, fresh, go, killed, shards, write


def test_a_killed_run_is_continued(
    world: World, redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed(world, monkeypatch)
    assert len(left) == 5
    assert not (world.out / "shards").exists()
    redacted.clear()
    result = go(world)
    assert len(redacted) == 5
    assert (result.record.reused, result.record.counts.written) == (20, 24)
    assert shards(world) == fresh(world)
    assert not (world.out / ".checkpoints").exists()
    assert verify(world.out).faults == ()


STEPS = ("intent", "part", "decisions", "announcement", "record", "card", "removal")
#: Every step is killed first once, and each is killed second; `make soak` tries all pairs.
OFTEN = {*pairwise((*STEPS, "part")), ("record", "never")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(*pair, marks=() if pair in OFTEN else pytest.mark.soak)
        for pair in product(STEPS, (*STEPS, "never"))
    ],
)
def test_a_publication_that_is_killed_twice_is_finished_whole(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    go(world)
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    # One that is not used any more: what it was in goes at once, and not when its time is over.
    world.files[0]["region"] = "eu"
    write(world)
    for step in (first, second):
        with monkeypatch.context() as patch:
            kill_before(patch, step)
            with suppress(Killed):
                go(world)
    go(world)
    assert verify(world.out).faults == ()
    card = (world.out / "README.md").read_text()
    assert all(name in card for name in shards(world))
    assert shards(world) == fresh(world)
    assert {p.name for p in (world.out / "shards").rglob("*.parquet")} == {
        Path(name).name for name in shards(world)
    }
    assert events(world).count("shards_removed") == 1


def kill_before(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Ends a run before a step of its publication, with nothing tidied up."""

    def look(operation: Operation) -> None:
        if step == name_of(operation):
            raise Killed

    before_each(monkeypatch, look)
    # A killed process does not tidy up either.
    tidy_nothing(monkeypatch)


def name_of(operation: Operation) -> str:
    """One of `STEPS`, or something else."""
    match operation:
        case Put(key) if key.startswith(layout.STAGING):
            return "intent"
        case Put(key) if key.startswith(layout.SHARDS):
            return "part"
        case Put(key) if key.startswith(layout.DECISIONS):
            return "decisions"
        case Append(_, said) if said.event == EventName.RUN_FINISHED:
            return "announcement"
        case Put(key) if key.startswith(layout.RUNS):
            return "record"
        case Put(layout.CARD) | Replace(layout.CARD):
            return "card"
        case Delete(key) if key.startswith(layout.SHARDS):
            return "removal"
        case _:
            return ""


@pytest.mark.parametrize("stray", ["file", "link"])
def test_what_is_no_run_in_the_staging_folder_is_swept(world: World, stray: str) -> None:
    go(world)
    path = world.out / ".staging" / ".DS_Store"
    if stray == "file":
        path.write_bytes(b"x")
    else:
        path.symlink_to(world.out)
    before = len(events(world))
    assert go(world).unchanged
    assert not path.is_symlink()
    assert not path.exists()
    assert len(events(world)) == before + 1


@pytest.mark.parametrize("damage", ["torn", "flipped", "renamed", "foreign"])
def test_a_checkpoint_that_is_not_what_was_written_is_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    left = killed(world, monkeypatch)
    for path in left:
        content = bytearray(path.read_bytes())
        if damage == "torn":
            path.write_bytes(content[: len(content) // 2])
        elif damage == "flipped":
            content[len(content) // 3] ^= 1
            path.write_bytes(content)
        elif damage == "renamed":
            path.rename(path.with_name("unit-" + "0" * 31 + path.name[5] + ".arrow"))
        else:
            path.with_name(".unit.arrow.tmp").write_bytes(b"half")
            path.unlink()
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_checkpoints_of_another_key_are_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(world, monkeypatch)
    monkeypatch.setenv("CLEARSHARD_KEY", bytes(range(32)).hex())
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)


def test_old_checkpoints_are_swept_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed(world, monkeypatch)
    old = (world_clock() - timedelta(days=8)).timestamp()
    for path in left[1:]:
        os.utime(path, (old, old))
    assert go(world).record.reused == 4
    swept = [e for e in Ledger(world.out / "audit" / "ledger.jsonl").read() if "swept" in e.event]
    assert [e.event for e in swept] == ["checkpoints_swept"]
    assert swept[0].data["files"] == len(left) - 1
    assert verify(world.out).faults == ()
