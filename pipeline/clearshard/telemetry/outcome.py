"""How a run ended."""

from dataclasses import dataclass
from datetime import datetime

from clearshard.errors import ClearshardError, Interrupted, InterruptedAtOnce, TooManyGone
from clearshard.records.run import RunRecord

_OTHER_EXIT_CODE = 1


@dataclass(frozen=True, slots=True)
class Gone:
    """Files of the run before that are gone, or would be, and were not meant to go.

    Attributes:
        files: How many, by reason.
        before: Files that the run before had written; 0 if that is not known.
        due: Of a run that was refused: files that must go, and are in the shards that stay.
    """

    files: dict[str, int]
    before: int
    due: int = 0

    @property
    def total(self) -> int:
        """How many files."""
        return sum(self.files.values())

    @property
    def share(self) -> float | None:
        """The share of the files before; None if that is not known."""
        if not self.total:
            return 0.0
        return self.total / self.before if self.before else None


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
        refusal: What was refused, if an input was; see `clearshard.errors`.
        gone: What is gone of the run before, or would be; None if nobody got as far as that.
    """

    ended_at: datetime
    seconds: float
    exit_code: int
    record: RunRecord | None = None
    redacted_words: int = 0
    error_type: str | None = None
    interrupted: bool = False
    refusal: str | None = None
    gone: Gone | None = None


def visible(
    record: RunRecord, ended_at: datetime, seconds: float, exit_code: int, redacted_words: int
) -> Outcome:
    """The outcome of a run that became visible, or has left the one before as it is."""
    gone = Gone(record.gone, record.files_before)
    return Outcome(ended_at, seconds, exit_code, record, redacted_words, gone=gone)


def failed(error: BaseException, ended_at: datetime, seconds: float) -> Outcome:
    """The outcome of a run that raised."""
    code = error.exit_code if isinstance(error, ClearshardError) else _OTHER_EXIT_CODE
    gone = None
    if isinstance(error, TooManyGone):
        gone = Gone(error.gone, error.before, error.due)
    return Outcome(
        ended_at=ended_at,
        seconds=seconds,
        exit_code=code,
        error_type=type(error).__name__,
        interrupted=isinstance(error, Interrupted | InterruptedAtOnce),
        refusal=error.refusal if isinstance(error, ClearshardError) else None,
        gone=gone,
    )
