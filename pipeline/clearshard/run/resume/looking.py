"""Looks at all eligible files of a manifest, where they are many in a process beside this one.

It takes the system longer to tell of a million files than this project to read what was decided on
them, and neither needs the other.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from clearshard.config import Limits
from clearshard.engines.engine import Loss
from clearshard.engines.helper import Help, Helper
from clearshard.engines.stopping import Stop
from clearshard.errors import Interrupted, SourceUnavailable
from clearshard.run import PRELOAD
from clearshard.run.links import Links, Row
from clearshard.run.listed import Listing
from clearshard.run.resume.looks import Looker, write_looks

#: A process takes as long to start as it takes to look at so many.
_WORTH_A_PROCESS = 100_000
#: As long as a slow share over a network needs for one.
_SECONDS_PER_FILE = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be looked at.

    Attributes:
        listing: The rows of the manifest.
        root: The folder of the transcripts.
        limits: What decides, besides the transcript, whether it is read.
        now_ns: The time by the clock of the file system.
        looks: The file to be made; see `clearshard.run.resume.looks`.
    """

    listing: Listing
    root: Path
    limits: Limits
    now_ns: int
    looks: Path


@contextmanager
def looking(look: Look, row_count: int, stop: Stop) -> Iterator[Callable[[], frozenset[Row]]]:
    """Looks while something else is done.

    Args:
        look: What is to be looked at.
        row_count: Rows of the manifest.
        stop: Looked at while waiting.

    Yields:
        What waits until all is looked at, and gives the rows whose file another row points to as
        well. It raises:

        SourceUnavailable: The files cannot be looked at.
        Interrupted: Somebody asked the run to stop.
    """
    if row_count < _WORTH_A_PROCESS:
        yield lambda: look_at_all(look)
        return
    what: Help[Look, frozenset[Row]] = Help(
        "that looks at transcripts", _make, look.limits.worker_memory_bytes, PRELOAD
    )
    with Helper(what, stop) as helper, ThreadPoolExecutor(1) as pool:
        over = Event()

        def asked() -> Look:
            if over.is_set():  # a process that was ended from here is not to be replaced
                raise Interrupted
            return look

        def wait() -> frozenset[Row]:
            [shared] = helper.answer(asked, _give_up, _SECONDS_PER_FILE * row_count)
            return shared

        try:
            yield pool.submit(wait).result
        finally:
            over.set()
            helper.close()


def _give_up(loss: Loss) -> Sequence[frozenset[Row]]:
    raise SourceUnavailable(
        f"sources.transcripts: the process that looks at the files was lost ({loss}). Is the disk "
        "there, and is limits.worker_memory_bytes large enough?"
    )


def look_at_all(look: Look) -> frozenset[Row]:
    """Writes what all eligible files look like; the rows whose file another one points to."""
    links = Links(look.root)
    write_looks(Looker(look.root, links, look.limits, look.now_ns), look.listing, look.looks)
    return links.shared(look.listing)


def _make() -> Callable[[Look | None], Sequence[frozenset[Row]]]:
    """The function of the process: one portion for a request, and no other."""
    return lambda look: [] if look is None else [look_at_all(look)]
