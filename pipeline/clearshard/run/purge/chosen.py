"""All that a purge takes out of what a run has written, and what is to be kept out for ever."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.events import Event
from clearshard.audit.reading import VisibleRun
from clearshard.audit.tombstones import TOMBSTONES_SCHEMA, Kind, unconfirmed
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import DELETION_REQUESTED, Policy
from clearshard.eligibility.spelling import folded
from clearshard.eligibility.tombstones import Tombstones, marks_of_ids
from clearshard.errors import IntegrityError, TooManyGone
from clearshard.lifecycle.purge.asked import Asked
from clearshard.lifecycle.purge.shards import NoShard, Touched, touched
from clearshard.records.run import SourceSnapshot
from clearshard.records.schemas import ACCOUNTS_SCHEMA
from clearshard.run.intake import Tables, read_accounts
from clearshard.run.output.drop import MEANT, Drop
from clearshard.run.purge.find import (
    FOUND_SCHEMA,
    Found,
    find_denied,
    find_named,
    find_same_content,
)
from clearshard.run.tombstones import purged_by_themselves, tombstones_in_force
from clearshard.sources.manifest import manifest_batches, open_manifest

_NOTHING = Found(FOUND_SCHEMA.empty_table(), ACCOUNTS_SCHEMA.empty_table())


@dataclass(frozen=True, eq=False, slots=True)
class Chosen:
    """What a purge takes out.

    Attributes:
        asked: Of whom it is.
        run: The run in whose shards the files are; None where there is none.
        found: The files, and why.
        same: Other files that hold what these hold: they are withheld.
        touched: The shards that hold any of them.
        tombstones: What is to be kept out and is not yet, TOMBSTONES_SCHEMA.
        policy_digest: Of the policy that has decided; None where nothing was asked of one.
        registry: The registry that was read; None where it was not.
    """

    asked: Asked
    run: VisibleRun | None
    found: Found
    same: pa.Table
    touched: tuple[Touched, ...]
    tombstones: pa.Table
    policy_digest: str | None = None
    registry: SourceSnapshot | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (len(self.found.rows) or len(self.tombstones))

    @property
    def rows(self) -> pa.Table:
        """Every file that comes out of the shards, FOUND_SCHEMA, in the order of their places."""
        rows = pa.concat_tables([self.found.rows, self.same])
        return rows.sort_by([("file", "ascending"), ("row", "ascending")])

    @property
    def reasons(self) -> dict[str, int]:
        """Files by why they come out."""
        why = self.found.rows.column("why").combine_chunks().flatten()
        counted = {entry["values"]: entry["counts"] for entry in pc.value_counts(why).to_pylist()}
        return dict(sorted(counted.items()))

    @property
    def drop(self) -> Drop:
        """What the run has no more, told apart by whether it was meant to go."""
        others: Counter[str] = Counter()
        meant = 0
        for why in self.found.rows.column("why").to_pylist():
            if set(why).isdisjoint(MEANT):
                others[min(why)] += 1
            else:
                meant += 1
        before = "" if self.run is None else self.run.run_id
        written = 0 if self.run is None else self.run.record.counts.written
        return Drop(before, written, meant, dict(others))

    def require_within(self, share: float) -> None:
        """Passes if no more than a share of the files goes that nobody has asked to delete.

        A run that an export which has gone wrong has emptied is whole again the next night; what
        was purged stays out.

        Raises:
            TooManyGone: More go.
        """
        drop = self.drop
        drop.require_within(share)
        unasked: Counter[str] = Counter()
        for why in self.found.rows.column("why").to_pylist():
            if DELETION_REQUESTED not in why:
                unasked[min(why)] += 1
        count = unasked.total()
        if count <= share * drop.written:
            return
        reasons = ", ".join(f"{reason} {files:,}" for reason, files in sorted(unasked.items()))
        raise TooManyGone(
            f"{count:,} of the {drop.written:,} files that run {drop.before} has written would be "
            f"purged for good, and nobody has asked to delete them ({reasons}). That is more than "
            f"limits.max_drop_share ({share:g}), as where an export has gone wrong. Nothing was "
            "purged. Run instead: that takes them out too, and lets them in again if the export "
            "is mended. If they are to stay out for ever, purge again with --accept-drop.",
            dict(unasked),
            drop.written,
            drop.meant,
        )


def choose_named(
    out: Path, run: VisibleRun | None, events: Sequence[Event], asked: Asked
) -> Chosen:
    """What goes with some accounts and files, and with purges that have not come to their end.

    Args:
        out: The output folder.
        run: The newest visible run, if there is one.
        events: Of the ledger, oldest first.
        asked: Names them.

    Raises:
        IntegrityError: Decisions or tombstones are not what they were.
    """
    in_force = tombstones_in_force(out, events)
    rows = [
        *_rows(Kind.ACCOUNT, asked.accounts, in_force.accounts),
        *_rows(Kind.FILE, asked.files, purged_by_themselves(out, events)),
    ]
    left = unconfirmed(out, events)
    accounts, files = (
        (*had, *sorted(left[kind].difference(had)))
        for kind, had in ((Kind.ACCOUNT, asked.accounts), (Kind.FILE, asked.files))
    )
    found = _NOTHING if run is None else find_named(run, Asked(accounts, files))
    named = pa.Table.from_pylist(rows, schema=TOMBSTONES_SCHEMA)
    # A file of a purged account stays out under another account, too.
    went = _tombstones(_of_accounts(found.rows, asked), in_force, with_account=True)
    return _chosen(asked, run, found, pa.concat_tables([named, went]))


def choose_denied(
    out: Path,
    run: VisibleRun | None,
    events: Sequence[Event],
    tables: Tables,
    policy: Policy,
    moment: Moment,
) -> Chosen:
    """What the registry as it is now, requests for deletion and tombstones let in no more.

    Args:
        out: The output folder.
        run: The newest visible run, if there is one.
        events: Of the ledger, oldest first.
        tables: Where the facts are.
        policy: The rules.
        moment: When it is decided.

    Raises:
        SourceUnavailable: A table cannot be used.
        RegistryStale: The registry is too old.
        ConfigError: The policy asks for facts that are not stored.
        IntegrityError: Decisions or tombstones are not what they were.
    """
    in_force = tombstones_in_force(out, events)
    accounts, registry = read_accounts(tables, policy, moment)
    requested = np.union1d(in_force.files, _requested(tables, policy))
    gate = Gate(policy, accounts, moment, Tombstones(in_force.accounts, requested))
    found = _NOTHING if run is None else find_denied(run, gate)
    new = _tombstones(found.rows, in_force, with_account=False)
    return _chosen(Asked(), run, found, new, policy.digest, registry.snapshot)


def _of_accounts(rows: pa.Table, asked: Asked) -> pa.Table:
    """Those of some files that were found by their account."""
    ids = rows.column("account_id").combine_chunks()
    marks = Tombstones.of(asked.accounts).accounts
    return rows.filter(pa.array(is_member(hash_ids(folded(ids.fill_null(""))), marks)))


def _tombstones(rows: pa.Table, in_force: Tombstones, *, with_account: bool) -> pa.Table:
    """A tombstone for each file that has none, TOMBSTONES_SCHEMA."""
    nobody = pa.nulls(len(rows), pa.string())
    tombstones = pa.table(
        {
            "kind": pa.repeat(pa.scalar(str(Kind.FILE), pa.string()), len(rows)),
            "id": rows.column("file_id"),
            "account_id": rows.column("account_id") if with_account else nobody,
            "reasons": rows.column("why"),
        },
        schema=TOMBSTONES_SCHEMA,
    )
    ids = tombstones.column("id").combine_chunks()
    return tombstones.filter(pa.array(~is_member(hash_ids(folded(ids)), in_force.files)))


def _requested(tables: Tables, policy: Policy) -> UInt64:
    """Marks of the files whose deletion the manifest asks for now, whenever it is to happen."""
    marks = [np.empty(0, np.uint64)]
    own = policy.own_columns("manifest")
    manifest = open_manifest(tables.manifest, tables.columns, own, tables.version_column)
    for files in manifest_batches(manifest):
        asked = pc.or_(
            files.column("deletion_requested_at").is_valid(),
            files.column("deletion_requested_at_unreadable"),
        )
        asked = pc.and_(asked, files.column("file_id").is_valid())
        marks.append(marks_of_ids(files.column("file_id").filter(asked)))
    requested: UInt64 = np.unique(np.concatenate(marks))
    return requested


def _rows(kind: Kind, ids: Sequence[str], marks: UInt64) -> list[dict[str, object]]:
    """A tombstone for each id of which there is none."""
    spelled = pa.array(ids, pa.string())
    out_already = is_member(hash_ids(folded(spelled)), marks).tolist()
    return [
        {"kind": str(kind), "id": one, "account_id": None, "reasons": [DELETION_REQUESTED]}
        for one, known in zip(ids, out_already, strict=True)
        if not known
    ]


def _chosen(
    asked: Asked,
    run: VisibleRun | None,
    found: Found,
    tombstones: pa.Table,
    policy_digest: str | None = None,
    registry: SourceSnapshot | None = None,
) -> Chosen:
    same = FOUND_SCHEMA.empty_table() if run is None else find_same_content(run, found)
    shards = () if run is None else run.record.shards
    try:
        held = touched(shards, pa.concat_tables([found.rows, same]))
    except NoShard:
        raise IntegrityError(
            "A written file lies in no shard of the newest run. Nothing was purged. Run "
            "`clearshard audit verify`, then restore its record from a backup."
        ) from None
    return Chosen(asked, run, found, same, held, tombstones, policy_digest, registry)
