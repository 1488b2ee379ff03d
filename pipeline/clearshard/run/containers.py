"""Containers are read in a process of their own, for they come from outside like any transcript.

A few kilobytes can stand for terabytes of newlines, and a damaged Parquet file can do to its reader
whatever it likes. The reader has bounds on its memory and on its time; what goes beyond them costs
the records of that container and nothing else.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from clearshard.config import Limits
from clearshard.engines.engine import Loss
from clearshard.engines.helper import Help, Helper
from clearshard.engines.stopping import Stop
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.sources.containers import read_records
from clearshard.storage.sources import size_inside

_PRELOAD = ("clearshard.run.containers",)
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
        self._seconds = limits.seconds_per_file
        help_ = Help("that reads containers", make_reader, limits.worker_memory_bytes, _PRELOAD)
        self._helper = Helper(help_, stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._helper.close()

    def read(self, root: Path, path: str, wanted: Set[str], max_bytes: int) -> Iterator[Found]:
        """The wanted records of a container; see `clearshard.sources.containers.read_records`.

        Raises:
            Interrupted: Somebody asked the run to stop.
            RunFailed: The reader cannot be started.
        """
        waiting = set(wanted)

        def request() -> _Request:
            return _Request(root, path, frozenset(waiting), max_bytes)

        def give_up(loss: Loss) -> list[Found]:
            problem = Quarantine(_REASONS[loss], f"Container_{loss}")
            return [(record_id, problem) for record_id in sorted(waiting)]

        seconds = self._seconds + size_inside(root, path) / _BYTES_PER_SECOND
        for record_id, found in self._helper.answer(request, give_up, seconds):
            waiting.discard(record_id)
            yield record_id, found


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
