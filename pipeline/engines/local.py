"""Worker processes on this machine: started once, watched, replaced when they die.

A unit whose worker crashes or takes too long is cut in two and tried again, until the one file that
does it is alone; that file is given up and everything else goes on. Results come back in the order
of the units, and only a bounded number of units is on its way at any time.
"""

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Any, Generic, Literal, TypeVar

from pipeline.errors import ClearshardError, RunFailed

Unit = TypeVar("Unit")
Result = TypeVar("Result")
Loss = Literal["crashed", "timed_out"]

#: Units on their way for each worker: one in hand, and enough for the next ones to be ready.
_UNITS_PER_WORKER = 4
#: A worker that dies this often before it has ever been ready will never be.
_MAX_FAILED_STARTS = 3
#: One BLAS thread a worker: more only get in each other's way. Read when NumPy is imported.
_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
}
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Job(Generic[Unit, Result]):
    """What the workers do.

    Attributes:
        make: Called once in each worker; returns the function that is mapped. Must be importable.
        arguments: Of `make`; must be picklable.
        split: Cuts a unit in two, or returns None if it cannot be cut.
        give_up: The result of a unit that cannot be cut and was lost.
        seconds_per_unit: A worker that takes longer for a unit is stopped.
        preload: Modules that the workers need: imported once, in the process they are forked from.
    """

    make: Callable[..., Callable[[Unit], Result]]
    arguments: tuple[Any, ...]
    split: Callable[[Unit], tuple[Unit, Unit] | None]
    give_up: Callable[[Unit, Loss], Result]
    seconds_per_unit: float
    preload: tuple[str, ...] = ()


@dataclass(slots=True)
class _Slot:
    """A unit's place in the order, and the results of its parts."""

    missing: int = 1
    results: list[Any] = field(default_factory=list)


class LocalEngine:
    """Maps a job over local processes."""

    def __init__(self, workers: int) -> None:
        self._worker_count = workers

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        """Results in the order of the units; several for a unit that had to be cut.

        Raises:
            ClearshardError: What the job raised in a worker, or that no worker could be started.
        """
        pool: _Pool | None = None  # no worker is started before there is something to do
        slots: deque[_Slot] = deque()
        source = iter(units)
        exhausted = False
        try:
            while True:
                while not exhausted and len(slots) < self._worker_count * _UNITS_PER_WORKER:
                    unit = next(source, None)
                    if unit is None:
                        exhausted = True
                        break
                    slots.append(_Slot())
                    pool = pool or _Pool(job, self._worker_count)
                    pool.submit(unit, slots[-1])
                while slots and slots[0].missing == 0:
                    yield from slots.popleft().results
                if exhausted and not slots:
                    return
                if pool is not None and slots and slots[0].missing:
                    pool.step()
        finally:
            if pool is not None:
                pool.close()


def prepare(preload: Sequence[str]) -> None:
    """Starts the process that workers are forked from, if there is none yet.

    It imports what they need and nothing else: no thread, lock or secret of this process is copied,
    and starting a worker takes half a second, not two. Importing goes on while the caller does
    something else; call this early.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(preload))
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Worker:
    """One process, and the unit it has in hand."""

    def __init__(self, job: Job[Any, Any]) -> None:
        prepare(job.preload)
        context = multiprocessing.get_context("forkserver")
        self.connection, theirs = context.Pipe()
        self.process: ForkServerProcess = context.Process(
            target=_serve, args=(theirs, job.make, job.arguments), daemon=True
        )
        self.process.start()
        theirs.close()
        self.ready = False
        self.in_hand: tuple[Any, _Slot] | None = None
        self.deadline = float("inf")

    def give(self, unit: Any, slot: _Slot, seconds: float) -> None:
        self.in_hand = (unit, slot)
        self.deadline = time.monotonic() + seconds
        self.connection.send(unit)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Pool:
    def __init__(self, job: Job[Any, Any], size: int) -> None:
        self._job = job
        self._waiting: deque[tuple[Any, _Slot]] = deque()
        self._failed_starts = 0
        self._workers = [_Worker(job) for _ in range(size)]

    def submit(self, unit: Any, slot: _Slot) -> None:
        self._waiting.append((unit, slot))
        self._hand_out()

    def step(self) -> None:
        """Waits until something happens, and deals with it."""
        deadline = min(w.deadline for w in self._workers)
        timeout = None if deadline == float("inf") else max(0.0, deadline - time.monotonic())
        ready = wait([w.connection for w in self._workers], timeout)
        for worker in list(self._workers):
            if worker.connection in ready:
                self._receive(worker)
            elif worker.deadline <= time.monotonic():
                self._lose(worker, "timed_out")
        self._hand_out()

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and worker.ready and worker.in_hand is None:
                unit, slot = self._waiting.popleft()
                try:
                    worker.give(unit, slot, self._job.seconds_per_unit)
                except OSError:  # it died between two units; `step` finds out and replaces it
                    continue

    def _receive(self, worker: _Worker) -> None:
        try:
            kind, value = worker.connection.recv()
        except (EOFError, OSError):
            self._lose(worker, "crashed")
            return
        if kind == "error":
            raise value
        worker.ready = True
        self._failed_starts = 0
        if kind == "result":
            assert worker.in_hand is not None
            _, slot = worker.in_hand
            slot.results.append(value)
            slot.missing -= 1
            worker.in_hand = None
            worker.deadline = float("inf")

    def _lose(self, worker: _Worker, loss: Loss) -> None:
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise RunFailed("Workers die while starting. Is there enough memory for them?")
        worker.stop()
        self._workers[self._workers.index(worker)] = _Worker(self._job)
        if worker.in_hand is None:
            return
        unit, slot = worker.in_hand
        halves = self._job.split(unit)
        if halves is None:
            slot.results.append(self._job.give_up(unit, loss))
            slot.missing -= 1
        else:
            slot.missing += 1
            # First in line: what follows in the order waits for them.
            self._waiting.extendleft((half, slot) for half in reversed(halves))


def forbid_core_dumps() -> None:
    """Keeps the memory of this process, with what it holds of transcripts, from reaching a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit does not hold where the kernel pipes dumps to a program; this does.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _serve(
    connection: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]
) -> None:
    """The life of a worker. Nothing that it says can quote a transcript."""
    forbid_core_dumps()
    # Ctrl-C goes to the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    try:
        function = make(*arguments)
    except ClearshardError as error:
        connection.send(("error", error))
        return
    except BaseException as error:  # noqa: BLE001 - a traceback would quote its input
        connection.send(("error", RunFailed(f"A worker could not start: {type(error).__name__}.")))
        return
    # What has been loaded stays for good, and a unit leaves nothing behind: looking for garbage in
    # the middle of one finds none and takes time.
    gc.collect()
    gc.freeze()
    gc.disable()
    connection.send(("ready", None))
    while True:
        try:
            unit = connection.recv()
        except EOFError:  # the parent is gone
            return
        try:
            result = function(unit)
        except ClearshardError as error:  # not the unit's fault: a full disk, say
            connection.send(("error", error))
            return
        except BaseException:  # noqa: BLE001 - the parent sees a crash and bisects
            os._exit(1)
        connection.send(("result", result))
        del unit, result
        gc.collect()
