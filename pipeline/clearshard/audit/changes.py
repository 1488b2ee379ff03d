"""Two sets of decisions on the same files, side by side: what has become different.

An id that a manifest has several times is one file here, with the state and the reasons of all its
rows together. Ids are compared exactly.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clearshard.audit.database import connected, parquet_view
from clearshard.audit.listing import Rows
from clearshard.audit.stored.table import StoredTable
from clearshard.audit.stored.view import table_view
from clearshard.records.schemas import DECISION_SCHEMA

_ROWS_AT_ONCE = 8192

#: What holds two sets of decisions: opened here, and handed back to be asked.
Database = duckdb.DuckDBPyConnection
#: Decisions of a run, or the files that `clearshard gate` has written.
Side = StoredTable | Sequence[Path]


class Kind(StrEnum):
    """What a file has become."""

    NEWLY_ELIGIBLE = "newly_eligible"
    NEWLY_EXCLUDED = "newly_excluded"
    NEWLY_QUARANTINED = "newly_quarantined"
    REASONS_CHANGED = "reasons_changed"
    GONE = "gone"


#: One row per file with a difference. A state is null where the file was not among the decisions.
CHANGE_SCHEMA = pa.schema(
    [
        pa.field("change", pa.string()),
        pa.field("file_id", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("before_state", pa.string()),
        pa.field("before_reasons", pa.list_(pa.string())),
        pa.field("after_state", pa.string()),
        pa.field("after_reasons", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True, slots=True)
class KindCount:
    """Files that went from one state to another; None is "not among the decisions"."""

    change: Kind
    before: str | None
    after: str | None
    files: int


@dataclass(frozen=True, slots=True)
class ReasonChange:
    """Files that have a reason now and had not, and the other way round."""

    reason: str
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Two sets of decisions in numbers.

    Attributes:
        same: Decisions on files whose state and reasons are what they were.
        kinds: What became of the others, most frequent first.
        reasons: By name; only reasons that some file gained or lost.
    """

    same: int
    kinds: tuple[KindCount, ...]
    reasons: tuple[ReasonChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        totals = {str(kind): 0 for kind in Kind}
        for count in self.kinds:
            totals[count.change] += count.files
        return {
            "same": self.same,
            **totals,
            "states": [asdict(count) for count in self.kinds],
            "reasons": [asdict(reason) for reason in self.reasons],
        }


# Eligible and written are one: what passed the gate was written, but for what was quarantined.
_SIDE = """
CREATE VIEW {side} AS
SELECT file_id, account_id, CASE state WHEN 'written' THEN 'eligible' ELSE state END AS state,
    list_sort(reasons) AS reasons
FROM {side}_decisions
"""
# What is the same on both sides, which is most of it, is told by 128 bits of its digest: a set of
# whole rows would not fit in memory.
_DIFFERENT = """
CREATE TEMP TABLE different AS
SELECT DISTINCT file_id FROM (
    SELECT file_id FROM before WHERE {digest} NOT IN (SELECT {digest} FROM after)
    UNION ALL
    SELECT file_id FROM after WHERE {digest} NOT IN (SELECT {digest} FROM before)
)
"""
_DIGEST = "md5_number(concat_ws(chr(31), state, array_to_string(reasons, chr(31)), file_id))"
_WHOLE = """
CREATE TEMP TABLE {side}_files AS
SELECT file_id, any_value(account_id) AS account_id, min(state) AS state,
    list_sort(list_distinct(flatten(list(reasons)))) AS reasons
FROM {side} SEMI JOIN different USING (file_id) GROUP BY file_id
"""
_CHANGES = """
CREATE TEMP TABLE changes AS
SELECT
    CASE
        WHEN a.state IS NULL THEN 'gone'
        WHEN b.state IS NOT DISTINCT FROM a.state THEN 'reasons_changed'
        ELSE 'newly_' || a.state
    END AS change,
    file_id,
    coalesce(a.account_id, b.account_id) AS account_id,
    b.state AS before_state, b.reasons AS before_reasons,
    a.state AS after_state, a.reasons AS after_reasons
FROM before_files b FULL JOIN after_files a USING (file_id)
WHERE b.state IS DISTINCT FROM a.state OR b.reasons IS DISTINCT FROM a.reasons
"""
_SAME = "SELECT count(*) FROM after ANTI JOIN changes USING (file_id)"
_REASONS = """
SELECT reason, count(*) FILTER (gained), count(*) FILTER (NOT gained) FROM (
    SELECT unnest(list_filter(coalesce(after_reasons, []),
        lambda x: NOT list_contains(coalesce(before_reasons, []), x))) AS reason, true AS gained
    FROM changes
    UNION ALL
    SELECT unnest(list_filter(coalesce(before_reasons, []),
        lambda x: NOT list_contains(coalesce(after_reasons, []), x))), false
    FROM changes
) GROUP BY reason ORDER BY reason
"""


@contextmanager
def open_changes(before: Side, after: Side) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the table ``changes`` (CHANGE_SCHEMA) and the view ``after``.

    Args:
        before: Decisions.
        after: Decisions on the same files, later or otherwise.

    Raises:
        IntegrityError: A file is missing or damaged.
    """
    with connected() as connection:
        for side, decisions in (("before", before), ("after", after)):
            _decisions_view(connection, side, decisions)
            connection.execute(_SIDE.format(side=side))
        connection.execute(_DIFFERENT.format(digest=_DIGEST))
        for side in ("before", "after"):
            connection.execute(_WHOLE.format(side=side))
        connection.execute(_CHANGES)
        yield connection


def count_changes(connection: duckdb.DuckDBPyConnection) -> Changes:
    """The numbers of `open_changes`."""
    kinds = connection.execute(
        "SELECT change, before_state, after_state, count(*) AS files FROM changes GROUP BY ALL "
        "ORDER BY files DESC, change, before_state, after_state"
    ).fetchall()
    same = connection.execute(_SAME).fetchone()
    assert same is not None
    return Changes(
        same=same[0],
        kinds=tuple(KindCount(Kind(kind), *others) for kind, *others in kinds),
        reasons=tuple(ReasonChange(*row) for row in connection.execute(_REASONS).fetchall()),
    )


def changed_files(
    connection: duckdb.DuckDBPyConnection, kind: Kind | None = None, limit: int | None = None
) -> Rows:
    """The files of `open_changes`, ordered by change and id; CHANGE_SCHEMA.

    Args:
        connection: Held open by the caller while the rows are read.
        kind: Only these.
        limit: At most so many.
    """
    where = "WHERE change = $kind" if kind is not None else ""
    most = "" if limit is None else f"LIMIT {limit:d}"
    found = connection.sql(
        f"SELECT * FROM changes {where} ORDER BY change, file_id {most}",  # noqa: S608 - own words
        params={} if kind is None else {"kind": str(kind)},
    )
    batches = found.to_arrow_reader(_ROWS_AT_ONCE)
    return Rows(CHANGE_SCHEMA, (batch.cast(CHANGE_SCHEMA) for batch in batches))


def _decisions_view(connection: duckdb.DuckDBPyConnection, side: str, decisions: Side) -> None:
    view = f"{side}_decisions"
    if isinstance(decisions, StoredTable):
        table_view(connection, view, [decisions])
    elif decisions:
        files = pa.table({"filename": [str(path) for path in decisions]})
        parquet_view(connection, view, ("file_id", "account_id", "state", "reasons"), files)
    else:
        connection.register(view, DECISION_SCHEMA.empty_table())
