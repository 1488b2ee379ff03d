"""Only plain files are objects: no link, pipe or device is followed, listed or swept."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from clearshard.errors import NotAnObject
from clearshard.storage.local import LocalStore
from clearshard.storage.store import VersionTag


@pytest.mark.parametrize(
    "key",
    [
        *("link/file", "link/sub/file", "in/link/file", "in/sub/link", "in/sub/inner"),
        *("inner/sub/file", "dangling", "link", "pipe", "pipe/x", "link/new", "in/link/new/x"),
        "dangling/x",
    ],
)
def test_no_link_is_followed(store: LocalStore, root: Path, outside: Path, key: str) -> None:
    before = {path: path.lstat() for path in (*root.rglob("*"), *outside.rglob("*"))}
    tag = VersionTag("x")
    uses: list[Callable[[], object]] = [
        lambda: store.head(key),
        lambda: store.read(key, 100),
        lambda: store.read_range(key, 0, 1, tag),
        lambda: store.put_if_absent(key, b"x"),
        lambda: store.replace_if_unchanged(key, b"x", tag),
        lambda: store.delete(key),
        lambda: store.delete_if_unchanged(key, tag),
    ]
    for use in uses:
        with pytest.raises(NotAnObject):
            use()
    after = {path: path.lstat() for path in (*root.rglob("*"), *outside.rglob("*"))}
    assert {p for p in after if p.name != ".clearshard-lock"} == set(before)
    for path, status in before.items():
        if not stat.S_ISDIR(status.st_mode):
            assert (after[path].st_ino, after[path].st_mtime_ns) == (
                status.st_ino,
                status.st_mtime_ns,
            )


def test_no_link_is_listed_or_swept(store: LocalStore, root: Path, outside: Path) -> None:
    (outside / ".clearshard-tmp-1").write_bytes(b"of somebody else")
    (root / ".clearshard-tmp-2").symlink_to(outside / "file")
    assert [listed.key for listed in store.list_below()] == ["in/sub/file"]
    for folder in ("link", "in/link", "inner", "inner/sub", "dangling", "pipe"):
        with pytest.raises(NotAnObject):
            list(store.list_below(folder))
    assert store.sweep() == 0
    assert (outside / ".clearshard-tmp-1").exists()


def test_the_root_itself_may_be_reached_by_a_link(store: LocalStore, root: Path) -> None:
    store.put_if_absent("a", b"1")
    (root.parent / "way").symlink_to(root)
    assert LocalStore(root.parent / "way").read("a", 1).data == b"1"


def test_a_device_is_no_object() -> None:
    with pytest.raises(NotAnObject):
        LocalStore(Path("/dev")).read("null", 1)


def test_where_a_file_is_no_object_can_be_put_below_it(store: LocalStore) -> None:
    store.put_if_absent("a", b"1")
    store.put_if_absent("b/c", b"1")
    for key in ("a/b", "a/b/c", "b"):
        with pytest.raises(NotAnObject):
            store.put_if_absent(key, b"2")
    assert [listed.key for listed in store.list_below()] == ["a", "b/c"]


def test_names_that_are_no_keys_are_not_listed(store: LocalStore, root: Path) -> None:
    store.put_if_absent("a", b"1")
    for name in (b"\xff", b"a\\b", b"a\nb", b".clearshard-x"):
        (root / os.fsdecode(name)).write_bytes(b"")
    assert [listed.key for listed in store.list_below()] == ["a"]


def test_no_handles_are_left_open(store: LocalStore, outside: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    tag = VersionTag("x")
    for key in ("in/sub/file", "in/sub/none", "in", "link/x", "pipe", "in/sub/link", "new/x", "n"):
        for use in (
            partial(store.head, key),
            partial(store.read, key, 1),
            partial(store.read_range, key, 0, 1, tag),
            partial(store.put_if_absent, key, b"12"),
            partial(store.replace_if_unchanged, key, b"", tag),
            lambda key=key: next(store.list_below(key)),
            partial(store.delete, key),
            partial(store.delete_if_unchanged, key, tag),
            partial(store.place_id, key),
            lambda: [*store.list_all()],
        ):
            with suppress(Exception):
                use()
    store.sweep()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
