"""A worker that says after each unit what it has used; must be importable."""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clearshard.bench.fleet import _memory
from clearshard.bench.ways import seal_of
from clearshard.config import redaction_defaults
from clearshard.engines.engine import Job
from clearshard.engines.local import LocalEngine
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.run import PRELOAD
from clearshard.run.assigned import WorkSettings
from clearshard.run.units import split
from clearshard.run.work import make_work

from .speech import growing_speech

_UNIT_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Used:
    """After a unit.

    Attributes:
        held: Files of the unit that were quarantined.
        cpu_seconds: Of the worker since its start.
        resident_bytes: What it has.
    """

    held: int
    cpu_seconds: float
    resident_bytes: int


def make_measured(settings: WorkSettings) -> Callable[[WorkUnit], Used]:
    work = make_work(settings)

    def measured(unit: WorkUnit) -> Used:
        result = work(unit)
        if result.staged is not None:
            (settings.checkpoints / result.staged.name).unlink()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return Used(len(result.quarantined), usage.ru_utime + usage.ru_stime, _memory()[1])

    return measured


def give_up(unit: WorkUnit, loss: str) -> Used:
    raise AssertionError(f"a worker {loss}")


def work_on(words: int, scratch: Path, seed: int) -> Iterator[tuple[int, Used]]:
    """Words so far and what the one worker has used, after each unit."""
    counts: list[int] = []

    def units() -> Iterator[WorkUnit]:
        tasks: list[FileTask] = []
        size = total = waiting = 0
        for content, count in growing_speech(seed):
            tasks.append(
                FileTask(
                    (0, len(tasks)),
                    f"{total}",
                    "soak",
                    "2026-11",
                    None,
                    None,
                    content,
                    len(content),
                )
            )
            size += len(content)
            waiting += count
            if size >= _UNIT_BYTES:
                counts.append(waiting)
                total += waiting
                yield WorkUnit(tuple(tasks))
                tasks, size, waiting = [], 0, 0
                if total >= words:
                    return

    config = redaction_defaults()
    job = Job(
        make=make_measured,
        arguments=(WorkSettings(config, scratch, seal_of(config)),),
        split=split,
        give_up=give_up,
        seconds_per_unit=600.0,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=(*PRELOAD, "tests.soak.long_worker"),
    )
    done = 0
    for number, used in enumerate(LocalEngine(1).map(job, units())):
        done += counts[number]
        yield done, used
