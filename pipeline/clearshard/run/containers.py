"""Containers are read in a process of their own, for they come from outside like any transcript.

A few kilobytes can stand for terabytes of newlines, and a damaged Parquet file can do to its reader
whatever it likes. The reader has bounds on its memory and on its time; what goes beyond them costs
the records of that container and nothing else.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from clearshard.config import Limits
from clearshard.engines.asking import Asker
from clearshard.engines.engine import Loss
from clearshard.engines.helper import Help, Helper
from clearshard.engines.stopping import Stop
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.run.located import InBucket, InFolder, Transcripts
from clearshard.sources.containers import Opening, read_records
from clearshard.sources.stored_containers import StoredContainers, open_stored
from clearshard.storage.sources import open_inside, size_inside

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
    """What is wanted of a container; without a root it is in a store that another one asks."""

    root: Path | None
    path: str
    wanted: frozenset[str]
    max_bytes: int


class ContainerReader:
    """Does what `read_records` does, somewhere else; the process is started when it is needed."""

    def __init__(self, limits: Limits, stop: Stop, transcripts: Transcripts) -> None:
        self._seconds = limits.seconds_per_file
        self._stored: StoredContainers | None = None
        self._root: Path | None = None
        match transcripts:
            case InFolder(root):
                self._root = root
            case InBucket(store=store):
                self._stored = StoredContainers(store)
        answer = None if self._stored is None else self._stored.answer
        help_ = Help(
            "that reads containers", make_reader, limits.worker_memory_bytes, _PRELOAD, answer
        )
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

    def read(self, path: str, wanted: Set[str], max_bytes: int) -> Iterator[Found]:
        """The wanted records of a container; see `clearshard.sources.containers.read_records`.

        Raises:
            Interrupted: Somebody asked the run to stop.
            RunFailed: The reader cannot be started.
            StoreUnavailable: The store that it is in does not answer.
        """
        waiting = set(wanted)

        def request() -> _Request:
            return _Request(self._root, path, frozenset(waiting), max_bytes)

        def give_up(loss: Loss) -> list[Found]:
            problem = Quarantine(_REASONS[loss], f"Container_{loss}")
            return [(record_id, problem) for record_id in sorted(waiting)]

        seconds = self._seconds + self._size(path) / _BYTES_PER_SECOND
        for record_id, found in self._helper.answer(request, give_up, seconds):
            if self._stored is not None:
                self._stored.require_answers()
            waiting.discard(record_id)
            yield record_id, found

    def _size(self, path: str) -> int:
        if self._stored is not None:
            return self._stored.size_bytes(path)
        return 0 if self._root is None else size_inside(self._root, path)


def make_reader(asker: Asker | None = None) -> Callable[[_Request | None], list[Found]]:
    """The function of the reading process: a request begins a container, None goes on with it.

    Args:
        asker: Asks for what is in a store; None if nothing is.
    """
    records: Iterator[Found] = iter(())

    def opening(root: Path | None) -> Opening:
        if root is not None:
            return partial(open_inside, root)
        assert asker is not None
        return partial(open_stored, asker.ask)

    def portion(request: _Request | None) -> list[Found]:
        nonlocal records
        if request is not None:
            wanted, most = request.wanted, request.max_bytes
            records = read_records(opening(request.root), request.path, wanted, most)
        out: list[Found] = []
        size = 0
        for record_id, found in records:
            out.append((record_id, found))
            size += len(found) if isinstance(found, bytes) else 0
            if size >= _PORTION_BYTES:
                break
        return out

    return portion
