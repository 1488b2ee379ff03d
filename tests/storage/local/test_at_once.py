"""Of processes at once one wins, nothing is lost, and nobody keeps the others out."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from clearshard.errors import ObjectChanged, ObjectExists, ObjectShared
from clearshard.storage import beneath
from clearshard.storage.local import LocalStore

from .looking import tag_of, visible_in


def _in_children(number: int, use: Callable[[int], bool]) -> list[bool]:
    """What processes answer that begin at once."""
    gate, open_gate = os.pipe()
    children = []
    for which in range(number):
        child = os.fork()
        if not child:
            code = 2
            try:
                os.close(open_gate)
                os.read(gate, 1)  # until nobody holds it open
                code = 0 if use(which) else 1
            finally:
                os._exit(code)
        children.append(child)
    os.close(open_gate)
    os.close(gate)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(codes) <= {0, 1}
    return [code == 0 for code in codes]


def test_of_processes_at_once_one_puts(store: LocalStore) -> None:
    def put(which: int) -> bool:
        try:
            store.put_if_absent(f"a/{round_}", b"%d" % which * 1000)
        except ObjectExists:
            return False
        return True

    for round_ in range(10):
        won = _in_children(4, put)
        assert won.count(True) == 1
        assert store.read(f"a/{round_}", 1000).data == b"%d" % won.index(True) * 1000


def test_of_processes_at_once_no_replacement_is_lost(store: LocalStore) -> None:
    def count(_: int) -> bool:
        done = 0
        while done < 25:
            seen = store.read("a", 10)
            with suppress(ObjectChanged):
                store.replace_if_unchanged("a", b"%d" % (int(seen.data) + 1), seen.found.tag)
                done += 1
        return True

    store.put_if_absent("a", b"0")
    assert all(_in_children(4, count))
    assert store.read("a", 10).data == b"100"


@pytest.mark.parametrize(("call", "use"), [("rename", "replace"), ("unlink", "delete")])
def test_what_is_looked_at_cannot_change_before_it_is_replaced_or_deleted(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch, call: str, use: str
) -> None:
    tag = store.put_if_absent("a", b"1")
    real, tried = getattr(os, call), list[int]()

    def trying(*args: Any, **kwargs: Any) -> None:
        if args[0] == "a" or args[-1] == "a":
            with (root / ".clearshard-lock").open("rb") as lock, pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            tried.append(1)
        real(*args, **kwargs)

    monkeypatch.setattr(os, call, trying)
    if use == "replace":
        store.replace_if_unchanged("a", b"2", tag)
    else:
        store.delete("a")
    assert tried


def test_a_lock_file_that_was_removed_keeps_nobody_out_for_ever(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = store.put_if_absent("a", b"1")
    flock, removed = fcntl.flock, list[int]()

    def removing(handle: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not removed:
            removed.append(1)
            (root / ".clearshard-lock").unlink()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", removing)
    store.replace_if_unchanged("a", b"2", tag)
    assert removed
    assert (root / ".clearshard-lock").exists(), "on the file that is there now"


def test_a_child_forked_meanwhile_does_not_keep_the_lock(store: LocalStore, root: Path) -> None:
    gate, open_gate = os.pipe()
    with beneath.folders(root, []) as opened, beneath.locked(opened[0]):
        child = os.fork()
        if not child:
            os.close(open_gate)
            os.read(gate, 1)
            os._exit(0)
    os.close(gate)
    lock = os.open(root / ".clearshard-lock", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(lock)
        os.close(open_gate)
        os.waitpid(child, 0)


def test_what_has_two_names_is_left_with_both(store: LocalStore, root: Path) -> None:
    tag = store.put_if_absent("a/b", b"1")
    os.link(root / "a/b", root / "other")
    changed = tag_of(store, "a/b")  # a name more is a change of the file
    with pytest.raises(ObjectChanged):
        store.delete_if_unchanged("a/b", tag)
    with pytest.raises(ObjectShared):
        store.delete_if_unchanged("a/b", changed)
    assert visible_in(root) == ["a/b", "other"]


def test_what_is_replaced_before_it_is_deleted_is_left(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a program that knows nothing of our lock, and sets the times back."""
    tag = store.put_if_absent("a", b"old")
    before = (root / "a").stat()
    lock = beneath.locked

    def replaced(handle: int) -> Any:
        (root / "new").write_bytes(b"new")
        os.utime(root / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
        (root / "new").rename(root / "a")
        return lock(handle)

    monkeypatch.setattr(beneath, "locked", replaced)
    with pytest.raises(ObjectChanged):
        store.delete_if_unchanged("a", tag)
    assert (root / "a").read_bytes() == b"new"
