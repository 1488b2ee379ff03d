"""Files that crash, hang or exhaust a worker, in whole runs of the command."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.records.transcript import Transcript
from clearshard.run.assigned import WorkSettings
from clearshard.run.work import process
from clearshard.shards.staging import Seal
from clearshard.vault.vault import PLAIN

from ..audit.reference import decisions_of
from .world import World, transcript

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def command(world: World, *more: str, workers: int = 1) -> list[str]:
    return [
        *(sys.executable, "-m", "tests.run.poison", "run", "--config", str(world.config)),
        *("--out", str(world.out), "--as-of", "2026-11-22T12:00:00Z", "--replay"),
        *("--workers", str(workers), *more),
    ]


def poisoned_world(
    root: Path, *bad: str, good: int = 3, extra: str = "", apart: bool = False
) -> World:
    """Some good files and some that are named after what they do.

    Args:
        root: Where.
        bad: See `tests.run.poison.DEEDS`.
        good: Number of good files.
        extra: More for the configuration, first of its limits.
        apart: Make each file so large that it is a unit of its own.
    """
    world = World(root)
    world.account("good")
    for number in range(good):
        world.file(f"file-{number}", "good", transcript("good morning", f"chair number {number}"))
    for name in bad:
        world.file(name, "good", transcript("good morning", "flibbertigibbet"))
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n" + extra)
    if apart:
        for path in (root / "transcripts").iterdir():
            path.write_text(path.read_text() + " " * 1_100_000)
    return world


def _held(world: World) -> dict[str, tuple[str, str]]:
    [*_, run] = visible_runs(world.out)
    rows = [row for row in decisions_of(world.out, run.run_id) if row["state"] == "quarantined"]
    return {row["file_id"]: (*row["reasons"], row["error_type"]) for row in rows}


def test_each_ends_alone_in_quarantine_with_its_reason(tmp_path: Path) -> None:
    bad = ("segfault-0", "loop-0", "eat-0")
    bound = 5.0
    limits = f"seconds_per_file = {bound}\nworker_memory_bytes = 536870912\n"
    world = poisoned_world(tmp_path, *bad, extra=limits)
    log = tmp_path / "log"
    done = subprocess.run(
        command(world, "--json"),
        cwd=ROOT,
        env={**os.environ, "CLEARSHARD_TEST_LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["counts"] == {
        "seen": 6,
        "written": 3,
        "excluded": 0,
        "quarantined": 3,
    }
    assert _held(world) == {
        "segfault-0": ("detector_failed", "Worker_crashed"),
        "eat-0": ("detector_failed", "Worker_out_of_memory"),
        "loop-0": ("detector_timeout", "Worker_timed_out"),
    }
    assert len(world.texts()) == 3
    assert verify(world.out).faults == ()
    assert "flibbertigibbet" not in done.stdout + done.stderr
    # Once together and once alone, what crashes once more: nothing is tried for ever.
    assert sorted(log.read_text().split()) == ["eat-0", "loop-0", *["segfault-0"] * 3]


class _Greedy:
    """A redactor that is refused memory for whatever comes last."""

    def redact(self, transcripts: Sequence[Transcript]) -> list[Quarantine]:
        enough = Quarantine(QuarantineReason.RESIDUAL_PII, "digits")
        refused = Quarantine(QuarantineReason.DETECTOR_FAILED, "MemoryError")
        return [*[enough] * (len(transcripts) - 1), refused]


def test_a_file_is_not_blamed_for_memory_that_another_has(tmp_path: Path) -> None:
    """The worker gives up instead, and each file is tried in one of its own."""
    world = poisoned_world(tmp_path, good=2)
    tasks = tuple(
        FileTask((0, n), f"file-{n}", "good", "2026-11", None, None, path.read_bytes(), 1)
        for n, path in enumerate(sorted((world.root / "transcripts").iterdir()))
    )
    seal = Seal(PLAIN, PseudonymKey(b"0" * 32), "r", "m")
    settings = WorkSettings(load_config(world.config), tmp_path, seal)
    with pytest.raises(MemoryError):
        process(WorkUnit(tasks), _Greedy(), settings)  # type: ignore[arg-type]  # stands in


def test_nobody_is_left_behind_by_a_killed_run(tmp_path: Path) -> None:
    world = poisoned_world(tmp_path, "loop-0", good=1, apart=True)
    log = tmp_path / "log"
    process = subprocess.Popen(
        command(world),
        cwd=ROOT,
        env={**os.environ, "CLEARSHARD_TEST_LOG": str(log)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # The only worker has the file in hand that never ends.
    wait_until(log.exists)
    process.kill()
    process.wait()
    wait_until(lambda: not group_lives(process.pid))


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def group_lives(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
