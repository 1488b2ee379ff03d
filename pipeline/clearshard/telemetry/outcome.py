"""How a run ended."""

from dataclasses import dataclass
from datetime import datetime

from clearshard.errors import ClearshardError, Interrupted, InterruptedAtOnce
from clearshard.records import RunRecord

_OTHER_EXIT_CODE = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        ended_at: When.
        seconds: How long it took.
        exit_code: See `clearshard.errors`.
        record: What became visible; None if nothing did.
        redacted_words: What it has redacted itself, and not taken over.
        error_type: Name of the error, None if there was none.
        interrupted: Somebody asked it to stop.
    """

    ended_at: datetime
    seconds: float
    exit_code: int
    record: RunRecord | None = None
    redacted_words: int = 0
    error_type: str | None = None
    interrupted: bool = False


def failed(error: BaseException, ended_at: datetime, seconds: float) -> Outcome:
    """The outcome of a run that raised."""
    code = error.exit_code if isinstance(error, ClearshardError) else _OTHER_EXIT_CODE
    return Outcome(
        ended_at=ended_at,
        seconds=seconds,
        exit_code=code,
        error_type=type(error).__name__,
        interrupted=isinstance(error, Interrupted | InterruptedAtOnce),
    )
