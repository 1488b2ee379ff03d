"""The decisions on files that are to go: by their ids, or by the gate on what is stored of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.database import connected
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.reading import PlacedRows, read_accounts, read_placed
from clearshard.audit.stored.view import rows_view
from clearshard.eligibility.facts import FILE_FACTS
from clearshard.eligibility.gate import Decided, Gate
from clearshard.eligibility.policy import DELETION_REQUESTED
from clearshard.eligibility.spelling import fold
from clearshard.eligibility.tombstones import Tombstones
from clearshard.errors import ConfigError, RunFailed
from clearshard.lifecycle.purge.asked import Asked
from clearshard.records.facts import OwnColumn, facts_of, unreadable
from clearshard.records.schemas import ACCOUNTS_SCHEMA, ROW_SCHEMA, fact_type
from clearshard.records.states import State

#: Where each row lies: see `REPLACED_SCHEMA`.
FOUND_SCHEMA = pa.schema(
    [
        *ROW_SCHEMA,
        pa.field("file", pa.int32(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("why", pa.list_(pa.string()), nullable=False),
    ]
)
_STORED = ", ".join([*ROW_SCHEMA.names, "file", "row"])
# What an id of ASCII folds to can be worked out in the database; all others are looked at here.
_NAMED = """
    SELECT {columns} FROM decided WHERE state = $written AND (
        lower(replace({name}, ' ', '')) IN (SELECT unnest($folds))
        OR strlen({name}) <> length({name}))
"""
_SAME_CONTENT = """
    SELECT {columns} FROM decided
    WHERE state = $written AND content_sha256 IN (SELECT unnest($contents))
"""
#: What a row can say of the reading of the registry that has decided on it.
_LAST_READING = 127
_ACCOUNT_FACTS = ACCOUNTS_SCHEMA.names[2:]


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """Written files that go.

    Attributes:
        rows: FOUND_SCHEMA, in the order of the table; none is in it twice.
        accounts: What is known of accounts, by the readings that these rows and all others name,
            ACCOUNTS_SCHEMA.
    """

    rows: pa.Table
    accounts: pa.Table


def find_named(run: VisibleRun, asked: Asked) -> Found:
    """The written files of some accounts, and some files, in whatever spelling.

    Args:
        run: The newest.
        asked: Names them.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    tombstones = Tombstones.of(asked.accounts, asked.files)
    found = []
    with connected() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows_view(connection, "decided", [run.table])
        for name, ids in (("account_id", asked.accounts), ("file_id", asked.files)):
            if not ids:
                continue
            query = _NAMED.format(columns=_STORED, name=name)
            given = {"written": str(State.WRITTEN), "folds": _folds(ids)}
            found.append(connection.sql(query, params=given).to_arrow_table())
    rows = _in_order(_as_found(table, DELETION_REQUESTED) for table in found)
    named = [tombstones.name(batch) for batch in rows.to_batches()]
    kept = np.concatenate(named) if named else np.zeros(0, np.bool_)
    return Found(rows.filter(pa.array(kept)), read_accounts(run.table))


def find_denied(run: VisibleRun, gate: Gate) -> Found:
    """The written files that a gate excludes, on the facts that are stored of them.

    Args:
        run: The newest.
        gate: Over the registry as it is now.

    Raises:
        ConfigError: The policy asks for facts of files that are not stored.
        RunFailed: So many purges have followed each other that a run must come first.
        IntegrityError: Its decisions cannot be read.
    """
    accounts = read_accounts(run.table)
    reading = 1 + max([1, *pc.unique(accounts.column("reading")).to_pylist()])
    if reading > _LAST_READING:
        raise RunFailed(
            "The registry has purged too often since the last run, so that its readings have no "
            "numbers left. Nothing was purged: `clearshard run` once, which takes out the same."
        )
    found, known = [FOUND_SCHEMA.empty_table()], [accounts]
    for placed in read_placed(run.table):
        written = pc.equal(placed.rows.column("state"), str(State.WRITTEN))
        rows = placed.rows.filter(written)
        decided = gate.decide(stored_as_manifest(rows, gate.own_of_files))
        denied = pa.array(decided.reason_bits != 0)
        if not pc.any(denied).as_py():
            continue
        found.append(_denied(placed, rows, decided, gate, reading).filter(denied))
        known.append(_known(rows.filter(denied), decided.facts.filter(denied), reading))
    names = ACCOUNTS_SCHEMA.names
    distinct = pa.concat_tables(known).group_by(names).aggregate([]).select(names)
    ordered = distinct.sort_by([("account_id", "ascending"), ("reading", "ascending")])
    return Found(pa.concat_tables(found), ordered.cast(ACCOUNTS_SCHEMA))


def find_same_content(run: VisibleRun, found: Found) -> pa.Table:
    """Other written files that hold, to the byte, what these hold; FOUND_SCHEMA.

    Raises:
        IntegrityError: The decisions cannot be read.
    """
    contents = pc.unique(found.rows.column("content_sha256")).drop_null()
    if not len(contents):
        return FOUND_SCHEMA.empty_table()
    with connected() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows_view(connection, "decided", [run.table])
        query = _SAME_CONTENT.format(columns=_STORED)
        given = {"written": str(State.WRITTEN), "contents": contents.to_pylist()}
        same = connection.sql(query, params=given).to_arrow_table()
    rows = _in_order([_as_found(same, DELETION_REQUESTED)])
    ours = set(_places(found.rows))
    others = [place not in ours for place in _places(rows)]
    return rows.filter(pa.array(others, pa.bool_()))


def stored_as_manifest(rows: pa.RecordBatch, own: Sequence[OwnColumn]) -> pa.RecordBatch:
    """Stored decisions on written files as manifest rows, to be decided once more.

    Nothing of a written file was unreadable, so its facts are all there was.

    Args:
        rows: ROW_SCHEMA.
        own: Facts of the policy's own that it asks of files.

    Raises:
        ConfigError: One of them is not stored.
    """
    facts = rows.column("facts")
    no = pa.array(np.zeros(rows.num_rows, np.bool_))
    return pa.RecordBatch.from_pydict(
        {
            "file_id": rows.column("file_id"),
            "account_id": rows.column("account_id"),
            **{name: pc.struct_field(facts, name) for name in FILE_FACTS},
            **{fact.mark: no for fact in facts_of("file") if fact.is_marked},
            "malformed": no,
            **_own_facts(rows, own),
            **{unreadable(one.fact): no for one in own},
        }
    )


def _own_facts(rows: pa.RecordBatch, own: Sequence[OwnColumn]) -> dict[str, pa.Array]:
    if not own:
        return {}
    stored = [json.loads(text) if text else {} for text in rows.column("own_facts").to_pylist()]
    return {one.fact: _own_fact(stored, one) for one in own}


def _own_fact(stored: Sequence[dict[str, Any]], one: OwnColumn) -> pa.Array:
    if any(one.fact not in facts for facts in stored):
        problem = (
            f"{one.fact} is asked of files, and the newest run has not stored it. Run first: "
            "`clearshard run` decides by it"
        )
        raise ConfigError("policy", [problem])
    values = [facts[one.fact] for facts in stored]
    if one.kind == "time":
        values = [value and datetime.fromisoformat(value) for value in values]
    return pa.array(values, pa.string() if one.kind == "text" else fact_type(one.kind))


def _denied(
    placed: PlacedRows, rows: pa.RecordBatch, decided: Decided, gate: Gate, reading: int
) -> pa.Table:
    """Written rows as the gate decides them now, FOUND_SCHEMA."""
    written = pc.equal(placed.rows.column("state"), str(State.WRITTEN))
    places = pa.array(placed.places).filter(written)
    now = {
        "reading": pa.repeat(pa.scalar(reading, pa.int8()), rows.num_rows),
        "own_facts": decided.own_facts,
        "file": pa.repeat(pa.scalar(placed.file, pa.int32()), rows.num_rows),
        "row": places,
        "why": gate.reason_lists(decided.reason_bits),
    }
    return pa.table(
        {name: now[name] if name in now else rows.column(name) for name in FOUND_SCHEMA.names},
        schema=FOUND_SCHEMA,
    )


def _known(rows: pa.RecordBatch, facts: pa.Array, reading: int) -> pa.Table:
    """What the registry says now of the account of each row; no row where it says nothing."""
    columns = {name: pc.struct_field(facts, name) for name in _ACCOUNT_FACTS}
    told = np.zeros(rows.num_rows, np.bool_)
    for column in columns.values():
        told |= np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    columns["account_id"] = rows.column("account_id")
    columns["reading"] = pa.repeat(pa.scalar(reading, pa.int8()), rows.num_rows)
    known = pa.table(columns).select(ACCOUNTS_SCHEMA.names).filter(pa.array(told))
    return known.cast(ACCOUNTS_SCHEMA)


def _as_found(rows: pa.Table, reason: str) -> pa.Table:
    why = pa.array([[reason]] * len(rows), pa.list_(pa.string()))
    return rows.append_column("why", why).select(FOUND_SCHEMA.names).cast(FOUND_SCHEMA)


def _in_order(tables: Iterator[pa.Table] | Sequence[pa.Table]) -> pa.Table:
    """Rows of several tables in the order of their places, each once."""
    rows = pa.concat_tables([FOUND_SCHEMA.empty_table(), *tables])
    rows = rows.sort_by([("file", "ascending"), ("row", "ascending")]).combine_chunks()
    places = list(_places(rows))
    first = [number == 0 or places[number - 1] != place for number, place in enumerate(places)]
    return rows.filter(pa.array(first, pa.bool_()))


def _places(rows: pa.Table) -> Iterator[tuple[int, int]]:
    columns = (rows.column(name).to_pylist() for name in ("file", "row"))
    return zip(*columns, strict=True)


def _folds(ids: Sequence[str]) -> list[str]:
    return [fold(one) for one in ids]
