"""What signals do in this program stays what it was, whatever Ray makes of them meanwhile."""

import ctypes
import signal
import threading
from collections.abc import Iterator

import pytest

from clearshard.engines.cluster.actors import _own_signals


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """The signals that our handler was told of."""
    told: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda got, _: told.append(got))
    yield told
    for number, handler in before.items():
        signal.signal(number, handler)


def _taken_below() -> None:
    """As a library does it that is not written in Python: signals are ignored from now on."""
    system = ctypes.CDLL(None)
    for number in (signal.SIGTERM, signal.SIGINT):
        system.signal(ctypes.c_int(number), ctypes.c_void_p(1))


def _ask() -> None:
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)


def test_in_another_thread(heard: list[int]) -> None:
    def connect() -> None:
        with _own_signals():
            _taken_below()

    thread = threading.Thread(target=connect)
    thread.start()
    thread.join()
    _ask()
    assert heard == [signal.SIGTERM, signal.SIGINT]


def test_in_the_first(heard: list[int]) -> None:
    with _own_signals():
        _taken_below()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _ask()
    assert heard == [signal.SIGTERM, signal.SIGINT]


def test_they_would_be_lost(heard: list[int]) -> None:
    _taken_below()
    _ask()
    assert heard == []
