"""Workers that do to some files what a hostile file could make them do; the rest is real.

As a program, the command itself with such workers: ``python -m tests.run.poison run ...``. The
variable CLEARSHARD_TEST_SECONDS says how long a request to stop waits, CLEARSHARD_TEST_LOG
names a file that gets a line for each deed that is begun.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from clearshard.engines.engine import Served
from clearshard.records.tasks import WorkUnit
from clearshard.run import crossing
from clearshard.run.assigned import UnitResult, WorkSettings
from clearshard.run.crossing import serve as real_serve
from clearshard.run.work import make_work as make_real


def _segfault() -> None:
    ctypes.string_at(0)


def _leave() -> None:
    os._exit(0)


def _loop() -> None:
    # As a pattern without end: in C, and the interpreter's lock is never given back. But asleep,
    # since other tests need the core.
    ctypes.PyDLL(None).sleep(100_000)


def _eat() -> None:
    hoard = []
    while True:
        hoard.append(np.ones(1 << 24))


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _slow() -> None:
    time.sleep(0.5)


#: What the first part of a file's id does.
DEEDS: dict[str, Callable[[], None]] = {
    "segfault": _segfault,
    "leave": _leave,
    "loop": _loop,
    "eat": _eat,
    "killed": _killed,
    "slow": _slow,
}


def _log(file_id: str) -> None:
    if name := os.environ.get("CLEARSHARD_TEST_LOG"):
        with Path(name).open("a") as log:
            log.write(f"{file_id}\n")


def make_work(settings: WorkSettings) -> Callable[[WorkUnit], UnitResult]:
    real = make_real(settings)

    def work(unit: WorkUnit) -> UnitResult:
        for task in unit.tasks:
            deed = DEEDS.get(task.file_id.partition("-")[0])
            if deed is not None:
                _log(task.file_id)
                deed()
        return real(unit)

    return work


def serve(told: bytes) -> Served[WorkUnit, UnitResult]:
    """The same workers on a node of a cluster."""
    vars(crossing)["make_work"] = make_work
    return real_serve(told)


if __name__ == "__main__":
    from clearshard.cli import signals
    from clearshard.cli.entry import main
    from clearshard.engines import local
    from tests.run import poison

    if seconds := os.environ.get("CLEARSHARD_TEST_SECONDS"):
        local._SECONDS_TO_STOP = float(seconds)
        # What ends the process whatever it does is not what these tests are about.
        signals._SECONDS_TO_LEAVE = float(seconds) + 100

    # By its importable name: workers are started from scratch, and not from the working folder.
    os.environ["PYTHONPATH"] = str(Path.cwd())
    vars(crossing)["make_work"] = poison.make_work
    vars(crossing)["serve"] = poison.serve
    sys.argv[0] = "clearshard"
    main()
