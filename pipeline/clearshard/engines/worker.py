"""The parent's side of a worker process: start it, talk to it without ever waiting for good."""

import multiprocessing
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import Any

from clearshard.children import child_environment
from clearshard.engines.engine import Loss
from clearshard.engines.forking import ForkedProcess, ensure_running
from clearshard.engines.serving import KERNEL_HOLDS_BOUND, OUT_OF_MEMORY, serve
from clearshard.errors import RunFailed

#: A worker imports and loads models; more than this is no slow disk but a hang.
SECONDS_TO_START = 120.0
#: A message has been begun; its end must come. Only a worker that was stopped half-way is slower.
_SECONDS_TO_TRANSFER = 60
#: Where the kernel does not hold the bound, the parent looks this often.
SECONDS_BETWEEN_LOOKS = 0.5
#: One BLAS thread a worker: more only get in each other's way. Read when NumPy is imported.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
}
_NO_DEADLINE = float("inf")


class Lost(Exception):
    """The worker is of no use any more; the unit that it had in hand has no result."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss)
        self.loss: Loss = loss


def prepare(preload: Sequence[str]) -> None:
    """Starts the process that workers are forked from, if there is none yet.

    It imports what they need and nothing else: no thread, lock or secret of this process is copied,
    and starting a worker takes half a second, not two. Importing goes on while the caller does
    something else; call this early.

    Raises:
        RunFailed: It cannot be talked to.
    """
    # What is blocked here stays blocked there. A scheduler can send SIGTERM to every process of the
    # job, a terminal does so with Ctrl-C: only this process decides what it means; here it is
    # delivered a moment later.
    with child_environment(ONE_THREAD):
        # Started by itself, since starting it lifts the block below.
        resource_tracker.ensure_running()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        try:
            ensure_running(preload)
        except OSError:
            raise RunFailed(
                "The process that workers are forked from cannot be started: its socket lies in "
                "the folder for temporary files. Is that writable, and its path shorter than 70 "
                "letters? Set TMPDIR to another one."
            ) from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class Worker:
    """One process, and what it has in hand.

    Attributes:
        connection: To wait for.
        ready: It has loaded what it needs.
        in_hand: What the caller has noted about the unit that was given last.
        deadline: When it is taken for hung, on the monotonic clock.
    """

    def __init__(
        self,
        make: Callable[..., Callable[[Any], Any]],
        arguments: tuple[Any, ...],
        memory_bytes: int,
        preload: Sequence[str],
    ) -> None:
        prepare(preload)
        context = multiprocessing.get_context("forkserver")
        self.connection, theirs = context.Pipe()
        _never_wait_for_good(self.connection.fileno())
        self._memory_bytes = memory_bytes
        self._process = ForkedProcess(
            target=serve, args=(theirs, memory_bytes, make, arguments), daemon=True
        )
        self._process.start()
        theirs.close()
        self.ready = False
        self.in_hand: Any = None
        self.deadline = time.monotonic() + SECONDS_TO_START

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    def give(self, unit: Any, in_hand: Any, seconds: float) -> None:
        """Hands it a unit.

        Raises:
            Lost: It died before; the unit never reached it.
        """
        try:
            self.connection.send(unit)
        except OSError:
            raise Lost("crashed") from None
        self.in_hand = in_hand
        self.deadline = time.monotonic() + seconds

    def wait(self, other: int) -> bool:
        """Waits until it has sent something, another handle can be read, or it is time to `check`.

        Returns:
            Whether it has sent something.
        """
        timeout = max(0.0, self.deadline - time.monotonic())
        if not KERNEL_HOLDS_BOUND:
            timeout = min(timeout, SECONDS_BETWEEN_LOOKS)
        return self.connection in wait([self.connection, other], timeout)

    def receive(self) -> tuple[str, Any]:
        """What it has sent: ``ready``, ``result`` or ``error``, and a value.

        Raises:
            Lost: It died, or what it sent is no message.
        """
        try:
            kind, value = self.connection.recv()
        except Exception:  # noqa: BLE001 - half a message, or none: it can be anything
            raise Lost(self._how_it_died()) from None
        if kind == "error":
            return kind, value
        self.ready = True
        self.deadline = _NO_DEADLINE
        return kind, value

    def check(self) -> None:
        """Looks whether it keeps its bounds.

        Raises:
            Lost: It took too long or, where the kernel does not see to it, too much memory.
        """
        if self.deadline <= time.monotonic():
            raise Lost("timed_out")
        if not KERNEL_HOLDS_BOUND and resident_bytes(self.pid) > self._memory_bytes:
            raise Lost("out_of_memory")

    def stop(self) -> None:
        """Kills it."""
        self._process.kill()
        self._process.join()
        self.connection.close()

    def _how_it_died(self) -> Loss:
        self._process.kill()
        self._process.join()
        return "out_of_memory" if self._process.exitcode == OUT_OF_MEMORY else "crashed"


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 if it has just ended.

    With the command that every Unix has: this is for systems without a limit that holds.
    """
    told = subprocess.run(  # noqa: S603 - a number and no shell
        ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False
    )
    return int(told.stdout.strip() or 0) * 1024


def _never_wait_for_good(handle: int) -> None:
    """Bounds each read and write of a pipe; it is a socket, or the system refuses."""
    bound = struct.pack("ll", _SECONDS_TO_TRANSFER, 0)
    with socket.socket(fileno=os.dup(handle)) as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
