"""Decisions as a stream of rows, filtered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clearshard.audit.database import connected
from clearshard.audit.export import as_json
from clearshard.audit.reading import Pick, VisibleRun, picked_runs
from clearshard.audit.selection import Filter, is_text
from clearshard.audit.stored.reading import decisions_of, read_in_order
from clearshard.audit.stored.table import StoredTable
from clearshard.records.schemas import DECISION_SCHEMA

#: What a listing has: the run, and then everything that was decided.
LISTING_SCHEMA = pa.schema([pa.field("run_id", pa.string()), *DECISION_SCHEMA])

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
    """Streams the decisions that match, run by run in the order given.

    The rows of a run are in the order of its table (`clearshard.audit.stored`): those that have
    been as they are for longest come first, and those that came together in manifest order.

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
        rows = Rows(LISTING_SCHEMA, _run_by_run(connection, runs, wanted))
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
    with connected() as connection:
        found = decisions_of(connection, [run.table for run in runs], file_id)
        return list(as_json(_of_run(table, batch) for table, batch in found))


def _run_by_run(
    connection: duckdb.DuckDBPyConnection, runs: Sequence[VisibleRun], wanted: Filter
) -> Iterator[pa.RecordBatch]:
    for run in runs:
        for batch in read_in_order(connection, run.table, *wanted.where()):
            yield _of_run(run.table, batch)


def _of_run(table: StoredTable, decisions: pa.RecordBatch) -> pa.RecordBatch:
    run_ids = pa.repeat(table.run_id, decisions.num_rows)
    return pa.RecordBatch.from_arrays([run_ids, *decisions.columns], schema=LISTING_SCHEMA)
