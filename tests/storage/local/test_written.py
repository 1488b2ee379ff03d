"""What is written is durable and for whom it is meant, or it is told why nothing is there."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from clearshard.errors import (
    NotAnObject,
    ObjectExists,
    OutputFull,
    OutputUnusable,
    StoreUnavailable,
)
from clearshard.storage.local import LocalStore

from .looking import files_of, tag_of, visible_in


def test_all_is_this_users_alone_but_what_is_shared(root: Path) -> None:
    store = LocalStore(root, umask=0o022, shared=frozenset({"shards", "card"}))
    umask = os.umask(0)
    try:
        for key in ("private/a/b", "shards/a/b", "card", "plain"):
            store.put_if_absent(key, b"1")
            store.replace_if_unchanged(key, b"2", tag_of(store, key))
    finally:
        os.umask(umask)
    os.umask(old := os.umask(0o077))
    assert old == umask
    modes = {
        str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*")
    }
    assert modes == {
        ".clearshard-lock": 0o600,
        "private": 0o700,
        "private/a": 0o700,
        "private/a/b": 0o600,
        "shards": 0o755,
        "shards/a": 0o755,
        "shards/a/b": 0o644,
        "card": 0o644,
        "plain": 0o600,
    }


def test_what_is_shared_is_so_whatever_the_umask(root: Path) -> None:
    umask = os.umask(0o077)
    try:
        LocalStore(root, umask=0o022, shared=frozenset({"a"})).put_if_absent("a/b", b"1")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "a/b").stat().st_mode) == 0o644


class _Synced:
    """Which files and folders were made durable, with what was in sight at that moment."""

    def __init__(self, root: Path) -> None:
        self.root, self.seen = root, list[tuple[int, list[str]]]()

    def __call__(self, handle: int) -> None:
        self.seen.append((os.fstat(handle).st_ino, visible_in(self.root)))

    def when(self, path: Path) -> list[list[str]]:
        return [names for inode, names in self.seen if inode == path.stat().st_ino]


def test_what_is_written_and_deleted_is_durable(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch() -> _Synced:
        synced = _Synced(root)
        monkeypatch.setattr(os, "fsync", synced)
        return synced

    synced = watch()
    tag = store.put_if_absent("a/b/c", b"1")
    assert synced.when(root / "a/b/c") == [[]], "before anybody could see it"
    for folder in (root, root / "a", root / "a/b"):
        assert ["a/b/c"] in synced.when(folder)
    synced = watch()
    store.replace_if_unchanged("a/b/c", b"2", tag)
    assert synced.when(root / "a/b/c")
    assert synced.seen[-3][0] == (root / "a/b").stat().st_ino
    for times in range(2):  # also where it is gone already
        synced = watch()
        store.delete("a/b/c")
        assert [] in synced.when(root / "a/b"), times


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, OutputFull),
        (errno.EROFS, OutputUnusable),
        (errno.EMFILE, StoreUnavailable),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_write_that_fails_says_why_and_leaves_nothing(
    store: LocalStore,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    expected: type[Exception],
    call: str,
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise OSError(number, "what somebody said")

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(expected) as caught:
        store.put_if_absent("a", b"1")
    assert "somebody" not in str(caught.value)
    assert files_of(root) == []


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_disk_without_hard_links_is_refused(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise OSError(number, "x")

    monkeypatch.setattr(os, "link", failing)
    with pytest.raises(OutputUnusable, match="hard links"):
        store.put_if_absent("a", b"1")
    assert files_of(root) == []


def _whole_file(folder: Path) -> Path:
    path = folder / "made"
    path.write_bytes(b"whole")
    path.chmod(0o600)
    return path


def test_a_file_is_moved_and_not_copied(root: Path, tmp_path: Path) -> None:
    store = LocalStore(root, umask=0o022, shared=frozenset({"open"}))
    for key, mode, folder_mode in (("open/b/c", 0o644, 0o755), ("a/b/c", 0o600, 0o700)):
        made = _whole_file(tmp_path)
        inode = made.stat().st_ino
        store.move_if_absent(key, made)
        assert not made.exists()
        status = (root / key).stat()
        assert (status.st_ino, stat.S_IMODE(status.st_mode)) == (inode, mode)
        assert stat.S_IMODE((root / key).parent.stat().st_mode) == folder_mode
        assert store.read(key, 100).data == b"whole"


def test_a_file_is_moved_over_none(
    store: LocalStore, root: Path, outside: Path, tmp_path: Path
) -> None:
    made = _whole_file(tmp_path)
    store.put_if_absent("a", b"there")
    with pytest.raises(ObjectExists):
        store.move_if_absent("a", made)
    assert store.read("a", 100).data == b"there"
    for key in ("link", "link/a", "dangling", "pipe"):
        with pytest.raises(NotAnObject):
            store.move_if_absent(key, made)
    assert made.read_bytes() == b"whole"
