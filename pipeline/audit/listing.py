"""Decisions as a stream of rows, filtered."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.audit.reading import Pick, VisibleRun, open_decisions, picked_runs
from pipeline.records import DECISION_SCHEMA, FACTS_TYPE, State, utc_text

_ROWS_AT_ONCE = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_time(field: pa.Field) -> bool:
    return bool(pa.types.is_timestamp(field.type))


_FACTS = [FACTS_TYPE.field(i) for i in range(FACTS_TYPE.num_fields)]
_TIME_FACTS = tuple(f.name for f in _FACTS if _is_time(f))

# Times leave DuckDB as microseconds: its own conversion needs a package that may not be there, and
# depends on the time zone of the session.
_FACTS_SQL = ", ".join(
    f"{f.name} := {f'epoch_us(facts.{f.name})' if _is_time(f) else f'facts.{f.name}'}"
    for f in _FACTS
)
_COLUMNS = [
    (f.name, f"epoch_us({f.name})" if _is_time(f) else f.name)
    for f in DECISION_SCHEMA
    if f.name != "facts"
]
_SELECT = (
    f"SELECT {', '.join(sql for _, sql in _COLUMNS)}, "  # noqa: S608 - words of this package only
    f"struct_pack({_FACTS_SQL}), run_id FROM decisions "
)
_TIMES = tuple(f.name for f in DECISION_SCHEMA if _is_time(f))
_NAMES = (*(name for name, _ in _COLUMNS), "facts", "run_id")


def list_decisions(
    out: Path,
    which: Pick | str = Pick.NEWEST,
    *,
    state: State | None = None,
    reason: str | None = None,
    account_id: str | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Streams the decisions that match every filter, ordered by file id, then by run.

    Ids are given as the customer spelled them: whoever shows one escapes it for the place where it
    is shown.

    Args:
        out: The output folder.
        which: See `pipeline.audit.reading.picked_runs`.
        state: How the file ended.
        reason: One of its reasons.
        account_id: The account that submitted it.
        limit: At most so many rows.

    Returns:
        The columns of DECISION_SCHEMA and ``run_id``, as JSON values: times are RFC 3339 in UTC.
        The database is held open until the iterator is exhausted or closed.

    Raises:
        ValueError: `limit` is negative.
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name.
        IntegrityError: A record or a file of decisions is damaged; the latter while iterating.
    """
    if limit is not None and limit < 0:
        raise ValueError("limit must not be negative")
    runs = picked_runs(out, which)
    wanted: dict[str, str | int] = {}
    clauses = []
    if state is not None:
        clauses.append("state = $state")
        wanted["state"] = str(state)
    if reason is not None:
        clauses.append("list_contains(reasons, $reason)")
        wanted["reason"] = reason
    if account_id is not None:
        clauses.append("account_id = $account_id")
        wanted["account_id"] = account_id
    query = f"WHERE {' AND '.join(clauses)} " if clauses else ""
    query += "ORDER BY file_id, run_order, account_id, state, decided_at"
    if limit is not None:
        query += " LIMIT $limit"
        wanted["limit"] = limit
    return _rows(runs, query, wanted)


def decisions_on(out: Path, file_id: str) -> Iterator[dict[str, Any]]:
    """Every decision on one file in every visible run, oldest run first; rows as above.

    Raises:
        OutputUnusable: There is no visible run.
        IntegrityError: A record or a file of decisions is damaged; the latter while iterating.
    """
    runs = picked_runs(out, Pick.ALL)
    query = "WHERE file_id = $file_id ORDER BY run_order, state, account_id, decided_at"
    return _rows(runs, query, {"file_id": file_id})


def _rows(
    runs: Sequence[VisibleRun], query: str, wanted: dict[str, str | int]
) -> Iterator[dict[str, Any]]:
    if not all(_is_text(value) for value in wanted.values() if isinstance(value, str)):
        return
    with open_decisions(runs) as connection:
        found = connection.execute(_SELECT + query, wanted)
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                yield _as_json(dict(zip(_NAMES, row, strict=True)))


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    for name in _TIMES:
        row[name] = _time(row[name])
    row["facts"] = {n: _time(v) if n in _TIME_FACTS else v for n, v in row["facts"].items()}
    return row


def _time(microseconds: int | None) -> str | None:
    if microseconds is None:
        return None
    return utc_text(_EPOCH + timedelta(microseconds=microseconds))


def _is_text(value: str) -> bool:
    """Whether any table can hold it: an argument with undecodable bytes is in none."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
