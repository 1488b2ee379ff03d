"""Decisions as a stream of rows, filtered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clearshard.audit.export import as_json
from clearshard.audit.reading import (
    Pick,
    VisibleRun,
    connected,
    file_view,
    open_decisions,
    picked_runs,
)
from clearshard.audit.selection import Filter, is_text
from clearshard.records.schemas import DECISION_SCHEMA

#: What a listing has: the run, and then everything that was decided.
LISTING_SCHEMA = pa.schema([pa.field("run_id", pa.string()), *DECISION_SCHEMA])

_ROWS_AT_ONCE = 8192
_NOTHING = Filter()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows on their way: a schema, and batches that can be read once."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]

    def first(self, count: int | None) -> "Rows":
        """At most so many of them; all for None."""
        return self if count is None else Rows(self.schema, _first(self.batches, count))


def _first(batches: Iterator[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    while count > 0 and (batch := next(batches, None)) is not None:
        yield batch.slice(0, count)
        count -= batch.num_rows


@contextmanager
def open_listing(
    runs: Sequence[VisibleRun], wanted: Filter = _NOTHING, limit: int | None = None
) -> Iterator[Rows]:
    """Streams the decisions that match, run by run in the order given, each in manifest order.

    Ids are given as the customer spelled them: whoever shows one escapes it for the place where it
    is shown.

    Args:
        runs: Whose decisions.
        wanted: What a decision must be.
        limit: At most so many rows.

    Yields:
        LISTING_SCHEMA. Memory does not grow with the number of rows.

    Raises:
        ValueError: `limit` is negative.
        IntegrityError: A file of decisions is damaged.
    """
    _check_limit(limit)
    if not wanted.possible:
        yield Rows(LISTING_SCHEMA, iter(()))
        return
    with connected() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = Rows(LISTING_SCHEMA, _file_by_file(connection, runs, wanted))
        yield rows.first(limit)


def list_decisions(
    out: Path,
    which: Pick | str = Pick.NEWEST,
    wanted: Filter = _NOTHING,
    *,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """The same as JSON values: times are RFC 3339 in UTC.

    The database is held open until the iterator is exhausted or closed.

    Raises:
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name.
        IntegrityError: A record or a file of decisions is damaged; the latter while iterating.
    """
    _check_limit(limit)
    return _rows(picked_runs(out, which), wanted, limit)


def _check_limit(limit: int | None) -> None:
    if limit is not None and limit < 0:
        raise ValueError("limit must not be negative")


def _rows(
    runs: Sequence[VisibleRun], wanted: Filter, limit: int | None
) -> Iterator[dict[str, Any]]:
    with open_listing(runs, wanted, limit) as rows:
        yield from as_json(rows.batches)


def decisions_on(runs: Sequence[VisibleRun], file_id: str) -> list[dict[str, Any]]:
    """Every decision on one file in some runs, in their order; rows as above.

    Raises:
        IntegrityError: A file of decisions is damaged.
    """
    if not is_text(file_id):
        return []
    with open_decisions(runs) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        where = "file_id = $file_id ORDER BY run_order, state, account_id, decided_at"
        batches = _select(connection, where, {"file_id": file_id}, LISTING_SCHEMA.names)
        return list(as_json(batch.cast(LISTING_SCHEMA) for batch in batches))


def _file_by_file(
    connection: duckdb.DuckDBPyConnection, runs: Sequence[VisibleRun], wanted: Filter
) -> Iterator[pa.RecordBatch]:
    # One file at a time: a scan of many gives their rows in any order.
    for run in runs:
        for path in run.decisions_paths:
            file_view(connection, "decisions", path)
            for batch in _select(connection, *wanted.where()):
                run_ids = pa.repeat(run.run_id, batch.num_rows)
                columns = [run_ids, *batch.cast(DECISION_SCHEMA).columns]
                yield pa.RecordBatch.from_arrays(columns, schema=LISTING_SCHEMA)


def _select(
    connection: duckdb.DuckDBPyConnection,
    where: str,
    parameters: dict[str, str],
    columns: Sequence[str] = DECISION_SCHEMA.names,
) -> Iterator[pa.RecordBatch]:
    # Arrow, since DuckDB's own conversion of times needs a package that may not be there.
    query = f"SELECT {', '.join(columns)} FROM decisions WHERE {where}"  # noqa: S608 - own words
    found = connection.sql(query, params=parameters)
    yield from found.to_arrow_reader(_ROWS_AT_ONCE)
