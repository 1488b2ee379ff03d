"""The operations of a commit, carried out: on a store, or in a folder of this machine."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.audit.events import LineError, parse_line
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of, with_event
from clearshard.audit.signing import Signer
from clearshard.errors import (
    IntegrityError,
    NotAnObject,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    StoreError,
)
from clearshard.run.journal import Journal
from clearshard.run.output.commit import (
    Append,
    Delete,
    Held,
    Look,
    Names,
    Operation,
    Put,
    Read,
    Replace,
    Seen,
)
from clearshard.run.output.folder import OutputFolder
from clearshard.storage.files import fsync_folder
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Store

#: No object of an output is larger: a bucket takes no more in one request.
_MAX_BYTES = 5 << 30


class OnStore:
    """Carries out operations on a store, the ledger in it as one object."""

    def __init__(self, store: Store, signer: Signer) -> None:
        """Asks nothing of the store.

        Args:
            store: Where the output lies.
            signer: Signs what the ledger is told.
        """
        self._store = store
        self._signer = signer

    def __call__(self, operation: Operation) -> Any:
        """Carries one out, and says what it comes to; see `clearshard.run.output.commit`.

        Raises:
            IntegrityError: The ledger is not what was written.
            StoreError: Whatever kept the store from it.
        """
        match operation:
            case Look():
                held = read(self._store, layout.LEDGER)
                return Seen(() if held is None else events_of(held.data), held)
            case Append(seen, said):
                return self._append(seen.mark, said)
            case _:
                return on_store(self._store, operation)

    def _append(self, held: object, said: Said) -> bool:
        """Replaces the ledger, and then the copy of its newest line.

        The copy may be one line behind, never two: it catches up before the next line.
        """
        before = held.data if isinstance(held, Held) else b""
        content = with_event(before, self._signer, said)
        if isinstance(held, Held):
            self._copy(_newest_line(before))
            written: Operation = Replace(layout.LEDGER, content, held.tag)
        else:
            written = Put(layout.LEDGER, content)
        done = bool(on_store(self._store, written))
        if done:
            self._copy(_newest_line(content))
        return done

    def _copy(self, line: bytes) -> None:
        """Makes the copy this line, if it is an older one."""
        there = read(self._store, layout.LEDGER_COPY)
        if there is None:
            on_store(self._store, Put(layout.LEDGER_COPY, line))
        elif _seq(there.data) < _seq(line):
            on_store(self._store, Replace(layout.LEDGER_COPY, line, there.tag))


class InFolder:
    """Carries out operations in an output folder of this machine.

    The folder is a store, but for two things: the ledger is a file that grows, under a lock of its
    own, and files that a run has made are moved and not copied.
    """

    def __init__(self, folder: OutputFolder, journal: Journal) -> None:
        """Touches nothing.

        Args:
            folder: Where the output lies.
            journal: Tells its ledger.
        """
        self._root = folder.root
        self._store = LocalStore(
            folder.root, umask=folder.umask, shared=frozenset(layout.GIVEN_AWAY)
        )
        self._journal = journal

    def __call__(self, operation: Operation) -> Any:
        """Carries one out, and says what it comes to; see `clearshard.run.output.commit`.

        Raises:
            IntegrityError: The ledger is not what was written.
            ClearshardError: Whatever kept the disk from it.
        """
        match operation:
            case Look():
                events = tuple(self._journal.events())
                return Seen(events, events[-1] if events else None)
            case Append(seen, said):
                return self._journal.tell_after(seen.events[-1] if seen.events else None, said)
            case Read(key):
                return self._read(key)
            case Put(key, Path() as file):
                return _unless(ObjectExists, lambda: self._store.move_if_absent(key, file))
            case Delete(key):
                return self._delete(key)
            case _:
                return on_store(self._store, operation)

    def _read(self, key: str) -> Held | None:
        """Reads a file; a link is none, and where the card is to be it goes."""
        try:
            return read(self._store, key)
        except NotAnObject:
            if key == layout.CARD and (self._root / key).is_symlink():
                (self._root / key).unlink()
            return None

    def _delete(self, key: str) -> None:
        """Deletes a file, a link too, and the folder of a period or run that becomes empty."""
        path = self._root / key
        if path.is_symlink():
            path.unlink()
        else:
            self._store.delete(key)
        folder = path.parent
        if folder.is_dir() and folder.relative_to(self._root).as_posix() not in layout.FOLDERS:
            with suppress(OSError):  # others are in it
                folder.rmdir()
            fsync_folder(folder if folder.exists() else folder.parent)


def on_store(store: Store, operation: Operation) -> Any:
    """Carries out what is not about the ledger."""
    match operation:
        case Read(key):
            return read(store, key)
        case Names(folder):
            return tuple(listed.key for listed in store.list_below(folder))
        case Put(key, source):
            return _unless(ObjectExists, lambda: store.put_if_absent(key, _content(source)))
        case Replace(key, source, tag):
            return _unless(
                ObjectChanged, lambda: store.replace_if_unchanged(key, _content(source), tag)
            )
        case Delete(key):
            return store.delete(key)
        case _:
            raise TypeError(operation)


def read(store: Store, key: str) -> Held | None:
    """An object, or None if there is none."""
    try:
        content = store.read(key, _MAX_BYTES)
    except ObjectNotFound:
        return None
    return Held(content.data, content.found.tag)


def _newest_line(content: bytes) -> bytes:
    """The last line of a ledger, with its newline."""
    return content[content.rfind(b"\n", 0, -1) + 1 :]


def _seq(line: bytes) -> int:
    """Number of the event of a line.

    Raises:
        IntegrityError: It is none.
    """
    try:
        return parse_line(line.removesuffix(b"\n")).seq
    except LineError as error:
        raise IntegrityError(
            f"{layout.LEDGER_COPY} {error}. Run `clearshard audit verify`, then restore it from a "
            "backup."
        ) from None


def _unless(refused: type[StoreError], write: Callable[[], object]) -> bool:
    """Whether something was written, and not refused so."""
    try:
        write()
    except refused:
        return False
    return True


def _content(source: bytes | Path) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()
