"""What a purge would do: chosen without the lock and without the keys of the job."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from clearshard import layout
from clearshard.audit.events import Event
from clearshard.audit.folder_keys import destroyed_by
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import holds_any, replaced_shards
from clearshard.config import Config
from clearshard.eligibility.moment import Moment
from clearshard.lifecycle.purge.asked import Asked, Of
from clearshard.lifecycle.purge.plan import PurgePlan, ShardPlan
from clearshard.records.places import place_of
from clearshard.records.times import utc_text
from clearshard.run.accepted import accept
from clearshard.run.intake import tables_of
from clearshard.run.known_files import as_announced
from clearshard.run.output.exports import affected, exports_told
from clearshard.run.output.folder import Kind, kind_held
from clearshard.run.output.publish import announcements
from clearshard.run.purge.chosen import Chosen, choose_denied, choose_named
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import destroyed, read_keys
from clearshard.vault.opening import open_to_read
from clearshard.vault.vault import PLAIN, Vault


def plan_purge(
    out: Path, asked: Asked, config: Config | None, as_of: datetime, clock: datetime
) -> PurgePlan:
    """What a purge would take out; changes nothing.

    Args:
        out: The output folder, opened to be read.
        asked: Of whom it is.
        config: Names registry, manifest and policy; needed where nobody is named.
        as_of: The moment that was asked for.
        clock: What the clock says.

    Raises:
        ConfigError: Nobody is named, and there is no configuration; or the policy is wrong, or asks
            for what is not stored.
        SourceUnavailable: A table cannot be used.
        RegistryStale: The registry is too old.
        IntegrityError: Records, decisions, tombstones or ledger are not what they were.
    """
    # A rehearsal has no other clock than the moment that it is for.
    clock = as_of if kind_held(out) is Kind.REHEARSALS else clock
    events = tuple(Ledger(out / layout.LEDGER).read())
    runs = as_announced(visible_runs(out), announcements(events))
    if config is None:
        asked.require_named()
    if config is None or asked.of is not Of.REGISTRY:
        chosen = choose_named(out, runs, events, asked)
    else:
        moment = Moment(as_of, clock, config.policy.clock_skew_seconds)
        policy = accept(config).policy
        chosen = choose_denied(out, runs, events, tables_of(config), policy, moment)
    vault = PLAIN if config is None else open_to_read(out, config, lambda: destroyed_by(events))
    return planned(out, runs, events, chosen, utc_text(max(as_of, clock)), vault)


def planned(
    out: Path,
    runs: Sequence[VisibleRun],
    events: Sequence[Event],
    chosen: Chosen,
    as_of: str,
    vault: Vault,
) -> PurgePlan:
    """What was chosen, in numbers, and what else is there of it.

    Args:
        out: The output folder.
        runs: All visible runs, oldest first.
        events: Of the ledger, oldest first.
        chosen: What goes.
        as_of: When it was chosen, RFC 3339.
        vault: Opens shards.
    """
    rows = chosen.rows
    held = affected(exports_told(events), runs, chosen.named)
    checkpoints = out / layout.CHECKPOINTS
    return PurgePlan(
        of=chosen.asked.of,
        run_id=None if chosen.run is None else chosen.run.run_id,
        as_of=as_of,
        files=len(rows),
        withheld=len(chosen.same),
        accounts=chosen.account_count,
        reasons=chosen.reasons,
        tombstones=chosen.kept_out,
        shards=tuple(
            ShardPlan(
                shard=one.shard.name,
                size_bytes=one.shard.size_bytes,
                transcripts=one.shard.row_count,
                purged=len(one.doc_keys),
            )
            for one in chosen.touched
        ),
        unread=_unread(out, chosen.run, events) if len(rows) else (),
        replaced=_replaced(out, runs, rows, vault),
        checkpoints=sum(1 for _ in checkpoints.iterdir()) if checkpoints.is_dir() else 0,
        exports=held.names,
        exports_unknown=held.unknown,
    )


def _unread(out: Path, run: VisibleRun | None, events: Sequence[Event]) -> tuple[str, ...]:
    shards = () if run is None else run.record.shards
    of_shards = frozenset(shard.key_id for shard in shards)
    gone = destroyed(read_keys(LocalStore(out)), of_shards) | (of_shards & destroyed_by(events))
    return tuple(shard.name for shard in shards if shard.key_id in gone)


def _replaced(
    out: Path, runs: Sequence[VisibleRun], rows: pa.Table, vault: Vault
) -> tuple[str, ...]:
    """Shards of earlier runs that are still there and hold any of the rows."""
    columns = (rows.column(name).to_pylist() for name in ("period", "account_key", "doc_key"))
    places = [
        (period, place_of(account, doc), doc) for period, account, doc in zip(*columns, strict=True)
    ]
    found = []
    for one in replaced_shards(out, runs) if places else ():
        keys = [doc for period, place, doc in places if one.leaf.holds(period, place)]
        if keys and holds_any(vault, out / layout.shard(one.name), keys):
            found.append(one.name)
    return tuple(found)
