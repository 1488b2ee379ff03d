"""What the process of the helper tests does; must be importable in a fresh process."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from clearshard.engines.helper import Help
from clearshard.errors import OutputFull

#: From the first of these numbers up to the second, in portions of three.
Request = tuple[int, int]


def make_counting() -> Callable[[Request | None], list[int]]:
    """Kills itself at every multiple of 100, hangs at 7, runs out of memory at 8, fails at 9."""
    numbers: Iterator[int] = iter(())

    def portion(request: Request | None) -> list[int]:
        nonlocal numbers
        if request is not None:
            numbers = iter(range(*request))
        out: list[int] = []
        for number in numbers:
            if number % 100 == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if number == 7:
                time.sleep(600)
            if number == 8:
                raise MemoryError
            if number == 9:
                raise OutputFull("No space left. Free some.")
            out.append(number)
            if len(out) == 3:
                break
        return out

    return portion


def make_hungry() -> NoReturn:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def counting() -> Help[Request, int]:
    return Help("that counts", make_counting, 1 << 30)
