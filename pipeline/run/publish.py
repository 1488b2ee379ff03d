"""All or nothing: how a run becomes visible, and how an interrupted publication is settled.

In order: everything is finished below ``.staging/<run_id>/`` and flushed; the ledger announces the
run with the digest of its record; shards and decisions are renamed into place; the record is
renamed into ``runs/``, which makes the run visible; the dataset card is replaced; the shards of the
runs that it replaces are removed. A crash after the announcement is rolled forward by the next run,
one before it is forgotten.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from pipeline.audit.ledger import EventName, Ledger
from pipeline.records import RunRecord
from pipeline.run.folder import OutputFolder, encode_record, visible_records
from pipeline.shards.card import dataset_card
from pipeline.storage import fsync_tree, publish, remove_tree, write_atomic

_RECORD = "record.json"
_SHARDS = "shards"
_DECISIONS = "decisions"


def announce(folder: OutputFolder, record: RunRecord, clock: Callable[[], datetime]) -> None:
    """Makes a finished run durable and tells the ledger; from here on it will become visible."""
    staging = folder.staging / record.run_id
    content = encode_record(record)
    write_atomic(staging / _RECORD, content)
    fsync_tree(staging)
    Ledger(folder.ledger).append(
        EventName.RUN_FINISHED,
        record.run_id,
        clock(),
        {
            "record_sha256": hashlib.sha256(content).hexdigest(),
            "seen": record.counts.seen,
            "written": record.counts.written,
            "excluded": record.counts.excluded,
            "quarantined": record.counts.quarantined,
        },
    )


def make_visible(folder: OutputFolder, run_id: str) -> None:
    """Renames an announced run into place; what was renamed before a crash stays."""
    staging = folder.staging / run_id
    for name, visible in (
        (_SHARDS, folder.shards(run_id)),
        (_DECISIONS, folder.decisions(run_id)),
        (_RECORD, folder.record(run_id)),
    ):
        if (staging / name).exists():
            publish(staging / name, visible)


def tidy(folder: OutputFolder, clock: Callable[[], datetime]) -> None:
    """Points the card to the newest run, and removes the shards of those it replaces."""
    records = visible_records(folder)
    if not records:
        return
    newest = records[-1]
    card = dataset_card(newest)
    if not folder.card.exists() or folder.card.read_bytes() != card:
        write_atomic(folder.card, card)
    for run_id in newest.superseded:
        shards = folder.shards(run_id)
        if shards.exists():
            remove_tree(shards)
            Ledger(folder.ledger).append(
                EventName.SHARDS_REMOVED, run_id, clock(), {"superseded_by": newest.run_id}
            )


def recover(folder: OutputFolder, clock: Callable[[], datetime]) -> None:
    """Settles what an interrupted run has left; called under the lock before a new run starts."""
    if folder.staging.exists():
        announced = announcements(folder)
        for staging in sorted(folder.staging.iterdir()):
            record = staging / _RECORD
            digest = (
                hashlib.sha256(record.read_bytes()).hexdigest() if record.exists() else "no record"
            )
            if announced.get(staging.name) == digest:
                make_visible(folder, staging.name)
            elif not folder.record(staging.name).exists():
                Ledger(folder.ledger).append(
                    EventName.RUN_FAILED, staging.name, clock(), {"error": "interrupted"}
                )
            remove_tree(staging)
    tidy(folder, clock)


def announcements(folder: OutputFolder) -> dict[str, str]:
    """Run → SHA-256 of its record, as the ledger says.

    Raises:
        IntegrityError: The ledger is not what was written.
    """
    return {
        event.run_id: str(event.data.get("record_sha256"))
        for event in Ledger(folder.ledger).read()
        if event.event == EventName.RUN_FINISHED
    }
