"""The real command, which tells what stage it is in and can be killed in a chosen one.

python tests/soak/driver.py STAGES WHEN ARGUMENTS...

STAGES is the file to tell the stages in. WHEN is ``never``, or ``STAGE:SECONDS:WHOM``: so long
after the stage has begun, ``parent`` or ``machine`` (all its processes) gets a SIGKILL. Some stages
last a few milliseconds, which a clock in another process would miss.
"""

import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from clearshard.cli.entry import main
from clearshard.run import job, units
from clearshard.run.purge import job as purge_job

STAGES = ("start", *(stage.name for stage in job.STAGES))
#: Few files in a unit, so that a small input has many.
_UNIT_FILES = 6


class _Teller:
    def __init__(self, log: str, when: str) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
        self._stage, _, rest = when.partition(":")
        self._seconds, _, self._whom = rest.partition(":")

    def enter(self, stage: str) -> None:
        os.write(self._log, f"{stage} {time.monotonic()}\n".encode())
        if stage == self._stage:  # one that begins several times begins once
            self._stage = ""
            threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        time.sleep(float(self._seconds))
        if self._whom == "machine":
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    teller = _Teller(*sys.argv[1:3])
    teller.enter("start")
    vars(job)["run"] = partial(job.run, observer=teller.enter)
    vars(purge_job)["purge"] = partial(purge_job.purge, observer=teller.enter)
    units._UNIT_FILES = _UNIT_FILES
    sys.argv[1:] = sys.argv[3:]
    main()
