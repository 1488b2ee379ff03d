"""Containers that lie in a store, for a process that has no network: it asks another one for them.

That one opens an object by its key, and gives blocks of the version that it has found. What cannot
be had of a container is told as of a file; a store that does not answer ends more than that.
"""

from collections.abc import Callable
from typing import Any, BinaryIO

from clearshard.errors import (
    KeyRefused,
    NotAnObject,
    ObjectChanged,
    ObjectNotFound,
    StoreError,
    StoreUnavailable,
)
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.storage.ranges import buffered
from clearshard.storage.store import Found, ReadableStore

#: The path of a container to be opened, or where a block of it begins and how long it is.
Question = str | tuple[int, int]
#: How long it is, or the bytes of the block; a text says why there is neither.
Answered = int | bytes | str
_CHANGED = "ContainerChanged"


class StoredContainers:
    """Answers for a store, of one container at a time."""

    def __init__(self, store: ReadableStore) -> None:
        """Asks nothing of the store yet."""
        self._store = store
        self._opened: tuple[str, Found] | None = None
        self._failed: StoreError | None = None

    def size_bytes(self, path: str) -> int:
        """How long a container is; 0 if that cannot be told.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        try:
            found = self._store.head(path)
        except (KeyRefused, NotAnObject):
            return 0
        return 0 if found is None else found.size_bytes

    def answer(self, question: Question) -> Answered:
        """What is to be told whoever reads."""
        try:
            return self._open(question) if isinstance(question, str) else self._block(*question)
        except KeyRefused:
            return "OutsideRoot"
        except NotAnObject:
            return "NotARegularFile"
        except (ObjectChanged, ObjectNotFound):
            return _CHANGED
        except StoreError as error:
            self._failed = error
            return type(error).__name__

    def require_answers(self) -> None:
        """Passes if the store has answered so far.

        Raises:
            StoreUnavailable: It has not: whatever was made of that is none of the container.
        """
        if self._failed is not None:
            raise StoreUnavailable(str(self._failed))

    def _open(self, path: str) -> Answered:
        found = self._store.head(path)
        if found is None:
            return "FileNotFoundError"
        self._opened = path, found
        return found.size_bytes

    def _block(self, start_byte: int, size_bytes: int) -> bytes:
        assert self._opened is not None
        path, found = self._opened
        return self._store.read_range(path, start_byte, size_bytes, found.tag)


def open_stored(ask: Callable[[Question], Any], path: str) -> BinaryIO:
    """A container of a store as a file.

    Args:
        ask: Has questions answered by a `StoredContainers`.
        path: Its key.

    Raises:
        Quarantine: `missing`, here or while it is read.
    """

    def block(start_byte: int, size_bytes: int) -> bytes:
        answered: Answered = ask((start_byte, size_bytes))
        if not isinstance(answered, bytes):
            raise Quarantine(QuarantineReason.MISSING, str(answered))
        return answered

    answered: Answered = ask(path)
    if not isinstance(answered, int):
        raise Quarantine(QuarantineReason.MISSING, str(answered))
    return buffered(answered, block)
