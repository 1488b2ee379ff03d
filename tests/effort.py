"""How much work something is, told without a clock: the instructions of Python that it takes.

They are the same number each time, whatever else the machine does. What C does within one of them
(a search, a copy, a pattern) counts as one, so it says nothing of the time within a pattern: that
is looked at by `make soak`, with a clock and the machine for itself.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

#: Twice the size is twice the work, and a bit for what does not grow; its square would be four.
MOST_GROWTH = 2.5
#: Less is no work to speak of: what does not grow at all is most of it.
_HARDLY_ANY = 5_000


def effort(work: Callable[[], object]) -> int:
    """How many instructions a call takes."""
    count = 0

    def within(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "opcode"
        return within

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return within

    before = sys.gettrace()
    sys.settrace(called)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times the work it is at twice the size."""
    work(2 * size)  # what is remembered of a first call is no work of the second
    return effort(lambda: work(2 * size)) / max(effort(lambda: work(size)), _HARDLY_ANY)
