"""Which source rows are in, by the period and the place of each; for whole columns at once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.ids import UInt64
from clearshard.records.places import PLACE_DIGITS
from clearshard.records.run import ShardFile
from clearshard.run.outcomes import KEY_BYTES
from clearshard.run.resume.bytes_columns import from_text

_Ints = npt.NDArray[np.int64]


class Leaves:
    """The leaves of some shards, by period and then by place."""

    def __init__(self, shards: Sequence[ShardFile], sources: Sequence[int]) -> None:
        """Takes them in.

        Args:
            shards: No leaf of which holds part of another.
            sources: The number of the source that each is, or -1.
        """
        each = sorted(zip((shard.leaf for shard in shards), sources, strict=True))
        periods = [leaf.period for leaf, _ in each]
        self._periods = pa.array(sorted(set(periods)), pa.string())
        names = np.array(periods)
        known = np.array(self._periods.to_pylist())
        #: Of each period where its leaves begin and end; behind them a period that has none.
        self._begins = np.append(np.searchsorted(names, known, "left"), 0)
        self._ends = np.append(np.searchsorted(names, known, "right"), 0)
        self._firsts = np.array([leaf.first_place for leaf, _ in each], np.uint64)
        self._lasts = np.array([leaf.last_place for leaf, _ in each], np.uint64)
        self._sources = np.array([source for _, source in each], np.int64)

    def sources_of(self, rows: pa.RecordBatch) -> _Ints:
        """The number of the source of each row, by its period and keys; -1 for none.

        Args:
            rows: ROW_SCHEMA.
        """
        found = np.full(rows.num_rows, -1, np.int64)
        places = _places_of(rows)
        periods = pc.index_in(rows.column("period"), self._periods)
        of_none = len(self._periods)
        numbers = periods.fill_null(of_none).to_numpy().astype(np.int64)
        at = self._last_begun(self._begins[numbers], self._ends[numbers], places)
        inside = np.flatnonzero(at >= self._begins[numbers])
        inside = inside[places[inside] <= self._lasts[at[inside]]]
        found[inside] = self._sources[at[inside]]
        return found

    def _last_begun(self, begins: _Ints, ends: _Ints, places: UInt64) -> _Ints:
        """Of the leaves from `begins` to before `ends` the last that begins at or before a place.

        One before `begins` if none does. This is `np.searchsorted` within a range for each row: to
        go through the periods one by one takes as long as they are many.
        """
        low, high = begins, ends
        while (is_open := low < high).any():
            middle = (low + high) // 2
            begun = self._firsts[np.where(is_open, middle, 0)] <= places
            low = np.where(is_open & begun, middle + 1, low)
            high = np.where(is_open & ~begun, middle, high)
        return low - 1


def _places_of(rows: pa.RecordBatch) -> UInt64:
    """See `clearshard.records.places.place_of`; of rows without keys it is anything."""
    halves = [
        from_text(rows.column(name), KEY_BYTES)[:, : PLACE_DIGITS // 2]
        for name in ("account_key", "doc_key")
    ]
    digits = np.ascontiguousarray(np.concatenate(halves, axis=1))
    return digits.view(">u8").reshape(-1).astype(np.uint64)
