"""A worker reaches nobody: not in Python, not below it, and not through what it starts."""

import ctypes
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from clearshard.children import child_environment
from clearshard.engines import offline
from clearshard.engines.local import LocalEngine
from clearshard.surroundings import VARIABLES, variable

from . import jobs

IN_PYTHON = """
import socket, sys
from clearshard.engines.offline import refuse_in_python
refuse_in_python()
here, there = socket.socketpair()
here.send(b"x")
assert there.recv(1) == b"x"
tries = [
    lambda: socket.socket(),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: here.connect("/nowhere"),
    lambda: here.bind("/nowhere"),
]
for number, attempt in enumerate(tries):
    try:
        attempt()
    except PermissionError:
        continue
    sys.exit(10 + number)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="filters of system calls are Linux's")
def test_no_code_of_a_worker_can_open_a_socket() -> None:
    [told] = LocalEngine(1).map(jobs.job(jobs.make_connecting), [(1,)])
    assert told == [
        "inet EACCES",
        "inet6 EACCES",
        "datagram EACCES",
        "unix EACCES",
        "thread EACCES",
        "program refused",
        "io_uring EACCES",
        "pidfd_getfd EACCES",
        "pair x",
    ]


@pytest.mark.parametrize("name", offline.MACHINES)
def test_calls_that_are_numbered_otherwise_are_refused(name: str) -> None:
    """The numbers of 32-bit programs, and of x32, mean other calls: none of them is let through."""
    machine = offline.MACHINES[name]
    i386, x32 = 0x40000003, 0x40000000

    def allowed(processor: int, number: int) -> bool:
        return answer(offline.filter_for(machine), processor, number) == ALLOW

    assert [n for n in range(500) if not allowed(machine.processor, n)] == sorted(machine.refused)
    assert not any(allowed(i386, number) for number in range(500))
    if name == "x86_64":
        assert not any(allowed(machine.processor, x32 + number) for number in range(600))
        assert not allowed(machine.processor, 2**32 - 1)


ALLOW = 0x7FFF0000


def answer(program: list[tuple[int, int, int, int]], processor: int, number: int) -> int:
    """What the kernel makes of a system call."""
    at, loaded = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        match code:
            case 0x20:
                loaded = {0: number, 4: processor}[value]
            case 0x15:
                at += if_true if loaded == value else if_false
            case 0x35:
                at += if_true if loaded >= value else if_false
            case 0x06:
                return value
            case _:
                raise AssertionError(code)


WITHOUT_SECRETS = """
import sys
from clearshard.engines.local import LocalEngine
from tests.engines import jobs
[told] = LocalEngine(1).map(jobs.job(jobs.make_environment), [(1,)])
print(*sorted(told))
"""


def test_no_key_is_in_the_environment_of_a_worker() -> None:
    secrets = dict.fromkeys((*VARIABLES, "AWS_SECRET_ACCESS_KEY"), "secret")
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_SECRETS],
        env={**os.environ, **secrets, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=True,
    )
    told = said.stdout.decode().split()
    assert "PYTHONPATH" in told
    assert secrets.keys().isdisjoint(told)


def test_a_child_has_no_key_and_we_keep_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_ENCRYPTION_KEY", "secret")
    monkeypatch.delenv("CLEARSHARD_SIGNING_KEY", raising=False)
    with child_environment({"MORE": "1"}):
        assert "CLEARSHARD_ENCRYPTION_KEY" not in os.environ
        assert os.environ["MORE"] == "1"
    assert os.environ["CLEARSHARD_ENCRYPTION_KEY"] == "secret"
    with child_environment(needed=("CLEARSHARD_ENCRYPTION_KEY",)):
        assert os.environ["CLEARSHARD_ENCRYPTION_KEY"] == "secret"
    assert {"CLEARSHARD_SIGNING_KEY", "MORE"}.isdisjoint(os.environ)


def test_whoever_needs_a_secret_waits_until_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are started beside other work, and a run that found no key would make a new one."""
    monkeypatch.setenv("CLEARSHARD_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    taken, found = Event(), Event()

    def start() -> None:
        with child_environment():
            taken.set()
            assert not found.wait(0.2)

    def both() -> tuple[str | None, str | None]:
        assert taken.wait(60)
        told = variable("CLEARSHARD_KEY"), variable("AWS_SECRET_ACCESS_KEY")
        found.set()
        return told

    with ThreadPoolExecutor(2) as pool:
        started, told = pool.submit(start), pool.submit(both)
        assert told.result() == ("secret", "secret")
        started.result()


def test_two_that_are_started_at_once_leave_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_KEY", "secret")
    inside, over = Event(), Event()

    def first() -> None:
        with child_environment():
            inside.set()
            over.wait(0.2)
        over.set()

    def second() -> None:
        assert inside.wait(60)
        with child_environment():
            assert over.wait(60)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(first), pool.submit(second)]:
            one.result()
    assert os.environ["CLEARSHARD_KEY"] == "secret"


def test_elsewhere_python_refuses() -> None:
    ran = subprocess.run([sys.executable, "-c", IN_PYTHON], check=False)
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("name", "value"), [("sys.platform", "darwin"), ("platform.machine", lambda: "riscv64")]
)
def test_where_the_kernel_is_not_asked_python_is(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    refused = []
    monkeypatch.setattr(f"clearshard.engines.offline.{name}", value)
    monkeypatch.setattr(offline, "refuse_in_python", lambda: refused.append(1))
    offline.close_network()
    assert refused == [1]


@pytest.mark.parametrize("fails", [0, 1])
def test_nor_where_it_refuses_to(monkeypatch: pytest.MonkeyPatch, fails: int) -> None:
    """A kernel that was built without filters, or a process that may make none."""
    calls: list[int] = []

    class Libc:
        def prctl(self, option: int, *_: Any) -> int:
            calls.append(option)
            return -1 if len(calls) > fails else 0

    refused = []
    monkeypatch.setattr("clearshard.engines.offline.sys.platform", "linux")
    monkeypatch.setattr("clearshard.engines.offline.platform.machine", lambda: "x86_64")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_: Libc())
    monkeypatch.setattr(offline, "refuse_in_python", lambda: refused.append(1))
    offline.close_network()
    assert refused == [1]
    assert len(calls) == fails + 1
