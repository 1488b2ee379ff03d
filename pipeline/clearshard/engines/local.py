"""Worker processes on this machine: started once, watched, replaced when they die.

A unit is lost if its worker crashes, takes too long or wants too much memory; what then becomes of
it, and all else that holds of every engine, `clearshard.engines.engine` says.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import wait
from typing import Generic

from clearshard.engines.engine import (
    CRASHES_ALONE,
    UNITS_PER_WORKER,
    Job,
    Loss,
    Result,
    Unit,
)
from clearshard.engines.mapping import Line, Piece, mapped
from clearshard.engines.serving import KERNEL_HOLDS_BOUND
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import SECONDS_BETWEEN_LOOKS, Lost, Worker, prepare
from clearshard.errors import RunFailed

#: A worker that dies this often before it has ever been ready will never be.
_MAX_FAILED_STARTS = 3
#: After a request to stop, units in hand have this long; the rest of ten seconds is for tidying up.
_SECONDS_TO_STOP = 6.0


class LocalEngine:
    """Maps a job over local processes; see `clearshard.engines.engine.Engine`."""

    def __init__(self, workers: int, stop: Stop | None = None) -> None:
        """Starts nothing yet.

        Args:
            workers: Number of processes.
            stop: Looked at while mapping; None if nobody will ask.
        """
        self._worker_count = workers
        self._stop = Stop() if stop is None else stop

    @staticmethod
    def prepare(preload: Sequence[str]) -> None:
        """Starts the process that workers are forked from; see `clearshard.engines.worker`."""
        prepare(preload)

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        """The results; after a request to stop those that are there within a few seconds.

        Raises:
            ClearshardError: What the job raised in a worker, or that no worker could be started.
            Interrupted: After a request to stop; also where `units` raises it.
        """
        line: Line[Unit, Result] = Line()
        pool = LocalPool(job, self._worker_count, self._stop, line)
        yield from mapped(line, pool, units, self._worker_count * UNITS_PER_WORKER, self._stop)


class LocalPool(Generic[Unit, Result]):
    """The workers; started when there is something to do. See `clearshard.engines.mapping.Pool`."""

    def __init__(
        self, job: Job[Unit, Result], size: int, stop: Stop, line: Line[Unit, Result]
    ) -> None:
        """Starts nothing yet.

        Args:
            job: What they do.
            size: How many.
            stop: Looked at while waiting.
            line: Where pieces come from and results go to.
        """
        self._job = job
        self._size = size
        self._stop = stop
        self._line = line
        self._failed_starts = 0
        self._workers: list[Worker] = []

    def hand_out(self) -> None:
        """Gives pieces to workers that are free; starts those that are missing."""
        while len(self._workers) < self._size:
            self._workers.append(self._new_worker())
        for worker in list(self._workers):
            if self._line.waits and worker.ready and worker.in_hand is None:
                piece = self._line.next()
                try:
                    worker.give(piece.unit, piece, self._job.seconds_per_unit)
                except Lost:  # between two units: no file is to blame
                    self._line.put_back(piece)
                    self._replace(worker)

    def step(self) -> None:
        """Waits until something happens, and deals with it."""
        timeout = max(0.0, min(w.deadline for w in self._workers) - time.monotonic())
        if not KERNEL_HOLDS_BOUND:
            timeout = min(timeout, SECONDS_BETWEEN_LOOKS)
        ready = wait(
            [*(w.connection for w in self._workers), self._stop.fileno()],
            None if timeout == float("inf") else timeout,
        )
        for worker in list(self._workers):
            try:
                if worker.connection in ready:
                    self._receive(worker)
                else:
                    worker.check()
            except Lost as lost:
                self._replace(worker)
                self._lose(worker, lost.loss)
        self.hand_out()

    def finish_in_hand(self) -> None:
        """Waits for the units in hand, and hands out no more; a worker that is lost stays lost."""
        asked = self._stop.requested_at
        until = (time.monotonic() if asked is None else asked) + _SECONDS_TO_STOP
        busy = [worker for worker in self._workers if worker.in_hand is not None]
        while busy and (left := until - time.monotonic()) > 0:
            ready = wait([worker.connection for worker in busy], left)
            for worker in [w for w in busy if w.connection in ready]:
                try:
                    self._receive(worker)
                except Lost:
                    worker.in_hand = None
                if worker.in_hand is None:
                    busy.remove(worker)

    def close(self) -> None:
        """Kills them."""
        for worker in self._workers:
            worker.stop()

    def _new_worker(self) -> Worker:
        job = self._job
        return Worker(job.make, job.arguments, job.memory_bytes, job.preload)

    def _receive(self, worker: Worker) -> None:
        kind, value = worker.receive()
        if kind == "error":
            raise value
        self._failed_starts = 0
        if kind == "result":
            self._line.finish(worker.in_hand, [value])
            worker.in_hand = None

    def _replace(self, worker: Worker) -> None:
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise RunFailed(
                    "Workers die or hang while starting. Is there enough memory for them, and is "
                    "limits.worker_memory_bytes large enough?"
                )
        worker.stop()
        self._workers[self._workers.index(worker)] = self._new_worker()

    def _lose(self, worker: Worker, loss: Loss) -> None:
        if worker.in_hand is None:
            return
        piece: Piece[Unit, Result] = worker.in_hand
        parts = self._job.split(piece.unit)
        if parts is not None:
            self._line.take_apart(piece, parts)
        elif loss == "crashed" and piece.losses + 1 < CRASHES_ALONE:
            self._line.retry(piece)
        else:
            self._line.finish(piece, [self._job.give_up(piece.unit, loss)])
