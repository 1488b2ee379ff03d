"""Provisional decisions → work units for the eligible files, balanced by bytes.

Only eligible files are looked at, and this is the only place that turns a manifest row into
something that can be opened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.config import ShardPeriod
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.run.intake import Provisional
from clearshard.run.resume.looks import Looks
from clearshard.sources.uris import pointed

#: JSON bytes of one unit: seconds of work, so that workers finish together and results stream.
_UNIT_BYTES = 2 * 1024 * 1024
_UNIT_FILES = 256

ReadRecords = Callable[[Path, str, Set[str], int], Iterator[tuple[str, bytes | Quarantine]]]


@dataclass(frozen=True, slots=True)
class Opening:
    """How transcripts are opened, and what is made of them.

    Attributes:
        root: The folder of the transcripts.
        max_bytes: Of one transcript.
        read: Reads the records of a container; see `clearshard.sources.containers.read_records`.
        by: How long a period of the shards is.
    """

    root: Path
    max_bytes: int
    read: ReadRecords
    by: ShardPeriod


def units_of(
    batch_number: int,
    batch: Provisional,
    looks: Looks,
    opening: Opening,
    wanted: npt.NDArray[np.int64] | None = None,
) -> Iterator[WorkUnit]:
    """Work units that together hold every eligible file of a batch once.

    Args:
        batch_number: Number of the batch.
        batch: Its decisions.
        looks: What its eligible files look like.
        opening: How they are opened.
        wanted: Rows of these that are to be worked on, ascending; None for all.
    """
    tasks: list[FileTask] = []
    size = 0
    for task in _tasks(batch, looks, opening, looks.rows if wanted is None else wanted):
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
    batch: Provisional, looks: Looks, opening: Opening, wanted: npt.NDArray[np.int64]
) -> Iterator[FileTask | tuple[int, Quarantine]]:
    if not len(wanted):
        return
    # Nothing else is ever opened: what is wanted are rows that were found eligible.
    at = np.searchsorted(looks.rows, wanted)
    assert (looks.rows[at] == wanted).all()
    rows = pa.array(wanted)
    files = zip(
        wanted.tolist(),
        batch.scratch.column("file_id").take(rows).to_pylist(),
        batch.account_ids.take(rows).to_pylist(),
        batch.scratch.column("transcript_uri").take(rows).to_pylist(),
        batch.periods(opening.by).take(rows).to_pylist(),
        looks.sizes[at].tolist(),
        strict=True,
    )
    containers: dict[str, dict[str, list[FileTask]]] = defaultdict(lambda: defaultdict(list))
    for row, file_id, account_id, uri, period, size in files:
        if uri is None:
            yield row, Quarantine(QuarantineReason.MISSING, "NoUri")
            continue
        place = pointed(uri, file_id)
        if place.record_id is None:
            yield FileTask(row, file_id, account_id, period, file_id, uri, None, size)
        else:
            waiting = FileTask(row, file_id, account_id, period, place.record_id, None, None, 0)
            containers[place.path][place.record_id].append(waiting)
    for path, records in containers.items():
        for record_id, found in opening.read(opening.root, path, records.keys(), opening.max_bytes):
            for task in records[record_id]:
                if isinstance(found, Quarantine):
                    yield task.row, found
                else:
                    yield replace(task, content=found, content_bytes=len(found))
