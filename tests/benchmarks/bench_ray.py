"""What it costs to work on a cluster: the same run on this machine and on one of Ray, in turn.

    python tests/benchmarks/bench_ray.py FOLDER [WORKERS] [ROUNDS]

FOLDER has ``files.csv``, ``accounts.csv`` exported on 2026-11-22, and ``transcripts``. A cluster is
started on this machine, and is up before anything is measured. Printed are words a second by the
clock, and words for a second of processor time of all processes of the run: on a machine that does
something else as well only the latter says anything. Then how long it takes from nothing to the
first result, by the clock, and whether both have made the same bytes.
"""

# ruff: noqa: T201 - a script prints its result
import hashlib
import os
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearshard.audit.reading import visible_runs
from clearshard.config import load_config
from clearshard.engines.choice import Choice, engine_of
from clearshard.engines.cluster.reaching import ADDRESS_VARIABLE
from clearshard.keys import load_pseudonym_key
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.run import fingerprint
from clearshard.run.assigned import WorkSettings
from clearshard.run.crossing import job_of
from clearshard.shards.staging import Seal
from clearshard.vault.vault import PLAIN

_BIN = Path(sys.executable).parent
_PORT = 7393
_TICKS = os.sysconf("SC_CLK_TCK")


class Meter(threading.Thread):
    """Processor time of processes and of all that has come of them, looked at often."""

    def __init__(self, roots: list[int]) -> None:
        super().__init__(daemon=True)
        self._roots = roots
        self._ticks: dict[tuple[int, str], int] = {}
        self._over = threading.Event()
        self._look()
        self._before = sum(self._ticks.values())

    def add(self, root: int) -> None:
        self._roots.append(root)

    def run(self) -> None:
        while not self._over.wait(0.1):
            self._look()

    def seconds(self) -> float:
        self._over.set()
        return (sum(self._ticks.values()) - self._before) / _TICKS

    def _look(self) -> None:
        children: defaultdict[int, list[int]] = defaultdict(list)
        used: dict[int, tuple[str, int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            pid = int(path.parent.name)
            children[int(fields[1])].append(pid)
            used[pid] = fields[19], int(fields[11]) + int(fields[12])
        waiting = [root for root in self._roots if root in used]
        while waiting:
            pid = waiting.pop()
            started, ticks = used[pid]
            self._ticks[pid, started] = ticks
            waiting += children[pid]


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[int]:
    """A cluster on this machine; yields the id of its first process."""
    token = secrets.token_hex(32)
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": token,
        "PYTHONSAFEPATH": "1",
    }
    head = subprocess.Popen(
        [
            *(_BIN / "ray", "start", "--head", "--block", "--port", str(_PORT)),
            *("--num-cpus", str(workers), "--include-dashboard=false", "--disable-usage-stats"),
            *("--object-store-memory", str(80 << 20), "--temp-dir", folder),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        time.sleep(15)
        yield head.pid
    finally:
        os.killpg(head.pid, signal.SIGTERM)
        head.wait()


def main() -> None:
    source = Path(sys.argv[1]).absolute()
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    work = Path(tempfile.mkdtemp(prefix="b."))
    job = work / "job.toml"
    job.write_text(
        f'[sources]\nmanifest = "{source}/files.csv"\nregistry = "{source}/accounts.csv"\n'
        f'transcripts = "{source}/transcripts"\n[limits]\nmax_quarantined_share = 1.0\n'
        f'[engine]\naddress = "127.0.0.1:{_PORT}"\n'
    )
    load_pseudonym_key(load_config(job), create=True)
    try:
        with cluster(work / "r", workers) as head:
            _compare(job, work, head, workers, rounds)
            _first_result(job, work, source, workers)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _compare(job: Path, work: Path, head: int, workers: int, rounds: int) -> None:
    by_clock: defaultdict[str, list[float]] = defaultdict(list)
    by_processor: defaultdict[str, list[float]] = defaultdict(list)
    made: set[str] = set()
    for number in range(rounds):
        for kind in ("local", "ray"):
            out = work / f"{kind}-{number}"
            command = [
                *(_BIN / "clearshard", "run", "--config", job, "--out", out, "--quiet"),
                *("--workers", str(workers), "--engine", kind),
                *("--replay", "--as-of", "2026-11-23T00:00:00Z"),
            ]
            meter = Meter([head] if kind == "ray" else [])
            before = time.monotonic()
            run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            meter.add(run.pid)
            meter.start()
            if run.wait() != 0:
                sys.exit(f"{kind} ended with {run.returncode}")
            seconds, used = time.monotonic() - before, meter.seconds()
            [visible] = visible_runs(out)
            words = visible.record.word_count
            made.add(_digest(out))
            by_clock[kind].append(words / seconds)
            by_processor[kind].append(words / used)
            print(
                f"{kind:5}  {words:,} words  {seconds:6.1f} s  {words / seconds:8,.0f} words/s   "
                f"{used:6.1f} s of processors  {words / used:8,.0f} words/s",
                flush=True,
            )
            shutil.rmtree(out)
    for name, rates in (("clock", by_clock), ("processor", by_processor)):
        share = statistics.median(rates["ray"]) / statistics.median(rates["local"])
        print(f"ray / local by the {name}: {share:.3f}")
    print("the same bytes" if len(made) == 1 else "NOT THE SAME BYTES")


def _digest(out: Path) -> str:
    [visible] = visible_runs(out)
    names = [visible.shard_path(shard) for shard in visible.record.shards]
    return hashlib.sha256(b"".join(map(Path.read_bytes, names))).hexdigest()


def _first_result(job: Path, work: Path, source: Path, workers: int) -> None:
    """From nothing to the result of a unit of one short transcript."""
    config = load_config(job)
    key, _ = load_pseudonym_key(config, create=False)
    digests = fingerprint.redactor_digest(config), fingerprint.promise_digest(config)
    checkpoints = work / "checkpoints"
    checkpoints.mkdir()
    settings = WorkSettings(config, checkpoints, Seal(PLAIN, key, *digests))
    path = min((source / "transcripts").iterdir(), key=lambda path: path.stat().st_size)
    task = FileTask((0, 0), path.stem, "acct", "2026-11", None, path.name, None, 1)
    os.environ.pop(ADDRESS_VARIABLE, None)
    for _ in range(3):
        for kind in ("local", "ray"):
            engine = engine_of(workers, None, Choice(kind, config.engine.address))
            before = time.monotonic()
            results = engine.map(job_of(settings, work), [WorkUnit((task,))])
            next(results)
            print(f"{kind:5}  first result after {time.monotonic() - before:.1f} s", flush=True)
            list(results)


if __name__ == "__main__":
    main()
