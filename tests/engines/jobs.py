"""Jobs that workers of the engine tests run; must be importable in a fresh process."""

import ctypes
import errno
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import msgspec
import numpy as np

from clearshard.engines.engine import Job, Loss, Served, Wire
from clearshard.errors import ConfigError, OutputFull, RunFailed
from clearshard.keys import PseudonymKey

Numbers = tuple[int, ...]
NumbersJob = Job[Numbers, list[str]]

#: In the environment of whoever is to work on another machine.
KEY = PseudonymKey(bytes(range(32)))


def split(unit: Numbers) -> list[Numbers] | None:
    return [(number,) for number in unit] if len(unit) > 1 else None


def give_up(unit: Numbers, loss: Loss) -> list[str]:
    return [f"{number} {loss}" for number in unit]


def job(
    make: Callable[..., Callable[[Numbers], list[str]]],
    seconds: float = 60,
    *arguments: object,
    memory_bytes: int = 1 << 30,
    giving_up: Callable[[Numbers, Loss], list[str]] = give_up,
) -> NumbersJob:
    told = make.__name__, arguments, seconds, memory_bytes, giving_up.__name__
    wire: Wire[Numbers, list[str]] = Wire(
        there=f"{__name__}:served",
        told=msgspec.msgpack.encode(told),
        secret=KEY.secret,
        key_file="no such file",
        key_id=KEY.key_id,
        pack=msgspec.msgpack.encode,
        unpack=lambda _, packed: msgspec.msgpack.decode(packed, type=list[str]),
    )
    return Job(make, arguments, split, giving_up, seconds, memory_bytes, wire=wire)


def served(told: bytes) -> Served[Numbers, list[str]]:
    """The same job on another machine."""
    make, arguments, seconds, memory_bytes, giving_up = msgspec.msgpack.decode(told)
    names = globals()
    made = job(
        names[make], seconds, *arguments, memory_bytes=memory_bytes, giving_up=names[giving_up]
    )
    unpack = partial(msgspec.msgpack.decode, type=Numbers)
    return Served(made, unpack, msgspec.msgpack.encode, lambda unit: unit)


def make_names() -> Callable[[Numbers], list[str]]:
    def names(unit: Numbers) -> list[str]:
        # Later units finish first, so that order is not luck.
        time.sleep(0.02 / (1 + unit[0]))
        return [str(number) for number in unit]

    return names


def make_poisoned() -> Callable[[Numbers], list[str]]:
    """Dies in four ways, on multiples of ten."""

    def poisoned(unit: Numbers) -> list[str]:
        for number in unit:
            if number == 10:
                os.kill(os.getpid(), signal.SIGSEGV)
            if number == 20:
                os.kill(os.getpid(), signal.SIGKILL)
            if number == 30:
                raise ValueError("a secret that must not be printed")
            if number == 40:
                os._exit(0)
        return [str(number) for number in unit]

    return poisoned


def make_failing(log: str) -> Callable[[Numbers], list[str]]:
    """Fails as any engine can bear it: 3 by an error, 4 for want of memory, 5 the first two times.

    Args:
        log: A file that gets a line when it is made, and one for each unit that was begun.
    """

    def begun(what: object) -> None:
        with Path(log).open("a") as lines:
            lines.write(f"{what}\n")

    def failing(unit: Numbers) -> list[str]:
        begun(unit)
        for number in unit:
            if number == 3:
                raise ValueError("a secret that must not be printed")
            if number == 4:
                raise MemoryError
            if number == 5 and Path(log).read_text().count("5") < 3:
                raise ValueError("a secret that must not be printed")
        return [str(number) for number in unit]

    begun("made")
    return failing


def make_hanging() -> Callable[[Numbers], list[str]]:
    def hanging(unit: Numbers) -> list[str]:
        if 3 in unit:
            time.sleep(60)
        return [str(number) for number in unit]

    return hanging


def make_hostile(sent: str = "") -> Callable[[Numbers], list[str]]:
    """Everything a file can do to its worker, one a number; all others are harmless.

    Args:
        sent: A file that gets a line for each unit that was begun.
    """

    def hostile(unit: Numbers) -> list[str]:
        if sent:
            with Path(sent).open("a") as log:
                log.write(f"{unit}\n")
        for number in unit:
            if number == 1:
                ctypes.string_at(0)
            if number == 2:
                os._exit(0)
            if number == 3:
                # In C, without ever giving the interpreter's lock back. What a pattern without end
                # would do, but asleep: other tests need the core.
                ctypes.PyDLL(None).sleep(100_000)
            if number == 4:
                hoard = []
                while True:
                    hoard.append(bytearray(16 << 20))
            if number == 5:
                np.ones(1 << 34)
            if number == 6:
                for handle in range(3, 64):
                    with suppress(OSError):
                        os.write(handle, b"\0\0\0\x04oops")
            if number == 7:
                for handle in range(3, 64):
                    with suppress(OSError):
                        os.close(handle)
            if number == 8:
                os.kill(os.getpid(), signal.SIGSTOP)
        return [str(number) for number in unit]

    return hostile


def make_hungry() -> NoReturn:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def make_crashing_once(marker: str) -> Callable[[Numbers], list[str]]:
    """Is killed in the middle of 5, alone or not, but not a second time when alone."""

    def once(unit: Numbers) -> list[str]:
        done = Path(f"{marker}-{len(unit)}")
        if 5 in unit and not done.exists():
            done.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return [str(number) for number in unit]

    return once


def make_slow() -> Callable[[Numbers], list[str]]:
    """Takes 300 ms for each number."""

    def slow(unit: Numbers) -> list[str]:
        time.sleep(0.3 * len(unit))
        return [str(number) for number in unit]

    return slow


def make_hanging_together(sent: str) -> Callable[[Numbers], list[str]]:
    """Numbers that take for ever together and no time alone; each unit leaves a line in a file."""

    def hanging(unit: Numbers) -> list[str]:
        with Path(sent).open("a") as log:
            log.write(f"{unit}\n")
        if len(unit) > 1:
            time.sleep(600)
        return [str(number) for number in unit]

    return hanging


def make_waiting(folder: str) -> Callable[[Numbers], list[str]]:
    """Says in a folder that a unit is begun, and ends it when it is told there that it may."""

    def waiting(unit: Numbers) -> list[str]:
        (Path(folder) / f"begun-{unit[0]}").touch()
        while not (Path(folder) / f"go-{unit[0]}").exists():
            time.sleep(0.01)
        return [str(number) for number in unit]

    return waiting


def make_never() -> NoReturn:
    while True:
        time.sleep(1)


def make_config_error() -> NoReturn:
    raise ConfigError("job.toml", ["redaction.spacy_model → no such thing"])


def make_secret_error() -> NoReturn:
    raise RuntimeError("a secret that must not be printed")


def make_dying() -> NoReturn:
    os._exit(3)


def make_full_disk() -> Callable[[Numbers], list[str]]:
    def full(unit: Numbers) -> list[str]:
        raise OutputFull("No space left. Free some.")

    return full


def refuse(unit: Numbers, loss: Loss) -> NoReturn:
    """A way to give up that ends it all."""
    raise RunFailed(f"{unit} {loss}")


def make_limits() -> Callable[[Numbers], list[str]]:
    def limits(unit: Numbers) -> list[str]:
        return [
            str(resource.getrlimit(resource.RLIMIT_CORE)),
            os.environ["OPENBLAS_NUM_THREADS"],
        ]

    return limits


def make_told_of_loading() -> Callable[[Numbers], list[str]]:
    """Says what Python does not look through, how seldom it looks, and whether pandas is loaded."""
    import pyarrow as pa  # no other job needs it

    frozen = gc.get_freeze_count()

    def told(unit: Numbers) -> list[str]:
        pa.array([1])
        before = "pandas" in sys.modules
        rows = len(pa.table({"a": [1, 2]}).to_pandas())
        return [str(frozen), str(gc.get_threshold()[0]), str(before), str(rows)]

    return told


def make_leaving_holes() -> Callable[[Numbers], list[str]]:
    """Says how much memory it has, in bytes, and then lets go of 200 MB between what it keeps."""
    kept: list[bytearray] = []

    def leaving(unit: Numbers) -> list[str]:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        if not kept:
            held = [bytearray(b"x" * 50_000) for _ in range(4_000)]
            kept.extend(held[::100])
        return [str(pages * resource.getpagesize())]

    return leaving


def make_connecting() -> Callable[[Numbers], list[str]]:
    """Tries to reach somebody: in Python, below it, in a thread and in another program."""
    here, there = socket.socketpair()
    libc = ctypes.CDLL(None, use_errno=True)

    def opened(family: int, kind: int = socket.SOCK_STREAM) -> str:
        try:
            socket.socket(family, kind).close()
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        return "opened"

    def called(number: int, *arguments: int) -> str:
        if libc.syscall(number, *arguments) >= 0:
            return "called"
        return errno.errorcode[ctypes.get_errno()]

    def in_a_thread() -> str:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(opened, socket.AF_INET).result()

    def elsewhere() -> str:
        code = "import socket; socket.socket()"
        command = [sys.executable, "-S", "-c", code]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return "refused" if "PermissionError" in ran.stderr else "opened"

    def connecting(_: Numbers) -> list[str]:
        here.send(b"x")
        return [
            f"inet {opened(socket.AF_INET)}",
            f"inet6 {opened(socket.AF_INET6)}",
            f"datagram {opened(socket.AF_INET, socket.SOCK_DGRAM)}",
            f"unix {opened(socket.AF_UNIX)}",
            f"thread {in_a_thread()}",
            f"program {elsewhere()}",
            f"io_uring {called(425, 1, 0)}",
            f"pidfd_getfd {called(438, 1, 0, 0)}",
            f"pair {there.recv(1).decode()}",
        ]

    return connecting


def make_environment() -> Callable[[Numbers], list[str]]:
    """Names the variables of its environment, also those that the kernel remembers."""

    def name(_: Numbers) -> list[str]:
        started_with = Path("/proc/self/environ")
        told = started_with.read_bytes().decode().split("\0") if started_with.exists() else []
        return [*os.environ, *(one.partition("=")[0] for one in told)]

    return name
