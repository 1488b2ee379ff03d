"""Receipts: what was taken out of the shards, that it is gone, and what cannot be undone.

All of a receipt follows from records, decisions and ledger, so whoever finds one missing makes it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from clearshard import layout
from clearshard.audit.database import connected
from clearshard.audit.events import Event, EventName
from clearshard.audit.named import named_files
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import replaced_shards, taken_out, with_rows_gone, with_rows_of
from clearshard.audit.stored.view import table_view
from clearshard.audit.tombstones import (
    Kind,
    Placed,
    exactly_in_force,
    ids_of,
    without_receipt,
)
from clearshard.eligibility.spelling import fold
from clearshard.errors import IntegrityError
from clearshard.lifecycle.purge.plan import CANNOT_UNDO
from clearshard.records.receipt import Receipt, RunBytes, ShardBytes
from clearshard.records.run import ShardFile
from clearshard.records.states import State
from clearshard.records.times import utc_text
from clearshard.run.journal import Journal
from clearshard.run.known_files import Named, known_files
from clearshard.run.output.exports import Affected, affected, exports_told
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.steps import Delete, Put
from clearshard.storage.files import remove_tree

#: By what files were chosen, where a run has decided all of them.
_OF_RUN = "run"
#: Ids in a receipt; of more it says how many there are.
_MOST_TOLD = 100
_NOT_WRITTEN = """
    SELECT file_id, content_sha256, doc_key FROM before WHERE state = $written AND doc_key NOT IN (
        SELECT doc_key FROM newest WHERE state = $written
    )
"""


def finish_receipt(folder: OutputFolder, journal: Journal) -> None:
    """Makes the receipt of the newest run, if it has taken files out and has none.

    Args:
        folder: Locked; what had to be removed is.
        journal: Of the folder.

    Raises:
        IntegrityError: A row is still there that must not be.
    """
    runs = visible_runs(folder.root)
    if not runs or not _is_due(runs[-1]):
        return
    events = tuple(journal.events())
    newest = runs[-1]
    if any(e.event == EventName.PURGE_RECEIPT and e.run_id == newest.run_id for e in events):
        return
    # Its work is visible: nobody goes on from what killed runs have left.
    remove_tree(folder.checkpoints)
    staging = folder.root / layout.staging(newest.run_id)
    was_there = staging.exists()
    # While this is there, a receipt that the ledger was not told of is known to be of a killed run.
    staging.mkdir(parents=True, exist_ok=True)
    _hand_out(folder, journal, _receipt(folder, runs, events, utc_text(journal.clock())))
    if not was_there:
        remove_tree(staging)


def finish_tombstones(folder: OutputFolder, journal: Journal, began: int) -> None:
    """Makes the receipts of killed purges that whoever came after them found nothing to do for.

    Args:
        folder: Locked.
        journal: Of the folder.
        began: Number of the newest event of the ledger when whoever came after began: of what was
            placed before, nothing is in the shards.
    """
    events = tuple(journal.events())
    # Where no lock reaches, one that has not failed may be about to leave its own.
    failed = {event.run_id for event in events if event.event == EventName.RUN_FAILED}
    for placed in (one for one in _done(events, began) if one.run_id in failed):
        if not _kept_out(folder.root, events, (placed,)).count:  # all of it was lifted
            continue
        staging = folder.root / layout.staging(placed.run_id)
        staging.mkdir(parents=True, exist_ok=True)
        hand_out_for_tombstones(folder, journal, placed.run_id, placed.why, (placed,))
        remove_tree(staging)


def hand_out_for_tombstones(
    folder: OutputFolder, journal: Journal, run_id: str, of: str, placed: Sequence[Placed]
) -> Receipt:
    """The receipt of a purge that has found nothing in the shards, and keeps out what was named.

    Args:
        folder: Locked.
        journal: Of the folder.
        run_id: The purge.
        of: What it is of.
        placed: What it has placed, and earlier ones that it brings to their end.
    """
    events = tuple(journal.events())
    kept_out = _kept_out(folder.root, events, placed)
    held = _exports(visible_runs(folder.root), events, Named(kept_out.accounts, kept_out.files))
    made = Receipt(
        run_id=run_id,
        at=utc_text(journal.clock()),
        of=of,
        files=0,
        accounts=kept_out.accounts[:_MOST_TOLD],
        file_ids=kept_out.files[:_MOST_TOLD],
        tombstones=kept_out.count,
        before=None,
        after=None,
        removed=(),
        written=(),
        searched=0,
        completes=tuple(one.run_id for one in placed if one.run_id != run_id),
        exports=held.names,
        exports_unknown=held.unknown,
        cannot_undo=CANNOT_UNDO,
    )
    _hand_out(folder, journal, made)
    return made


def _done(events: Sequence[Event], before: int) -> tuple[Placed, ...]:
    """Purges without a receipt that have placed their tombstones before an event."""
    return tuple(one for one in without_receipt(events) if one.seq <= before)


def _is_due(newest: VisibleRun) -> bool:
    record = newest.record
    return record.purge is not None or record.meant > 0 or sum(record.gone.values()) > 0


def _hand_out(folder: OutputFolder, journal: Journal, made: Receipt) -> None:
    content = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    do, name = operations_in(folder, journal), layout.receipt(made.run_id)
    data: dict[str, object] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "of": made.of,
        "files": made.files,
        "shards_removed": len(made.removed),
    }
    if made.completes:
        data["completes"] = list(made.completes)
    said = journal.said(EventName.PURGE_RECEIPT, made.run_id, data)
    for events in journal.readings():
        if name in named_files(events):  # somebody else was faster
            return
        if not do(Put(name, content)):
            do(Delete(name))
            do(Put(name, content))
        # Who takes this one for dead tells the ledger before they remove what was put.
        if journal.tell_after(events[-1] if events else None, said):
            return


def _receipt(
    folder: OutputFolder, runs: Sequence[VisibleRun], events: Sequence[Event], at: str
) -> Receipt:
    newest = runs[-1]
    before = _before(runs)
    known = {shard.name: shard for run in runs for shard in run.record.shards}
    old = {shard.name for shard in before.record.shards}
    written = [shard for shard in newest.record.shards if shard.name not in old]
    searched = [shard.name for shard in written]
    searched += [one.name for one in replaced_shards(folder.root, runs)]
    gone = _gone(before, newest)
    if newest.record.purge is None:
        left = with_rows_gone(newest, searched, folder.vault)
    else:
        # All other rows of the run before it are as they were: what it has taken out is asked for.
        keys = gone.column("doc_key").to_pylist()
        left = with_rows_of(folder.root, searched, keys, folder.vault)
    if left:
        raise IntegrityError(
            f"{folder.root}: {len(left)} shard(s) still have rows of files that run "
            f"{newest.run_id} has taken out, the first {min(left)}. Run again; if that does not "
            "help, see `clearshard audit verify`."
        )
    purge = newest.record.purge
    removed = [known[name] for name in _removed(newest, events) if name in known]
    lost = sum(newest.record.gone.values()) + newest.record.meant
    placed = _done(events, _announced(newest, events))
    kept_out = _kept_out(folder.root, events, placed)
    named = Named(
        kept_out.accounts,
        {*kept_out.files, *gone.column("file_id").to_pylist()},
        frozenset(gone.column("content_sha256").to_pylist()),
    )
    held = _exports(runs, events, named)
    return Receipt(
        run_id=newest.run_id,
        at=at,
        of=_OF_RUN if purge is None else purge.of,
        files=lost if purge is None else purge.files,
        accounts=kept_out.accounts[:_MOST_TOLD],
        file_ids=kept_out.files[:_MOST_TOLD],
        tombstones=kept_out.count,
        before=RunBytes(run_id=before.run_id, sha256=before.sha256),
        after=RunBytes(run_id=newest.run_id, sha256=newest.sha256),
        removed=tuple(map(_bytes, removed)),
        written=tuple(map(_bytes, written)),
        searched=len(searched),
        unread=tuple(one.name for one in removed if not folder.vault.has(one.key_id)),
        completes=tuple(one.run_id for one in placed if one.run_id != newest.run_id),
        exports=held.names,
        exports_unknown=held.unknown,
        cannot_undo=CANNOT_UNDO,
    )


def _before(runs: Sequence[VisibleRun]) -> VisibleRun:
    superseded = runs[-1].record.superseded
    for run in runs:
        if superseded and run.run_id == superseded[-1]:
            return run
    raise IntegrityError(
        f"Run {runs[-1].run_id} has taken files out of a run whose record is not there. Restore it "
        "from a backup, then run again."
    )


def _removed(newest: VisibleRun, events: Sequence[Event]) -> list[str]:
    """Shards that the ledger calls removed since the newest run was announced."""
    names: dict[str, None] = {}
    for event in events:
        if event.event == EventName.SHARDS_REMOVED and event.run_id == newest.run_id:
            names |= dict.fromkeys(map(str, event.data.get("shards", ())))
    return sorted(names)


def _announced(newest: VisibleRun, events: Sequence[Event]) -> int:
    """Number of the event that has announced a run."""
    told = (e for e in events if e.event == EventName.RUN_FINISHED)
    return max((e.seq for e in told if e.run_id == newest.run_id), default=-1)


@dataclass(frozen=True, slots=True)
class _KeptOut:
    """What purges keep out: every id, in one spelling."""

    accounts: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def count(self) -> dict[str, int]:
        if not (self.accounts or self.files):
            return {}
        return {"accounts": len(self.accounts), "files": len(self.files)}


def _kept_out(out: Path, events: Sequence[Event], placed: Sequence[Placed]) -> _KeptOut:
    if not placed:
        return _KeptOut((), ())
    in_force = exactly_in_force(out, events)
    ids: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
    for one in placed:
        table = one.read(out)
        for kind, of_kind in ids.items():
            for name in ids_of(table, kind).to_pylist():
                if name in in_force[kind]:
                    of_kind.setdefault(fold(name), name)
    return _KeptOut(*(tuple(ids[kind].values()) for kind in (Kind.ACCOUNT, Kind.FILE)))


def _bytes(shard: ShardFile) -> ShardBytes:
    return ShardBytes(
        name=shard.name,
        sha256=shard.sha256,
        size_bytes=shard.size_bytes,
        transcripts=shard.row_count,
        content_sha256=shard.content_sha256,
        key_id=shard.key_id,
    )


def _exports(runs: Sequence[VisibleRun], events: Sequence[Event], named: Named) -> Affected:
    exports = exports_told(events)
    if not exports:
        return Affected((), ())
    known = known_files(runs, named)
    contents = {content for one in known.values() for content in one.contents}
    files = {*named.files, *(one.file_id for one in known.values())}
    return affected(exports, runs, Named(named.accounts, files, {*named.contents, *contents}))


def _gone(before: VisibleRun, newest: VisibleRun) -> pa.Table:
    """Id, content and key of what one run has written and the next one has not."""
    if newest.record.purge is not None:
        return taken_out(before, newest)
    with connected() as connection:
        table_view(connection, "before", [before.table])
        table_view(connection, "newest", [newest.table])
        given = {"written": str(State.WRITTEN)}
        return connection.sql(_NOT_WRITTEN, params=given).to_arrow_table()
