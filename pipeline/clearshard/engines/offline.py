"""Closes the network to a process for good: what it was given to read leaves it by its pipe alone.

On Linux the kernel refuses (seccomp): no code of this process, none that it loads or starts, and no
thread can open a socket of any kind, or get at one by `io_uring` or from another process. Elsewhere
Python refuses, which holds for what is written in Python. A pair of sockets that are connected with
each other may be made: nobody else is at their ends.
"""

import ctypes
import errno
import platform
import socket
import sys
from dataclasses import dataclass
from typing import Any

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
#: What a filter reads of a system call: its number, and for which processor it was compiled.
_NUMBER, _PROCESSOR = 0, 4
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
#: Numbers of calls with 32-bit pointers begin here, on x86-64.
_X32 = 0x40000000
#: What leads to somebody else, of sockets that are there too.
_REACHING = frozenset(("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"))
#: Of one end of a pair, and of a socket that is there and of whatever kind it says that it is.
_OWN_FAMILIES = (socket.AF_UNIX, -1)


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of processor that has filters.

    Attributes:
        processor: What the kernel calls it.
        socket: The number of this call there; so are the last two.
        has_x32: Whether there are calls with short pointers beside its own.
    """

    processor: int
    socket: int
    has_x32: bool = False
    io_uring_setup: int = 425
    pidfd_getfd: int = 438

    @property
    def refused(self) -> tuple[int, ...]:
        """Numbers of the calls that lead to a socket."""
        return self.socket, self.io_uring_setup, self.pidfd_getfd


MACHINES = {
    "x86_64": Machine(0xC000003E, 41, has_x32=True),
    "aarch64": Machine(0xC00000B7, 198),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def close_network() -> None:
    """No socket can be opened from here on, by this process and by all that it starts."""
    if not _closed_by_kernel():
        refuse_in_python()


def refuse_in_python() -> None:
    """The same where the kernel has no filters: for what is written in Python, here."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        new = event == "socket.__new__" and arguments[1] not in _OWN_FAMILIES
        if new or event in _REACHING:
            raise PermissionError(errno.EACCES, "a worker has no network")

    sys.addaudithook(refuse)


def _closed_by_kernel() -> bool:
    machine = MACHINES.get(platform.machine())
    # A process with short pointers makes other calls than its kernel's.
    if sys.platform != "linux" or machine is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    instructions = [_Instruction(*one) for one in filter_for(machine)]
    table = (_Instruction * len(instructions))(*instructions)
    program = _Program(len(instructions), table)
    prctl = ctypes.CDLL(None).prctl
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    closed: bool = prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
    return closed


def filter_for(machine: Machine) -> list[tuple[int, int, int, int]]:
    """Refuses calls of another processor than ours, and those that lead to a socket.

    Returns:
        Instructions of a classic Berkeley packet filter: code, how many to leave out if a test is
        true, how many if not, and a value.
    """
    refuse = _REFUSE | errno.EACCES
    tests = [(_IF_AT_LEAST, _X32)] if machine.has_x32 else []
    tests += [(_IF_EQUAL, number) for number in machine.refused]
    return [
        (_LOAD, 0, 0, _PROCESSOR),
        # To the number of the call, or to the last instruction.
        (_IF_EQUAL, 0, len(tests) + 2, machine.processor),
        (_LOAD, 0, 0, _NUMBER),
        *((code, len(tests) - place, 0, value) for place, (code, value) in enumerate(tests)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
    ]
