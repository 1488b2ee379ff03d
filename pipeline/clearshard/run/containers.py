"""Containers are read in a process of their own, for they come from outside like any transcript.

A few kilobytes can stand for terabytes of newlines, and a damaged Parquet file can do to its reader
whatever it likes. The reader has bounds on its memory and on its time; what goes beyond them costs
the records of that container and nothing else.
"""

import time
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clearshard.config import Limits
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import Loss, Lost, Worker
from clearshard.errors import Interrupted, RunFailed
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.sources.containers import read_records
from clearshard.storage.sources import size_inside

_PRELOAD = ("clearshard.run.containers",)
#: A reader can be killed by what has nothing to do with its container, which then gets another one.
_READERS = 2
#: Whoever takes memory back may hit a process that is starting: once more, as with workers.
_MOST_STARTS = 3
#: Bytes of records that come back at a time.
_PORTION_BYTES = 4 * 1024 * 1024
#: A large container takes long to read, so it may: as long as a slow disk needs.
_BYTES_PER_SECOND = 1024 * 1024
_REASONS: dict[Loss, QuarantineReason] = {
    "crashed": QuarantineReason.MALFORMED,
    "timed_out": QuarantineReason.DETECTOR_TIMEOUT,
    "out_of_memory": QuarantineReason.MALFORMED,
}

Found = tuple[str, bytes | Quarantine]


@dataclass(frozen=True, slots=True)
class _Request:
    root: Path
    path: str
    wanted: frozenset[str]
    max_bytes: int


class ContainerReader:
    """Does what `read_records` does, somewhere else; the process is started when it is needed."""

    def __init__(self, limits: Limits, stop: Stop) -> None:
        self._limits = limits
        self._stop = stop
        self._worker: Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._drop()

    def read(self, root: Path, path: str, wanted: Set[str], max_bytes: int) -> Iterator[Found]:
        """The wanted records of a container; see `clearshard.sources.containers.read_records`.

        Raises:
            Interrupted: Somebody asked the run to stop.
            RunFailed: The reader cannot be started.
        """
        waiting = set(wanted)
        allowed = self._limits.seconds_per_file + size_inside(root, path) / _BYTES_PER_SECOND
        for left in reversed(range(_READERS)):
            try:
                for record_id, found in self._portions(root, path, waiting, max_bytes, allowed):
                    waiting.discard(record_id)
                    yield record_id, found
            except Lost as lost:
                self._drop()
                if lost.loss == "crashed" and left:
                    continue
                problem = Quarantine(_REASONS[lost.loss], f"Container_{lost.loss}")
                yield from ((record_id, problem) for record_id in sorted(waiting))
            return

    def _portions(
        self, root: Path, path: str, wanted: Set[str], max_bytes: int, allowed: float
    ) -> Iterator[Found]:
        asked: object = _Request(root, path, frozenset(wanted), max_bytes)
        while True:
            self._start()
            # Only the time that the reader takes counts, not what its records are used for.
            before = time.monotonic()
            portion = self._ask(asked, allowed)
            allowed -= time.monotonic() - before
            yield from portion
            if not portion:
                return
            asked = None

    def _start(self) -> None:
        if self._worker is not None:
            return
        for _ in range(_MOST_STARTS):
            self._worker = Worker(make_reader, (), self._limits.worker_memory_bytes, _PRELOAD)
            try:
                self._receive()
            except Lost:
                self._drop()
            else:
                return
        raise RunFailed(
            "The process that reads containers dies or hangs while starting. Is there enough "
            "memory for it, and is limits.worker_memory_bytes large enough?"
        )

    def _ask(self, asked: object, seconds: float) -> list[Found]:
        assert self._worker is not None
        self._worker.give(asked, None, seconds)
        portion: list[Found] = self._receive()
        return portion

    def _receive(self) -> Any:
        worker = self._worker
        assert worker is not None
        while True:
            if worker.wait(self._stop.fileno()):
                kind, value = worker.receive()
                if kind == "error":
                    raise value
                return value
            if self._stop.requested:
                raise Interrupted
            worker.check()

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None


def make_reader() -> Callable[[_Request | None], list[Found]]:
    """The function of the reading process: a request begins a container, None goes on with it."""
    records: Iterator[Found] = iter(())

    def portion(request: _Request | None) -> list[Found]:
        nonlocal records
        if request is not None:
            records = read_records(request.root, request.path, request.wanted, request.max_bytes)
        out: list[Found] = []
        size = 0
        for record_id, found in records:
            out.append((record_id, found))
            size += len(found) if isinstance(found, bytes) else 0
            if size >= _PORTION_BYTES:
                break
        return out

    return portion
