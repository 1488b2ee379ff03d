"""One process that answers requests: for what comes from outside and is no unit of any job.

It is watched like a worker. Its answers come in portions, so that none need be in memory as a
whole, and whoever asks may take as long as he likes over each.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from clearshard.engines.asking import Answer, answering
from clearshard.engines.engine import CRASHES_ALONE, Loss
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import Lost, Worker
from clearshard.errors import Interrupted, RunFailed

Request = TypeVar("Request")
Item = TypeVar("Item")

#: Whoever takes memory back may hit a process that is starting: once more, as with workers.
_MOST_STARTS = 3


@dataclass(frozen=True, slots=True)
class Help(Generic[Request, Item]):
    """What the process does.

    Attributes:
        name: What it does, for whoever reads that it cannot: "that reads containers".
        make: Called once in the process. The function that it returns is called with a request, and
            then with None for each further portion, until one is empty. Must be importable.
        memory_bytes: What the process may have.
        preload: Modules that it needs: imported once, in the process it is forked from.
        answer: Answers what the process asks, in a thread of this one; `make` is then given an
            `Asker`, and nothing otherwise.
    """

    name: str
    make: Callable[..., Callable[[Request | None], Sequence[Item]]]
    memory_bytes: int
    preload: tuple[str, ...] = ()
    answer: Answer | None = None


class Helper(Generic[Request, Item]):
    """The process, started when it is first asked; to be closed."""

    def __init__(self, help_: Help[Request, Item], stop: Stop) -> None:
        """Starts nothing yet.

        Args:
            help_: What the process does.
            stop: Looked at while waiting for it.
        """
        self._help = help_
        self._stop = stop
        self._worker: Worker | None = None
        self._closing = Lock()

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
        """Ends the process; whoever asks again gets another one.

        It may be called while another thread waits for an answer, to which the process is lost.
        """
        with self._closing:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()

    def answer(
        self,
        request: Callable[[], Request],
        give_up: Callable[[Loss], Sequence[Item]],
        seconds: float,
    ) -> Iterator[Item]:
        """The items of all portions.

        A process that crashes may have been hit by what had nothing to do with the request: another
        one is asked for what has not come yet.

        Args:
            request: What is to be asked; asked for again after a crash.
            give_up: What there is in place of what has not come, if none will.
            seconds: How long it may take altogether. Only time that the process takes counts.

        Raises:
            ClearshardError: What the process raised.
            Interrupted: Somebody asked the run to stop.
            RunFailed: The process cannot be started.
        """
        for left in reversed(range(CRASHES_ALONE)):
            lost: Loss | None = None
            portions = self._portions(request(), seconds)
            while True:
                try:
                    portion = next(portions, None)
                except Lost as error:
                    lost = error.loss
                    break
                if portion is None:
                    return
                yield from portion
            self.close()
            if lost != "crashed" or not left:
                yield from give_up(lost)
                return

    def _portions(self, request: Request, seconds: float) -> Iterator[Sequence[Item]]:
        asked: Request | None = request
        while True:
            worker = self._started()
            before = time.monotonic()
            worker.give(asked, None, seconds)
            portion: Sequence[Item] = self._receive(worker)
            seconds -= time.monotonic() - before
            if not portion:
                return
            yield portion
            asked = None

    def _started(self) -> Worker:
        if self._worker is not None:
            return self._worker
        for _ in range(_MOST_STARTS):
            self._worker = self._new_worker()
            try:
                self._receive(self._worker)
            except Lost:
                self.close()
            else:
                return self._worker
        raise RunFailed(
            f"The process {self._help.name} dies or hangs while starting. Is there enough "
            "memory for it, and is limits.worker_memory_bytes large enough?"
        )

    def _new_worker(self) -> Worker:
        what = self._help
        if what.answer is None:
            return Worker(what.make, (), what.memory_bytes, what.preload)
        asker = answering(what.answer)
        try:
            return Worker(what.make, (asker,), what.memory_bytes, what.preload)
        finally:
            asker.close()

    def _receive(self, worker: Worker) -> Any:
        while True:
            if worker.wait(self._stop.fileno()):
                kind, value = worker.receive()
                if kind == "error":
                    raise value
                return value
            if self._stop.requested:
                raise Interrupted
            worker.check()
