"""The workers of a run, here: how two compare with one, their memory, how soon they start."""

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from clearshard.audit.ledger import Ledger
from clearshard.bench.documents import Document, units_of
from clearshard.bench.ways import KEY, seal_of
from clearshard.config import Config
from clearshard.engines.engine import Job
from clearshard.engines.local import LocalEngine
from clearshard.errors import RunFailed
from clearshard.records.tasks import WorkUnit
from clearshard.run import PRELOAD
from clearshard.run.assigned import UnitResult, WorkSettings, make_work
from clearshard.run.output.folder import OutputFolder
from clearshard.run.units import split
from clearshard.surroundings import PSEUDONYM_VARIABLE

MILLION = 1_000_000
_SECONDS_PER_UNIT = 300.0


_NOBODY = {"status": "completed", "language_code": "en", "text": "hello how can i help you today"}


@dataclass(frozen=True, slots=True)
class Memory:
    """A worker that lives long.

    Attributes:
        peak_bytes: The most memory that it ever had.
        resident_bytes: The most that it had after a unit, in each million words.
        words_per_second: Its rate in each million words.
    """

    peak_bytes: int
    resident_bytes: list[int]
    words_per_second: list[float]

    @property
    def growth(self) -> float:
        """Share by which it grew from the first million words to the last."""
        return self.resident_bytes[-1] / self.resident_bytes[0] - 1


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a worker says after a unit, besides the result."""

    result: UnitResult
    peak_bytes: int
    resident_bytes: int


def words_per_second(
    config: Config, documents: Sequence[Document], workers: int, scratch: Path
) -> float:
    """The rate of so many workers from the moment when all of them have finished a unit.

    The documents are worked on again and again until there are enough units to tell.
    """
    # At least this many, so that what workers wait for each other at the end does not count.
    least = 24 * workers
    units = list(units_of(documents))
    repeated = [*units] * -(-least // len(units))
    words = _word_counts(units, documents)
    started = done = 0.0
    for number, _ in enumerate(_map(config, iter(repeated), workers, scratch)):
        if number + 1 == workers:
            started = time.perf_counter()
        elif number >= workers:
            done += words[number % len(units)]
    return done / (time.perf_counter() - started)


def memory_of_a_worker(
    config: Config, documents: Sequence[Document], word_count: int, scratch: Path
) -> Memory:
    """The memory of one worker over so many words; documents come again once all have been there.

    Args:
        config: What it works with.
        documents: What it works on.
        word_count: At least a million.
        scratch: For what it writes.
    """
    units = list(units_of(documents))
    counts = _word_counts(units, documents)
    resident: list[int] = []
    rates: list[float] = []
    words = peak = highest = 0
    started = time.perf_counter()
    before = 0
    work = _repeated(units, counts, word_count)
    for measured, count in zip(_map(config, work, 1, scratch), cycle(counts), strict=False):
        words += count
        peak = max(peak, measured.peak_bytes)
        highest = max(highest, measured.resident_bytes)
        if words // MILLION > len(resident):
            now = time.perf_counter()
            resident.append(highest)
            highest = 0
            rates.append((words - before) / (now - started))
            started, before = now, words
    return Memory(peak, resident, rates)


def seconds_to_first_unit(config: Config, folder: Path) -> float:
    """Seconds from the start of `clearshard run` until it has finished its first work unit.

    The unit is one file, which names nobody: nothing of the benchmark's transcripts is copied to a
    disk. The ledger is told of the start of a run when its first unit has come
    back, so that line has the moment.

    Raises:
        RunFailed: It did not write the file.
    """
    transcripts = folder / "transcripts"
    transcripts.mkdir(parents=True)
    (transcripts / "one.json").write_text(json.dumps(_NOBODY))
    _table(
        folder / "files.csv",
        {
            "file_id": "one",
            "account_id": "a",
            "product": "async",
            "region": "us",
            "submitted_at": "2026-01-01T00:00:00Z",
            "transcript_uri": "one.json",
        },
    )
    _table(
        folder / "accounts.csv",
        {
            "account_id": "a",
            "training_permitted": "true",
            "baa_executed": "false",
            "opted_out": "false",
            "exported_at": "2026-01-01T00:00:00Z",
        },
    )
    model = config.redaction.spacy_model
    job = folder / "job.toml"
    job.write_text(
        '[sources]\nmanifest = "files.csv"\nregistry = "accounts.csv"\n'
        'transcripts = "transcripts"\n[output]\nfolder = "out"\n'
        + ("" if model is None else f"[redaction]\nspacy_model = {json.dumps(model)}\n")
    )
    command = [
        sys.executable,
        "-P",
        "-m",
        "clearshard",
        "run",
        "--config",
        str(job),
        "--workers",
        "1",
    ]
    started = datetime.now(UTC)
    ended = subprocess.run(  # noqa: S603 - this program itself
        [*command, "--as-of", "2026-01-02T00:00:00Z", "--replay", "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, PSEUDONYM_VARIABLE: KEY.secret.hex()},
    )
    if ended.returncode != 0:
        raise RunFailed(f"clearshard run on one file ended with {ended.returncode}.")
    first, *_ = Ledger(OutputFolder(folder / "out").ledger).read()
    return (datetime.fromisoformat(first.at) - started).total_seconds()


def _table(path: Path, row: dict[str, str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)


def _map(
    config: Config, units: Iterator[WorkUnit], workers: int, scratch: Path
) -> Iterator[_Measured]:
    scratch.mkdir(exist_ok=True)
    job = Job(
        make=_make,
        arguments=(WorkSettings(config, scratch, seal_of(config)),),
        split=split,
        give_up=_give_up,
        seconds_per_unit=_SECONDS_PER_UNIT,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=PRELOAD,
    )
    yield from LocalEngine(workers).map(job, units)


def _make(settings: WorkSettings) -> Callable[[WorkUnit], _Measured]:
    work = make_work(settings)

    def measured(unit: WorkUnit) -> _Measured:
        result = work(unit)
        if result.staged is not None:
            # The benchmark makes no shards of it, and the disk is not what it measures.
            (settings.checkpoints / result.staged.name).unlink()
        return _Measured(result, *_memory())

    return measured


def _give_up(unit: WorkUnit, loss: str) -> _Measured:
    raise RunFailed(f"A worker {loss} on a unit of {len(unit.tasks)} transcripts.")


def _memory() -> tuple[int, int]:
    """Bytes of this process: the most that it ever had, and what it has now."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        # Without /proc there is only the peak; macOS gives it in bytes.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak, peak
    kilobytes = {
        line.split(":")[0]: int(line.split()[1])
        for line in status.splitlines()
        if line.startswith(("VmHWM", "VmRSS"))
    }
    return kilobytes["VmHWM"] * 1024, kilobytes["VmRSS"] * 1024


def _word_counts(units: Sequence[WorkUnit], documents: Sequence[Document]) -> list[int]:
    return [sum(documents[task.row[1]].word_count for task in unit.tasks) for unit in units]


def _repeated(
    units: Sequence[WorkUnit], counts: Sequence[int], word_count: int
) -> Iterator[WorkUnit]:
    words = 0
    for unit, count in cycle(zip(units, counts, strict=True)):
        yield unit
        words += count
        if words >= word_count:
            return
