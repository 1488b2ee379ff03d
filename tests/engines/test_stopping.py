"""A request to stop: what workers have in hand is finished and handed on.

What holds of every engine is in `test_every_engine.py`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.engines import local
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop
from clearshard.errors import Interrupted

from . import jobs


def _until_interrupted(results: Iterator[list[str]]) -> list[str]:
    got: list[str] = []
    try:
        for result in results:
            got += result
    except Interrupted:
        return got
    raise AssertionError("it ended as if nobody had asked")


def test_results_of_units_in_hand_come_in_order_and_then_the_error() -> None:
    stop = Stop()
    taken: list[int] = []

    def units() -> Iterator[jobs.Numbers]:
        for number in range(50):
            taken.append(number)
            yield (number,)

    results = LocalEngine(2, stop).map(jobs.job(jobs.make_slow), units())
    assert next(results) == ["0"]
    stop.request()
    got = _until_interrupted(results)
    # How many there are depends on how quick the machine was, their order does not.
    assert got == [str(number) for number in range(1, len(got) + 1)]
    assert 1 <= len(got) < len(taken) < 50


def test_a_result_behind_one_that_is_not_there_still_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "_SECONDS_TO_STOP", 0.2)
    stop = Stop()
    receive = local.LocalPool._receive

    def then_stop(self: Any, worker: Any) -> None:
        receive(self, worker)
        if worker.in_hand is None and not self._line.waits:
            stop.request()

    monkeypatch.setattr(local.LocalPool, "_receive", then_stop)
    # 3 hangs for a minute, and would come if it were waited for; 10 is done and behind it.
    results = LocalEngine(2, stop).map(jobs.job(jobs.make_hanging), [(3,), (10,)])
    assert _until_interrupted(results) == ["10"]


_SCRIPT = """
import signal, sys
from clearshard.engines import local
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop
from clearshard.errors import Interrupted
from tests.engines import jobs
stop = Stop()
local._SECONDS_TO_STOP = 60

def asked(*_):
    stop.request()
    print("asked", flush=True)

signal.signal(signal.SIGTERM, asked)
job = jobs.job(jobs.make_waiting, 600, sys.argv[1])
try:
    for result in LocalEngine(1, stop).map(job, [(n,) for n in range(9)]):
        print(result[0], flush=True)
except Interrupted:
    print("interrupted", flush=True)
"""


def test_a_signal_to_every_process_is_for_the_parent_alone(tmp_path: Path) -> None:
    """As systemd can send it: the worker finishes what it has in hand."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    (tmp_path / "go-0").touch()
    assert process.stdout.readline() == "0\n"
    while not (tmp_path / "begun-1").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.stdout.readline() == "asked\n"
    (tmp_path / "go-1").touch()
    out, err = process.communicate(timeout=120)
    assert (out, err) == ("1\ninterrupted\n", "")


def test_ctrl_c_while_workers_are_prepared_is_heard_by_the_command_alone(tmp_path: Path) -> None:
    (tmp_path / "slow_to_load.py").write_text(
        "import pathlib, time\n"
        "pathlib.Path(__file__).with_name('begun').touch()\n"
        "while not pathlib.Path(__file__).with_name('go').exists():\n"
        "    time.sleep(0.01)\n"
        "pathlib.Path(__file__).with_name('ended').touch()\n"
    )
    code = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from clearshard.engines.worker import prepare\n"
        "signal.signal(signal.SIGINT, lambda *_: print('heard', flush=True))\n"
        "prepare(['slow_to_load'])\n"
        "for _ in range(2400):\n"
        "    if Path(sys.argv[1]).exists():\n"
        "        break\n"
        "    time.sleep(0.05)\n"
        "else:\n"
        "    print('it was never loaded')\n"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "ended"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while not (tmp_path / "begun").exists() and command.poll() is None:
        time.sleep(0.02)
    os.killpg(command.pid, signal.SIGINT)
    (tmp_path / "go").touch()
    assert command.communicate(timeout=120) == (b"heard\n", b"")
