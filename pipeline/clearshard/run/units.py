"""Provisional decisions → work units for the eligible files, balanced by bytes.

Only eligible files are looked at, and this is the only place that turns a manifest row into
something that can be opened.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import ShardPeriod
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.run.intake import Provisional
from clearshard.shards.periods import periods_of
from clearshard.sources.uris import pointed

#: JSON bytes of one unit: seconds of work, so that workers finish together and results stream.
_UNIT_BYTES = 2 * 1024 * 1024
_UNIT_FILES = 256

ReadRecords = Callable[[Path, str, Set[str], int], Iterator[tuple[str, bytes | Quarantine]]]
#: Looks at a file that a row points to, without opening it: as `clearshard.run.links.Links.saw`.
Saw = Callable[[tuple[int, int], str, str | None], int]


def units_of(
    batch_number: int,
    batch: Provisional,
    root: Path,
    max_bytes: int,
    read: ReadRecords,
    saw: Saw,
    by: ShardPeriod,
    done: Collection[int] = (),
) -> Iterator[WorkUnit]:
    """Work units that together hold every eligible file of a batch once, but for rows of `done`.

    Args:
        batch_number: Number of the batch.
        batch: Its decisions.
        root: The folder of the transcripts.
        max_bytes: Of one transcript.
        read: Reads the records of a container; see `clearshard.sources.containers.read_records`.
        saw: Told of each file before it is opened; returns its size in bytes.
        by: How long a period of the shards is.
        done: Rows that need no work.
    """
    tasks: list[FileTask] = []
    size = 0
    for task in _tasks(batch_number, batch, root, max_bytes, read, saw, by, done):
        if isinstance(task, tuple):
            yield WorkUnit(batch_number, (), (task,))
            continue
        if tasks and (size + task.content_bytes > _UNIT_BYTES or len(tasks) == _UNIT_FILES):
            yield WorkUnit(batch_number, tuple(tasks))
            tasks, size = [], 0
        tasks.append(task)
        size += task.content_bytes
    if tasks:
        yield WorkUnit(batch_number, tuple(tasks))


def split(unit: WorkUnit) -> tuple[WorkUnit, ...] | None:
    """One unit for each file, or None if it holds one file.

    Not halves: whatever a file does is done once more, not once for each halving.
    """
    if len(unit.tasks) < 2:
        return None
    first, *others = (WorkUnit(unit.batch, (task,)) for task in unit.tasks)
    return (WorkUnit(unit.batch, first.tasks, unit.known), *others)


def _tasks(
    batch_number: int,
    batch: Provisional,
    root: Path,
    max_bytes: int,
    read: ReadRecords,
    saw: Saw,
    by: ShardPeriod,
    done: Collection[int],
) -> Iterator[FileTask | tuple[int, Quarantine]]:
    eligible = [
        int(row)
        for row in np.flatnonzero(batch.reason_bits == 0)
        if batch.quarantine[row] is None and row not in done
    ]
    chosen = batch.table.take(pa.array(eligible, pa.int64()))
    rows = chosen.to_pylist()
    submitted = pc.struct_field(chosen.column("facts"), "submitted_at")
    periods = periods_of(submitted, by).to_pylist()
    containers: dict[str, dict[str, list[FileTask]]] = defaultdict(lambda: defaultdict(list))
    for row, values, period in zip(eligible, rows, periods, strict=True):
        file_id, account_id, uri = values["file_id"], values["account_id"], values["transcript_uri"]
        if uri is None:
            yield row, Quarantine(QuarantineReason.MISSING, "NoUri")
            continue
        place = pointed(uri, file_id)
        size = saw((batch_number, row), place.path, place.record_id)
        if place.record_id is None:
            yield FileTask(row, file_id, account_id, period, file_id, uri, None, size)
        else:
            waiting = FileTask(row, file_id, account_id, period, place.record_id, None, None, 0)
            containers[place.path][place.record_id].append(waiting)
    for path, wanted in containers.items():
        for record_id, found in read(root, path, wanted.keys(), max_bytes):
            for task in wanted[record_id]:
                if isinstance(found, Quarantine):
                    yield task.row, found
                else:
                    yield replace(task, content=found, content_bytes=len(found))
