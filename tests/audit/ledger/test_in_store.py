"""A ledger that is one object of a store, and the copy of it in a mirror."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.in_store import append_to, read_ledger
from clearshard.audit.ledger.mirrored import MirroredLedger
from clearshard.errors import IntegrityError, StoreUnavailable
from clearshard.storage.objects import in_memory
from clearshard.storage.store import Content, Store

from ..signers import SIGNER

AT = datetime(2026, 11, 22, tzinfo=UTC)


def said(event: str) -> Said:
    return Said(event, "run", AT, {})


def test_of_two_that_read_the_same_one_appends() -> None:
    store = in_memory()
    read = read_ledger(store)
    assert append_to(store, read, SIGNER, said("one")) is not None
    assert append_to(store, read, SIGNER, said("other")) is None
    read = read_ledger(store)
    assert append_to(store, read, SIGNER, said("next")) is not None
    assert append_to(store, read, SIGNER, said("other")) is None
    assert [event.event for event in read_ledger(store).events] == ["one", "next"]


def test_the_copy_is_never_two_lines_behind() -> None:
    store = in_memory()
    first = append_to(store, read_ledger(store), SIGNER, said("one"))
    assert first is not None
    second = append_to(store, first, SIGNER, said("two"))
    assert second is not None
    copy = store.read(layout.LEDGER_COPY, 1 << 20)
    assert copy.data == second.newest_line
    # Killed between the two: who comes next brings it up first, even if they then lose.
    store.replace_if_unchanged(layout.LEDGER_COPY, first.newest_line, copy.found.tag)
    stale = type(second)(second.data, first.tag)
    assert append_to(store, stale, SIGNER, said("three")) is None
    assert store.read(layout.LEDGER_COPY, 1 << 20).data == second.newest_line


def test_a_copy_that_is_no_line_is_told() -> None:
    store = in_memory()
    store.put_if_absent(layout.LEDGER_COPY, b"no line\n")
    with pytest.raises(IntegrityError, match=r"head\.json"):
        append_to(store, read_ledger(store), SIGNER, said("one"))


def test_another_process_may_append_by_the_same_mirror(tmp_path: Path) -> None:
    """As `export record` does while a run is at work: it is ahead of what was just read."""
    store, path = in_memory(), tmp_path / "mirror" / layout.LEDGER
    one, other = (MirroredLedger(cast("Store", _Meanwhile(store)), path, SIGNER) for _ in range(2))
    one.append("first", "run", AT)
    _Meanwhile.waiting.append(lambda: other.append("second", "run", AT))
    assert len(list(one.read())) == 1
    assert [event.event for event in one.read()] == ["first", "second"]


class _Meanwhile:
    """A store of which something happens after a look at the ledger, and before it is told."""

    waiting: ClassVar[list[Callable[[], None]]] = []

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, key: str, max_bytes: int) -> Content:
        content = self._store.read(key, max_bytes)
        while key == layout.LEDGER and self.waiting:
            self.waiting.pop()()
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_mirror_has_what_was_read_last(tmp_path: Path) -> None:
    store = in_memory()
    paths = [tmp_path / name / layout.LEDGER for name in ("one", "other")]
    one, other = (MirroredLedger(store, path, SIGNER) for path in paths)
    assert one.head() is None
    one.append("first", "run", AT)
    newest = other.head()
    assert newest is not None
    one.append("second", "run", AT)
    assert not other.append_after(newest, said("too late"))
    assert other.append_after(one.head(), said("third"))
    assert [event.event for event in one.read()] == ["first", "second", "third"]
    contents = [path.read_bytes() for path in paths]
    assert contents[0] == contents[1] == store.read(layout.LEDGER, 1 << 20).data
    for path in paths:
        assert Ledger(path).check() == []


def test_a_ledger_that_others_write_all_the_time_is_given_up(tmp_path: Path) -> None:
    store = in_memory()

    class Overtaken:
        """No store of its own: whatever it does not name here goes on to one."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def put_if_absent(self, key: str, data: bytes) -> object:
            if key == layout.LEDGER:
                append_to(store, read_ledger(store), SIGNER, said("theirs"))
            return store.put_if_absent(key, data)

        def replace_if_unchanged(self, key: str, data: bytes, tag: object) -> object:
            if key == layout.LEDGER:
                append_to(store, read_ledger(store), SIGNER, said("theirs"))
            return store.replace_if_unchanged(key, data, tag)  # type: ignore[arg-type]  # as given

    ledger = MirroredLedger(Overtaken(), tmp_path / layout.LEDGER, SIGNER)  # type: ignore[arg-type]  # see above
    with pytest.raises(StoreUnavailable, match="all the time"):
        ledger.append("mine", "run", AT)
