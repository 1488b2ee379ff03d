"""SIGTERM and Ctrl-C, with real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.run.options import RunOptions

from ..run.test_poison import ROOT, command, group_lives, poisoned_world, wait_until
from ..run.world import AS_OF, World

pytestmark = pytest.mark.slow

_SLOW = tuple(f"slow-{n:03d}" for n in range(60))


def _start(
    world: World, *more: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(world, *more),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said to the end; the limit is for a test that fails."""
    out, err = process.communicate(timeout=300)
    wait_until(lambda: not group_lives(process.pid))
    return out, err


@pytest.fixture
def world(tmp_path: Path) -> World:
    return poisoned_world(tmp_path, *_SLOW, good=0, apart=True)


# SIGTERM is what the tests below send.
@pytest.mark.parametrize(
    "how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_the_units_in_hand_are_finished_and_nothing_is_begun(
    world: World, how: signal.Signals
) -> None:
    log = world.root / "log"
    process = _start(world, "--json", environment={**os.environ, "CLEARSHARD_TEST_LOG": str(log)})
    wait_until(log.exists)
    process.send_signal(how)
    out, err = _ended(process)
    assert process.returncode == 1
    assert len(log.read_text().split()) < len(_SLOW)
    result = json.loads(out.splitlines()[-1])
    assert (result["error"], result["exit_code"]) == ("Interrupted", 1)
    lines = [json.loads(line) for line in err.splitlines()]
    # What was in hand may be told between the two.
    told = [line["event"] for line in lines]
    assert "stopping" in told
    assert told[-1] == "failed"
    assert "run again" in lines[-1]["message"]
    events = list(Ledger(world.out / "audit" / "ledger.jsonl").read())
    assert [event.event for event in events][-1:] == ["run_failed"]
    assert events[-1].data["error"] == "Interrupted"
    assert not (world.out / "runs").exists()
    assert not (world.out / "shards").exists()
    assert verify(world.out).faults == ()


def _hanging(tmp_path: Path, seconds: float) -> subprocess.Popen[str]:
    """A run whose only worker has a file in hand that never ends."""
    world = poisoned_world(tmp_path, "loop-0", good=1, apart=True)
    log = tmp_path / "log"
    settings = {"CLEARSHARD_TEST_SECONDS": str(seconds), "CLEARSHARD_TEST_LOG": str(log)}
    process = _start(world, environment={**os.environ, **settings})
    wait_until(log.exists)
    return process


def test_a_unit_that_takes_longer_is_abandoned(tmp_path: Path) -> None:
    process = _hanging(tmp_path, 1.0)
    started = time.monotonic()
    process.terminate()
    _, err = _ended(process)
    assert time.monotonic() - started >= 1
    assert process.returncode == 1
    assert "run again" in err
    assert not (tmp_path / "out" / "runs").exists()
    assert list((tmp_path / "out" / ".staging").iterdir()) == []


def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    process = _hanging(tmp_path, 3600.0)
    process.terminate()
    assert process.stderr is not None
    told = ""
    while "A second signal stops at once" not in told:
        told = process.stderr.readline()
        assert told
    process.terminate()
    _ended(process)
    assert process.returncode == 1
    assert not (tmp_path / "out" / "runs").exists()


@pytest.mark.soak
def test_a_main_thread_that_hangs_is_ended_all_the_same(tmp_path: Path) -> None:
    """As on a file system that does not answer: no handler of Python runs any more."""
    world = poisoned_world(tmp_path, good=1)
    script = (
        "import functools, signal, time\n"
        "from clearshard.run import job\n"
        "from clearshard.cli import signals\n"
        "def hang(stage):\n"
        "    if stage != 'decide':\n"
        "        return\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signals.SIGNALS)\n"
        "    open('hanging', 'w').close()\n"
        "    time.sleep(60)\n"
        "job.run = functools.partial(job.run, observer=hang)\n"
        "from clearshard.cli.entry import main\n"
        "main()\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CLEARSHARD_SIGNING_KEY": bytes(range(91, 123)).hex(),  # otherwise one is made, and told
    }
    process = subprocess.Popen(
        [sys.executable, "-c", script, *command(world)[3:]],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until((tmp_path / "hanging").exists)
    started = time.monotonic()
    process.terminate()
    process.wait(30)
    took = time.monotonic() - started
    # How long the system then takes to bury its children is not the command's time.
    _, err = _ended(process)
    assert 8 < took < 10
    assert process.returncode == 1
    assert err.startswith("a rehearsal: ")
    assert err.count("\n") == 1
    # What it left, the next run settles.
    again = RunOptions(world.out, AS_OF, 1, dry_run=False, replay=True)
    assert world.result(again).record.counts.written == 1


def test_ctrl_c_while_the_command_is_loaded_shows_no_traceback() -> None:
    code = (
        "import os, signal, sys\n"
        "from clearshard.__main__ import main\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'clearshard.cli.entry':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, b"", b"")
