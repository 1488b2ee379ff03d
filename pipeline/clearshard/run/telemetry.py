"""Metrics and lineage around a run; whatever is wrong with them is told and changes nothing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import RunLocked, TooManyQuarantined
from clearshard.keys import lineage_key
from clearshard.records.run import RunRecord
from clearshard.telemetry.lineage import Described, Lineage, require_lineage
from clearshard.telemetry.metrics import require_metrics, write_metrics
from clearshard.telemetry.outcome import Outcome, failed, visible


class Telemetry:
    """Tells what is configured to be told."""

    def __init__(
        self,
        config: Config,
        described: Described,
        clock: Callable[[], datetime],
        warn: Callable[[str, str], None],
    ) -> None:
        """Tells that the run has begun.

        Args:
            config: Says what is wanted.
            described: The run.
            clock: The time.
            warn: Gets the name of an event and a message.

        Raises:
            ConfigError: A package that the configuration needs is not installed.
        """
        self._clock = clock
        self._warn = warn
        self._name = described.name
        self._started = clock()
        self._textfile: Path | None = None
        self._lineage: Lineage | None = None
        if config.metrics.textfile is not None:
            require_metrics()
            self._textfile = config.path(config.metrics.textfile)
        if config.lineage.file is not None or config.lineage.url is not None:
            require_lineage()
            self._lineage = Lineage(described, lineage_key())
            self._lineage.started(self._started)

    def finished(
        self, record: RunRecord, redacted_words: int, excess: TooManyQuarantined | None
    ) -> None:
        """Tells of a run that is visible, and how much of it was made now."""
        now, code = self._clock(), 0 if excess is None else excess.exit_code
        self._tell(visible(record, now, self._seconds(now), code, redacted_words))

    def failed(self, error: BaseException) -> None:
        """Tells of a run that is not."""
        now = self._clock()
        if isinstance(error, RunLocked):
            self._textfile = None  # it describes the run that has the lock
        self._tell(failed(error, now, self._seconds(now)))

    def _seconds(self, now: datetime) -> float:
        return max(0.0, (now - self._started).total_seconds())  # clocks are set back

    def _tell(self, outcome: Outcome) -> None:
        if self._textfile is not None:
            try:
                write_metrics(self._textfile, self._name, outcome)
            except OSError as error:
                message = f"metrics.textfile {self._textfile} was not written: {error.strerror}"
                self._warn("metrics_not_written", message)
        if self._lineage is not None and (lost := self._lineage.ended(outcome)):
            self._warn("lineage_lost", lost)
