"""Provisional decisions → work units for the eligible files, balanced by bytes.

Only eligible files are looked at. Here, and for records of containers in
`clearshard.run.container_rows`, a manifest row is turned into something that can be opened, and
nowhere else.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.config import ShardPeriod
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, Row, WorkUnit
from clearshard.sources.uris import pointed

if TYPE_CHECKING:  # who takes units apart on a node has no use for a manifest and its gate
    from clearshard.run.intake import Provisional
    from clearshard.run.resume.looks import Looks

#: JSON bytes of one unit: seconds of work, so that workers finish together and results stream.
_UNIT_BYTES = 2 * 1024 * 1024
_UNIT_FILES = 256


def units_of(
    number: int,
    batch: "Provisional",
    looks: "Looks",
    by: ShardPeriod,
    wanted: npt.NDArray[np.int64],
) -> Iterator[WorkUnit]:
    """Work units that together hold each of some eligible files of a batch once.

    Args:
        number: Number of the batch.
        batch: Its decisions.
        looks: What its eligible files look like.
        by: How long a period of the shards is.
        wanted: Rows of these that are to be worked on, ascending; of files that are one transcript
            each, and no records of containers.
    """
    return cut(_tasks(number, batch, looks, by, wanted))


def cut(tasks: Iterable[FileTask | tuple[Row, Quarantine]]) -> Iterator[WorkUnit]:
    """Work units that together hold each task once, and what is quarantined already."""
    waiting: list[FileTask] = []
    size = 0
    for task in tasks:
        if isinstance(task, tuple):
            yield WorkUnit((), (task,))
            continue
        if waiting and (size + task.content_bytes > _UNIT_BYTES or len(waiting) == _UNIT_FILES):
            yield WorkUnit(tuple(waiting))
            waiting, size = [], 0
        waiting.append(task)
        size += task.content_bytes
    if waiting:
        yield WorkUnit(tuple(waiting))


def split(unit: WorkUnit) -> tuple[WorkUnit, ...] | None:
    """One unit for each file, or None if it holds one file.

    Not halves: whatever a file does is done once more, not once for each halving.
    """
    if len(unit.tasks) < 2:
        return None
    first, *others = (WorkUnit((task,)) for task in unit.tasks)
    return (WorkUnit(first.tasks, unit.known), *others)


def _tasks(
    number: int,
    batch: "Provisional",
    looks: "Looks",
    by: ShardPeriod,
    wanted: npt.NDArray[np.int64],
) -> Iterator[FileTask | tuple[Row, Quarantine]]:
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
        batch.periods(by).take(rows).to_pylist(),
        looks.sizes[at].tolist(),
        strict=True,
    )
    for row, file_id, account_id, uri, period, size in files:
        if uri is None:
            yield (number, row), Quarantine(QuarantineReason.MISSING, "NoUri")
            continue
        assert pointed(uri, file_id).record_id is None
        yield FileTask((number, row), file_id, account_id, period, file_id, uri, None, size)
