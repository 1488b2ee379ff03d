"""Looks at all eligible files of a manifest, where they are many in processes beside this one.

To ask the system about a million files takes longer than to read what was decided on them, and
neither needs the other.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from clearshard.config import Limits
from clearshard.engines.choice import engine_of
from clearshard.engines.engine import Job, Loss
from clearshard.engines.stopping import Stop
from clearshard.errors import SourceUnavailable
from clearshard.records.tasks import Row
from clearshard.run import PRELOAD
from clearshard.run.links import Links, Seen
from clearshard.run.listed import Listing
from clearshard.run.located import InBucket, InFolder, Transcripts
from clearshard.run.resume.looks import Looker, Looks, write_looks
from clearshard.run.resume.stored_looks import look_at_objects

#: Processes take as long to start as it takes to look at so many.
_WORTH_A_PROCESS = 100_000
#: As long as a slow share over a network needs for one batch.
_SECONDS_PER_BATCH = 36_000.0


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be looked at.

    Attributes:
        listing: The rows of the manifest.
        transcripts: Where they are.
        limits: What decides, besides the transcript, whether it is read.
        now_ns: The time by the clock of the file system.
        key: Of what tells files apart; see `Links`.
    """

    listing: Listing
    transcripts: Transcripts
    limits: Limits
    now_ns: int
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


@contextmanager
def looking(
    look: Look, row_count: int, target: Path, workers: int
) -> Iterator[Callable[[], frozenset[Row]]]:
    """Looks while something else is done.

    Args:
        look: What is to be looked at.
        row_count: Rows of the manifest.
        target: The file to be made; see `clearshard.run.resume.looks`.
        workers: Number of processes.

    Yields:
        What waits until all is looked at, and gives the rows whose file another row points to as
        well. Raises SourceUnavailable if they cannot be looked at.
    """
    if isinstance(look.transcripts, InFolder) and row_count < _WORTH_A_PROCESS:
        yield lambda: look_at_all(look, target)
        return
    # Whoever interrupts this process interrupts what it waits for.
    over = Stop()
    look_elsewhere: Callable[[], frozenset[Row]]
    match look.transcripts:
        case InBucket() as bucket:
            look_elsewhere = partial(_look_into, bucket, look, target, over)
        case InFolder() as folder:
            look_elsewhere = partial(_look_in_processes, folder, look, target, workers, over)
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(look_elsewhere).result
        finally:
            over.request()


def _look_in_processes(
    folder: InFolder, look: Look, target: Path, workers: int, over: Stop
) -> frozenset[Row]:
    memory_bytes = look.limits.worker_memory_bytes
    job = Job(_make, (folder, look), _split, _give_up, _SECONDS_PER_BATCH, memory_bytes, PRELOAD)
    units = range(look.listing.batch_count)
    return _written(folder, look, engine_of(workers, over).map(job, units), target)


def _look_into(bucket: InBucket, look: Look, target: Path, over: Stop) -> frozenset[Row]:
    look_at_objects(look.listing, bucket.store, look.limits, target, over.require_none)
    return frozenset()  # an object has one name


def look_at_all(look: Look, target: Path) -> frozenset[Row]:
    """Looks here and now; see `looking`."""
    match look.transcripts:
        case InBucket() as bucket:
            return _look_into(bucket, look, target, Stop())
        case InFolder() as folder:
            found = map(_make(folder, look), range(look.listing.batch_count))
            return _written(folder, look, found, target)


def _written(
    folder: InFolder, look: Look, found: Iterator[tuple[Looks, Seen]], target: Path
) -> frozenset[Row]:
    seen: list[Seen] = []

    def looks() -> Iterator[Looks]:
        for of_batch, may_be_others in found:
            seen.append(may_be_others)
            yield of_batch

    write_looks(target, looks())
    return Links(folder.root, look.key).shared(seen, look.listing)


def _make(folder: InFolder, look: Look) -> Callable[[int], tuple[Looks, Seen]]:
    """The function of a process: the number of a batch → what its eligible files look like."""
    links = Links(folder.root, look.key)
    looker = Looker(folder.root, links, look.limits, look.now_ns)

    def look_at(number: int) -> tuple[Looks, Seen]:
        looks = looker.look(number, look.listing.batch(number))
        return looks, links.take()

    return look_at


def _split(_: int) -> Sequence[int] | None:
    return None


def _give_up(_: int, loss: Loss) -> tuple[Looks, Seen]:
    raise SourceUnavailable(
        f"sources.transcripts: a process that looks at the files was lost ({loss}). Is the disk "
        "there, and is limits.worker_memory_bytes large enough?"
    )
