"""The operations of a commit, carried out: in a folder of this machine, and in its bucket."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.errors import NotAnObject, ObjectChanged, ObjectExists, ObjectNotFound, StoreError
from clearshard.run.journal import Journal
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.mirror import Mirror, delete_in_folder
from clearshard.run.output.steps import (
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
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Store, VersionTag

#: No object of an output is larger: a bucket takes no more in one request.
_MAX_BYTES = 5 << 30


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
                return delete_in_folder(self._root, self._store, key)
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


class InMirror:
    """Carries out operations in a bucket first, then in the mirror of it.

    Killed between the two, the mirror is behind: whoever opens it next makes it what the bucket is.
    """

    def __init__(self, folder: OutputFolder, mirror: Mirror, journal: Journal) -> None:
        """Touches nothing.

        Args:
            folder: The mirror.
            mirror: The same, with its bucket.
            journal: Tells the ledger in the bucket, and the mirror.
        """
        self._mirror = mirror
        self._in_folder = InFolder(folder, journal)

    def __call__(self, operation: Operation) -> Any:
        """Carries one out, and says what it comes to; see `clearshard.run.output.commit`.

        Raises:
            IntegrityError: The ledger is not what was written.
            ClearshardError: Whatever kept the store or the disk from it.
        """
        match operation:
            case Look() | Append():
                return self._in_folder(operation)
            case Read() | Names():
                return on_store(self._mirror.store, operation)
            case Put(key, source) | Replace(key, source):
                tag = _written(self._mirror.store, operation)
                self._in_folder(Delete(key))
                if tag is not None:
                    self._in_folder(Put(key, source))
                    self._mirror.holds(key, tag)
                else:
                    with suppress(ObjectNotFound):  # it was removed since
                        self._mirror.fetch(key)
                return tag is not None
            case _:
                on_store(self._mirror.store, operation)
                return self._in_folder(operation)


def operations_in(folder: OutputFolder, journal: Journal) -> Callable[[Operation], Any]:
    """What carries out operations in an output folder, wherever it is the mirror of.

    Args:
        folder: Locked, or the operation is one that needs no lock.
        journal: Tells its ledger.
    """
    if folder.mirror is None:
        return InFolder(folder, journal)
    return InMirror(folder, folder.mirror, journal)


def on_store(store: Store, operation: Operation) -> Any:
    """Carries out what is not about the ledger."""
    match operation:
        case Read(key):
            return read(store, key)
        case Names(folder):
            return tuple(listed.key for listed in store.list_below(folder))
        case Put() | Replace():
            return _written(store, operation) is not None
        case Delete(key):
            return store.delete(key)
        case _:
            raise TypeError(operation)


def _written(store: Store, operation: Put | Replace) -> VersionTag | None:
    """The version that was written; None if that was refused."""
    try:
        match operation:
            case Put(key, source):
                return store.put_if_absent(key, _content(source))
            case Replace(key, source, tag):
                return store.replace_if_unchanged(key, _content(source), tag)
    except (ObjectExists, ObjectChanged):
        return None


def read(store: Store, key: str) -> Held | None:
    """An object, or None if there is none."""
    try:
        content = store.read(key, _MAX_BYTES)
    except ObjectNotFound:
        return None
    return Held(content.data, content.found.tag)


def _unless(refused: type[StoreError], write: Callable[[], object]) -> bool:
    """Whether something was written, and not refused so."""
    try:
        write()
    except refused:
        return False
    return True


def _content(source: bytes | Path) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()
