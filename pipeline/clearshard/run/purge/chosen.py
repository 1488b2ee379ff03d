"""All that a purge takes out of what a run has written, and what is to be kept out for ever."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.events import Event
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.finding import Finder
from clearshard.audit.tombstones import TOMBSTONES_SCHEMA, Kind, ids_of, unconfirmed
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import DELETION_REQUESTED, Policy
from clearshard.eligibility.spelling import fold, folded
from clearshard.eligibility.tombstones import Tombstones, marks_of_ids
from clearshard.errors import IntegrityError, TooManyGone
from clearshard.keys import PseudonymKey
from clearshard.lifecycle.purge.asked import Asked
from clearshard.lifecycle.purge.shards import NoShard, Touched, touched
from clearshard.records.run import SourceSnapshot
from clearshard.records.schemas import ACCOUNTS_SCHEMA
from clearshard.run.intake import Tables, read_accounts
from clearshard.run.known_files import KnownFile, Named, known_files, new_finder
from clearshard.run.outcomes import DIGEST_BYTES
from clearshard.run.output.drop import MEANT, Drop
from clearshard.run.purge.find import (
    FOUND_SCHEMA,
    Found,
    find_denied,
    find_named,
    find_same_content,
)
from clearshard.run.purged_contents import content_keys
from clearshard.run.tombstones import InForce, in_force, tombstones_in_force
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
        tombstones: What this purge keeps out and no lift of another one lets in, as far as there is
            none of it yet, TOMBSTONES_SCHEMA: of a file one for each account that it goes with.
            What files held is not in it, as that takes a key.
        contents: What it is known to have held: SHA-256 by what the id of a file folds to.
        now: What was kept out when it was chosen.
        policy_digest: Of the policy that has decided; None where nothing was asked of one.
        registry: The registry that was read; None where it was not.
    """

    asked: Asked
    run: VisibleRun | None
    found: Found
    same: pa.Table
    touched: tuple[Touched, ...]
    tombstones: pa.Table
    contents: Mapping[str, frozenset[str]]
    now: Tombstones
    policy_digest: str | None = None
    registry: SourceSnapshot | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (len(self.found.rows) or len(self.same) or len(self.tombstones))

    @property
    def named(self) -> Named:
        """All that is meant, to ask other runs for it."""
        files = [*ids_of(self.tombstones, Kind.FILE).to_pylist()]
        files += self.rows.column("file_id").to_pylist()
        accounts = {*self.asked.accounts, *ids_of(self.tombstones, Kind.ACCOUNT).to_pylist()}
        contents = frozenset(one for held in self.contents.values() for one in held)
        return Named(accounts, {*files, *self.asked.files}, contents)

    @property
    def account_count(self) -> int:
        """Accounts whose files come out, each once, however it is spelled."""
        return len(set(map(fold, self.rows.column("account_id").drop_null().to_pylist())))

    @property
    def kept_out(self) -> dict[str, int]:
        """Ids with a new tombstone by kind; a file that goes with several accounts is one."""
        counts = {str(kind): len(ids_of(self.tombstones, kind).unique()) for kind in Kind}
        return {kind: count for kind, count in counts.items() if count}

    @property
    def again(self) -> dict[Kind, int]:
        """How many of these ids another purge keeps out already."""
        marks = {Kind.ACCOUNT: self.now.accounts, Kind.FILE: self.now.files}
        ids = {kind: ids_of(self.tombstones, kind).unique() for kind in Kind}
        return {
            kind: int(is_member(hash_ids(folded(of_kind)), marks[kind]).sum())
            for kind, of_kind in ids.items()
        }

    def keyed_tombstones(self, key: PseudonymKey) -> pa.Table:
        """The tombstones, with what their files held under a key."""
        named = zip(*self.tombstones.select(["kind", "id"]).to_pydict().values(), strict=True)
        held = [
            self.contents.get(fold(one), ()) if kind == Kind.FILE else () for kind, one in named
        ]
        digests = [bytes.fromhex(one) for of_file in held for one in sorted(of_file)]
        keys = content_keys(key, pa.array(digests, pa.binary(DIGEST_BYTES)))
        ends = pa.array([0, *accumulate(map(len, held))], pa.int32())
        unknown = pa.array([not of_file for of_file in held], pa.bool_())
        field = TOMBSTONES_SCHEMA.field("content_keys")
        column = pa.ListArray.from_arrays(ends, keys, field.type, mask=unknown)
        at = TOMBSTONES_SCHEMA.get_field_index(field.name)
        return self.tombstones.set_column(at, field, column)

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
    out: Path, runs: Sequence[VisibleRun], events: Sequence[Event], asked: Asked
) -> Chosen:
    """What goes with some accounts and files, and with purges that have not come to their end.

    Args:
        out: The output folder.
        runs: The visible runs, oldest first.
        events: Of the ledger, oldest first.
        asked: Names them.

    Raises:
        IntegrityError: Decisions or tombstones are not what they were.
    """
    now, left = in_force(out, events), unconfirmed(out, events)
    named = Named({*asked.accounts, *left[Kind.ACCOUNT]}, {*asked.files, *left[Kind.FILE]})
    finder = new_finder()
    known = known_files(runs, named, finder)
    found = find_named(runs[-1], named, finder) if runs else _NOTHING
    accounts = _by_spelling(asked.accounts, now.asked_for(Kind.ACCOUNT))
    files = _by_spelling(asked.files, now.asked_for(Kind.FILE))
    asked_for = [_tombstone(Kind.ACCOUNT, one) for one in accounts.values()]
    asked_for += [_tombstone(Kind.FILE, one) for one in files.values()]
    # A file of a purged account stays out under another account, too.
    with_account = _of_accounts(known, asked.accounts, files, now)
    rows = pa.Table.from_pylist([*asked_for, *with_account], schema=TOMBSTONES_SCHEMA)
    return _chosen(asked, runs, found, rows, known, now.tombstones, finder)


def choose_denied(
    out: Path,
    runs: Sequence[VisibleRun],
    events: Sequence[Event],
    tables: Tables,
    policy: Policy,
    moment: Moment,
) -> Chosen:
    """What the registry as it is now, requests for deletion and tombstones let in no more.

    Args:
        out: The output folder.
        runs: The visible runs, oldest first.
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
    now, left = tombstones_in_force(out, events), unconfirmed(out, events)
    accounts, registry = read_accounts(tables, policy, moment)
    requested = np.union1d(now.files, _requested(tables, policy))
    gate = Gate(policy, accounts, moment, Tombstones(now.accounts, requested))
    found = find_denied(runs[-1], gate) if runs else _NOTHING
    files = found.rows.column("file_id").to_pylist()
    finder = new_finder()
    known = known_files(runs, Named(left[Kind.ACCOUNT], {*files, *left[Kind.FILE]}), finder)
    why = dict(zip(map(fold, files), found.rows.column("why").to_pylist(), strict=True))
    new = _by_spelling(files, now.files)
    tombstones = [_tombstone(Kind.FILE, one, None, why[folds_to]) for folds_to, one in new.items()]
    rows = pa.Table.from_pylist(tombstones, schema=TOMBSTONES_SCHEMA)
    return _chosen(Asked(), runs, found, rows, known, now, finder, policy.digest, registry)


def _of_accounts(
    known: Mapping[str, KnownFile],
    accounts: Sequence[str],
    spelled: Mapping[str, str],
    now: InForce,
) -> Iterator[dict[str, object]]:
    """A tombstone for each file of some accounts, with each of them, that has none.

    Whatever else keeps the file out: that can be lifted, and this account is purged all the same.

    Args:
        known: Files, by what their ids fold to.
        accounts: That are purged.
        spelled: Files that are purged by themselves too, as they are named: one file is told once.
        now: What is kept out already.
    """
    asked = {fold(one): one for one in accounts}
    theirs: dict[str, dict[str, str]] = {folds_to: {} for folds_to in asked}
    for folds_to, one in known.items():
        file_id = spelled.get(folds_to, one.file_id)
        for account_id in sorted(one.account_ids):
            if fold(account_id) in asked:
                theirs[fold(account_id)].setdefault(file_id, account_id)
    for folds_to, files in theirs.items():
        for file_id in _by_spelling([*files], now.went_with(asked[folds_to])).values():
            yield _tombstone(Kind.FILE, file_id, files[file_id])


def _tombstone(
    kind: Kind,
    name: str,
    account_id: str | None = None,
    reasons: Sequence[str] = (DELETION_REQUESTED,),
) -> dict[str, object]:
    return {"kind": str(kind), "id": name, "account_id": account_id, "reasons": list(reasons)}


def _by_spelling(ids: Sequence[str], known: UInt64) -> dict[str, str]:
    """Ids that none of some marks stand for, each in its first spelling, by what it folds to."""
    marks = hash_ids(folded(pa.array(ids, pa.string())))
    first: dict[str, str] = {}
    for one, out_already in zip(ids, is_member(marks, known).tolist(), strict=True):
        if not out_already:
            first.setdefault(fold(one), one)
    return first


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


def _chosen(
    asked: Asked,
    runs: Sequence[VisibleRun],
    found: Found,
    tombstones: pa.Table,
    known: Mapping[str, KnownFile],
    now: Tombstones,
    finder: Finder,
    policy_digest: str | None = None,
    registry: SourceSnapshot | None = None,
) -> Chosen:
    run = runs[-1] if runs else None
    contents = {folds_to: one.contents for folds_to, one in known.items()}
    held = frozenset(one for of_one in contents.values() for one in of_one)
    same = FOUND_SCHEMA.empty_table()
    if run is not None:
        same = find_same_content(run, found, held, finder)
    shards = () if run is None else run.record.shards
    try:
        out_of = touched(shards, pa.concat_tables([found.rows, same]))
    except NoShard:
        raise IntegrityError(
            "A written file lies in no shard of the newest run. Nothing was purged. Run "
            "`clearshard audit verify`, then restore its record from a backup."
        ) from None
    return Chosen(
        asked, run, found, same, out_of, tombstones, contents, now, policy_digest, registry
    )
