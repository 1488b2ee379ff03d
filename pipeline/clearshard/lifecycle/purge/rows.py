"""Decisions on purged files, out of those that stood."""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.run import Counts
from clearshard.records.schemas import ROW_SCHEMA
from clearshard.records.states import QuarantineReason, State

#: Nothing is kept of an excluded file, as if it had never been opened.
_FORGOTTEN = ("doc_key", "account_key", "period", "content_sha256", "redactor_digest", "version")
#: A file that is withheld is in no shard, but what it held is still known: it can be lifted.
_NOT_WRITTEN = ("doc_key", "account_key", "period", "version")
#: What a file is withheld by, behind `duplicate_file_id`: it holds what a purged one held.
PURGED_CONTENT = "PurgedContent"
#: The same behind `key_destroyed`: its shard could not be written again without what goes.
UNREAD_SHARD = "UnreadShard"


def taken_out(rows: pa.Table, reasons: pa.Array) -> pa.Table:
    """What stands of files that were written and are purged, ROW_SCHEMA.

    Args:
        rows: What stood, ROW_SCHEMA.
        reasons: Why each is out.
    """
    changes = {name: _nothing(rows) for name in _FORGOTTEN}
    return _changed(rows, State.EXCLUDED, reasons, {**changes, "error_type": _nothing(rows)})


def withheld(rows: pa.Table) -> pa.Table:
    """What stands of files that hold what a purged one held, ROW_SCHEMA.

    Args:
        rows: What stood, ROW_SCHEMA.
    """
    return _quarantined(rows, QuarantineReason.DUPLICATE_FILE_ID, PURGED_CONTENT)


def lost(rows: pa.Table) -> pa.Table:
    """What stands of files whose shard nobody can read any more, ROW_SCHEMA.

    Args:
        rows: What stood, ROW_SCHEMA.
    """
    return _quarantined(rows, QuarantineReason.KEY_DESTROYED, UNREAD_SHARD)


def _quarantined(rows: pa.Table, reason: QuarantineReason, error_type: str) -> pa.Table:
    reasons = pa.array([[str(reason)]] * len(rows), pa.list_(pa.string()))
    changes = {name: _nothing(rows) for name in _NOT_WRITTEN}
    kind = pa.repeat(pa.scalar(error_type, pa.string()), len(rows))
    return _changed(rows, State.QUARANTINED, reasons, {**changes, "error_type": kind})


def counted(
    counts: Counts, reasons: Mapping[str, int], excluded: pa.Table, quarantined: pa.Table
) -> tuple[Counts, dict[str, int]]:
    """What the numbers of a run become when written files are decided otherwise.

    Args:
        counts: Of all its files.
        reasons: Files by reason.
        excluded: From `taken_out`.
        quarantined: From `withheld` and `lost`.
    """
    more: Counter[str] = Counter(reasons)
    for rows in (excluded, quarantined):
        for entry in pc.value_counts(rows.column("reasons").combine_chunks().flatten()).to_pylist():
            more[entry["values"]] += entry["counts"]
    numbers = Counts(
        seen=counts.seen,
        written=counts.written - len(excluded) - len(quarantined),
        excluded=counts.excluded + len(excluded),
        quarantined=counts.quarantined + len(quarantined),
    )
    return numbers, dict(sorted(more.items()))


def _nothing(rows: pa.Table) -> pa.Array:
    return pa.nulls(len(rows), pa.string())


def _changed(
    rows: pa.Table, state: State, reasons: pa.Array, changes: Mapping[str, pa.Array]
) -> pa.Table:
    states = pa.repeat(pa.scalar(str(state), pa.string()), len(rows))
    columns = {**changes, "state": states, "reasons": reasons}
    return pa.table(
        {name: columns.get(name, rows.column(name)) for name in ROW_SCHEMA.names},
        schema=ROW_SCHEMA,
    )
