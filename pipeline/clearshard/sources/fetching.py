"""Objects of a store, fetched ahead of whoever uses them: references in, bytes out, in their order.

A request takes tens of milliseconds, however small its answer is, so many are under way at a time.
What is bounded is bytes, not requests: those of all objects that were asked for and not handed out
yet. Each counts by the size that it was listed with, so an object that has become larger since then
is fetched by itself, once it is its turn.

What cannot be had of one object is its own fault and quarantines that file, as in a folder. A store
that does not answer, or does not let this user in, ends it all: nobody could tell what is missing.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from clearshard.errors import (
    KeyRefused,
    NotAnObject,
    ObjectChanged,
    ObjectNotFound,
    ObjectTooLarge,
)
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.storage.store import Content

#: Requests under way at a time: at 50 ms each they bring 1,280 objects a second.
REQUESTS = 64
#: Of all that was asked for and not handed out yet.
AHEAD_BYTES = 64 * 1024 * 1024
#: What an object costs beside its bytes.
_OVERHEAD_BYTES = 2 * 1024
_SECONDS_BETWEEN_LOOKS = 0.2
#: As a file that was replaced: it is read as it is now, if that is to be had.
_MOST_READINGS = 3

Group = TypeVar("Group")
Fetched = bytes | Quarantine


class Reads(Protocol):
    """What is asked of a store here."""

    def read(self, key: str, max_bytes: int) -> Content:
        """See `clearshard.storage.store.ReadableStore`."""
        ...


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that is wanted.

    Attributes:
        key: Below the root of the store; it comes from outside, and need be none.
        size_bytes: As it was listed; 0 if that cannot be told.
    """

    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Group]):
    group: Group
    references: Sequence[Reference]
    futures: Sequence["Future[Fetched | None]"]
    cost_bytes: int


class Fetcher:
    """Fetches objects of a store; to be closed."""

    def __init__(
        self,
        store: Reads,
        max_bytes: int,
        *,
        requests: int = REQUESTS,
        ahead_bytes: int = AHEAD_BYTES,
        check: Callable[[], object] = lambda: None,
    ) -> None:
        """Asks for nothing yet.

        Args:
            store: Where the objects are.
            max_bytes: Larger ones are refused, by their listed size before they are asked for.
            requests: How many are under way at a time.
            ahead_bytes: How many bytes are in memory at most, beside those of one object.
            check: Called while waiting; what it raises ends the waiting.
        """
        self._store = store
        self._max_bytes = max_bytes
        self._requests = requests
        self._ahead_bytes = ahead_bytes
        self._check = check
        self._tasks: SimpleQueue[tuple[Future[Fetched | None], Reference] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Asks for nothing any more; what is under way is not waited for."""
        for _ in self._threads:
            self._tasks.put(None)
        self._threads = []

    def fetch(
        self, groups: Iterable[tuple[Group, Sequence[Reference]]]
    ) -> Iterator[tuple[Group, list[Fetched]]]:
        """What the references of each group stand for, in their order.

        Args:
            groups: Taken as far ahead as the bound on bytes allows; a group is handed out when all
                of it is there, so it should be a small part of that bound.

        Yields:
            The group, and of each of its references the bytes, or why they are not to be had:
            `missing` or `too_large`.

        Raises:
            StoreUnavailable: The store does not answer, or does not let this user in.
        """
        waiting: deque[_Waiting[Group]] = deque()
        held = 0
        source = iter(groups)
        following = next(source, None)
        while following is not None or waiting:
            while following is not None:
                group, references = following
                cost = sum(self._cost(one) for one in references)
                if waiting and held + cost > self._ahead_bytes:
                    break
                futures = [self._asked(one) for one in references]
                waiting.append(_Waiting(group, references, futures, cost))
                held += cost
                following = next(source, None)
            first = waiting.popleft()
            each = zip(first.futures, first.references, strict=True)
            found = [self._result(future, one) for future, one in each]
            held -= first.cost_bytes
            group = first.group
            del first
            yield group, found

    def _cost(self, reference: Reference) -> int:
        return _OVERHEAD_BYTES + min(reference.size_bytes, self._max_bytes)

    def _asked(self, reference: Reference) -> "Future[Fetched | None]":
        future: Future[Fetched | None] = Future()
        if reference.size_bytes > self._max_bytes:
            future.set_result(_too_large())
            return future
        if len(self._threads) < self._requests:
            # No pool of Python's: a program that ends would wait for what is under way.
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._tasks.put((future, reference))
        return future

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, reference = task
            try:
                future.set_result(self._got(reference.key, reference.size_bytes))
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                future.set_exception(error)
            del task, future

    def _result(self, future: "Future[Fetched | None]", reference: Reference) -> Fetched:
        while not future.done():
            try:
                future.exception(_SECONDS_BETWEEN_LOOKS)
            except TimeoutError:
                self._check()
        found = future.result()
        if found is None:  # larger than it was: by itself
            found = self._got(reference.key, self._max_bytes)
        return _too_large() if found is None else found

    def _got(self, key: str, most_bytes: int) -> Fetched | None:
        """The bytes, or why not; None if there are more than asked for."""
        for _ in range(_MOST_READINGS):
            try:
                return self._store.read(key, most_bytes).data
            except ObjectTooLarge:
                return None
            except ObjectNotFound:
                return Quarantine(QuarantineReason.MISSING, "FileNotFoundError")
            except KeyRefused:
                return Quarantine(QuarantineReason.MISSING, "OutsideRoot")
            except NotAnObject:
                return Quarantine(QuarantineReason.MISSING, "NotARegularFile")
            except ObjectChanged:
                continue
        return Quarantine(QuarantineReason.MISSING, "ObjectChanged")


def _too_large() -> Quarantine:
    return Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
