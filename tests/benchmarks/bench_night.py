"""What a night costs after a large first run: time, bytes read, bytes of shards and decisions.

    python tests/benchmarks/bench_night.py FOLDER [--files N] [--workers N] [--shard-period PERIOD]
        [--shard-bytes N] [--absent] [--json]

Makes N short calls of many accounts in FOLDER (it must be new or empty), runs once over all of
them, then with nothing new, then with one file in a thousand new and one account opted out. The
gate alone is timed beside it. Transcripts that are opened are counted by a hook in every process of
a command. Accounts are of very different sizes, and each is a customer for some of three years, as
customers are. A shard has some hundred calls: of a hundred million, shards of the usual size
are as small a part of all. With `--absent` no transcript is written, so that each file is
quarantined: then what is measured is deciding, remembering, comparing and publishing alone, for ten
million files as well. Bytes read are those of all processes of a command, whatever they read; the
gate's are what reading the two tables takes.
"""

# ruff: noqa: T201 - a script prints its result, and its calls are random on purpose
import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clearshard.audit.reading import VisibleRun, visible_runs

COMMAND = Path(sys.executable).with_name("clearshard")
#: When registries are exported, by the clock.
NOW = datetime.now(UTC)
#: When the nightly job runs, that the calls are drawn by: how many days a night's calls are of must
#: not hang on when this is run.
NIGHT = (NOW - timedelta(hours=1)).replace(hour=1, minute=0, second=0, microsecond=0)
MONTHS = 36
FILES_PER_ACCOUNT = 200
_OPENINGS = "thank you for calling|hello there|good morning|how can i help you|one moment please"
_MIDDLES = "the lamp is broken|my order has not come|i would like a refund|the chair is green"
_ENDINGS = "let me look that up|that is all for today|please hold the line|have a good day"
#: Loaded by every Python process that finds it on its path: tells a file of each transcript.
_HOOK = """\
import os
import re
import sys

def told(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        if re.fullmatch(r"(?:.*/)?[0-9]+[.]json", arguments[0]):
            handle = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(handle, b".")
            os.close(handle)

sys.addaudithook(told)
"""
_JOB = """\
[sources]
manifest = "files.csv"
registry = "accounts.csv"
transcripts = "transcripts"

[output]
folder = "out"
target_shard_bytes = {shard_bytes}
shard_period = "{shard_period}"

[limits]
max_quarantined_share = 1.0
max_drop_share = 1.0
"""


@dataclass(frozen=True)
class Cost:
    """What one command took.

    Attributes:
        seconds: On the clock.
        processor_seconds: Of all its processes.
        read_bytes: What all its processes read.
        largest_process_bytes: The most that one of its processes held in memory.
        opened: How often a transcript was opened.
    """

    seconds: float
    processor_seconds: float
    read_bytes: int
    largest_process_bytes: int
    opened: int


@dataclass(frozen=True)
class Night:
    """What a run cost, and what it wrote.

    Attributes:
        cost: Of the command.
        files: Written files in its shards.
        shards: Shards in force.
        shard_bytes: What they take.
        new_shards: Those of them that it wrote itself.
        new_shard_bytes: What these take.
        decision_bytes: What the decisions files take that it wrote itself.
    """

    cost: Cost
    files: int
    shards: int
    shard_bytes: int
    new_shards: int
    new_shard_bytes: int
    decision_bytes: int


def main() -> None:
    """Makes the set, runs, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shard-period", choices=("day", "month", "year"), default="day")
    parser.add_argument("--shard-bytes", type=int, default=1 << 16)
    parser.add_argument("--absent", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    job = _JOB.format(shard_bytes=given.shard_bytes, shard_period=given.shard_period)
    world = World(given.folder, given.files, job, absent=given.absent)
    run = ("run", "--config", str(world.job), "--workers", str(given.workers))
    gate_alone = ("gate", "--config", str(world.job))
    first = night(world, run)
    gate = measured(world.hook, gate_alone)
    idle = night(world, run)
    world.next_day()
    nightly = night(world, run)
    figures = {
        "files": given.files,
        "workers": given.workers,
        "gate": asdict(gate),
        "first": asdict(first),
        "nothing_new": asdict(idle),
        "night": asdict(nightly),
        "ratios": {
            "nothing_new_over_gate_seconds": idle.cost.seconds / gate.seconds,
            "night_over_first_seconds": nightly.cost.seconds / first.cost.seconds,
            "night_shard_bytes_share": nightly.new_shard_bytes / max(1, nightly.shard_bytes),
            "night_decision_bytes_share": nightly.decision_bytes / first.decision_bytes,
            "nothing_new_read_bytes_over_gate": idle.cost.read_bytes / gate.read_bytes,
        },
    }
    if given.json:
        print(json.dumps(figures))
    else:
        _print(figures)


class World:
    """The set of calls in a folder."""

    def __init__(self, folder: Path, files: int, job: str, *, absent: bool) -> None:
        if folder.exists() and any(folder.iterdir()):
            sys.exit(f"{folder} is not empty: name a new folder")
        self._folder = folder
        self._chance = random.Random(20261129)
        self._files = files
        self._absent = absent
        self._spans = [self._span() for _ in range(max(1, files // FILES_PER_ACCOUNT))]
        # Few are large: each weighs half of the one before in rank, roughly.
        self._weights = [1 / (rank + 10) for rank in range(len(self._spans))]
        (folder / "transcripts").mkdir(parents=True)
        self.hook.mkdir()
        (self.hook / "sitecustomize.py").write_text(_HOOK.format(log=str(self.hook / "opened")))
        self.job.write_text(job)
        self._write_accounts(set())
        rows = self._rows(range(files), newest=False)
        self._write_files("w", rows)

    @property
    def job(self) -> Path:
        """The configuration."""
        return self._folder / "job.toml"

    @property
    def hook(self) -> Path:
        """A folder on the path of Python; what is opened is told there."""
        return self._folder / "hook"

    @property
    def out(self) -> Path:
        """The output folder."""
        return self._folder / "out"

    def next_day(self) -> None:
        """One file in a thousand is new, and an account of middling size opts out."""
        self._write_accounts({len(self._spans) // 2})
        new = range(self._files, self._files + max(1, self._files // 1000))
        self._write_files("a", self._rows(new, newest=True))

    def _span(self) -> tuple[int, int]:
        first = self._chance.randrange(MONTHS)
        return first, min(MONTHS, first + self._chance.randrange(2, 13))

    def _rows(self, numbers: Sequence[int], *, newest: bool) -> Iterator[list[str]]:
        accounts = self._chance.choices(range(len(self._spans)), self._weights, k=len(numbers))
        for number, account in zip(numbers, accounts, strict=True):
            first, end = self._spans[account]
            month = 0 if newest else MONTHS - 1 - self._chance.randrange(first, end)
            days = month * 30 + self._chance.random() * (1 if newest else 29)
            submitted = NIGHT - timedelta(days=days, hours=1)
            uri = f"{number % 1000:03d}/{number}.json"
            if not self._absent:
                self._write_call(uri, f"f{number}")
            yield [f"f{number}", f"a{account}", "async", "us", submitted.isoformat(), uri]

    def _write_call(self, uri: str, file_id: str) -> None:
        path = self._folder / "transcripts" / uri
        if not path.parent.exists():
            path.parent.mkdir()
        parts = (_OPENINGS, _MIDDLES, _ENDINGS)
        text = " ".join(self._chance.choice(part.split("|")) for part in parts)
        call = {"id": file_id, "status": "completed", "language_code": "en_us", "text": text}
        path.write_text(json.dumps(call))

    def _write_files(self, mode: str, rows: Iterator[list[str]]) -> None:
        with (self._folder / "files.csv").open(mode, newline="") as table:
            writer = csv.writer(table)
            if mode == "w":
                columns = "file_id,account_id,product,region,submitted_at,transcript_uri"
                writer.writerow(columns.split(","))
            writer.writerows(rows)

    def _write_accounts(self, opted_out: set[int]) -> None:
        with (self._folder / "accounts.csv").open("w", newline="") as table:
            writer = csv.writer(table)
            columns = "account_id,training_permitted,baa_executed,opted_out,exported_at"
            writer.writerow(columns.split(","))
            for number in range(len(self._spans)):
                out = str(number in opted_out).lower()
                writer.writerow([f"a{number}", "true", "false", out, NOW.isoformat()])


def night(world: World, command: Sequence[str]) -> Night:
    """Runs, and looks what was written."""
    out = world.out
    before = visible_runs(out)[-1:] if (out / "runs").exists() else ()
    had = {shard.name for run in before for shard in run.record.shards}
    cost = measured(world.hook, command)
    newest: VisibleRun = visible_runs(out)[-1]
    shards = newest.record.shards
    new = [shard for shard in shards if shard.name not in had]
    unchanged = bool(before) and newest.run_id == before[0].run_id
    return Night(
        cost,
        newest.record.counts.written,
        len(shards),
        sum(shard.size_bytes for shard in shards),
        len(new),
        sum(shard.size_bytes for shard in new),
        sum(path.stat().st_size for path in _written(newest)) if not unchanged else 0,
    )


def _written(run: VisibleRun) -> list[Path]:
    """The decisions files that a run has written itself."""
    return [path for path in run.decisions_paths if path.parent == run.decisions_folder]


def measured(hook: Path, arguments: Sequence[str]) -> Cost:
    """Runs the command in a process of its own, whose children's use is added to its own."""
    opened = hook / "opened"
    opened.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(hook)}
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        started = time.perf_counter()
        ended = subprocess.run(
            [str(COMMAND), *arguments], stdout=subprocess.DEVNULL, env=environment, check=False
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cost = Cost(
            time.perf_counter() - started,
            used.ru_utime + used.ru_stime,
            _read_bytes(),
            used.ru_maxrss * 1024,
            opened.stat().st_size if opened.exists() else 0,
        )
        os.write(writing, json.dumps([ended.returncode, asdict(cost)]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        code, cost_of_it = json.loads(pipe.read())
    os.waitpid(child, 0)
    if code != 0:
        sys.exit(f"`clearshard {' '.join(arguments)}` ended with exit code {code}")
    return Cost(**cost_of_it)


def _read_bytes() -> int:
    """What this process and its children that have ended read; the kernel adds them up."""
    for line in Path("/proc/self/io").read_text().splitlines():
        name, _, value = line.partition(": ")
        if name == "rchar":
            return int(value)
    return 0


def _print(figures: dict[str, object]) -> None:
    for name, value in figures.items():
        if not isinstance(value, dict):
            print(f"{name:12} {value:,}")
            continue
        print(name)
        for inner, number in (value | value.pop("cost", {})).items():
            print(
                f"    {inner:36} {number:,.4g}" if number < 1 else f"    {inner:36} {number:,.1f}"
            )


if __name__ == "__main__":
    main()
