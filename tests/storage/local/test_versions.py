"""A change of a file changes its tag, and what changes while it is read is not believed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clearshard.errors import ObjectChanged
from clearshard.storage.local import LocalStore
from clearshard.storage.store import VersionTag

from .looking import tag_of


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
    before, tag = path.stat(), tag_of(store, "a")
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
    assert tag_of(store, "a") != tag
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
    pread, tag = os.pread, tag_of(store, "a")

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
    tag = tag_of(store, "a")
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
