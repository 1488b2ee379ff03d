"""The decisions on files that are to go: by their ids, or by the gate on what is stored of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.finding import Finder
from clearshard.audit.stored.reading import PlacedRows, read_accounts, read_placed
from clearshard.eligibility.gate import Decided, Gate
from clearshard.eligibility.policy import DELETION_REQUESTED
from clearshard.errors import RunFailed
from clearshard.records.places import LeafIndex, place_of
from clearshard.records.run import ShardFile
from clearshard.records.schemas import ACCOUNTS_SCHEMA, ROW_SCHEMA
from clearshard.records.states import QuarantineReason, State
from clearshard.run.known_files import Named, written_rows
from clearshard.run.stored_facts import stored_as_manifest

#: Where each row lies: see `REPLACED_SCHEMA`.
FOUND_SCHEMA = pa.schema(
    [
        *ROW_SCHEMA,
        pa.field("file", pa.int32(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("why", pa.list_(pa.string()), nullable=False),
    ]
)
#: What a row can say of the reading of the registry that has decided on it; the run's own are 0, 1.
_LAST_READING, _LAST_OF_RUN = 127, 1
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


def find_named(run: VisibleRun, named: Named, finder: Finder) -> Found:
    """The written files of some accounts, and some files, in whatever spelling.

    Args:
        run: The newest.
        named: Names them.
        finder: Finds rows.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    return Found(_written(run, named, finder), read_accounts(run.table))


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
    readings = _Readings(accounts)
    found, known = [FOUND_SCHEMA.empty_table()], [accounts]
    for placed in read_placed(run.table):
        readings.add(placed.rows)
        written = pc.equal(placed.rows.column("state"), str(State.WRITTEN))
        rows = placed.rows.filter(written)
        decided = gate.decide(stored_as_manifest(rows, gate.own_of_files))
        denied = pa.array(decided.reason_bits != 0)
        if not pc.any(denied).as_py():
            continue
        found.append(_denied(placed, rows, decided, gate).filter(denied))
        known.append(_known(rows.filter(denied), decided.facts.filter(denied)))
    # Only now is it known how often an account was read for purges before.
    numbered = [found[0], *(readings.numbered(rows) for rows in found[1:])]
    names = ACCOUNTS_SCHEMA.names
    every = pa.concat_tables([known[0], *(readings.numbered(rows) for rows in known[1:])])
    distinct = every.group_by(names).aggregate([]).select(names)
    ordered = distinct.sort_by([("account_id", "ascending"), ("reading", "ascending")])
    return Found(pa.concat_tables(numbered), ordered.cast(ACCOUNTS_SCHEMA))


class _Readings:
    """Numbers for the readings of the registry by purges: of each account the next one.

    A run begins anew, so only who is purged again and again between two runs uses them up.
    """

    def __init__(self, accounts: pa.Table) -> None:
        self._last: dict[str | None, int] = {}
        self.add(accounts)

    def add(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Takes in which readings some rows name."""
        rows = rows.select(["account_id", "reading"])
        later = rows.filter(pc.greater(rows.column("reading"), _LAST_OF_RUN))
        for account_id, reading in zip(*later.to_pydict().values(), strict=True):
            self._last[account_id] = max(reading, self._last.get(account_id, 0))

    def numbered(self, rows: pa.Table) -> pa.Table:
        """The rows as of the next reading of each account."""
        numbers = [
            1 + self._last.get(account_id, _LAST_OF_RUN)
            for account_id in rows.column("account_id").to_pylist()
        ]
        if max(numbers, default=0) > _LAST_READING:
            raise RunFailed(
                "The registry has purged files of one account so often since the last run that its "
                "readings have no numbers left. Nothing was purged: `clearshard run` once, which "
                "takes out the same."
            )
        at = rows.schema.get_field_index("reading")
        return rows.set_column(at, rows.schema.field(at), pa.array(numbers, pa.int8()))


def find_same_content(
    run: VisibleRun, found: Found, contents: Collection[str], finder: Finder
) -> pa.Table:
    """Other written files that hold, to the byte, what purged ones held; FOUND_SCHEMA.

    Args:
        run: The newest.
        found: The files that are purged.
        contents: What they have ever held, as far as that is known: SHA-256.
        finder: Finds rows.

    Raises:
        IntegrityError: The decisions cannot be read.
    """
    if not contents:
        return FOUND_SCHEMA.empty_table()
    named, ours = Named(contents=contents), set(_places(found.rows))
    if set(_places(written_rows(run, named, ["file", "row"], finder))) <= ours:
        return FOUND_SCHEMA.empty_table()  # whole rows are read only of those that go
    rows = _written(run, named, finder)
    others = [place not in ours for place in _places(rows)]
    return rows.filter(pa.array(others, pa.bool_()))


def find_lost(run: VisibleRun, shards: Sequence[ShardFile], but: pa.Table) -> pa.Table:
    """The written files in some shards but for some files; FOUND_SCHEMA.

    Args:
        run: The newest.
        shards: Of it, in the order of its record.
        but: Those that are left out, FOUND_SCHEMA.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    if not shards:
        return FOUND_SCHEMA.empty_table()
    index, periods = LeafIndex(one.leaf for one in shards), {one.leaf.period for one in shards}
    of_these, found = pa.array(sorted(periods), pa.string()), [FOUND_SCHEMA.empty_table()]
    for placed in read_placed(run.table):
        rows = pa.table(placed.rows).append_column("row", pa.array(placed.places, pa.int64()))
        rows = rows.filter(pc.is_in(rows.column("period"), of_these))  # only of written files
        columns = (rows.column(name).to_pylist() for name in ("period", "account_key", "doc_key"))
        places = (
            (period, place_of(account, doc)) for period, account, doc in zip(*columns, strict=True)
        )
        rows = rows.filter(pa.array([index.find(*one) is not None for one in places], pa.bool_()))
        rows = rows.append_column("file", pa.array([placed.file] * len(rows), pa.int32()))
        why = pa.array([[str(QuarantineReason.KEY_DESTROYED)]] * len(rows), pa.list_(pa.string()))
        found.append(rows.append_column("why", why).select(FOUND_SCHEMA.names).cast(FOUND_SCHEMA))
    every, out = pa.concat_tables(found), set(_places(but))
    return every.filter(pa.array([place not in out for place in _places(every)], pa.bool_()))


def _written(run: VisibleRun, named: Named, finder: Finder) -> pa.Table:
    """Written files that are named, FOUND_SCHEMA, in the order of their places."""
    rows = written_rows(run, named, [*ROW_SCHEMA.names, "file", "row"], finder)
    rows = rows.sort_by([("file", "ascending"), ("row", "ascending")]).combine_chunks()
    why = pa.array([[DELETION_REQUESTED]] * len(rows), pa.list_(pa.string()))
    return rows.append_column("why", why).select(FOUND_SCHEMA.names).cast(FOUND_SCHEMA)


def _denied(placed: PlacedRows, rows: pa.RecordBatch, decided: Decided, gate: Gate) -> pa.Table:
    """Written rows as the gate decides them now, FOUND_SCHEMA; of which reading, is not set."""
    written = pc.equal(placed.rows.column("state"), str(State.WRITTEN))
    places = pa.array(placed.places).filter(written)
    now = {
        "own_facts": decided.own_facts,
        "file": pa.repeat(pa.scalar(placed.file, pa.int32()), rows.num_rows),
        "row": places,
        "why": gate.reason_lists(decided.reason_bits),
    }
    return pa.table(
        {name: now[name] if name in now else rows.column(name) for name in FOUND_SCHEMA.names},
        schema=FOUND_SCHEMA,
    )


def _known(rows: pa.RecordBatch, facts: pa.Array) -> pa.Table:
    """What the registry says now of the account of each row; no row where it says nothing.

    Of which reading, is not set.
    """
    columns = {name: pc.struct_field(facts, name) for name in _ACCOUNT_FACTS}
    told = np.zeros(rows.num_rows, np.bool_)
    for column in columns.values():
        told |= np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    columns["account_id"] = rows.column("account_id")
    columns["reading"] = rows.column("reading")
    known = pa.table(columns).select(ACCOUNTS_SCHEMA.names).filter(pa.array(told))
    return known.cast(ACCOUNTS_SCHEMA)


def _places(rows: pa.Table) -> Iterator[tuple[int, int]]:
    columns = (rows.column(name).to_pylist() for name in ("file", "row"))
    return zip(*columns, strict=True)
