"""When a run decides, and when it has ended."""

from datetime import datetime, timedelta

from clearshard.audit.reading import VisibleRun
from clearshard.eligibility.moment import Moment
from clearshard.errors import IntegrityError
from clearshard.run.journal import Journal
from clearshard.run.options import RunOptions


class Moments:
    """Says when it is decided, asked anew: a run of hours must not judge by the hour it began.

    A clock that goes back makes nothing young again, also if it did before the run began: later
    than what the ledger was last told it is. What can have happened yet, the clock alone says.

    Attributes:
        latest: What the clock has said at the latest.
    """

    def __init__(self, options: RunOptions, journal: Journal, skew_seconds: int) -> None:
        """Asks the clock for the first time.

        Args:
            options: Name the moment that was asked for.
            journal: Has the clock, and knows when the ledger was told last.
            skew_seconds: How far a clock of others may be ahead.
        """
        self._replay = options.replay
        self._journal = journal
        self._skew_seconds = skew_seconds
        # A rehearsal has no other clock than the moment that it is for.
        self.latest = options.as_of if options.replay else journal.clock()
        self._not_before = options.as_of
        if not options.replay and journal.newest_at is not None:
            self._not_before = max(options.as_of, journal.newest_at)

    def now(self) -> Moment:
        """When it is decided, if it is now."""
        if not self._replay:
            self.latest = max(self.latest, self._journal.clock())
        return Moment(self._not_before, self.latest, self._skew_seconds)

    def ended(self, newest: VisibleRun | None) -> datetime:
        """Now, or just after the last run if the clock went back: it puts runs in their order.

        Raises:
            IntegrityError: Nothing is after that one.
        """
        now = self._journal.clock()
        if newest is not None:
            try:
                now = max(now, newest.finished_at + timedelta(microseconds=1))
            except OverflowError:
                raise IntegrityError(
                    f"The record of run {newest.run_id} says that it ended at the end "
                    "of time: it was edited. Restore it from a backup."
                ) from None
        return now
