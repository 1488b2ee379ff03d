"""What SIGTERM and Ctrl-C do to a run.

The first asks: units in hand are finished, no more are begun. The second does not ask. Whatever
happens, even a file system that does not answer, the process is gone within ten seconds of the
first; the kernel and the next run settle what it leaves.
"""

import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from clearshard.engines.stopping import Stop
from clearshard.errors import Interrupted, InterruptedAtOnce

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_SECONDS_TO_LEAVE = 9.0
_SECONDS_TO_LEAVE_AT_ONCE = 3.0


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """The handler of a command that has nothing to finish."""
    raise Interrupted


@contextmanager
def stoppable(tell: Callable[[str], None]) -> Iterator[Stop]:
    """Makes signals ask instead of interrupting, wherever somebody heeds the request.

    Args:
        tell: Gets the message for the user, in the middle of anything: it must not use a buffer.
    """
    stop = Stop()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise InterruptedAtOnce
        stop.request()
        if not stop.heeded:
            raise Interrupted
        tell(
            "stopping: what is in hand is finished, nothing more is begun; at most 10 seconds. "
            "A second signal stops at once"
        )

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_see_to_the_end, args=(reader,), daemon=True).start()
    try:
        yield stop
    finally:
        # The end stays watched over after a request: there is a way out yet to go.
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writer)


def _see_to_the_end(reader: int) -> None:
    """Ends the process some seconds after a signal, whatever it is doing.

    A thread of its own, told by the system's own handler: a handler of Python waits for a main
    thread that may hang. The timer is in C and needs nothing of the interpreter.
    """
    with os.fdopen(reader, "rb", buffering=0) as signals, Path(os.devnull).open("w") as nowhere:
        left = _SECONDS_TO_LEAVE
        while number := signals.read(1):
            if number[0] in SIGNALS:
                faulthandler.dump_traceback_later(left, exit=True, file=nowhere)
                left = _SECONDS_TO_LEAVE_AT_ONCE
        if left != _SECONDS_TO_LEAVE:
            threading.Event().wait()  # keeps the file of the timer open
