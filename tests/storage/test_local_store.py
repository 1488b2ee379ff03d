"""What a folder as a store takes care of besides: links, crashes, other processes, times."""

import errno
import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clearshard.errors import (
    NotAnObject,
    ObjectChanged,
    ObjectDenied,
    ObjectExists,
    ObjectNotFound,
    ObjectShared,
    OutputFull,
    OutputUnusable,
    StoreUnavailable,
)
from clearshard.storage import beneath
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Listed, VersionTag

#: What the store asks of the system: between any two of these its process may die.
_CALLS = (
    *("open", "close", "write", "fsync", "fstat", "stat", "link", "unlink", "rename", "mkdir"),
    *("utime", "fchmod", "scandir"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    inside = tmp_path / "root"
    inside.mkdir()
    return inside


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def _visible(root: Path) -> list[str]:
    return [name for name in _files(root) if ".clearshard-" not in name]


def _tag(store: LocalStore, key: str) -> VersionTag:
    found = store.head(key)
    assert found is not None
    return found.tag


@pytest.fixture
def outside(root: Path) -> Path:
    """A folder next to the root, and links to it and within the root."""
    other = root.parent / "other"
    (other / "sub").mkdir(parents=True)
    (other / "file").write_bytes(b"outside")
    (other / "sub" / "file").write_bytes(b"outside")
    (root / "in" / "sub").mkdir(parents=True)
    (root / "in" / "sub" / "file").write_bytes(b"inside")
    (root / "link").symlink_to(other)
    (root / "in" / "link").symlink_to(other / "sub")
    (root / "in" / "sub" / "link").symlink_to(other / "file")
    (root / "in" / "sub" / "inner").symlink_to("file")
    (root / "inner").symlink_to("in")
    (root / "dangling").symlink_to(other / "none")
    os.mkfifo(root / "pipe")
    return other


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


def test_a_root_that_is_not_there_is_no_empty_store(tmp_path: Path) -> None:
    store, tag = LocalStore(tmp_path / "none"), VersionTag("x")
    uses: list[Callable[[], object]] = [
        lambda: store.head("a"),
        lambda: store.read("a", 1),
        lambda: store.put_if_absent("a/b", b""),
        lambda: store.replace_if_unchanged("a", b"", tag),
        lambda: store.delete("a"),
        lambda: store.delete_if_unchanged("a", tag),
        store.place_id,
        lambda: list(store.list_all()),
        lambda: list(store.list_below()),
        lambda: list(store.list_below("a")),
        store.sweep,
    ]
    for use in uses:
        with pytest.raises(StoreUnavailable, match="mounted"):
            use()
    assert list(tmp_path.iterdir()) == []


def test_all_is_this_users_alone_but_what_is_shared(root: Path) -> None:
    store = LocalStore(root, umask=0o022, shared=frozenset({"shards", "card"}))
    umask = os.umask(0)
    try:
        for key in ("private/a/b", "shards/a/b", "card", "plain"):
            store.put_if_absent(key, b"1")
            store.replace_if_unchanged(key, b"2", _tag(store, key))
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


class _Synced:
    """Which files and folders were made durable, with what was in sight at that moment."""

    def __init__(self, root: Path) -> None:
        self.root, self.seen = root, list[tuple[int, list[str]]]()

    def __call__(self, handle: int) -> None:
        self.seen.append((os.fstat(handle).st_ino, _visible(self.root)))

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


def _crash(store: LocalStore, use: Callable[[], object], before_call: int) -> bool:
    """Kills a child before its call of that number; whether it came that far."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    calls = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == before_call:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counting

    try:
        for name in _CALLS:
            setattr(os, name, counted(getattr(os, name)))
        use()
    finally:
        os._exit(0)


def test_a_writer_killed_anywhere_leaves_nothing_visible(store: LocalStore, root: Path) -> None:
    whole = b"whole" * 1000
    before_call, swept, put = 0, 0, 0
    while True:
        before_call += 1
        key = f"{before_call}/a"
        if not _crash(store, partial(store.put_if_absent, key, whole), before_call):
            break
        if store.head(key) is not None:
            put += 1
            assert store.read(key, len(whole)).data == whole
        assert [listed.key for listed in store.list_below(str(before_call))] in ([], [key])
        swept += store.sweep()
        assert not [name for name in _files(root) if ".clearshard-tmp" in name]
        with suppress(ObjectExists):
            store.put_if_absent(key, b"other")
        store.replace_if_unchanged(key, b"next", _tag(store, key))
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
        tag = store.replace_if_unchanged("a/b", b"old", _tag(store, "a/b"))
        if not _crash(store, partial(store.replace_if_unchanged, "a/b", b"new", tag), before_call):
            break
        seen.add(store.read("a/b", 3).data)
        store.sweep()
        assert _visible(root) == ["a/b"]
        assert len(_files(root)) == 2, "the object and the lock"
    assert seen == {b"old", b"new"}


def test_a_deletion_killed_anywhere_can_be_done_again(store: LocalStore) -> None:
    before_call = 0
    while True:
        before_call += 1
        with suppress(ObjectExists):
            store.put_if_absent("a/b", b"1")
        if not _crash(store, lambda: store.delete("a/b"), before_call):
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
    assert _files(root) == []


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


def _standing(now_ns: int) -> Callable[[], int]:
    return lambda: now_ns


def test_a_file_changed_just_now_has_no_tag_to_keep(root: Path) -> None:
    (root / "a").write_bytes(b"1")
    changed_ns = (root / "a").stat().st_ctime_ns
    for later_ns, settled in ((0, False), (1_999_999_999, False), (2_000_000_001, True)):
        store = LocalStore(root, now_ns=_standing(changed_ns + later_ns))
        found = store.read("a", 1).found
        assert found == store.head("a") == next(store.list_below()).found
        assert (found.lasting_tag is not None) == settled
    for mark in ("before", "after"):
        # A time of writing ahead of the clock says nothing of what is written next.
        os.utime(root / "a", ns=(0, changed_ns + 10**12 * (mark == "after")))
        now_ns = (root / "a").stat().st_ctime_ns + 3 * 10**9
        found = LocalStore(root, now_ns=_standing(now_ns)).read("a", 1).found
        assert found.settled == (mark == "before")


def test_whether_a_tag_may_be_kept_is_judged_before_the_file_is_looked_at(root: Path) -> None:
    (root / "a").write_bytes(b"1")
    real_stat = os.fstat
    asked: list[int] = []

    def asking() -> int:
        asked.append(1)
        return time.time_ns()

    def looked(handle: int) -> os.stat_result:
        assert asked, "a change between the looking and the judging would not be seen"
        return real_stat(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fstat", looked)
        LocalStore(root, now_ns=asking).read("a", 1)


@pytest.mark.parametrize("change", ["bytes", "length", "rename", "mode", "times set back"])
def test_any_change_of_a_file_changes_its_tag(store: LocalStore, root: Path, change: str) -> None:
    path = root / "a"
    path.write_bytes(b"1")
    before, tag = path.stat(), _tag(store, "a")
    while True:  # until the clock has ticked
        if change == "bytes":
            path.write_bytes(b"2")
        elif change == "length":
            path.write_bytes(b"22")
        elif change == "mode":
            path.chmod(0o600 if path.stat().st_mode & 0o100 else 0o700)
        elif change == "rename":
            (root / "b").write_bytes(b"2")
            os.utime(root / "b", ns=(before.st_atime_ns, before.st_mtime_ns))
            (root / "b").replace(path)
        else:
            path.write_bytes(b"2")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        if path.stat().st_ctime_ns > before.st_ctime_ns:
            break
    assert _tag(store, "a") != tag
    with pytest.raises(ObjectChanged):
        store.replace_if_unchanged("a", b"3", tag)


def test_versions_are_told_apart_though_the_clock_stands_still(root: Path) -> None:
    store = LocalStore(root, now_ns=_standing(5))
    tag = store.put_if_absent("a", b"0")
    times = [(root / "a").stat().st_mtime_ns]
    for data in (b"1", b"2", b"3"):
        tag = store.replace_if_unchanged("a", data, tag)
        times.append((root / "a").stat().st_mtime_ns)
    assert times == [5, 6, 7, 8]


@pytest.mark.parametrize("change", ["rewritten", "grown", "cut"])
def test_a_file_written_to_while_it_is_read_is_not_believed(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = root / "a"
    path.write_bytes(b"1" * 100)
    os.utime(path, ns=(0, 0))
    pread, tag = os.pread, _tag(store, "a")

    def changing(handle: int, length: int, start: int) -> bytes:
        data = pread(handle, min(length, 10), start)
        if start == 10:
            with path.open("r+b") as file:
                if change == "cut":
                    file.truncate(15)
                elif change == "grown":
                    file.seek(100)
                    file.write(b"2" * 100)
                else:
                    file.seek(50)
                    file.write(b"2")
        return data

    monkeypatch.setattr(os, "pread", changing)
    with pytest.raises(ObjectChanged):
        store.read("a", 1000)
    os.utime(path, ns=(0, 0))
    tag = _tag(store, "a")
    with pytest.raises(ObjectChanged):
        store.read_range("a", 0, 100, tag)


def test_a_file_replaced_while_it_is_read_is_read_as_it_was(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = store.put_if_absent("a", b"1" * 100)
    pread, replaced = os.pread, list[VersionTag]()

    def replacing(handle: int, length: int, start: int) -> bytes:
        data = pread(handle, min(length, 10), start)
        if not replaced:
            replaced.append(store.replace_if_unchanged("a", b"2" * 100, tag))
        return data

    monkeypatch.setattr(os, "pread", replacing)
    content = store.read("a", 100)
    assert (content.data, content.found.tag) == (b"1" * 100, tag)
    assert replaced


def test_no_more_than_the_bound_is_asked_of_the_disk(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = store.put_if_absent("a", b"1" * 100)
    pread, asked = os.pread, list[int]()

    def asking(handle: int, length: int, start: int) -> bytes:
        asked.append(length)
        return pread(handle, length, start)

    monkeypatch.setattr(os, "pread", asking)
    with suppress(Exception):
        store.read("a", 99)
    assert asked == []
    store.read_range("a", 10, 7, tag)
    assert asked == [7]


def test_a_head_or_listing_opens_no_object(store: LocalStore, root: Path) -> None:
    store.put_if_absent("a/b", b"1")
    (root / "a/b").chmod(0)
    opened: list[object] = []
    real = os.open

    def opening(path: Any, *args: Any, **kwargs: Any) -> int:
        opened.append(path)
        return real(path, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", opening)
        assert store.head("a/b")
        assert list(store.list_below())
    assert "a" in opened
    assert "b" not in opened


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
    assert _files(root) == []


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_disk_without_hard_links_is_refused(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise OSError(number, "x")

    monkeypatch.setattr(os, "link", failing)
    with pytest.raises(OutputUnusable, match="hard links"):
        store.put_if_absent("a", b"1")
    assert _files(root) == []


def test_a_read_that_fails_says_so(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_if_absent("a", b"1")

    def failing(*_: Any) -> bytes:
        raise OSError(errno.EIO, "x")

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(StoreUnavailable):
        store.read("a", 1)


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


def test_a_folder_that_is_closed_is_an_error_or_told(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a/x", "b/x", "c/x"):
        store.put_if_absent(key, b"1")
    opened = beneath.open_folder

    def closed(parent: int, name: str) -> int:
        if name == "b":
            raise PermissionError
        return opened(parent, name)

    monkeypatch.setattr(beneath, "open_folder", closed)
    with pytest.raises(ObjectDenied):
        list(store.list_below())
    told = [one.key if isinstance(one, Listed) else one.name for one in store.list_all()]
    assert told == ["a/x", "b/", "c/x"]


def test_what_has_two_names_is_left_with_both(store: LocalStore, root: Path) -> None:
    tag = store.put_if_absent("a/b", b"1")
    os.link(root / "a/b", root / "other")
    changed = _tag(store, "a/b")  # a name more is a change of the file
    with pytest.raises(ObjectChanged):
        store.delete_if_unchanged("a/b", tag)
    with pytest.raises(ObjectShared):
        store.delete_if_unchanged("a/b", changed)
    assert _visible(root) == ["a/b", "other"]


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


def test_a_conditional_deletion_killed_anywhere_can_be_done_again(store: LocalStore) -> None:
    before_call = 0
    while True:
        before_call += 1
        with suppress(ObjectExists):
            store.put_if_absent("a/b", b"1")
        tag = _tag(store, "a/b")
        if not _crash(store, partial(store.delete_if_unchanged, "a/b", tag), before_call):
            break
        with suppress(ObjectChanged):
            store.delete_if_unchanged("a/b", tag)
        assert store.head("a/b") is None
    assert before_call > 5


def test_an_id_that_was_killed_in_the_making_is_made_again(store: LocalStore, root: Path) -> None:
    before_call = 0
    while _crash(store, store.place_id, before_call := before_call + 1):
        assert store.place_id() == store.place_id()
        (root / ".clearshard-place").unlink()
        store.sweep()
    assert before_call > 5


@pytest.mark.parametrize("data", [b"", b"0" * 32, b"x" * 33, b"a\n" * 40])
def test_an_id_that_somebody_else_has_put_there_is_none(
    store: LocalStore, root: Path, data: bytes
) -> None:
    (root / ".clearshard-place").write_bytes(data)
    with pytest.raises(StoreUnavailable, match="Restore it"):
        store.place_id()


def test_a_folder_that_is_gone_is_in_no_place(store: LocalStore, root: Path) -> None:
    with pytest.raises(ObjectNotFound):
        store.place_id("none")
    (root / "link").symlink_to(root)
    with pytest.raises(NotAnObject):
        store.place_id("link")
