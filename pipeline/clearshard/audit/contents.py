"""Decisions, counts and shards against each other.

Only files whose bytes are what was recorded come here. Of a shard nothing is read but the keys and
the digests; of the decisions nothing but states, reasons, digests, keys and parts. Everything is
counted inside DuckDB or batch by batch, whatever the number of files.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.database import connected, parquet_view
from clearshard.audit.faults import Fault
from clearshard.audit.inventory import below
from clearshard.audit.reading import VisibleRun, locate, open_decisions
from clearshard.audit.shard_rows import shards_view
from clearshard.audit.stored.table import row_files
from clearshard.audit.stored.view import accounts_view
from clearshard.audit.tombstones import Same
from clearshard.records.places import PLACE_DIGITS, Leaf
from clearshard.records.run import Holds, ShardFile
from clearshard.records.schemas import (
    ACCOUNTS_SCHEMA,
    REPLACED_SCHEMA,
    ROW_SCHEMA,
    SHARD_SCHEMA,
    WITHHELD_SCHEMA,
)
from clearshard.records.states import State
from clearshard.vault.content import content_sha256
from clearshard.vault.vault import CANNOT_OPEN, Vault

_BATCH_ROWS = 1 << 16
#: What ids are compared with is made ready for each part of them.
_ROWS_COMPARED = 1 << 20
#: Whole rows: a transcript of an hour has some 200 kilobytes.
_CONTENT_ROWS = 1 << 8
_WRONG = "Do not use this run; run again"

_RECOUNT = """
    SELECT count(*),
           count(*) FILTER (state = $written),
           count(*) FILTER (state = $excluded),
           count(*) FILTER (state = $quarantined),
           count(*) FILTER ((state = $written) <> (coalesce(len(list_distinct(reasons)), 0) = 0)),
           count(*) FILTER ((state = $written) <> (doc_key IS NOT NULL)
                            OR (state = $written) <> (account_key IS NOT NULL)
                            OR (state = $written) <> (period IS NOT NULL)),
           count(*) FILTER (state = $excluded AND content_sha256 IS NOT NULL),
           count(*) FILTER ((content_sha256 IS NULL) <> (redactor_digest IS NULL)
                            OR state = $written AND content_sha256 IS NULL)
    FROM decisions
"""

_REASONS = """
    SELECT reason, count(*)
    FROM (SELECT unnest(list_distinct(reasons)) AS reason FROM decisions) GROUP BY reason
"""

# Each key once among the written decisions and once in the shards, in the shard of its place.
_KEYS = """
    SELECT CASE WHEN decided = 0 THEN 'unaccounted'
                WHEN held > 1 THEN 'repeated'
                WHEN decided > 1 THEN 'decided_twice'
                WHEN held = 0 THEN 'lost'
                WHEN decided_part IS DISTINCT FROM held_part THEN 'misplaced'
                WHEN decided_redactor <> held_redactor THEN 'redacted_otherwise' END AS kind,
           CASE WHEN held = 0 THEN decided_part ELSE held_part END AS part,
           count(*)
    FROM (SELECT doc_key,
                 sum(is_decision) AS decided,
                 sum(1 - is_decision) AS held,
                 max(part) FILTER (is_decision = 1) AS decided_part,
                 max(part) FILTER (is_decision = 0) AS held_part,
                 max(redactor_digest) FILTER (is_decision = 1) AS decided_redactor,
                 max(redactor_digest) FILTER (is_decision = 0) AS held_redactor
          FROM (SELECT doc_key, shard AS part, redactor_digest, 1 AS is_decision
                FROM located
                UNION ALL
                SELECT doc_key, part, redactor_digest, 0 AS is_decision FROM shards)
          GROUP BY doc_key)
    WHERE kind IS NOT NULL
    GROUP BY ALL ORDER BY part, kind
"""

_TWICE_KNOWN = "SELECT 1 FROM accounts GROUP BY account_id, reading HAVING count(*) > 1 LIMIT 1"

_REPLACED = """
    SELECT count(*) FILTER (row_count IS NULL OR row < 0 OR row >= row_count),
           count(*) - count(DISTINCT (file, row))
    FROM replaced LEFT JOIN lengths USING (file)
"""

_WRITTEN = "SELECT file_id, account_id FROM decisions WHERE state = $written"

_SCHEMAS = {
    Holds.TABLE: ROW_SCHEMA,
    Holds.CHANGES: ROW_SCHEMA,
    Holds.REPLACED: REPLACED_SCHEMA,
    Holds.ACCOUNTS: ACCOUNTS_SCHEMA,
    Holds.WITHHELD: WITHHELD_SCHEMA,
}
_COLUMNS = {
    Holds.TABLE: "decisions",
    Holds.CHANGES: "decisions",
    Holds.REPLACED: "places of decisions",
    Holds.ACCOUNTS: "accounts",
    Holds.WITHHELD: "what was withheld",
}

_MESSAGES = {
    "unaccounted": "row(s) belong to no file that was decided to be written: an excluded or "
    "unknown file is in this shard",
    "repeated": "key(s) are in the shards more than once",
    "decided_twice": "key(s) belong to more than one written decision",
    "lost": "file(s) were decided to be written here, and are not",
    "misplaced": "file(s) are in another shard than that of their place",
    "redacted_otherwise": "row(s) have another redactor_digest than their decision",
}


def decisions_faults(run: VisibleRun) -> Iterator[Fault]:
    """What is wrong with the decisions of a run, or between them and the counts of its record.

    Raises:
        IntegrityError: The tables cannot be read.
    """
    record = run.record
    sound = True
    for file, path in zip(record.decisions, run.decisions_paths, strict=True):
        location = below(run.out, path)
        try:
            with pq.ParquetFile(path) as parquet:
                rows, shape = parquet.metadata.num_rows, _shape(parquet.schema_arrow)
        except (pa.ArrowException, OSError) as error:
            yield Fault(location, f"is not a Parquet file ({type(error).__name__}). {_WRONG}")
            sound = False
            continue
        if shape != _shape(_SCHEMAS[file.holds]):
            yield Fault(location, f"does not have the columns of {_COLUMNS[file.holds]}. {_WRONG}")
            sound = False
        if rows != file.row_count:
            yield Fault(location, f"has {rows} rows; the record says {file.row_count}. {_WRONG}")
    if sound:
        yield from _out_of_place(run)
        yield from _recounted(run)


def _out_of_place(run: VisibleRun) -> Iterator[Fault]:
    """Whether what was replaced is there, each row once, and each account known once."""
    files, location = run.record.decisions, layout.record(run.run_id)
    with connected() as connection:
        accounts_view(connection, "accounts", [run.table])
        if connection.execute(_TWICE_KNOWN).fetchall():
            yield Fault(location, f"its decisions know an account in two ways. {_WRONG}")
        if not run.table.replaced:
            return
        lengths = pa.table(
            {
                "file": pa.array(range(len(run.table.rows)), pa.int32()),
                "row_count": [file.row_count for file in row_files(files)],
            }
        )
        connection.register("lengths", lengths)
        paths = pa.table({"filename": [str(path) for path in run.table.replaced]})
        parquet_view(connection, "replaced", ["file", "row"], paths)
        [row] = connection.execute(_REPLACED).fetchall()
    for count, problem in zip(row, ("are no rows of it", "are replaced again"), strict=True):
        if count:
            message = f"{count} place(s) of its decisions {problem}. {_WRONG}"
            yield Fault(location, message)


def _recounted(run: VisibleRun) -> Iterator[Fault]:
    record, counts = run.record, run.record.counts
    with open_decisions([run]) as connection:
        row = connection.execute(_RECOUNT, _STATES).fetchone()
        reasons = dict(connection.execute(_REASONS).fetchall())
    assert row is not None
    seen, written, excluded, quarantined, reasonless, keyless, opened, unread = row
    location = layout.record(run.run_id)
    if not counts.reconciles:
        message = (
            f"its counts do not reconcile: {counts.seen} seen, {counts.written} written, "
            f"{counts.excluded} excluded, {counts.quarantined} quarantined. {_WRONG}"
        )
        yield Fault(location, message)
    for name, said, found in (
        ("seen", counts.seen, seen),
        ("written", counts.written, written),
        ("excluded", counts.excluded, excluded),
        ("quarantined", counts.quarantined, quarantined),
    ):
        if said != found:
            yield Fault(location, f"says {said} {name}; its decisions say {found}. {_WRONG}")
    for reason in sorted(reasons.keys() | record.reasons.keys(), key=str):
        said, found = record.reasons.get(reason, 0), reasons.get(reason, 0)
        if said != found:
            # A reason that is no published code could be anything, so it is not shown.
            shown = reason if str(reason).isidentifier() and len(reason) <= 64 else "a reason"
            yield Fault(location, f"says {said} files {shown}; its decisions say {found}. {_WRONG}")
    location = below(run.out, run.decisions_folder)
    for count, problem in (
        (seen - written - excluded - quarantined, "have no final state"),
        (reasonless, "are written with a reason, or not written without one"),
        (keyless, "are written without keys and a period, or not written with one"),
        (opened, "are excluded, although the transcript was opened"),
        (unread, "are written without the digest of a transcript or a redactor, or have only one"),
    ):
        if count:
            yield Fault(location, f"{count} decision(s) {problem}. {_WRONG}")


def shard_faults(run: VisibleRun, shard: ShardFile, vault: Vault) -> Iterator[Fault]:
    """What is wrong with one shard that can be opened, read batch by batch."""
    path = run.shard_path(shard)
    location = below(run.out, path)
    try:
        with vault.open_parquet(path) as parquet:
            if _shape(parquet.schema_arrow) != _shape(SHARD_SCHEMA):
                yield Fault(location, f"does not have the columns of shards, no more. {_WRONG}")
                return
            problems = list(_shard_problems(shard, parquet))
            # Of a plain one its bytes have said it.
            if shard.key_id and _content_of(parquet) != shard.content_sha256:
                problems.append("does not hold what the record says: its content digest differs")
    except CANNOT_OPEN as error:
        yield Fault(location, f"is not a Parquet file ({type(error).__name__}). {_WRONG}")
        return
    if path.stat().st_size != shard.size_bytes:
        problems.append("is not as large as the record says")
    for problem in problems:
        yield Fault(location, f"{problem}. {_WRONG}")


def _content_of(parquet: Any) -> str:
    return content_sha256(parquet.iter_batches(_CONTENT_ROWS), SHARD_SCHEMA)


def _shard_problems(shard: ShardFile, parquet: Any) -> Iterator[str]:
    other_policies = elsewhere = rows = 0
    last: str | None = None
    ascending = True
    leaf = shard.leaf
    for batch in parquet.iter_batches(
        _BATCH_ROWS, columns=["doc_key", "account_key", "policy_digest"]
    ):
        if batch.num_rows == 0:
            continue
        rows += batch.num_rows
        keys, accounts = (batch.column(n).cast(pa.string()) for n in ("doc_key", "account_key"))
        if keys.null_count or accounts.null_count:
            yield f"{max(keys.null_count, accounts.null_count)} row(s) have no key"
            return
        follows = pc.less_equal(keys.slice(0, len(keys) - 1), keys.slice(1))
        ascending &= pc.all(follows).as_py() is not False
        ascending &= last is None or last <= keys[0].as_py()
        last = keys[-1].as_py()
        elsewhere += batch.num_rows - _held(leaf, accounts, keys)
        same = pc.equal(batch.column("policy_digest").cast(pa.string()), shard.policy_digest)
        other_policies += batch.num_rows - (pc.sum(same).as_py() or 0)
    if rows != shard.row_count:
        yield f"has {rows} rows; the record says {shard.row_count}"
    if not ascending:
        yield "its keys are not in ascending order"
    if elsewhere:
        yield f"{elsewhere} row(s) lie in another shard by their keys"
    if other_policies:
        yield f"{other_policies} row(s) have another policy_digest than the record"


def _held(leaf: Leaf, accounts: pa.StringArray, keys: pa.StringArray) -> int:
    """How many rows have their place in a leaf; what is no key has none."""
    halves = (pc.utf8_slice_codeunits(column, 0, PLACE_DIGITS) for column in (accounts, keys))
    places = pc.binary_join_element_wise(*halves, "")
    # Of as many hex digits the order of the text is that of the numbers.
    within = pc.and_(
        pc.greater_equal(places, f"{leaf.first_place:0{2 * PLACE_DIGITS}x}"),
        pc.less_equal(places, f"{leaf.last_place:0{2 * PLACE_DIGITS}x}"),
    )
    proper = pc.match_substring_regex(places, f"^[0-9a-f]{{{2 * PLACE_DIGITS}}}$")
    return pc.sum(pc.and_(within, proper)).as_py() or 0


def key_faults(run: VisibleRun, shards: Sequence[ShardFile], vault: Vault) -> Iterator[Fault]:
    """Where the keys in the shards of a run are not those of its written decisions.

    Args:
        run: Its decisions must be sound.
        shards: Those of its shards that are; keys of the others are not missed.
        vault: Opens them.

    Raises:
        IntegrityError: The tables cannot be read.
    """
    paths = {number: run.shard_path(shard) for number, shard in enumerate(run.record.shards)}
    names = {shard.name for shard in shards}
    sound = {n for n, shard in enumerate(run.record.shards) if shard.name in names}
    with open_decisions([run]) as connection:
        locate(connection, run)
        files = pa.table(
            {
                "filename": pa.array([str(paths[part]) for part in sorted(sound)], pa.string()),
                "part": pa.array(sorted(sound), pa.int32()),
            }
        )
        if sound:
            shards_view(connection, "shards", ["doc_key", "redactor_digest"], files, vault)
        else:
            columns = {"doc_key": pa.string(), "redactor_digest": pa.string(), "part": pa.int32()}
            connection.register("shards", pa.schema(list(columns.items())).empty_table())
        found = connection.execute(_KEYS).fetchall()
    for kind, part, count in found:
        if kind == "lost" and part in paths and part not in sound:
            continue  # the shard itself is a fault already
        place = paths.get(part, run.decisions_folder)
        yield Fault(below(run.out, place), f"{count} {_MESSAGES[kind]}. {_WRONG}")


def written_of(
    run: VisibleRun, file_ids: Collection[str], account_ids: Collection[str], same: Same
) -> int:
    """How many files a run has written that are among some, or of some accounts.

    Args:
        run: The run.
        file_ids: The files.
        account_ids: The accounts.
        same: Says which ids are one id.

    Raises:
        IntegrityError: The tables cannot be read.
    """
    files, accounts = sorted(file_ids), sorted(account_ids)
    count = 0
    with open_decisions([run]) as connection:
        found = connection.sql(_WRITTEN, params={"written": str(State.WRITTEN)})
        for batch in found.to_arrow_reader(_ROWS_COMPARED):
            ids, owners = batch.columns
            meant = pc.or_(same(ids, files), same(owners.fill_null(""), accounts))
            count += meant.true_count
    return count


_STATES = {str(s): str(s) for s in (State.WRITTEN, State.EXCLUDED, State.QUARANTINED)}


def _shape(schema: pa.Schema) -> list[Any]:
    """Names of all columns and nested fields: what a table can hold, not how it is encoded."""
    return [(field.name, _nested(field.type)) for field in schema]


def _nested(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return [(f.name, _nested(f.type)) for f in (kind.field(i) for i in range(kind.num_fields))]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return ["list", _nested(kind.value_type)]
    return None
