"""What it costs to work on a cluster: the same run on this machine and on one of Ray, in turn.

    python -m tests.benchmarks.bench_ray FOLDER [--workers N] [--rounds N] [--s3]
    python -m tests.benchmarks.bench_ray --start [--workers N] [--rounds N]

FOLDER has ``files.csv``, ``accounts.csv`` exported on 2026-11-22, and ``transcripts``; without one
it is data/samples. A cluster is started on this machine, and is up before anything is measured.

The first form compares rates: A B A B. Printed are words a second by the clock, and words for a
second of processor time of all processes of the run, those of the cluster included: on a machine
that does something else as well only the latter says anything. Then whether both have made the same
bytes. With --s3 sources and output are in a bucket of a real server (SeaweedFS) on this machine;
what that takes itself is told apart.

The second form takes the time from the start of the command to the end of its first work unit,
which is one short transcript of its own.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.reading import visible_runs
from clearshard.config import load_config
from clearshard.keys import load_pseudonym_key
from clearshard.surroundings import PSEUDONYM_VARIABLE

from ..run.world import transcript
from ..servers.ray_cluster import StandingCluster, standing
from ..servers.s3 import BUCKET, S3Server, running, speak_as
from .bench_store import SAMPLES, deliver

_COMMAND = Path(sys.executable).with_name("clearshard")
_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS_BETWEEN_LOOKS = 0.1


class Meter(threading.Thread):
    """Processor time of processes and of all that has come of them, looked at often."""

    def __init__(self, roots: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self._roots = list(roots)
        self._ticks: dict[tuple[int, str], tuple[str, int]] = {}
        self._over = threading.Event()
        self._look()
        self._before = dict(self._ticks)

    def add(self, root: int) -> None:
        self._roots.append(root)

    def run(self) -> None:
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            self._look()

    def seconds(self) -> dict[str, float]:
        """By the name of the process; those that live are looked at once more."""
        self._over.set()
        self._look()
        seconds: defaultdict[str, float] = defaultdict(float)
        for key, (name, ticks) in self._ticks.items():
            seconds[name] += (ticks - self._before.get(key, (name, 0))[1]) / _TICKS
        return dict(seconds)

    def _look(self) -> None:
        children: defaultdict[int, list[int]] = defaultdict(list)
        used: dict[int, tuple[str, str, int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                told, _, rest = path.read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            pid = int(path.parent.name)
            children[int(fields[1])].append(pid)
            used[pid] = fields[19], told.partition("(")[2], int(fields[11]) + int(fields[12])
        waiting = [root for root in self._roots if root in used]
        while waiting:
            pid = waiting.pop()
            started, name, ticks = used[pid]
            self._ticks[pid, started] = name, ticks
            waiting += children[pid]


@dataclass(frozen=True)
class Bench:
    """What is measured, and where.

    Attributes:
        folder: Of its own.
        job: A configuration that names no output.
        cluster: Is up.
        server: Of the bucket that sources are in; None if they are in files.
    """

    folder: Path
    job: Path
    cluster: StandingCluster
    server: S3Server | None
    workers: int
    rounds: int

    def begun(self, kind: str, name: str) -> "tuple[subprocess.Popen[bytes], Meter, float]":
        """A run that was just begun, into an output of its own."""
        job, out = self.folder / f"{name}.toml", self.folder / name
        place = f'folder = "{out}"'
        if self.server is not None:
            place = f'folder = "s3://{BUCKET}/{self.server.new_prefix()}"\nmirror = "{out}"'
        job.write_text(f"{self.job.read_text()}[output]\n{place}\n")
        command = [
            *(str(_COMMAND), "run", "--config", str(job), "--quiet"),
            *("--workers", str(self.workers), "--engine", kind),
            *("--replay", "--as-of", "2026-11-23T00:00:00Z"),
        ]
        meter = Meter(self.cluster.pids if kind == "ray" else [])
        before = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        meter.add(process.pid)
        meter.start()
        return process, meter, before


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--start", action="store_true")
    given = parser.parse_args()
    if given.start and given.s3:
        parser.error("--start is of files")
    with _bench(given.folder.absolute(), given) as bench:
        if given.start:
            _compare_starts(bench)
        else:
            _compare_rates(bench)


@contextmanager
def _bench(source: Path, given: argparse.Namespace) -> Iterator[Bench]:
    with (
        # Short, since Ray's sockets lie there.
        tempfile.TemporaryDirectory(prefix="b.") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        scratch = Path(folder)
        if given.start:
            source = _one_short(scratch / "source")
        with _server(scratch, patch, used=given.s3) as server:
            place = str(source) if server is None else f"s3://{BUCKET}/{deliver(source, server)}"
            job = scratch / "job.toml"
            job.write_text(
                f'[sources]\nmanifest = "{place}/files.csv"\nregistry = "{place}/accounts.csv"\n'
                f'transcripts = "{place}/transcripts"\nlanguage = "en"\n'
                "[limits]\nmax_quarantined_share = 1.0\n"
            )
            key, _ = load_pseudonym_key(load_config(job), create=True)
            # Members read a bucket with what is in the environment of their node.
            of_nodes = {PSEUDONYM_VARIABLE: key.secret.hex()}
            of_nodes |= {name: value for name, value in os.environ.items() if "AWS" in name}
            with standing(scratch, of_nodes) as cluster:
                cluster.start_head(given.workers)
                job.write_text(job.read_text() + f'[engine]\naddress = "{cluster.address}"\n')
                for name, value in cluster.environment.items():
                    patch.setenv(name, value)
                yield Bench(scratch, job, cluster, server, given.workers, given.rounds)


@contextmanager
def _server(folder: Path, patch: pytest.MonkeyPatch, *, used: bool) -> Iterator[S3Server | None]:
    if not used:
        yield None
        return
    (folder / "server").mkdir()
    with running(folder / "server") as server:
        speak_as(patch, server.environment())
        yield server


def _compare_rates(bench: Bench) -> None:
    by_clock: defaultdict[str, list[float]] = defaultdict(list)
    by_processor: defaultdict[str, list[float]] = defaultdict(list)
    made: set[str] = set()
    for number in range(bench.rounds):
        for kind in ("local", "ray"):
            of_server = _of_server(bench)
            process, meter, before = bench.begun(kind, f"{kind}-{number}")
            if process.wait() != 0:
                sys.exit(f"{kind} ended with {process.returncode}")
            seconds = time.monotonic() - before
            by_name = meter.seconds()
            used = sum(by_name.values())
            out = bench.folder / f"{kind}-{number}"
            [visible] = visible_runs(out)
            words = visible.record.word_count
            made.add(_digest(out))
            by_clock[kind].append(words / seconds)
            by_processor[kind].append(words / used)
            print(
                f"{kind:5}  {words:,} words  {seconds:6.1f} s  {words / seconds:8,.0f} words/s   "
                f"{used:6.1f} s of processors  {words / used:8,.0f} words/s   "
                f"server {_of_server(bench) - of_server:.1f} s   load {os.getloadavg()[0]:.1f}\n"
                f"       {_told(by_name)}",
                flush=True,
            )
            shutil.rmtree(out)
    for name, rates in (("clock", by_clock), ("processor", by_processor)):
        share = statistics.median(rates["ray"]) / statistics.median(rates["local"])
        print(f"ray / local by the {name}: {share:.3f}")
    print("the same bytes" if len(made) == 1 else "NOT THE SAME BYTES")


def _of_server(bench: Bench) -> float:
    return 0.0 if bench.server is None else bench.server.processor_seconds()


def _told(by_name: dict[str, float]) -> str:
    most = sorted(by_name.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in most if seconds >= 0.1)


def _digest(out: Path) -> str:
    [visible] = visible_runs(out)
    names = [visible.shard_path(shard) for shard in visible.record.shards]
    return hashlib.sha256(b"".join(map(Path.read_bytes, names))).hexdigest()


def _compare_starts(bench: Bench) -> None:
    """From the start of the command to the end of its first unit."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(bench.rounds):
        for kind in ("local", "ray"):
            name = f"{kind}-{number}"
            process, meter, before = bench.begun(kind, name)
            checkpoints = bench.folder / name / layout.CHECKPOINTS
            while not _has_any(checkpoints):
                if process.poll() is not None:
                    sys.exit(f"{kind} ended with {process.returncode}")
                time.sleep(0.005)
            seconds = time.monotonic() - before
            by_name = meter.seconds()
            took[kind].append(seconds)
            print(
                f"{kind:5}  first unit after {seconds:5.2f} s, "
                f"{sum(by_name.values()):5.2f} s of processors   load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            process.wait()
    for kind, seconds_of_all in took.items():
        print(f"{kind}: median {statistics.median(seconds_of_all):.2f} s")


def _has_any(folder: Path) -> bool:
    try:
        return any(not name.startswith(".") for name in os.listdir(folder))  # noqa: PTH208 - often
    except FileNotFoundError:
        return False


def _one_short(folder: Path) -> Path:
    """A source of one transcript."""
    (folder / "transcripts").mkdir(parents=True)
    call = {"id": "call-1", **transcript("my name is john smith and i live in boston")}
    (folder / "transcripts" / "call-1.json").write_text(json.dumps(call))
    (folder / "files.csv").write_text(
        "file_id,account_id,product,region,submitted_at,transcript_uri\n"
        "call-1,acct-1,async,us,2026-11-20T12:00:00Z,call-1.json\n"
    )
    (folder / "accounts.csv").write_text(
        "account_id,training_permitted,baa_executed,opted_out,exported_at\n"
        "acct-1,true,false,false,2026-11-22T00:00:00Z\n"
    )
    return folder


if __name__ == "__main__":
    main()
