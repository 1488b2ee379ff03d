"""The registry as columns, indexed by account."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.records.facts import FACTS
from clearshard.records.schemas import REGISTRY_SCHEMA, TIMESTAMP

#: Instead of a row: an account that the registry does not have, and one that it has in another
#: spelling only.
UNKNOWN, MISSPELT = -1, -2
_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True)
class AccountIndex:
    """Accounts ready for lookup.

    Attributes:
        table: One row per account, sorted by the hash of its id; REGISTRY_SCHEMA.
        conflicting: Accounts with several rows that do not say the same, or with another account
            whose id is the same in another spelling.
        spellings: What the ids fold to.
    """

    table: pa.Table
    hashes: UInt64
    conflicting: npt.NDArray[np.bool_]
    spellings: "_Spellings"
    buckets: "_Buckets"

    def __len__(self) -> int:
        return len(self.hashes)

    def rows_of(self, account_ids: pa.Array) -> npt.NDArray[np.int32]:
        """Row of each account in `table`, or `UNKNOWN` or `MISSPELT`, which are below 0.

        Args:
            account_ids: Strings; null is an unknown account.
        """
        if len(self) == 0 or len(account_ids) == 0:
            return np.full(len(account_ids), UNKNOWN, np.int32)
        asked = account_ids.fill_null("") if account_ids.null_count else account_ids
        places = self.buckets.places(hash_ids(asked))
        places[places == len(self)] = 0
        # Two ids can share a hash; only the same id may share facts.
        same = pc.equal(self.ids_of(places), account_ids)
        if same.null_count:
            same = same.fill_null(False)
        rows = np.where(_bools(same), places, np.int32(UNKNOWN))
        others = np.flatnonzero((rows == UNKNOWN) & _bools(account_ids.is_valid()))
        if len(others):
            rows[others[self.spellings.hold(account_ids.take(pa.array(others)))]] = MISSPELT
        return rows

    def ids_of(self, rows: npt.NDArray[np.int32]) -> pa.StringArray:
        """Ids of the accounts in some rows; null for those below 0."""
        absent = rows < 0
        take = pa.array(rows, mask=absent) if absent.any() else pa.array(rows)
        return _whole(self.table.column("account_id")).take(take)


class _Buckets:
    """Sorted hashes, with a table of where each of their leading bits begins.

    A binary search would touch some twenty distant places of memory for every file; this touches
    two or three.
    """

    def __init__(self, hashes: UInt64) -> None:
        bits = max(1, (4 * len(hashes)).bit_length())
        self._shift = np.uint64(64 - bits)
        # Of millions of accounts an array of all buckets is large: there is one, of small numbers.
        filled, counts = np.unique((hashes >> self._shift).astype(np.int64), return_counts=True)
        first = np.zeros((1 << bits) + 1, np.int32)
        first[filled + 1] = counts
        self._first = np.cumsum(first, out=first)[:-1]
        # Nothing is above the last one, so that no search runs over the end.
        self._hashes = np.append(hashes, np.uint64(2**64 - 1))

    def places(self, wanted: UInt64) -> npt.NDArray[np.int32]:
        """Where each hash is among the sorted ones, or the first above it."""
        places: npt.NDArray[np.int32] = self._first[wanted >> self._shift]
        below = np.flatnonzero(self._hashes[places] < wanted)
        while len(below):
            places[below] += 1
            below = below[self._hashes[places[below]] < wanted[below]]
        return places


class _Spellings:
    """What the ids of accounts fold to.

    Attributes:
        shared: Accounts whose id is that of another one in another spelling; if two folds share a
            hash, they count as one.
    """

    def __init__(self, ids: pa.StringArray) -> None:
        folds = folded(ids)
        hashes = _hashes_of(folds)
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._folds = folds.take(pa.array(order))
        again = self._hashes[1:] == self._hashes[:-1]
        self.shared = is_member(hashes, self._hashes[1:][again])

    def hold(self, ids: pa.StringArray) -> npt.NDArray[np.bool_]:
        """Which of some ids, none of them null, are one of these in some spelling."""
        folds = folded(ids)
        places = np.searchsorted(self._hashes, hash_ids(folds)).clip(max=len(self._hashes) - 1)
        return _bools(pc.equal(self._folds.take(pa.array(places)), folds))


def index_accounts(registry: pa.Table) -> AccountIndex:
    """Makes one row per account out of the registry's rows.

    Rows of one account that say the same in every fact are one; their oldest export counts. Rows
    that differ make the account conflicting, and so do ids that are one id in two spellings: what
    one says of a customer may be about the other. A flag that its own date contradicts (no BAA, but
    a date of execution; not opted out, but a date of opting out) is not known.
    """
    registry = _contradictions_to_unknown(registry)
    hashes = _hashes_of(registry.column("account_id").combine_chunks())
    order = np.argsort(hashes, kind="stable")
    registry = registry.take(pa.array(order)).combine_chunks()
    hashes = hashes[order]
    starts = np.ones(len(hashes), np.bool_)
    starts[1:] = hashes[1:] != hashes[:-1]
    if starts.all():
        return _index(registry, hashes, np.zeros(len(hashes), np.bool_))

    differs = np.zeros(len(hashes), np.bool_)
    for name in registry.schema.names:
        if name == "exported_at":
            continue
        column = registry.column(name)
        differs[1:] |= _differ(column.slice(1), column.slice(0, len(column) - 1))
    group = np.cumsum(starts) - 1
    conflicting = np.zeros(group[-1] + 1, np.bool_)
    np.logical_or.at(conflicting, group, differs & ~starts)
    merged = _with_oldest_export(registry, starts, group)
    del registry  # of millions of accounts it is large
    return _index(merged, hashes[starts], conflicting)


def _hashes_of(ids: pa.StringArray) -> UInt64:
    """Of many ids some at a time: on the way to a hash an id takes ten times its room."""
    starts = range(0, len(ids), _AT_ONCE)
    parts = [hash_ids(ids.slice(start, _AT_ONCE)) for start in starts]
    return np.concatenate(parts) if parts else hash_ids(ids)


def _index(table: pa.Table, hashes: UInt64, conflicting: npt.NDArray[np.bool_]) -> AccountIndex:
    spellings = _Spellings(_whole(table.column("account_id")))
    return AccountIndex(table, hashes, conflicting | spellings.shared, spellings, _Buckets(hashes))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece; not copied where it is one, as combining does."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _with_oldest_export(
    registry: pa.Table, starts: npt.NDArray[np.bool_], group: npt.NDArray[np.int64]
) -> pa.Table:
    """The first row of each group, exported when its oldest row was, or it is not known when."""
    exported = registry.column("exported_at").cast(pa.int64()).combine_chunks()
    oldest = np.full(group[-1] + 1, np.iinfo(np.int64).max)
    np.minimum.at(oldest, group, exported.fill_null(0).to_numpy(zero_copy_only=False))
    all_known = np.ones(group[-1] + 1, np.bool_)
    np.logical_and.at(all_known, group, _bools(exported.is_valid()))
    column = pa.array(oldest, pa.int64(), mask=~all_known).cast(TIMESTAMP)
    place = REGISTRY_SCHEMA.get_field_index("exported_at")
    first = registry.take(pa.array(np.flatnonzero(starts)))
    merged = first.set_column(place, REGISTRY_SCHEMA.field("exported_at"), column)
    return merged.combine_chunks()


def _contradictions_to_unknown(registry: pa.Table) -> pa.Table:
    for date in FACTS:
        if (flag := date.date_of) is None:
            continue
        dated = pc.or_(pc.is_valid(registry.column(date.name)), registry.column(date.mark))
        denied = pc.fill_null(pc.invert(registry.column(flag)), False)
        unknown = pc.if_else(
            pc.and_(denied, dated), pa.scalar(None, pa.bool_()), registry.column(flag)
        )
        place = registry.schema.get_field_index(flag)
        registry = registry.set_column(place, registry.schema.field(place), unknown)
    return registry


def _differ(left: pa.ChunkedArray, right: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Where two columns do not hold the same, null being the same as null only."""
    same = pc.fill_null(pc.equal(left, right), False)
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    return ~_bools(pc.or_(same, both_null))


def _bools(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
