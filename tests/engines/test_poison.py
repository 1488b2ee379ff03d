"""What a file can do to its worker: it ends alone, in bounded time and memory."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from clearshard.engines import worker as worker_module
from clearshard.engines.local import LocalEngine
from clearshard.engines.worker import resident_bytes
from clearshard.errors import RunFailed

from . import jobs

pytestmark = pytest.mark.slow

_MEMORY = 512 << 20


def _flat(results: list[list[str]]) -> list[str]:
    return [name for result in results for name in result]


@pytest.mark.parametrize(
    ("number", "loss"),
    [
        (1, "crashed"),  # a segmentation fault
        (2, "crashed"),  # leaves
        (3, "timed_out"),  # never comes back from C
        (4, "out_of_memory"),  # allocates without end
        (5, "out_of_memory"),  # allocates too much at once
        (6, "crashed"),  # writes into the pipe to the parent
        (7, "crashed"),  # closes it
        (8, "timed_out"),  # is stopped
    ],
)
def test_it_is_given_up_alone(number: int, loss: str) -> None:
    units = [tuple(range(10, 14)), (14, number, 15), (16,)]
    # Only what hangs has a bound that a busy machine could reach with anything else.
    seconds = 1.5 if loss == "timed_out" else 600
    job = jobs.job(jobs.make_hostile, seconds, memory_bytes=_MEMORY)
    results = _flat(list(LocalEngine(1).map(job, units)))
    assert sorted(results) == sorted([*map(str, range(10, 17)), f"{number} {loss}"])


def test_what_hangs_costs_its_own_bound_and_that_of_its_unit(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    job = jobs.job(jobs.make_hostile, 1.0, str(sent))
    results = _flat(list(LocalEngine(1).map(job, [(*range(20, 40), 3, 8)])))
    assert [r for r in results if " " in r] == ["3 timed_out", "8 timed_out"]
    # Once together, then each alone: never a second time alone, never in a smaller group.
    assert len(sent.read_text().splitlines()) == 1 + 22


def test_a_worker_that_is_killed_once_costs_no_file(tmp_path: Path) -> None:
    job = jobs.job(jobs.make_crashing_once, 60, str(tmp_path / "killed"))
    results = _flat(list(LocalEngine(1).map(job, [(4, 5, 6), (7,)])))
    assert sorted(results) == ["4", "5", "6", "7"]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_for_temporary_files_with_too_long_a_name_is_told(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    # In a process that has not started any worker.
    code = (
        "from clearshard.engines.worker import prepare\n"
        "from clearshard.errors import RunFailed\n"
        "try:\n"
        "    prepare([])\n"
        "except RunFailed as error:\n"
        "    print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Set TMPDIR to another one" in told.stdout


def test_workers_that_hang_while_starting_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SECONDS_TO_START", 0.3)
    with pytest.raises(RunFailed, match="hang while starting"):
        list(LocalEngine(2).map(jobs.job(jobs.make_never), [(1,)]))


def test_too_little_memory_to_start_ends_the_run() -> None:
    with pytest.raises(RunFailed, match="worker_memory_bytes"):
        list(LocalEngine(1).map(jobs.job(jobs.make_hungry, 60, memory_bytes=_MEMORY), [(1,)]))


def test_without_a_limit_that_holds_the_parent_watches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on macOS."""
    monkeypatch.setattr("clearshard.engines.local.KERNEL_HOLDS_BOUND", False)
    monkeypatch.setattr("clearshard.engines.local.SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(worker_module, "KERNEL_HOLDS_BOUND", False)

    def resident(pid: int) -> int:
        return _MEMORY + (tmp_path / "begun-7").exists()

    monkeypatch.setattr(worker_module, "resident_bytes", resident)
    job = jobs.job(jobs.make_waiting, 600, str(tmp_path), memory_bytes=_MEMORY)
    assert _flat(list(LocalEngine(1).map(job, [(7,)]))) == ["7 out_of_memory"]


def test_resident_memory_is_in_bytes() -> None:
    before = resident_bytes(os.getpid())
    kept = bytearray(os.urandom(1)) * (64 << 20)
    assert 32 << 20 < resident_bytes(os.getpid()) - before < 128 << 20
    assert len(kept) == 64 << 20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert before <= peak * (1 if sys.platform == "darwin" else 1024)


def test_a_process_that_is_gone_has_no_memory() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    assert resident_bytes(pid) == 0


def test_a_bound_is_per_file_and_not_per_unit(tmp_path: Path) -> None:
    """Harmless files that take long together are taken apart, and all of them are kept."""
    sent = tmp_path / "sent"
    job = jobs.job(jobs.make_hanging_together, 2.0, str(sent))
    results = _flat(list(LocalEngine(1).map(job, [tuple(range(6))])))
    assert sorted(results) == [str(n) for n in range(6)]
    assert sent.read_text().splitlines() == [str(tuple(range(6))), *(f"({n},)" for n in range(6))]
