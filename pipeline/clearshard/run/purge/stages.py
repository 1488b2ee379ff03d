"""The stages that only a purge has: choose, bury, rewrite, enter."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
from msgspec import convert
from msgspec.structs import replace

from clearshard import layout
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.reading import read_withheld
from clearshard.audit.stored.table import carried_over
from clearshard.audit.stored.writing import write_accounts, write_changes, write_withheld
from clearshard.config import ShardPeriod
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey, load_pseudonym_key
from clearshard.lifecycle.purge.asked import Asked, Of
from clearshard.lifecycle.purge.plan import PurgePlan
from clearshard.lifecycle.purge.rows import counted, lost, taken_out, withheld
from clearshard.records.run import DecisionsFile, Purge, RunRecord, ShardFile
from clearshard.records.schemas import REPLACED_SCHEMA, ROW_SCHEMA
from clearshard.records.states import QuarantineReason
from clearshard.records.tasks import StagedFile
from clearshard.records.times import utc_text
from clearshard.run.intake import tables_of
from clearshard.run.known_files import as_announced
from clearshard.run.output.publish import announcements
from clearshard.run.output.tombstones import place_tombstones
from clearshard.run.purge.chosen import Chosen, choose_denied, choose_named
from clearshard.run.purge.find import find_lost
from clearshard.run.purge.plan import planned
from clearshard.run.row_marks import marks_of_rows
from clearshard.run.stages.events import VERSION
from clearshard.run.stages.record import Recorded
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun
from clearshard.shards.assemble import Assembler, Kept, ShardCut, contents_of
from clearshard.shards.plan import nodes_around
from clearshard.shards.reuse import take_others
from clearshard.storage.files import fsync_tree, remove_tree
from clearshard.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Doomed:
    """What a purge takes out, chosen under the lock.

    Attributes:
        chosen: The files, and the shards that they lie in.
        plan: The same in numbers.
        key: That of the pseudonyms; None where no run has used one.
    """

    chosen: Chosen
    plan: PurgePlan
    key: PseudonymKey | None


@dataclass(frozen=True, slots=True)
class Buried:
    """The same, and no run lets it in any more."""

    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Shards and decisions below the staging folder.

    Attributes:
        chosen: What is in them no more.
        before: The run that they follow from.
        unread: Other files whose shards nobody can read any more, and that go with them,
            FOUND_SCHEMA.
        shards: All that are in force.
        decisions: What the decisions are read from.
        excluded: What stands of files that are purged, ROW_SCHEMA.
        quarantined: The same of those that are withheld, or whose shards nobody can read.
    """

    chosen: Chosen
    before: VisibleRun
    unread: pa.Table
    shards: tuple[ShardFile, ...]
    decisions: tuple[DecisionsFile, ...]
    excluded: pa.Table
    quarantined: pa.Table


@Stage
def choose(run: ThisRun, asked: Asked) -> Doomed:
    """Chooses what goes.

    Raises:
        TooManyGone: The registry takes out more than may go at once.
        SourceUnavailable: A table cannot be used.
        RegistryStale: The registry is too old.
        ConfigError: The key is not that of the runs, or the policy asks for what is not stored.
        IntegrityError: Decisions or tombstones are not what they were.
    """
    given, newest = run.given, run.visible[-1] if run.visible else None
    events, out = tuple(given.journal.events()), given.folder.root
    runs = as_announced(run.visible, announcements(events))
    key = None
    if newest is not None:
        key, _ = load_pseudonym_key(given.config, create=False)
        if key.key_id != newest.record.key_id:
            problem = f"keys.file → is not the key of the earlier runs in {out}"
            raise ConfigError("configuration", [problem])
    moment = run.moments.now()
    if asked.of is Of.REGISTRY:
        tables, policy = tables_of(given.config), given.accepted.policy
        chosen = choose_denied(out, runs, events, tables, policy, moment)
        if not given.options.accept_drop:
            chosen.require_within(given.config.limits.max_drop_share)
    else:
        chosen = choose_named(out, runs, events, asked)
    as_of = utc_text(moment.latest)
    plan = planned(out, runs, events, chosen, as_of, given.vault)
    return Doomed(chosen, plan, key)


@Stage
def bury(run: ThisRun, doomed: Doomed) -> Buried:
    """Places tombstones: from now on no run lets in what they name."""
    given, chosen = run.given, doomed.chosen
    run.staging.mkdir(parents=True, exist_ok=True)
    if len(chosen.tombstones):
        of, key = str(chosen.asked.of), doomed.key
        rows, key_id = chosen.tombstones, None
        if key is not None:  # or there was no run that could know what a file held
            rows, key_id = chosen.keyed_tombstones(key), key.key_id
        place_tombstones(given.folder, given.journal, run.run_id, rows, of, key_id, chosen.again)
    return Buried(chosen)


@Stage
def rewrite(run: ThisRun, buried: Buried) -> Rewritten:
    """Writes the shards that are touched without what goes, and the decisions on that.

    Raises:
        IntegrityError: A shard is not what was recorded.
    """
    chosen, before = buried.chosen, buried.chosen.run
    assert before is not None  # or nothing was found
    scratch = run.staging / layout.STAGED_SCRATCH
    scratch.mkdir()
    shards = _shards(run, chosen, before, scratch)
    remove_tree(scratch)
    excluded = taken_out(_stood(chosen.found.rows), chosen.found.rows.column("why"))
    unread = find_lost(before, _unread(run, before), chosen.rows)
    quarantined = pa.concat_tables([withheld(_stood(chosen.same)), lost(_stood(unread))])
    folder = run.staging / layout.STAGED_DECISIONS / layout.decisions_of(run.run_id)
    changed = pa.concat_tables([chosen.rows, unread])
    places = changed.sort_by([("file", "ascending"), ("row", "ascending")])
    places = places.select(REPLACED_SCHEMA.names).combine_chunks()
    rows = [*excluded.to_batches(), *quarantined.to_batches()]
    decisions = (
        *carried_over(before.record.decisions),
        *write_changes(folder, rows, places.to_batches(), marks_of_rows),
        *write_accounts(folder, chosen.found.accounts),
        *write_withheld(folder, read_withheld(before.table)),
    )
    return Rewritten(chosen, before, unread, shards, decisions, excluded, quarantined)


@Stage
def enter(run: ThisRun, started_at: str, rewritten: Rewritten) -> Recorded:
    """Makes the record of the purge: that of the run before, but for what is gone."""
    chosen, before = rewritten.chosen, rewritten.before
    record, options = before.record, run.given.options
    counts, reasons = counted(
        record.counts, record.reasons, rewritten.excluded, rewritten.quarantined
    )
    contents, registry = contents_of(rewritten.shards), chosen.registry
    digests = [
        digest
        for rows in (chosen.rows, rewritten.unread)
        for digest in rows.column("redactor_digest").to_pylist()
    ]
    gone = dict(chosen.drop.others)
    if len(rewritten.unread):
        gone[QuarantineReason.KEY_DESTROYED] = len(rewritten.unread)
    stale = sum(digest != record.redactor_digest for digest in digests)
    return Recorded(
        replace(
            record,
            run_id=run.run_id,
            clearshard_version=VERSION,
            as_of=utc_text(run.moments.now().latest),
            started_at=started_at,
            finished_at=utc_text(run.moments.ended(before)),
            registry=registry or record.registry,
            registry_at_publish=registry or record.registry_at_publish,
            counts=counts,
            reasons=reasons,
            alerts={r: n for r, n in reasons.items() if r in run.given.accepted.policy.alerts},
            redactions=dict(sorted(contents.redactions.items())),
            word_count=contents.word_count,
            decisions=rewritten.decisions,
            shards=rewritten.shards,
            superseded=tuple(one.run_id for one in run.visible),
            reused=counts.written,
            stale=max(0, record.stale - stale),
            gone=gone,
            meant=chosen.drop.meant + len(chosen.same),
            files_before=record.counts.written,
            drop_accepted=options.accept_drop,
            actor=options.agent.actor,
            host=options.agent.host,
            purge=_purge(chosen, record),
        ),
        frozenset(chosen.rows.column("doc_key").to_pylist()),
    )


def _purge(chosen: Chosen, record: RunRecord) -> Purge:
    rows = chosen.rows
    return Purge(
        of=str(chosen.asked.of),
        before=record.run_id,
        files=len(rows),
        withheld=len(chosen.same),
        accounts=chosen.account_count,
        policy_digest=chosen.policy_digest or record.policy_digest,
    )


def _stood(rows: pa.Table) -> pa.Table:
    return rows.select(ROW_SCHEMA.names).combine_chunks()


def _shards(
    run: ThisRun, chosen: Chosen, before: VisibleRun, scratch: Path
) -> tuple[ShardFile, ...]:
    """All shards in force: but for those around what goes, they are what they were.

    What nobody can read any more is left out: nothing can be taken out of it.
    """
    record, vault = before.record, run.given.vault
    cut = ShardCut(
        record.target_shard_bytes, record.row_group_bytes, convert(record.shard_period, ShardPeriod)
    )
    out_of = {one.shard.name: one.doc_keys for one in chosen.touched}
    unread = _unread(run, before)
    # Rows go from those as well, all of them.
    goes = {*out_of, *(shard.name for shard in unread)}
    numbers = [number for number, shard in enumerate(record.shards) if shard.name in goes]
    weights = [shard.weight_bytes for shard in record.shards]
    nodes = nodes_around(before.leaves, weights, numbers, cut.target_shard_bytes)
    around = {number for node in nodes for number in before.leaves.within(node)}
    staged: list[StagedFile] = []
    kept: list[Kept] = []
    for number, shard in ((number, record.shards[number]) for number in sorted(around)):
        target = scratch / f"left-{number:06d}.arrow"
        path = before.shard_path(shard)
        if shard in unread:
            continue
        if (keys := out_of.get(shard.name)) is None:
            kept.append(Kept(shard, partial(_all_of, vault, shard, path, target)))
        elif left := take_others(vault, path, shard, keys, target):
            staged.append(left)
    folder = run.staging / layout.STAGED_SHARDS
    folder.mkdir()
    sorted_rows = scratch / "sorted"
    assembler = Assembler(
        vault, folder, staged, cut, record.policy_digest, sorted_rows, kept, nodes
    )
    elsewhere = [shard for number, shard in enumerate(record.shards) if number not in around]
    shards = [*elsewhere, *assembler.assemble()]
    fsync_tree(folder)
    return tuple(sorted(shards, key=lambda shard: (shard.period, shard.prefix)))


def _unread(run: ThisRun, before: VisibleRun) -> tuple[ShardFile, ...]:
    """The shards of a run whose keys are destroyed: every key that the folder has is here."""
    shards = before.record.shards
    return tuple(shard for shard in shards if not run.given.vault.has(shard.key_id))


def _all_of(vault: Vault, shard: ShardFile, path: Path, target: Path) -> StagedFile:
    """Every row of a shard, should others come beside them."""
    staged = take_others(vault, path, shard, frozenset(), target)
    assert staged is not None  # no shard is empty
    return staged
