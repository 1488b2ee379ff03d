"""Receipts: what was taken out of the shards, that it is gone, and what cannot be undone.

All of a receipt follows from records, decisions and ledger, so whoever finds one missing makes it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from clearshard import layout
from clearshard.audit.database import connected
from clearshard.audit.events import Event, EventName
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import replaced_shards, with_rows_gone
from clearshard.audit.stored.reading import read_replaced_by
from clearshard.audit.stored.view import rows_view, table_view
from clearshard.errors import IntegrityError
from clearshard.lifecycle.purge.plan import CANNOT_UNDO
from clearshard.records.receipt import Receipt, RunBytes, ShardBytes
from clearshard.records.run import ShardFile
from clearshard.records.states import State
from clearshard.records.times import utc_text
from clearshard.run.journal import Journal
from clearshard.run.output.exports import Affected, affected, exports_told
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.steps import Put
from clearshard.storage.files import remove_tree

#: By what files were chosen, where a run has decided all of them.
_OF_RUN = "run"
_AT_PLACES = """
    SELECT doc_key FROM before SEMI JOIN places USING (file, row) WHERE state = $written
"""
_NOT_WRITTEN = """
    SELECT doc_key FROM before WHERE state = $written
    EXCEPT SELECT doc_key FROM newest WHERE state = $written
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


def hand_out_for_tombstones(
    folder: OutputFolder, journal: Journal, run_id: str, of: str
) -> Receipt:
    """The receipt of a purge that has found nothing in the shards, and keeps out what was named."""
    events = tuple(journal.events())
    kept_out = _kept_out(events, run_id)
    made = Receipt(
        run_id=run_id,
        at=utc_text(journal.clock()),
        of=of,
        files=0,
        accounts=kept_out.accounts,
        file_ids=kept_out.files,
        tombstones=kept_out.count,
        before=None,
        after=None,
        removed=(),
        written=(),
        searched=0,
        exports=(),
        exports_unknown=(),
        cannot_undo=CANNOT_UNDO,
    )
    _hand_out(folder, journal, made)
    return made


def _is_due(newest: VisibleRun) -> bool:
    record = newest.record
    return record.purge is not None or record.meant > 0 or sum(record.gone.values()) > 0


def _hand_out(folder: OutputFolder, journal: Journal, made: Receipt) -> None:
    content = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    operations_in(folder, journal)(Put(layout.receipt(made.run_id), content))
    data = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "of": made.of,
        "files": made.files,
        "shards_removed": len(made.removed),
    }
    journal.tell(EventName.PURGE_RECEIPT, made.run_id, data)


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
    if left := with_rows_gone(newest, searched):
        raise IntegrityError(
            f"{folder.root}: {len(left)} shard(s) still have rows of files that run "
            f"{newest.run_id} has taken out, the first {min(left)}. Run again; if that does not "
            "help, see `clearshard audit verify`."
        )
    purge = newest.record.purge
    lost = sum(newest.record.gone.values()) + newest.record.meant
    held, kept_out = _exports(runs, before, events), _kept_out(events, newest.run_id)
    return Receipt(
        run_id=newest.run_id,
        at=at,
        of=_OF_RUN if purge is None else purge.of,
        files=lost if purge is None else purge.files,
        accounts=kept_out.accounts,
        file_ids=kept_out.files,
        tombstones=kept_out.count,
        before=RunBytes(run_id=before.run_id, sha256=before.sha256),
        after=RunBytes(run_id=newest.run_id, sha256=newest.sha256),
        removed=tuple(_bytes(known[name]) for name in _removed(newest, events) if name in known),
        written=tuple(map(_bytes, written)),
        searched=len(searched),
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


@dataclass(frozen=True, slots=True)
class _KeptOut:
    """What a purge keeps out, as the ledger was told: the first ids, and how many there are."""

    accounts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    count: dict[str, int] = field(default_factory=dict)


def _kept_out(events: Sequence[Event], run_id: str) -> _KeptOut:
    for event in events:
        if event.event == EventName.TOMBSTONES_PLACED and event.run_id == run_id:
            first, count = event.data["first"], event.data["count"]
            return _KeptOut(tuple(first["accounts"]), tuple(first["files"]), dict(count))
    return _KeptOut()


def _bytes(shard: ShardFile) -> ShardBytes:
    return ShardBytes(
        name=shard.name,
        sha256=shard.sha256,
        size_bytes=shard.size_bytes,
        transcripts=shard.row_count,
    )


def _exports(runs: Sequence[VisibleRun], before: VisibleRun, events: Sequence[Event]) -> Affected:
    exports = exports_told(events)
    if not exports:
        return Affected((), ())
    return affected(exports, runs, list(_gone(before, runs[-1])))


def _gone(before: VisibleRun, newest: VisibleRun) -> Iterator[str]:
    """`doc_key` of what one run has written and the next one has not."""
    with connected() as connection:
        if newest.record.purge is None:
            table_view(connection, "before", [before.table])
            table_view(connection, "newest", [newest.table])
            query = _NOT_WRITTEN
        else:
            # It says itself which rows are in force no more.
            connection.register("places", read_replaced_by(newest.table))
            rows_view(connection, "before", [before.table])
            query = _AT_PLACES
        for (doc_key,) in connection.execute(query, {"written": str(State.WRITTEN)}).fetchall():
            yield doc_key
