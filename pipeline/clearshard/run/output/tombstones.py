"""Tombstones on their way into an output folder: the file, and then the event that names it.

Killed between the two, the file is removed by whoever comes next: nothing was purged yet.
"""

import hashlib

import pyarrow as pa

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.named import named_files
from clearshard.audit.tombstones import Kind, encoded, ids_of
from clearshard.run.journal import Journal
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.steps import Delete, Put

#: Ids in an event, so that it can be read by itself; of more it says how many there are.
_MOST_TOLD = 100


def place_tombstones(
    folder: OutputFolder,
    journal: Journal,
    run_id: str,
    tombstones: pa.Table,
    why: str,
    key_id: str | None = None,
) -> None:
    """Places tombstones; from now on every run keeps out what they name.

    Args:
        folder: Locked.
        journal: Of the folder.
        run_id: The purge.
        tombstones: TOMBSTONES_SCHEMA.
        why: What the purge is of.
        key_id: Of the key of `content_keys`, if there are any.
    """
    content = encoded(tombstones)
    operations_in(folder, journal)(Put(layout.tombstones(run_id), content))
    ids = {f"{kind}s": ids_of(tombstones, kind).unique() for kind in Kind}
    data: dict[str, object] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "why": why,
        "count": {name: len(of_kind) for name, of_kind in ids.items()},
        "first": {name: of_kind[:_MOST_TOLD].to_pylist() for name, of_kind in ids.items()},
    }
    if key_id is not None:
        data["key_id"] = key_id
    journal.tell(EventName.TOMBSTONES_PLACED, run_id, data)


def remove_unnamed(folder: OutputFolder, journal: Journal, run_id: str) -> None:
    """Removes tombstones and receipt of an interrupted run, if the ledger was not told of them."""
    named = named_files(journal.events())
    for name in (layout.tombstones(run_id), layout.receipt(run_id)):
        if name not in named:
            operations_in(folder, journal)(Delete(name))
