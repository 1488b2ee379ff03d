"""Tombstones on their way into an output folder: the file, and then the event that names it.

Killed between the two, the file is removed by whoever comes next: nothing was purged yet.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.named import named_files
from clearshard.audit.tombstones import Kind, encoded, ids_of
from clearshard.errors import RunLocked
from clearshard.run.journal import Journal
from clearshard.run.output.announced import told_by
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.steps import Delete, Put

#: Ids in an event, so that it can be read by itself; of more it says how many there are.
_MOST_TOLD = 100
_NONE: Mapping[Kind, int] = MappingProxyType({})


def place_tombstones(
    folder: OutputFolder,
    journal: Journal,
    run_id: str,
    tombstones: pa.Table,
    why: str,
    key_id: str | None = None,
    again: Mapping[Kind, int] = _NONE,
) -> None:
    """Places tombstones; from now on every run keeps out what they name.

    Args:
        folder: Locked.
        journal: Of the folder.
        run_id: The purge.
        tombstones: TOMBSTONES_SCHEMA.
        why: What the purge is of.
        key_id: Of the key of `content_keys`, if there are any.
        again: How many of their ids another purge keeps out already.

    Raises:
        RunLocked: Another run has taken the purge for dead.
    """
    content = encoded(tombstones)
    ids = {f"{kind}s": ids_of(tombstones, kind).unique() for kind in Kind}
    data: dict[str, object] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "why": why,
        "count": {name: len(of_kind) for name, of_kind in ids.items()},
        "first": {name: of_kind[:_MOST_TOLD].to_pylist() for name, of_kind in ids.items()},
    }
    if key_id is not None:
        data["key_id"] = key_id
    if any(again.values()):  # who adds up what purges keep out counts a file once
        data["again"] = {f"{kind}s": again.get(kind, 0) for kind in Kind}
    said = journal.said(EventName.TOMBSTONES_PLACED, run_id, data)
    for events in journal.readings():
        if any(e.event == EventName.RUN_FAILED and e.run_id == run_id for e in events):
            raise RunLocked(
                "Another run has taken this purge for dead. Nothing was purged: purge again."
            )
        operations_in(folder, journal)(Put(layout.tombstones(run_id), content))
        # Who takes this purge for dead tells the ledger before they remove what was put.
        if journal.tell_after(events[-1] if events else None, said):
            return


def remove_unnamed(folder: OutputFolder, journal: Journal, run_id: str) -> None:
    """Removes tombstones and receipt of an interrupted run, if the ledger was not told of them."""
    named = named_files(journal.events())
    for name in (layout.tombstones(run_id), layout.receipt(run_id)):
        if name not in named:
            operations_in(folder, journal)(Delete(name))


def settle_unnamed(folder: OutputFolder, journal: Journal) -> None:
    """The same of purges that another machine has left in a bucket.

    It may be alive: the ledger is told first that it failed, and then it tells nothing any more. Of
    a run that was announced the receipt is made anew, as of any that has none.
    """
    if folder.mirror is None:
        return
    events = tuple(journal.events())
    named, announced = named_files(events), told_by(events).announced
    for place in (layout.TOMBSTONES, layout.RECEIPTS):
        for path in sorted((folder.root / place).glob("*")):
            unnamed = f"{place}/{path.name}" not in named
            if unnamed and layout.is_run_id(path.stem) and path.stem not in announced:
                journal.tell(EventName.RUN_FAILED, path.stem, {"error": "interrupted"})
                remove_unnamed(folder, journal, path.stem)
