"""Shards that are still there and that the newest run does not list any more."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clearshard import layout
from clearshard.audit.database import connected
from clearshard.audit.reading import VisibleRun
from clearshard.audit.shard_rows import shards_view
from clearshard.audit.stored.finding import rows_at
from clearshard.audit.stored.reading import read_replaced_by
from clearshard.audit.stored.view import table_view
from clearshard.errors import IntegrityError
from clearshard.records.places import Leaf
from clearshard.records.states import State
from clearshard.vault.vault import CANNOT_OPEN, Vault

# Few keys are held and many decided: only those of the decisions that are held are kept in memory.
_ROWS_GONE = """
    WITH held AS (SELECT DISTINCT name, doc_key FROM shards)
    SELECT DISTINCT name FROM held
    WHERE doc_key IS NULL OR doc_key NOT IN (
        SELECT doc_key FROM decisions SEMI JOIN held USING (doc_key) WHERE state = $written
    )
"""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A shard that is still there and that the newest run does not list.

    Attributes:
        name: Below ``shards/``.
        replaced_at: When the first run ended that did not list it any more.
        promise_digest: What its rows promise.
        leaf: What lies in it.
        key_id: The key that it hangs on; empty where it is plain.
    """

    name: str
    replaced_at: datetime
    promise_digest: str
    leaf: Leaf
    key_id: str = ""

    def is_plain_beside(self, newest: VisibleRun) -> bool:
        """Whether it is not encrypted, and all shards of the newest run are."""
        in_force = newest.record.shards
        return not self.key_id and bool(in_force) and all(shard.key_id for shard in in_force)


def replaced_shards(out: Path, runs: Sequence[VisibleRun]) -> list[Replaced]:
    """The shards that only earlier runs list and that are still there, by name.

    Args:
        out: The output folder.
        runs: All that there are, oldest first.
    """
    found: dict[str, Replaced] = {}
    current = runs[-1].shard_names if runs else frozenset()
    for run, next_run in pairwise(runs):
        # Nearly all of them are the same, and sets are compared faster than one by one.
        gone = run.shard_names - next_run.shard_names - current
        for shard in run.record.shards if gone else ():
            if shard.name in gone:
                found[shard.name] = Replaced(
                    shard.name,
                    next_run.finished_at,
                    run.record.promise_digest,
                    shard.leaf,
                    shard.key_id,
                )
    # A link that leads nowhere is there, too.
    return [found[name] for name in sorted(found) if os.path.lexists(out / layout.shard(name))]


def holds_any(vault: Vault, path: Path, doc_keys: Sequence[str]) -> bool:
    """Whether a shard has a row of any of some keys, or one without; so has what cannot be read."""
    try:
        held = vault.read_parquet(path, ["doc_key"]).column("doc_key")
    except CANNOT_OPEN:
        return True
    found = pc.any(pc.is_in(held, pa.array(doc_keys, pa.string()))).as_py() is True
    return found or held.null_count > 0


def with_rows_of(
    out: Path, names: Sequence[str], doc_keys: Collection[str], vault: Vault
) -> frozenset[str]:
    """Those of some shards with a row of any of some keys, or of none.

    What cannot be read counts as one of them.
    """
    keys = sorted(doc_keys)
    return frozenset(one for one in names if holds_any(vault, out / layout.shard(one), keys))


def taken_out(before: VisibleRun, purge: VisibleRun) -> pa.Table:
    """What a purge has taken out of the shards of the run before it: id, content and key.

    It says itself which rows are in force no more, so no other is read.

    Raises:
        IntegrityError: The decisions cannot be read.
    """
    columns = ["file_id", "state", "doc_key", "content_sha256"]
    rows = rows_at(before.table, read_replaced_by(purge.table), columns)
    return rows.filter(pc.equal(rows.column("state"), str(State.WRITTEN)))


def with_rows_gone(newest: VisibleRun, names: Sequence[str], vault: Vault) -> frozenset[str]:
    """Those of some shards with a row that the newest run has not written.

    What cannot be read counts as one of them.
    """
    if not names:
        return frozenset()
    try:
        with connected() as connection:
            table_view(connection, "decisions", [newest.table])
            paths = [str(newest.out / layout.shard(name)) for name in names]
            files = pa.table({"filename": paths, "name": names})
            shards_view(connection, "shards", ["doc_key"], files, vault)
            found = connection.execute(_ROWS_GONE, {"written": str(State.WRITTEN)})
            return frozenset(name for (name,) in found.fetchall())
    except IntegrityError:
        if len(names) == 1:
            return frozenset(names)
        half = len(names) // 2
        parts = names[:half], names[half:]
        return frozenset().union(*(with_rows_gone(newest, part, vault) for part in parts))
