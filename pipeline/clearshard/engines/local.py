"""Worker processes on this machine: started once, watched, replaced when they die.

A unit is lost if its worker crashes, takes too long or wants too much memory; what then becomes of
it, and all else that holds of every engine, `clearshard.engines.engine` says.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from clearshard.engines.engine import (
    CRASHES_ALONE,
    UNITS_PER_WORKER,
    Job,
    Loss,
    Result,
    Unit,
)
from clearshard.engines.serving import KERNEL_HOLDS_BOUND
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import SECONDS_BETWEEN_LOOKS, Lost, Worker, prepare
from clearshard.errors import Interrupted, RunFailed

#: A worker that dies this often before it has ever been ready will never be.
_MAX_FAILED_STARTS = 3
#: After a request to stop, units in hand have this long; the rest of ten seconds is for tidying up.
_SECONDS_TO_STOP = 6.0


@dataclass(slots=True)
class _Slot:
    """A unit's place in the order, and the results of its parts."""

    missing: int = 1
    results: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A unit, or a part of one, on its way.

    Attributes:
        crashes: How often it crashed a worker alone.
    """

    unit: Any
    slot: _Slot
    crashes: int = 0


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
        slots: deque[_Slot] = deque()
        pool = _Pool(job, self._worker_count, self._stop)
        try:
            with self._stop.heed():
                try:
                    yield from self._map(pool, slots, iter(units))
                except Interrupted:
                    pool.finish_in_hand()
                    while slots:
                        yield from slots.popleft().results
                    raise
        finally:
            pool.close()

    def _map(self, pool: "_Pool", slots: deque[_Slot], source: Iterator[Unit]) -> Iterator[Result]:
        exhausted = False
        while not (exhausted and not slots):
            while not exhausted and len(slots) < self._worker_count * UNITS_PER_WORKER:
                if self._stop.requested:
                    raise Interrupted
                unit = next(source, None)
                if unit is None:
                    exhausted = True
                    break
                slots.append(_Slot())
                pool.submit(unit, slots[-1])
            while slots and slots[0].missing == 0:
                yield from slots.popleft().results
            if self._stop.requested:
                raise Interrupted
            if slots and slots[0].missing:
                pool.step()


class _Pool:
    """The workers, and the pieces that wait for one; started when there is something to do."""

    def __init__(self, job: Job[Any, Any], size: int, stop: Stop) -> None:
        self._job = job
        self._size = size
        self._stop = stop
        self._waiting: deque[_Piece] = deque()
        self._failed_starts = 0
        self._workers: list[Worker] = []

    def submit(self, unit: Any, slot: _Slot) -> None:
        self._waiting.append(_Piece(unit, slot))
        while len(self._workers) < self._size:
            self._workers.append(self._new_worker())
        self._hand_out()

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
        self._hand_out()

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
        for worker in self._workers:
            worker.stop()

    def _new_worker(self) -> Worker:
        job = self._job
        return Worker(job.make, job.arguments, job.memory_bytes, job.preload)

    def _hand_out(self) -> None:
        for worker in list(self._workers):
            if self._waiting and worker.ready and worker.in_hand is None:
                piece = self._waiting.popleft()
                try:
                    worker.give(piece.unit, piece, self._job.seconds_per_unit)
                except Lost:  # between two units: no file is to blame
                    self._waiting.appendleft(piece)
                    self._replace(worker)

    def _receive(self, worker: Worker) -> None:
        kind, value = worker.receive()
        if kind == "error":
            raise value
        self._failed_starts = 0
        if kind == "result":
            slot = worker.in_hand.slot
            slot.results.append(value)
            slot.missing -= 1
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
        piece: _Piece = worker.in_hand
        parts = self._job.split(piece.unit)
        again: list[_Piece] = []
        if parts is not None:
            piece.slot.missing += len(parts) - 1
            again = [_Piece(part, piece.slot) for part in parts]
        elif loss == "crashed" and piece.crashes + 1 < CRASHES_ALONE:
            again = [_Piece(piece.unit, piece.slot, piece.crashes + 1)]
        else:
            piece.slot.results.append(self._job.give_up(piece.unit, loss))
            piece.slot.missing -= 1
        # First in line: what follows in the order waits for them.
        self._waiting.extendleft(reversed(again))
