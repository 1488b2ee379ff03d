"""What a bucket costs: the same run from and to files, and from and to an S3 server.

    python -m tests.benchmarks.bench_store [FOLDER] [--rounds N] [--workers N] [--late MS]

FOLDER holds files.csv, accounts.csv and transcripts/; without one it is data/samples, which are
few. The server is a real one (SeaweedFS) on this machine; what it takes itself is told apart.
`late` is the same with each request for a transcript, and each page of a listing, so much longer,
as over a network. Whole runs, each into a new output, in turns: A B C A B C. What counts is the
least of all rounds.

Without --workers the work of the workers is done in this process, so that all processor time is
counted. `waited` is for how long nobody had a transcript to work on.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clearshard.config import load_config
from clearshard.run.asked import output_folder
from clearshard.run.job import run
from clearshard.run.options import RunOptions
from clearshard.sources.fetching import Fetcher
from clearshard.storage.store import ReadableStore
from clearshard.storage.uris import open_readable

from ..inline import without_processes
from ..run.world import Silent
from ..servers.s3 import BUCKET, S3Server, running, speak_as

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
_WAYS = ("files", "s3", "late")


class _Late:
    """A store that takes its time over each request."""

    def __init__(self, store: ReadableStore, seconds: float) -> None:
        self._store, self._seconds = store, seconds

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: object) -> object:
            time.sleep(self._seconds)
            if name != "find_below":
                return method(*arguments)
            return self._paged(method(*arguments))

        return call

    def _paged(self, found: Iterator[object]) -> Iterator[object]:
        for number, one in enumerate(found, 1):
            if number % 1000 == 0:
                time.sleep(self._seconds)
            yield one


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--late", type=float, default=50.0)
    parser.add_argument("--as-of", default="2026-11-22T12:00:00Z")
    given = parser.parse_args()
    as_of = datetime.fromisoformat(given.as_of).astimezone(UTC)
    with (
        ExitStack() as stack,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        scratch = Path(folder)
        (scratch / "server").mkdir()
        with running(scratch / "server") as server:
            speak_as(patch, server.environment())
            prefix = deliver(given.folder, server)
            measured: dict[str, list[_Took]] = {way: [] for way in _WAYS}
            if given.workers is None:
                stack.enter_context(without_processes())
            for number in range(given.rounds + 1):
                for way in _WAYS:
                    base = scratch / f"{way}-{number}"
                    base.mkdir()
                    _configure(base, given.folder, server, None if way == "files" else prefix)
                    with _later(given.late / 1000 if way == "late" else 0):
                        took = _measured(base, as_of, given.workers, server)
                    if number:  # the first ones load the models
                        measured[way].append(took)
                    shutil.rmtree(base)
    files = _least(measured["files"])
    for way in _WAYS:
        least = _least(measured[way])
        print(
            f"{way:6} {least.wall:7.2f} s ({least.wall / files.wall:.3f} times), "
            f"{least.processor:7.2f} s of processors ({least.processor / files.processor:.3f} "
            f"times), of the server {least.of_server:.2f} s, waited {least.waited:.2f} s "
            f"({least.waited / least.wall:.3f} of the time)"
        )


class _Took(NamedTuple):
    """Seconds of a run."""

    wall: float
    processor: float
    of_server: float
    waited: float


def _least(rounds: Sequence[_Took]) -> _Took:
    return _Took(*map(min, zip(*rounds, strict=True)))


def deliver(folder: Path, server: S3Server) -> str:
    """Puts all files of a folder below a new prefix, and returns that."""
    client, prefix = server.client(), server.new_prefix()
    paths = [path for path in folder.rglob("*") if path.is_file()]
    with ThreadPoolExecutor(8) as pool:
        keys = (f"{prefix}/{path.relative_to(folder).as_posix()}" for path in paths)
        for _ in pool.map(lambda key, path: client.put(key, path.read_bytes()), keys, paths):
            pass
    return prefix


def _configure(base: Path, folder: Path, server: S3Server, prefix: str | None) -> None:
    place = str(folder.resolve()) if prefix is None else f"s3://{BUCKET}/{prefix}"
    output = "out" if prefix is None else f"s3://{BUCKET}/{server.new_prefix()}"
    mirror = "" if prefix is None else 'mirror = "out"\n'
    (base / "job.toml").write_text(
        f'[sources]\nmanifest = "{place}/files.csv"\nregistry = "{place}/accounts.csv"\n'
        f'transcripts = "{place}/transcripts"\nlanguage = "en"\n'
        f'[output]\nfolder = "{output}"\n{mirror}[limits]\nmax_quarantined_share = 1.0\n'
    )


@contextmanager
def _later(seconds: float) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if seconds:
            patch.setattr(
                "clearshard.run.located.open_readable",
                lambda *how: _Late(open_readable(*how), seconds),
            )
        yield


def _measured(base: Path, as_of: datetime, workers: int | None, server: S3Server) -> _Took:
    config = load_config(base / "job.toml")
    out = output_folder(config, None)
    options = RunOptions(out, as_of, workers or 1, dry_run=False, replay=True)
    waited = 0.0
    result_of = Fetcher._result

    def waiting(self: Fetcher, *what: Any) -> Any:
        nonlocal waited
        before = time.monotonic()
        try:
            return result_of(self, *what)
        finally:
            waited += time.monotonic() - before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fetcher, "_result", waiting)
        of_server = server.processor_seconds()
        before, started = _processors(), time.monotonic()
        result = run(config, options, Silent(), lambda: as_of)
        took = _Took(
            time.monotonic() - started,
            _processors() - before,
            server.processor_seconds() - of_server,
            waited,
        )
    print(f"  {result.redacted_words:,} words: {took}")
    return took


def _processors() -> float:
    """Of this process, its threads, and what it has started and waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
