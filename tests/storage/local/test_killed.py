"""Whoever is killed, and when: what is visible is whole, and can be done again."""

import fcntl
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from clearshard.errors import ObjectChanged, ObjectExists
from clearshard.storage import beneath
from clearshard.storage.local import LocalStore

from .killing import crash
from .looking import files_of, tag_of, visible_in


def test_a_writer_killed_anywhere_leaves_nothing_visible(store: LocalStore, root: Path) -> None:
    whole = b"whole" * 1000
    before_call, swept, put = 0, 0, 0
    while True:
        before_call += 1
        key = f"{before_call}/a"
        if not crash(store, partial(store.put_if_absent, key, whole), before_call):
            break
        if store.head(key) is not None:
            put += 1
            assert store.read(key, len(whole)).data == whole
        assert [listed.key for listed in store.list_below(str(before_call))] in ([], [key])
        swept += store.sweep()
        assert not [name for name in files_of(root) if ".clearshard-tmp" in name]
        with suppress(ObjectExists):
            store.put_if_absent(key, b"other")
        store.replace_if_unchanged(key, b"next", tag_of(store, key))
    assert before_call > 15
    assert swept > 3
    assert put > 1


def test_a_replacement_killed_anywhere_leaves_the_old_or_the_new(
    store: LocalStore, root: Path
) -> None:
    store.put_if_absent("a/b", b"old")
    before_call, seen = 0, set()
    while True:
        before_call += 1
        tag = store.replace_if_unchanged("a/b", b"old", tag_of(store, "a/b"))
        if not crash(store, partial(store.replace_if_unchanged, "a/b", b"new", tag), before_call):
            break
        seen.add(store.read("a/b", 3).data)
        store.sweep()
        assert visible_in(root) == ["a/b"]
        assert len(files_of(root)) == 2, "the object and the lock"
    assert seen == {b"old", b"new"}


def test_a_deletion_killed_anywhere_can_be_done_again(store: LocalStore) -> None:
    before_call = 0
    while True:
        before_call += 1
        with suppress(ObjectExists):
            store.put_if_absent("a/b", b"1")
        if not crash(store, lambda: store.delete("a/b"), before_call):
            break
        store.delete("a/b")
        assert store.head("a/b") is None
    assert before_call > 5


def test_what_a_living_writer_has_not_finished_is_not_swept(store: LocalStore, root: Path) -> None:
    with (
        beneath.folders(root, []) as opened,
        beneath.unfinished(opened[0], b"1", 0o600, 0) as new,
    ):
        assert store.sweep() == 0
        assert (root / new.name).exists()
        assert list(store.list_below()) == []
    assert files_of(root) == []


def test_a_writer_that_a_sweep_came_before_writes_all_the_same(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, swept = fcntl.flock, list[int]()

    def sweeping(handle: int, how: int) -> None:
        if not swept:
            swept.append(1)
            monkeypatch.setattr(fcntl, "flock", flock)
            assert store.sweep() == 1
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", sweeping)
    store.put_if_absent("a", b"1")
    assert swept
    assert store.read("a", 1).data == b"1"


def test_a_conditional_deletion_killed_anywhere_can_be_done_again(store: LocalStore) -> None:
    before_call = 0
    while True:
        before_call += 1
        with suppress(ObjectExists):
            store.put_if_absent("a/b", b"1")
        tag = tag_of(store, "a/b")
        if not crash(store, partial(store.delete_if_unchanged, "a/b", tag), before_call):
            break
        with suppress(ObjectChanged):
            store.delete_if_unchanged("a/b", tag)
        assert store.head("a/b") is None
    assert before_call > 5


def test_an_id_that_was_killed_in_the_making_is_made_again(store: LocalStore, root: Path) -> None:
    before_call = 0
    while crash(store, store.place_id, before_call := before_call + 1):
        assert store.place_id() == store.place_id()
        (root / ".clearshard-place").unlink()
        store.sweep()
    assert before_call > 5
