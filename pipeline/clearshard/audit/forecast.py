"""A forecast: what a purge would take out of a run's shards, if other decisions were in force."""

from dataclasses import dataclass

import duckdb

from clearshard.audit.reading import VisibleRun, locate
from clearshard.audit.stored.view import table_view


@dataclass(frozen=True, slots=True)
class ShardTouched:
    """A shard of the visible run that a purge would have to write again.

    Attributes:
        shard: ``<period>/part-<digest>.parquet``.
        transcripts: How many are in it.
        purged: How many of them it would take out.
    """

    shard: str
    transcripts: int
    purged: int


@dataclass(frozen=True, slots=True)
class PurgeForecast:
    """What a purge after a change would take out of the visible run.

    Attributes:
        run_id: The visible run.
        transcripts: Written by it, and excluded by the proposal.
        already_due: Of these, how many are excluded by the present policy and registry as well.
        not_decided: Written by it, and in the manifest no more: the proposal says nothing of them.
        shards: Those that hold any of them, by name.
    """

    run_id: str
    transcripts: int
    already_due: int
    not_decided: int
    shards: tuple[ShardTouched, ...]


_TAKEN_OUT = """
SELECT shard, count(*), count(*) FILTER (after_state = 'excluded'),
    count(*) FILTER (after_state = 'excluded' AND before_state = 'excluded'),
    count(*) FILTER (after_state IS NULL)
FROM (
    SELECT shard, w.file_id,
        (SELECT min(state) FROM after a WHERE a.file_id = w.file_id) AS after_state,
        (SELECT min(state) FROM before b WHERE b.file_id = w.file_id) AS before_state
    FROM located w
) GROUP BY shard ORDER BY shard
"""


def forecast_purge(connection: duckdb.DuckDBPyConnection, run: VisibleRun) -> PurgeForecast:
    """What the decisions that are called after exclude of what a run has written.

    Args:
        connection: From `clearshard.audit.changes.open_changes`.
        run: The run.

    Raises:
        IntegrityError: From `open_changes`, where its decisions are missing or damaged.
    """
    table_view(connection, "decisions", [run.table])
    locate(connection, run)
    rows = connection.execute(_TAKEN_OUT).fetchall()
    return PurgeForecast(
        run_id=run.run_id,
        transcripts=sum(purged for _, _, purged, _, _ in rows),
        already_due=sum(due for _, _, _, due, _ in rows),
        not_decided=sum(absent for _, _, _, _, absent in rows),
        shards=tuple(
            ShardTouched(run.record.shards[shard].name, held, purged)
            for shard, held, purged, _, _ in rows
            if purged and shard is not None
        ),
    )
