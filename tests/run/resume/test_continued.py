"""A killed run is continued, and what it left is swept in the end."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.audit.ledger import Ledger
from pipeline.audit.verify import verify

from ..world import World
from .making import SETTINGS, fresh, go, killed, shards, write


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
    monkeypatch.setenv("CLEARSHARD_KEY", "ab" * 32)
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)


@pytest.mark.parametrize(
    "changed",
    [
        'entities = ["PERSON"]',
        'keep_entities = ["PERSON"]',
        'operator = "mask"',
        'operators = { PERSON = "mask" }',
        "score_threshold = 0.9",
    ],
)
@pytest.mark.parametrize("interrupted", [False, True])
def test_what_was_made_to_another_promise_is_never_used(
    world: World, monkeypatch: pytest.MonkeyPatch, changed: str, interrupted: bool
) -> None:
    if interrupted:
        killed(world, monkeypatch)
    else:
        go(world)
    write(world, SETTINGS + changed + "\n")
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_old_checkpoints_are_swept_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed(world, monkeypatch)
    old = (datetime.now(UTC) - timedelta(days=8)).timestamp()
    for path in left[1:]:
        os.utime(path, (old, old))
    assert go(world).record.reused == 4
    swept = [e for e in Ledger(world.out / "audit" / "ledger.jsonl").read() if "swept" in e.event]
    assert [e.event for e in swept] == ["checkpoints_swept"]
    assert swept[0].data["files"] == len(left) - 1
    assert verify(world.out).faults == ()
