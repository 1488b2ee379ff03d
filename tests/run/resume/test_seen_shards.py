"""A shard that was read and found right is not read again while its version stands."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.keys import PseudonymKey
from clearshard.run.job import run
from clearshard.run.options import RunOptions
from clearshard.run.resume import seen_shards
from clearshard.run.resume.seen_shards import SeenShards
from clearshard.storage.files import sha256_file

from ..world import AS_OF, World, transcript, world_clock
from .making import as_they_are, fresh, look_the_same, shards, tomorrow_ns, write
from .making import go as go_by_any_clock

#: As in nights after the days on which shards were written.
go = partial(go_by_any_clock, disk_now_ns=tomorrow_ns)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the shards that were read to see whether they are right."""
    names: list[str] = []

    def spy(path: Path) -> str:
        names.append(path.relative_to(path.parents[1]).as_posix())
        return sha256_file(path)

    monkeypatch.setattr(seen_shards, "sha256_file", spy)
    return names


def kept(world: World) -> Path:
    return world.out / layout.SEEN_SHARDS


def alter(path: Path) -> None:
    """Another letter in the middle; the file is as large and as old as before."""
    found = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_each_shard_is_read_once(world: World, read: list[str]) -> None:
    go(world)
    assert read == []
    before = set(shards(world))
    assert len(before) > 2
    assert go(world).unchanged
    assert set(read) == before
    read.clear()
    assert go(world).unchanged
    assert read == []
    world.file("new", "acct-good", transcript("here i am"))
    write(world)
    go(world)
    assert read == []
    assert go(world).unchanged
    assert set(read) == set(shards(world)) - before
    assert set(json.loads(kept(world).read_bytes())["versions"]) == set(shards(world))
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_a_shard_that_was_written_just_now_is_read_again(world: World, read: list[str]) -> None:
    go_by_any_clock(world)
    for _ in range(2):
        read.clear()
        assert go_by_any_clock(world).unchanged
        assert set(read) == set(shards(world))


def test_a_shard_that_was_altered_is_made_again_although_it_looks_as_old(world: World) -> None:
    go(world)
    go(world)
    whole = shards(world)
    alter(world.out / layout.SHARDS / next(iter(whole)))
    assert not go(world).unchanged
    assert shards(world) == whole
    assert verify(world.out).faults == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda content: {**content, "seal": "0" * 32},
        lambda content: {**content, "versions": {**content["versions"], "more": "0" * 32}},
        lambda content: {**content, "versions": []},
        lambda content: {},
    ],
    ids=["seal", "versions", "type", "empty"],
)
def test_what_nobody_with_the_key_has_sealed_is_not_believed(
    world: World, read: list[str], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    go(world)
    go(world)
    read.clear()
    content = json.loads(kept(world).read_bytes())
    kept(world).write_text(json.dumps(change(content)))
    assert go(world).unchanged
    assert set(read) == set(shards(world))
    assert json.loads(kept(world).read_bytes()) == content


def test_another_key_believes_nothing(world: World, read: list[str], tmp_path: Path) -> None:
    record = go(world).record
    go(world)
    read.clear()
    for key, count in ((b"another key", len(record.shards)), (None, 0)):
        secret = bytes.fromhex(os.environ["CLEARSHARD_KEY"]) if key is None else key
        seen = SeenShards(kept(world), PseudonymKey(secret), tomorrow_ns())
        for shard in record.shards:
            assert seen.holds(world.out / layout.shard(shard.name), shard)
        assert len(read) == count
        read.clear()


def test_a_shard_of_another_record_is_another_one(world: World, read: list[str]) -> None:
    """What is seen is that a file is what one record says, and not that it is any good."""
    record = go(world).record
    go(world)
    read.clear()
    secret = bytes.fromhex(os.environ["CLEARSHARD_KEY"])
    seen = SeenShards(kept(world), PseudonymKey(secret), tomorrow_ns())
    one = record.shards[0]
    assert not seen.holds(world.out / layout.shard(one.name), replace(one, sha256="0" * 64))
    assert read == [one.name]


def test_no_link_is_taken_for_a_shard(world: World) -> None:
    shard = go(world).record.shards[0]
    path = world.out / layout.shard(shard.name)
    path.rename(world.root / "elsewhere.parquet")
    path.symlink_to(world.root / "elsewhere.parquet")
    secret = bytes.fromhex(os.environ["CLEARSHARD_KEY"])
    assert not SeenShards(kept(world), PseudonymKey(secret), tomorrow_ns()).holds(path, shard)


def test_a_version_that_lies_hides_a_change_from_runs_and_not_from_verify(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody turns the clock back who may write to the disk itself."""
    go(world)
    go(world)
    name = next(iter(shards(world)))
    was = as_they_are(world.out / layout.SHARDS, [name])
    alter(world.out / layout.SHARDS / name)
    look_the_same(monkeypatch, was)
    assert go(world).unchanged
    assert [fault.location for fault in verify(world.out).faults] == [f"shards/{name}"]


def test_a_dry_run_keeps_nothing(world: World) -> None:
    go(world)
    options = RunOptions(world.out, AS_OF, 1, dry_run=True)
    run(load_config(world.config), options, world.progress, world_clock, disk_now_ns=tomorrow_ns)
    assert not kept(world).exists()
