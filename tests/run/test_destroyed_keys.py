"""A key that the ledger calls destroyed is used no more, although a copy of it is there.

Whoever destroyed it was killed, or could not write, before it was taken out of the folder; or an
older file of the folder's keys was put back.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.errors import ConfigError, OutputFull, ShardsUnread
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.keys.destroying import destroy_key
from clearshard.run.keys.showing import show_keys
from clearshard.run.opened import opened_shards
from clearshard.run.output.binding import bind
from clearshard.run.purge.plan import plan_purge
from clearshard.storage.uris import named_in_memory

from .purge.worlds import purge, word
from .test_encrypted import checked, contents, make_world, settings, shards, texts
from .test_keys import AGENT, Killed, folder_keys, killed, rotate
from .world import World, in_force, transcript, units_seen


def is_full(*_: object) -> None:
    raise OutputFull("the disk is full")


def stopped(world: World, key: str, how: Callable[..., None] = killed) -> None:
    """A destruction that told the ledger, and came no further."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearshard.run.keys.destroying.replace_keys", how)
        with pytest.raises((Killed, OutputFull)):
            destroy(world, key)


def put_back(world: World, key: str) -> None:
    """A destruction, and the file that was there before it."""
    file = world.out / layout.ENCRYPTION_KEYS
    saved = file.read_bytes()
    destroy(world, key)
    file.write_bytes(saved)


def destroy(world: World, key: str) -> None:
    destroy_key(load_config(world.config), world.out, key, AGENT, world.clock, execute=True)


#: How a key that is destroyed comes to be there.
STILL_THERE: dict[str, Callable[[World, str], None]] = {
    "killed": stopped,
    "the disk is full": lambda world, key: stopped(world, key, is_full),
    "an older file is put back": put_back,
}
ways = pytest.mark.parametrize("how", STILL_THERE.values(), ids=STILL_THERE)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("w"), "aes-256")
    world.run()
    return world


@pytest.fixture
def world(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    for name in [name for name in os.environ if name.startswith("CLEARSHARD_")]:
        monkeypatch.delenv(name)
    return made.copy(tmp_path / "w")


def ids(world: World) -> list[str]:
    return [key["id"] for key in folder_keys(world)]


def used(world: World) -> set[str]:
    return {shard.key_id for shard in shards(world)}


def add(world: World, said: str) -> None:
    world.file("new", "acct-a", transcript(said))
    world.write(settings("aes-256"))


def faults(world: World) -> list[tuple[str, str]]:
    return [(fault.location, fault.message[:50]) for fault in checked(world).faults]


@ways
def test_the_next_run_goes_on_as_if_nobody_had_been_stopped(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[World, str], None],
) -> None:
    whole, before = world.copy(tmp_path / "whole"), texts(world)
    [key] = ids(world)
    destroy(whole, key)
    how(world, key)
    assert ids(world) == [key]
    came_of_it = []
    for one in (whole, world):
        add(one, "a lamp again")
        given = units_seen(monkeypatch)
        one.run()
        assert key not in ids(one)
        assert used(one) == set(ids(one))
        assert texts(one) == sorted([*before, "a lamp again"])
        report = checked(one)
        assert (report.faults, dict(report.unread)) == ((), {})
        came_of_it.append((sorted(given), contents(visible_runs(one.out)[-1].record)))
    assert came_of_it[0] == came_of_it[1]
    assert any(f"took key {key} out of keys.json" in note for note in world.progress.notes)


def test_the_other_keys_stay_and_without_them_nothing_is_done(world: World) -> None:
    rotate(world, signing=False)
    old, new = ids(world)
    stopped(world, new)
    add(world, "a lamp again")
    wraps = world.root / "clearshard-encryption.key"
    wraps.rename(world.root / "away")
    with pytest.raises(ConfigError):
        world.run()
    assert ids(world) == [old, new]
    (world.root / "away").rename(wraps)
    world.run()
    assert ids(world) == [old]
    assert used(world) == {old}
    assert "a lamp again" in texts(world)
    assert checked(world).faults == ()


@ways
def test_until_then_verification_says_so_and_nobody_reads_with_it(
    world: World, how: Callable[[World, str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    [key], count = ids(world), len(in_force(world.out))
    assert checked(world).faults == ()
    how(world, key)
    said = [("keys.json", f"has key {key}, which the ledger calls")]
    assert [(where, what[: len(said[0][1])]) for where, what in faults(world)] == said
    assert dict(checked(world).unread) == {key: count}
    with pytest.raises(ShardsUnread):
        opened_shards(world.out, load_config(world.config))
    shown = show_keys(load_config(world.config), world.out)
    assert (shown.folder_keys, dict(shown.gone)) == ((), {key: count})
    named = [str(one) for one in ("--config", world.config, "--out", world.out)]
    assert _exit_code(["audit", "verify", *named, "--json"]) == 5
    told = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (told["faults"][0]["location"], told["unread"]) == ("keys.json", {key: count})
    destroy(world, key)  # who was killed may do it again himself
    assert checked(world).faults == ()


@ways
def test_a_rotation_takes_it_out(world: World, how: Callable[[World, str], None]) -> None:
    rotate(world, signing=False)
    old, kept = ids(world)
    how(world, old)
    new = rotate(world, signing=False).folder_key
    assert ids(world) == [kept, new]
    told = Ledger(world.out / layout.LEDGER).head()
    assert told is not None
    assert told.data["rewrapped"] == [kept]
    assert checked(world).faults == ()


def test_who_destroys_another_takes_it_out(world: World) -> None:
    rotate(world, signing=False)
    old, new = ids(world)
    stopped(world, new)
    config = load_config(world.config)
    done = destroy_key(config, world.out, old, AGENT, world.clock, execute=True)
    assert done.in_use is None
    assert ids(world) == []
    assert checked(world).faults == ()


def test_a_purge_takes_it_out_and_its_plan_says_what_is_unread(world: World) -> None:
    before = texts(world)
    [key], names = ids(world), {shard.name for shard in shards(world)}
    stopped(world, key)
    config, now = load_config(world.config), world.clock()
    assert set(plan_purge(world.out, Asked(("acct-a",), ()), config, now, now).unread) == names
    assert set(purge(world, "acct-a").plan.unread) == names
    assert key not in ids(world)
    assert checked(world).faults == ()
    world.run()
    assert texts(world) == [text for text in before if word("a") not in text]


def test_the_key_that_wraps_may_be_lost(world: World) -> None:
    before = texts(world)
    file = world.root / "clearshard-encryption.key"
    [key] = ids(world)
    file.unlink()
    stopped(world, key)
    assert _exit_code(["keys", "init", "--config", str(world.config), "--out", str(world.out)]) == 0
    assert file.exists()
    world.run()
    assert key not in ids(world)
    assert texts(world) == before


def in_bucket(world: World) -> None:
    named = '[output]\nfolder = "memory://destroyed"\nmirror = "out"\n'
    world.write(settings("aes-256").replace("[output]\n", named))


def test_in_a_bucket_another_machine_takes_it_out(tmp_path: Path) -> None:
    with named_in_memory("destroyed") as store:
        (tmp_path / "one").mkdir()
        world = make_world(tmp_path / "one", "aes-256")
        in_bucket(world)
        bind(world.out, "memory://destroyed")
        world.run()
        [key] = ids(world)
        stopped(world, key)
        other = world.copy(tmp_path / "two")
        add(other, "good day")
        in_bucket(other)
        other.run()
        assert key.encode() not in store.read(layout.ENCRYPTION_KEYS, 1 << 20).data
        assert key not in ids(other)
        assert used(other) == set(ids(other))
        assert checked(other).faults == ()


def test_where_none_was_destroyed_no_ledger_is_read_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearshard.audit.folder_keys.destroyed_by", killed)
    add(world, "good day")
    world.run()
    assert checked(world).faults == ()
    destroy(world, ids(world)[0])
    with pytest.raises(Killed):
        world.run()


def test_of_a_ledger_that_was_changed_so_much_is_believed_as_is_whole(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    stopped(world, ids(world)[0])
    add(world, "good day")
    file = world.out / layout.LEDGER
    file.write_bytes(file.read_bytes() + b"{}\n")
    found = [fault.location for fault in verify(world.out).faults]
    assert "keys.json" in found
    named = [str(one) for one in ("--config", world.config, "--out", world.out)]
    assert _exit_code(["audit", "verify", *named]) == 5
    assert "keys.json" in capfd.readouterr().out


@pytest.mark.parametrize("content", [b"{", b"x" * (1 << 21)], ids=["edited", "too long"])
def test_keys_that_cannot_be_read_are_a_fault(world: World, content: bytes) -> None:
    (world.out / layout.ENCRYPTION_KEYS).write_bytes(content)
    assert [fault.location for fault in verify(world.out).faults] == ["keys.json"]
