"""The period of submission that a row lies in: what was submitted last year stays as it is."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import ShardPeriod
from clearshard.records.places import UNDATED

_UNITS: dict[ShardPeriod, str] = {"day": "D", "month": "M", "year": "Y"}


def periods_of(submitted_at: pa.Array, by: ShardPeriod) -> pa.Array:
    """The period of each time, in UTC, as in the names of shards: ``2026-11``."""
    # There are few periods and many files: each is written out once.
    seconds = submitted_at.cast(pa.timestamp("s"), safe=False).fill_null(0)
    times = seconds.to_numpy(zero_copy_only=False).astype("datetime64[s]")
    periods, which = np.unique(times.astype(f"datetime64[{_UNITS[by]}]"), return_inverse=True)
    names = pa.array([str(period) for period in periods], pa.string())
    known = submitted_at.is_valid()
    return pc.if_else(known, names.take(pa.array(which.reshape(-1))), UNDATED)
