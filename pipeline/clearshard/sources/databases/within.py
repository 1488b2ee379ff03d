"""What comes from a place that may never answer, for no longer than it may take."""

import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
#: How many items lie ready: one is made while another one is looked at.
_AHEAD = 2
_TURN_SECONDS = 0.2


class TooLate(Exception):
    """The time is over."""


class _Feed(Generic[_Item]):
    def __init__(self, source: Callable[[], Iterator[_Item]]) -> None:
        self._source = source
        self.queue: Queue[tuple[str, _Item | BaseException | None]] = Queue(_AHEAD)
        self.left = threading.Event()

    def run(self) -> None:
        try:
            items = self._source()
            try:
                for item in items:
                    if not self._put(("item", item)):
                        return
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()
            self._put(("end", None))
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are taken
            self._put(("error", error))

    def _put(self, what: tuple[str, _Item | BaseException | None]) -> bool:
        """Whether somebody still waits for it."""
        while not self.left.is_set():
            try:
                self.queue.put(what, timeout=_TURN_SECONDS)
            except Full:
                continue
            return True
        return False


def within(seconds: float, source: Callable[[], Iterator[_Item]]) -> Iterator[_Item]:
    """The items of a source, which is read in a thread of its own.

    A call into a library that waits for a server can be ended by nobody. Here it is left alone,
    and ends with the process; whoever interrupts the program is heard meanwhile.

    Raises:
        TooLate: They have not all come in time.
    """
    feed = _Feed(source)
    ends = time.monotonic() + seconds
    threading.Thread(target=feed.run, daemon=True, name="registry").start()
    try:
        while True:
            try:
                what, item = feed.queue.get(timeout=max(0.0, ends - time.monotonic()))
            except Empty:
                raise TooLate from None
            if what == "end":
                return
            if isinstance(item, BaseException):
                raise item
            yield item  # type: ignore[misc] # an item, as `what` says
    finally:
        feed.left.set()
