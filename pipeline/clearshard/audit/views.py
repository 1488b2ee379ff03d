"""The views that an ad-hoc query sees; docs/auditing.md describes each column."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from clearshard import layout
from clearshard.audit.events import canonical
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import VisibleRun, superseded_by, visible_runs
from clearshard.audit.stored.table import wrote_table
from clearshard.records.schemas import TIMESTAMP
from clearshard.terms import policy_name

#: Names of the views.
VIEWS = ("decisions", "reasons", "runs", "shards", "events")

_RUNS = pa.schema(
    [
        ("run_id", pa.string()),
        ("as_of", TIMESTAMP),
        ("rehearsal", pa.bool_()),
        ("started_at", TIMESTAMP),
        ("finished_at", TIMESTAMP),
        ("clearshard_version", pa.string()),
        ("policy_digest", pa.string()),
        ("redactor_digest", pa.string()),
        ("manifest_sha256", pa.string()),
        ("registry_sha256", pa.string()),
        ("registry_exported_at", TIMESTAMP),
        ("seen", pa.int64()),
        ("written", pa.int64()),
        ("excluded", pa.int64()),
        ("quarantined", pa.int64()),
        ("taken_out", pa.int64()),
        ("decisions", pa.string()),
        ("word_count", pa.int64()),
        ("policy", pa.string()),
        ("profile", pa.string()),
        ("operator", pa.string()),
        ("score_threshold", pa.float64()),
        ("actor", pa.string()),
        ("host", pa.string()),
        ("superseded_by", pa.string()),
    ]
)
_SHARDS = pa.schema(
    [
        ("run_id", pa.string()),
        ("name", pa.string()),
        ("period", pa.string()),
        ("sha256", pa.string()),
        ("row_count", pa.int64()),
        ("size_bytes", pa.int64()),
        ("superseded_by", pa.string()),
    ]
)
_EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("appended_at", TIMESTAMP),
        ("event", pa.string()),
        ("run_id", pa.string()),
        ("data", pa.string()),
        ("hash", pa.string()),
    ]
)


def add_views(connection: duckdb.DuckDBPyConnection, out: Path, runs: Sequence[VisibleRun]) -> None:
    """Adds all views but ``decisions``, which `open_decisions` has made.

    Raises:
        IntegrityError: The ledger is damaged.
    """
    newer = superseded_by(visible_runs(out))
    for name, table in (
        ("runs", _runs(runs, newer)),
        ("shards", _shards(runs, newer)),
        ("events", _events(out)),
    ):
        # A table of its own: nothing of Python is asked once the query runs.
        connection.register("incoming", table)
        connection.execute(f"CREATE TABLE {name} AS FROM incoming")
        connection.unregister("incoming")
    connection.execute(
        "CREATE VIEW reasons AS SELECT run_id, file_id, account_id, state, "
        # Of accounts it needs nothing, and finding that takes time.
        "unnest(list_distinct(reasons)) AS reason FROM decisions_of_files"
    )


def _runs(runs: Sequence[VisibleRun], newer: dict[str, str]) -> pa.Table:
    rows = []
    for run in runs:
        record = msgspec.to_builtins(run.record)
        counts, registry = record["counts"], record["registry_at_publish"]
        rows.append(
            {
                **{name: record[name] for name in _RUNS.names if name in record},
                **{name: counts[name] for name in counts},
                # Records of earlier versions know nothing of some.
                **(record["redaction"] or {}),
                "decisions": "table" if wrote_table(run.record) else "changes",
                "policy": policy_name(run.record.policy_toml),
                "actor": record["actor"] or None,
                "host": record["host"] or None,
                "manifest_sha256": record["manifest"]["sha256"],
                "registry_sha256": registry["sha256"],
                "registry_exported_at": registry["newest_exported_at"],
                "superseded_by": newer.get(run.run_id),
            }
        )
    return _table(rows, _RUNS)


def _shards(runs: Sequence[VisibleRun], newer: dict[str, str]) -> pa.Table:
    rows = [
        {
            "run_id": run.run_id,
            "name": shard.name,
            "period": shard.leaf.period,
            "sha256": shard.sha256,
            "row_count": shard.row_count,
            "size_bytes": shard.size_bytes,
            "superseded_by": newer.get(run.run_id),
        }
        for run in runs
        for shard in run.record.shards
    ]
    return _table(rows, _SHARDS)


def _events(out: Path) -> pa.Table:
    rows = [
        {
            **msgspec.structs.asdict(event),
            "appended_at": event.at,
            "data": canonical(event.data).decode("ascii"),
        }
        for event in Ledger(out / layout.LEDGER).read()
    ]
    return _table(rows, _EVENTS)


def _table(rows: Sequence[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    """Times come as text with an offset."""
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if pa.types.is_timestamp(field.type):
            columns.append(pa.array(values, pa.string()).cast(field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)
