"""A process that answers requests: portions, bounds, and what becomes of an answer if it dies."""

import os
import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from clearshard.engines import helper as helper_module
from clearshard.engines.engine import Loss
from clearshard.engines.helper import Help, Helper
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import Worker
from clearshard.errors import Interrupted, OutputFull, RunFailed

from . import helping
from .helping import Request


@pytest.fixture
def pids(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of the processes, as they are started."""
    started: list[int] = []

    def starting(*arguments: Any) -> Worker:
        worker = Worker(*arguments)
        started.append(worker.pid)
        return worker

    monkeypatch.setattr(helper_module, "Worker", starting)
    return started


@pytest.fixture
def helper() -> Iterator[Helper[Request, int]]:
    with Helper(helping.counting(), Stop()) as one:
        yield one


class Asker:
    """Asks for numbers, and knows which have come; -1 stands for those that do not."""

    def __init__(self, helper: Helper[Request, int], end: int, begin: int = 1) -> None:
        self._helper = helper
        self._next, self._end = begin, end
        self.asked: list[Request] = []
        self.lost: list[Loss] = []

    def ask(self, seconds: float = 60) -> Iterator[int]:
        for number in self._helper.answer(self._request, self._give_up, seconds):
            self._next = number + 1
            yield number

    def _request(self) -> Request:
        self.asked.append((self._next, self._end))
        return self.asked[-1]

    def _give_up(self, loss: Loss) -> list[int]:
        self.lost.append(loss)
        return [-1]


def test_all_portions_of_an_answer_come_in_order(helper: Helper[Request, int]) -> None:
    asker = Asker(helper, 90, begin=20)
    assert list(asker.ask()) == list(range(20, 90))
    assert asker.asked == [(20, 90)]
    assert asker.lost == []


def test_nothing_is_started_before_it_is_asked(
    helper: Helper[Request, int], pids: list[int]
) -> None:
    answer = Asker(helper, 3).ask()
    assert pids == []
    next(answer)
    assert len(pids) == 1


def test_one_process_answers_all_requests(helper: Helper[Request, int], pids: list[int]) -> None:
    begun = Asker(helper, 90, begin=20).ask()
    next(begun)
    begun.close()  # type: ignore[attr-defined]  # a generator
    # What was left of the answer before is not told in this one.
    assert list(Asker(helper, 5).ask()) == [1, 2, 3, 4]
    assert len(pids) == 1


def test_another_process_is_asked_for_what_has_not_come(
    helper: Helper[Request, int], pids: list[int]
) -> None:
    asker = Asker(helper, 60, begin=20)
    found = []
    for number in asker.ask():
        found.append(number)
        if number == 30:
            os.kill(pids[-1], signal.SIGKILL)
    assert found == list(range(20, 60))
    # Of the portion that was there already, nothing is asked again.
    assert asker.asked == [(20, 60), (32, 60)]
    assert asker.lost == []
    assert len(pids) == 2


def test_what_crashes_twice_is_given_up(helper: Helper[Request, int], pids: list[int]) -> None:
    asker = Asker(helper, 110, begin=98)
    assert list(asker.ask()) == [-1]
    assert asker.lost == ["crashed"]
    assert len(pids) == 2
    # The one after it is answered again.
    assert list(Asker(helper, 3).ask()) == [1, 2]


@pytest.mark.parametrize(
    ("begin", "seconds", "loss"), [(7, 1.0, "timed_out"), (8, 60.0, "out_of_memory")]
)
def test_what_takes_too_much_is_given_up_at_once(
    helper: Helper[Request, int], pids: list[int], begin: int, seconds: float, loss: Loss
) -> None:
    asker = Asker(helper, 10, begin=begin)
    assert list(asker.ask(seconds)) == [-1]
    assert asker.lost == [loss]
    assert len(pids) == 1


def test_the_time_that_items_are_used_for_does_not_count(
    helper: Helper[Request, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    used = 0.0
    monkeypatch.setattr(helper_module, "time", SimpleNamespace(monotonic=lambda: used))
    asker = Asker(helper, 50, begin=20)
    for _ in asker.ask(60):
        used += 1000  # the bound would be over
    assert asker.lost == []


def test_the_time_of_all_portions_counts_together(
    helper: Helper[Request, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 25))
    monkeypatch.setattr(helper_module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    given: list[float] = []
    give = Worker.give

    def spy(self: Worker, unit: Any, in_hand: Any, seconds: float) -> None:
        given.append(seconds)
        give(self, unit, in_hand, 60)

    monkeypatch.setattr(Worker, "give", spy)
    list(Asker(helper, 26, begin=20).ask(100))
    assert given == [100, 75, 50]


def test_an_error_of_this_project_reaches_the_caller(helper: Helper[Request, int]) -> None:
    with pytest.raises(OutputFull):
        list(Asker(helper, 10, begin=9).ask())


def test_a_request_to_stop_ends_the_waiting() -> None:
    stop = Stop()
    with Helper(helping.counting(), stop) as helper:
        answer = Asker(helper, 10).ask()
        assert next(answer) == 1
        stop.request()
        # 7 hangs; so it is not the answer that ends the waiting.
        with pytest.raises(Interrupted):
            list(answer)


def test_a_process_that_never_starts_ends_the_run() -> None:
    hungry: Help[Request, int] = Help("that counts", helping.make_hungry, 512 << 20)
    with Helper(hungry, Stop()) as helper, pytest.raises(RunFailed, match="process that counts"):
        list(Asker(helper, 3).ask())


def test_a_process_is_ended_once_by_whoever_closes_first(
    helper: Helper[Request, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may close it, and the one that waits sees it lost and closes it too."""
    stop, stopped = Worker.stop, 0

    def twice(self: Worker) -> None:
        nonlocal stopped
        stopped += 1
        assert stopped == 1
        helper.close()
        stop(self)

    next(Asker(helper, 90, begin=20).ask())
    monkeypatch.setattr(Worker, "stop", twice)
    helper.close()
    assert stopped == 1


def test_closing_ends_the_process(helper: Helper[Request, int], pids: list[int]) -> None:
    next(Asker(helper, 90, begin=20).ask())
    helper.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    helper.close()
