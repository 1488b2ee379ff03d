"""The local engine: processes, and what becomes of units when they die."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from clearshard.engines import local
from clearshard.engines.local import LocalEngine
from clearshard.errors import RunFailed

from . import jobs


def _units(count: int, size: int = 3) -> list[jobs.Numbers]:
    return [tuple(range(n * size, (n + 1) * size)) for n in range(count)]


def _flat(results: Iterator[list[str]]) -> list[str]:
    return [name for result in results for name in result]


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc can be told to"
)
def test_a_worker_gives_back_the_memory_that_a_unit_has_freed() -> None:
    # What is kept lies between, so that the heap has no end to cut off.
    results = LocalEngine(1).map(jobs.job(jobs.make_leaving_holes), [(0,), (1,)])
    before, after = map(int, _flat(results))
    assert after - before < 50_000_000


def test_nothing_to_do_starts_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(local, "Worker", started.append)
    assert list(LocalEngine(4).map(jobs.job(jobs.make_dying), [])) == []
    assert started == []


def test_units_that_kill_a_worker_are_bisected_and_the_rest_survives() -> None:
    results = _flat(LocalEngine(2).map(jobs.job(jobs.make_poisoned), _units(15, 4)))
    expected = [f"{n} crashed" if n in (10, 20, 30, 40) else str(n) for n in range(60)]
    assert sorted(results) == sorted(expected)


@pytest.mark.parametrize("make", ["make_poisoned", "make_secret_error"])
def test_workers_say_nothing_that_could_quote_their_input(make: str) -> None:
    # In a process of its own: workers inherit the streams of the first run in a process.
    script = (
        "from tests.engines import jobs\n"
        "from clearshard.engines.local import LocalEngine\n"
        "from clearshard.errors import RunFailed\n"
        "try:\n"
        f"    list(LocalEngine(1).map(jobs.job(jobs.{make}), [(30,), (31,)]))\n"
        "except RunFailed as error:\n"
        "    print(error)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        # Workers take nothing from the working folder.
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "secret" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_a_unit_that_hangs_is_stopped_and_bisected() -> None:
    results = _flat(LocalEngine(1).map(jobs.job(jobs.make_hanging, 1.5), _units(3, 2)))
    assert sorted(results) == ["0", "1", "2", "3 timed_out", "4", "5"]


def test_workers_that_never_start_end_the_run() -> None:
    with pytest.raises(RunFailed, match="memory"):
        list(LocalEngine(2).map(jobs.job(jobs.make_dying), _units(1)))


def test_workers_lose_no_time_to_garbage_and_to_pandas() -> None:
    assert find_spec("pandas") is not None
    told = _flat(LocalEngine(1).map(jobs.job(jobs.make_told_of_loading), _units(1)))
    frozen, threshold, pandas_is_loaded, rows_of_pandas = told
    assert int(frozen) > 1000
    assert int(threshold) == 100_000
    assert pandas_is_loaded == "False"
    assert rows_of_pandas == "2"  # who asks for it gets it


def test_workers_cannot_dump_core_and_use_one_blas_thread() -> None:
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    assert _flat(LocalEngine(1).map(jobs.job(jobs.make_limits), _units(1))) == ["(0, 0)", "1"]
    assert os.environ.get("OPENBLAS_NUM_THREADS") == before
