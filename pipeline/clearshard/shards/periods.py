"""The period of submission that a row lies in: what was submitted last year stays as it is."""

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import ShardPeriod
from clearshard.records.places import UNDATED

_FORMATS: dict[ShardPeriod, str] = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def periods_of(submitted_at: pa.Array, by: ShardPeriod) -> pa.Array:
    """The period of each time, in UTC, as in the names of shards: ``2026-11``."""
    # Without its zone: Arrow would ask a database of zones for that of UTC.
    plain = submitted_at.cast(pa.timestamp("s"), safe=False)
    return pc.strftime(plain, format=_FORMATS[by]).fill_null(UNDATED)
