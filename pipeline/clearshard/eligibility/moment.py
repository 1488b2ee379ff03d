"""The moments that a decision is taken at.

A decision asks two questions of time, and no single moment is on the safe side for both:

*Is it over?* An expiry, a time to live, the age of an export: judged at `latest`, the later of the
moment that was asked for and the clock. To ask for yesterday makes nothing young again.

*Can it have happened yet?* A time of something that has happened is believed up to `known_until`:
what the clock says, and a little more, since clocks differ. To ask for tomorrow makes no fact known
that is not known today.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import pyarrow as pa

from clearshard.records.schemas import TIMESTAMP

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When decisions are taken.

    Attributes:
        as_of: The moment that was asked for; must have an offset.
        now: What the clock says; must have an offset.
        clock_skew_seconds: How far the clocks of two machines may be apart.
    """

    as_of: datetime
    now: datetime
    clock_skew_seconds: int

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None or self.now.tzinfo is None:
            raise ValueError("a moment must have an offset")

    @classmethod
    def at(cls, moment: datetime, clock_skew_seconds: int) -> Self:
        """One moment for everything, as if it were now: for what-ifs and rehearsals."""
        return cls(moment, moment, clock_skew_seconds)

    @property
    def latest(self) -> datetime:
        """The moment that whatever expires or ages is judged at."""
        return max(self.as_of, self.now)

    @property
    def latest_us(self) -> int:
        """The same in microseconds since 1970."""
        return _microseconds(self.latest)

    @property
    def known_until(self) -> pa.Scalar:
        """Times of what has happened that lie behind this one are not known, TIMESTAMP."""
        # As a number: the calendar of Python ends with the year 9999.
        skew = timedelta(seconds=self.clock_skew_seconds) // _MICROSECOND
        return pa.scalar(_microseconds(self.now) + skew, TIMESTAMP)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
