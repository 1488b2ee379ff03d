"""Nothing is encrypted with a key that the ledger says was replaced, whatever the file says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.reading import visible_runs
from clearshard.errors import IntegrityError

from .test_encrypted import checked, make_world, settings
from .test_keys import Killed, folder_keys, killed, rotate
from .world import World, transcript


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make_world(tmp_path_factory.mktemp("world"), "aes-256")
    made.run()
    return made


def ids(world: World) -> list[str]:
    return [str(one["id"]) for one in folder_keys(world)]


def reverse(world: World) -> None:
    rewrite(world, lambda keys: keys[::-1])


def forget(world: World) -> None:
    rewrite(world, lambda keys: keys[:-1])


def rewrite(world: World, change: Callable[[list[Any]], list[Any]]) -> None:
    file = world.out / layout.ENCRYPTION_KEYS
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "keys": change(told["keys"])}))


def used(world: World) -> set[str]:
    return {shard.key_id for shard in visible_runs(world.out)[-1].record.shards}


def add(world: World) -> None:
    world.file("new", "acct-a", transcript("good morning", "a lamp again"))
    world.write(settings("aes-256"))


@pytest.mark.parametrize("edit", [reverse, forget])
def test_a_key_that_was_replaced_is_not_written_with(
    world: World, edit: Callable[[World], None]
) -> None:
    [old] = ids(world)
    rotate(world, signing=False)
    edit(world)
    assert ids(world)[-1] == old
    add(world)
    before = visible_runs(world.out)
    with pytest.raises(IntegrityError, match=f"names key {old} last"):
        world.run()
    assert visible_runs(world.out) == before
    [fault] = checked(world).faults
    assert fault.location == layout.ENCRYPTION_KEYS
    assert f"names key {old} last" in fault.message
    # As the error says: a new one is made behind all others.
    rotate(world, signing=False)
    world.run()
    assert ids(world)[-1] in used(world)
    assert checked(world).faults == ()


def test_nor_after_a_rotation_that_was_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why it was begun nobody knows: somebody may have the old key."""
    [old] = ids(world)
    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.keys.rotating.replace_keys", killed)
        with pytest.raises(Killed):
            rotate(world, signing=False)
    assert ids(world) == [old]
    add(world)
    with pytest.raises(IntegrityError, match="rotate --only encryption"):
        world.run()
    rotate(world, signing=False)
    world.run()
    assert used(world) == {*ids(world)}
    assert checked(world).faults == ()


def test_who_has_lost_the_file_begins_with_a_new_key(world: World) -> None:
    rotate(world, signing=False)
    rewrite(world, lambda _: [])
    add(world)
    for _ in range(2):
        world.run()
        assert used(world) == {*ids(world)}
    assert checked(world).faults == ()


def test_where_none_was_replaced_the_ledger_is_not_read_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(world)
    monkeypatch.setattr("clearshard.audit.folder_keys.replaced_by", killed)
    world.run()
    rotate(world, signing=False)
    with pytest.raises(Killed):
        world.run()
