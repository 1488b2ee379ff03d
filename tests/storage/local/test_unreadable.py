"""What cannot be read is told, is not taken for empty, and costs no more than is asked for."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from clearshard.errors import NotAnObject, ObjectDenied, ObjectNotFound, StoreUnavailable
from clearshard.storage import beneath
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Listed, VersionTag


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


def test_a_read_that_fails_says_so(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_if_absent("a", b"1")

    def failing(*_: Any) -> bytes:
        raise OSError(errno.EIO, "x")

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(StoreUnavailable):
        store.read("a", 1)


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
