"""How long a run with poison takes, and how long one that is asked to stop."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from clearshard.audit.verify import verify

from ..run.test_poison import ROOT, command, group_lives, poisoned_world, wait_until

_SECONDS_PER_FILE = 3.0
#: Loading the models for another worker, on a machine that has other things to do.
_SECONDS_PER_START = 8.0


def _seconds(root: Path, *bad: str) -> float:
    root.mkdir()
    world = poisoned_world(root, *bad, good=60, extra=f"seconds_per_file = {_SECONDS_PER_FILE}\n")
    started = time.monotonic()
    done = subprocess.run(command(world), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert verify(world.out).faults == ()
    assert len(world.texts()) == 60
    return time.monotonic() - started


def _is_gone(group: int) -> bool:
    return not group_lives(group)


@pytest.mark.soak
def test_files_that_hang_cost_their_bound_each(tmp_path: Path, tell: Callable[[str], None]) -> None:
    count = 10
    without = _seconds(tmp_path / "without")
    hanging = _seconds(tmp_path / "hanging", *(f"loop-{n}" for n in range(count)))
    extra = hanging - without
    tell(
        f"{count} files that hang among 60, bound {_SECONDS_PER_FILE:.0f} s, 1 worker: "
        f"{extra:.0f} s more than the {without:.0f} s without them; {count} bounds are "
        f"{count * _SECONDS_PER_FILE:.0f} s"
    )
    # Each alone, and once for the unit that they were in together; a worker is started after each.
    assert extra < (count + 1) * (_SECONDS_PER_FILE + _SECONDS_PER_START)


@pytest.mark.soak
def test_files_that_crash_cost_two_workers_each(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    count = 10
    without = _seconds(tmp_path / "without")
    crashing = _seconds(tmp_path / "crashing", *(f"segfault-{n}" for n in range(count)))
    tell(f"{count} files that crash among 60, 1 worker: {crashing - without:.0f} s more")
    assert crashing - without < (2 * count + 1) * _SECONDS_PER_START


@pytest.mark.soak
def test_a_run_that_is_asked_to_stop_ends_in_time(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    rng = random.Random(4)
    slow = tuple(f"slow-{n:03d}" for n in range(120))
    took: list[float] = []
    for number in range(20):
        root = tmp_path / str(number)
        root.mkdir()
        world = poisoned_world(root, *slow, good=0, apart=number % 2 == 0)
        process = subprocess.Popen(
            command(world, workers=2),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(rng.uniform(1.5, 9))
        started = time.monotonic()
        how = rng.choice((signal.SIGTERM, signal.SIGINT))
        process.send_signal(how)
        code = process.wait(12)
        # Before the command has begun, the system ends it.
        assert code == 1 or (code == -how and not world.out.exists())
        took.append(time.monotonic() - started)
        wait_until(partial(_is_gone, process.pid), 5)
        assert not (world.out / "runs").exists()
        staging = world.out / ".staging"
        assert not staging.exists() or not list(staging.iterdir())
    tell(
        f"{len(took)} runs asked to stop at random moments: gone after {sorted(took)[10]:.1f} s in "
        f"the middle, {max(took):.1f} s at most"
    )
    assert max(took) < 10
