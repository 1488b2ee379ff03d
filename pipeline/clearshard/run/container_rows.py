"""Eligible files that are records of containers, so that each container is read once a run.

Rows of any batch of the manifest may point into one container, in any order. They are laid down in
scratch files, container by container, and once all batches have been looked through each container
is read with all that is wanted of it. What is laid down is ids, paths and what the caller notes,
and never a transcript: what is at rest outside the source holds no text. So records come out in the
order of containers, and whoever uses them sees to it that their batches come in order again
(docs/decisions/0036-a-container-is-read-once.md).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import ShardPeriod
from clearshard.records.states import Quarantine
from clearshard.records.tasks import FileTask
from clearshard.run.intake import Provisional
from clearshard.run.listed import Bools
from clearshard.sources.uris import pointed, points_into_container

#: Rows in memory at a time. Of a container with more, so many records are wanted at a time.
ROWS_AT_ONCE = 1 << 18
_PATH, _RECORD, _FILE, _ACCOUNT, _PERIOD, _BATCH, _ROW, _NOTE = (
    *("path", "record_id", "file_id", "account_id", "period", "batch", "row", "note"),
)

ReadRecords = Callable[[str, Set[str], int], Iterator[tuple[str, bytes | Quarantine]]]
Notes = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Opened:
    """A record of a container, or why it cannot be had.

    Attributes:
        task: The file, without content.
        found: Its JSON, or why there is none.
        note: What was noted of it when it was laid down.
    """

    task: FileTask
    found: bytes | Quarantine
    note: np.void


def in_containers(batch: Provisional, rows: npt.NDArray[np.int64]) -> Bools:
    """Of each of some eligible rows of a batch whether it points into a container."""
    uris = batch.scratch.column("transcript_uri").take(pa.array(rows))
    inside = points_into_container(uris).fill_null(False)
    return np.asarray(inside.to_numpy(zero_copy_only=False), np.bool_)


class ContainerRows:
    """Rows that point into containers, by container."""

    def __init__(
        self, folder: Path, notes: np.dtype[np.void], most_rows: int, at_once: int = ROWS_AT_ONCE
    ) -> None:
        """Makes the folder.

        Args:
            folder: For the scratch files.
            notes: What is noted of each row.
            most_rows: About how many rows there are at most.
            at_once: How many of them may be in memory.
        """
        folder.mkdir()
        self._notes = notes
        self._at_once = at_once
        count = 1 << (most_rows // at_once).bit_length()
        self._parts = [folder / f"rows-{number}" for number in range(count)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        number: int,
        batch: Provisional,
        rows: npt.NDArray[np.int64],
        by: ShardPeriod,
        notes: Notes,
    ) -> None:
        """Lays down rows of a batch, all of which point into containers, and what is noted of each.

        Args:
            number: Number of the batch.
            batch: Its decisions; nothing else than its eligible files is ever opened.
            rows: The rows.
            by: How long a period of the shards is.
            notes: One for each row.
        """
        if not len(rows):
            return
        chosen = pa.array(rows)
        file_ids = batch.scratch.column("file_id").take(chosen)
        uris = batch.scratch.column("transcript_uri").take(chosen)
        places = [
            pointed(uri, file_id)
            for uri, file_id in zip(uris.to_pylist(), file_ids.to_pylist(), strict=True)
        ]
        paths = pa.array([place.path for place in places], pa.string())
        table = pa.RecordBatch.from_pydict(
            {
                _PATH: paths,
                _RECORD: pa.array([place.record_id for place in places], pa.string()),
                _FILE: file_ids,
                _ACCOUNT: batch.account_ids.take(chosen),
                _PERIOD: batch.periods(by).take(chosen),
                _BATCH: pa.array(np.full(len(rows), number, np.int32)),
                _ROW: pa.array(rows.astype(np.int32)),
                _NOTE: pa.Array.from_buffers(
                    pa.binary(self._notes.itemsize),
                    len(rows),
                    [None, pa.py_buffer(notes.tobytes())],
                ),
            }
        )
        parts = self._parts_of(paths)
        for part in np.unique(parts).tolist():
            with self._parts[part].open("ab") as sink, pa.ipc.new_stream(sink, table.schema) as one:
                one.write_batch(table.filter(pa.array(parts == part)))
        self._count += len(rows)

    def read(self, read: ReadRecords, max_bytes: int) -> Iterator[Opened]:
        """Every row that was laid down, once, as its container is read.

        A container is read once for all rows that point into it; if those are more than may be in
        memory, once for each so many.

        Args:
            read: Reads records; see `clearshard.sources.containers.read_records`.
            max_bytes: Of one transcript.
        """
        for part in self._parts:
            if not part.exists():
                continue
            for rows in self._loads(part):
                yield from self._read(rows, read, max_bytes)
            part.unlink()

    def _parts_of(self, paths: pa.Array) -> npt.NDArray[np.int64]:
        """By its path alone, so that all rows of a container are in one part."""
        distinct = paths.dictionary_encode()
        parts = [
            int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest())
            % len(self._parts)
            for path in distinct.dictionary.to_pylist()
        ]
        of_rows: npt.NDArray[np.int64] = np.array(parts, np.int64)[distinct.indices.to_numpy()]
        return of_rows

    def _loads(self, part: Path) -> Iterator[pa.Table]:
        """The rows of a part, so many at a time; those of a container together if they fit."""
        counts: Counter[str] = Counter()
        for batch in _batches(part):
            for one in batch.column(_PATH).value_counts().to_pylist():
                counts[one["values"]] += one["counts"]
        loads: list[list[str]] = [[]]
        filled = 0
        for path, count in counts.items():
            if filled and filled + count > self._at_once:
                loads.append([])
                filled = 0
            loads[-1].append(path)
            filled += count
        for paths in loads:
            wanted = pa.array(paths, pa.string())
            yield from _tables(
                (b.filter(pc.is_in(b.column(_PATH), wanted)) for b in _batches(part)),
                self._at_once,
            )

    def _read(self, rows: pa.Table, read: ReadRecords, max_bytes: int) -> Iterator[Opened]:
        rows = rows.sort_by(_PATH).combine_chunks()
        ends = rows.column(_PATH).combine_chunks().dictionary_encode()
        paths = ends.dictionary.to_pylist()
        starts = np.searchsorted(ends.indices.to_numpy(), np.arange(len(paths) + 1))
        for path, start, end in zip(paths, starts.tolist(), starts[1:].tolist(), strict=False):
            (of_path,) = rows.slice(start, end - start).to_batches()
            at: defaultdict[str, list[int]] = defaultdict(list)
            for place, record_id in enumerate(of_path.column(_RECORD).to_pylist()):
                at[record_id].append(place)
            for record_id, found in read(path, at.keys(), max_bytes):
                for place in at[record_id]:
                    yield self._opened(of_path, place, found)

    def _opened(self, rows: pa.RecordBatch, place: int, found: bytes | Quarantine) -> Opened:
        batch, row, file_id, account_id, period, record_id, note = (
            rows.column(name)[place].as_py()
            for name in (_BATCH, _ROW, _FILE, _ACCOUNT, _PERIOD, _RECORD, _NOTE)
        )
        task = FileTask((batch, row), file_id, account_id, period, record_id, None, None, 0)
        return Opened(task, found, np.frombuffer(note, self._notes)[0])


def _batches(part: Path) -> Iterator[pa.RecordBatch]:
    """All that was written, one stream behind the other."""
    size = part.stat().st_size
    # Read, not mapped: mapped pages would count as the process's memory.
    with pa.OSFile(str(part)) as file:
        while file.tell() < size:
            yield from pa.ipc.open_stream(file)


def _tables(batches: Iterator[pa.RecordBatch], most_rows: int) -> Iterator[pa.Table]:
    """The rows in order, in tables of so many."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, most_rows - size)
            waiting.append(piece)
            start += piece.num_rows
            size += piece.num_rows
            if size == most_rows:
                yield pa.Table.from_batches(waiting)
                waiting, size = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)
