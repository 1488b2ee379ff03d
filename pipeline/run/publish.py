"""All or nothing: how a run becomes visible, and how an interrupted publication is settled.

In order: everything is finished below ``.staging/<run_id>/`` and flushed; the ledger announces the
run with the digests of its record and its dataset card; shards and decisions are renamed into
place; the record is renamed into ``runs/``, which makes the run visible; the card is renamed over
that of the run before; the shards of the runs that it replaces are removed. A crash after the
announcement is rolled forward by the next run, one before it is forgotten.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.audit.events import Event, EventName
from pipeline.records import RunRecord
from pipeline.run.folder import OutputFolder, encode_record, visible_records
from pipeline.run.journal import Journal
from pipeline.shards.card import dataset_card
from pipeline.storage import fsync_tree, publish, remove_tree, share, write_atomic

_RECORD = "record.json"
_SHARDS = "shards"
_DECISIONS = "decisions"
_CARD = "README.md"


def announce(folder: OutputFolder, record: RunRecord, journal: Journal) -> None:
    """Makes a finished run durable and tells the ledger; from here on it will become visible."""
    staging = folder.staging / record.run_id
    content, card = encode_record(record), dataset_card(record)
    write_atomic(staging / _RECORD, content)
    write_atomic(staging / _CARD, card)
    fsync_tree(staging)
    journal.tell(
        EventName.RUN_FINISHED,
        record.run_id,
        {
            "record_sha256": hashlib.sha256(content).hexdigest(),
            "card_sha256": hashlib.sha256(card).hexdigest(),
            "as_of": record.as_of,
            "rehearsal": record.rehearsal,
            "seen": record.counts.seen,
            "written": record.counts.written,
            "excluded": record.counts.excluded,
            "quarantined": record.counts.quarantined,
        },
    )


def make_visible(folder: OutputFolder, run_id: str) -> None:
    """Renames an announced run into place; what was renamed before a crash stays.

    What may be given away is opened to others while nobody can reach it yet.
    """
    staging = folder.staging / run_id
    shards = folder.shards(run_id).parent
    if not shards.exists():
        shards.mkdir()
        share(shards, folder.umask)
    for name, visible in (
        (_SHARDS, folder.shards(run_id)),
        (_DECISIONS, folder.decisions(run_id)),
        (_RECORD, folder.record(run_id)),
        (_CARD, folder.card),
    ):
        if (staging / name).exists():
            if name in (_SHARDS, _CARD):
                share(staging / name, folder.umask)
            publish(staging / name, visible)


def tidy(folder: OutputFolder, journal: Journal) -> None:
    """Removes the shards of the runs that the newest one replaces.

    The ledger is told first: what it calls removed and is still there was interrupted, and the next
    run finishes it.
    """
    records = visible_records(folder)
    if not records:
        return
    newest = records[-1]
    left = [run_id for run_id in newest.superseded if folder.shards(run_id).exists()]
    if not left:
        return
    told = {e.run_id for e in journal.events() if e.event == EventName.SHARDS_REMOVED}
    for run_id in left:
        if run_id not in told:
            journal.tell(EventName.SHARDS_REMOVED, run_id, {"superseded_by": newest.run_id})
        remove_tree(folder.shards(run_id))


def recover(folder: OutputFolder, journal: Journal) -> None:
    """Settles what an interrupted run has left; called under the lock before a new run starts."""
    if folder.staging.exists():
        announced = announcements(journal.events())
        for staging in sorted(folder.staging.iterdir()):
            if staging.is_symlink() or not staging.is_dir():  # no run of ours
                staging.unlink()
                continue
            if _is_announced(folder, staging, announced):
                make_visible(folder, staging.name)
            elif not folder.record(staging.name).exists():
                journal.tell(EventName.RUN_FAILED, staging.name, {"error": "interrupted"})
            remove_tree(staging)
    tidy(folder, journal)


def _is_announced(folder: OutputFolder, staging: Path, announced: Mapping[str, str]) -> bool:
    """Whether the record of a run, in staging or visible already, is what the ledger announced."""
    for record in (staging / _RECORD, folder.record(staging.name)):
        if record.exists():
            return announced.get(staging.name) == hashlib.sha256(record.read_bytes()).hexdigest()
    return False


def announcements(events: Iterable[Event]) -> dict[str, str]:
    """Run → SHA-256 of its record, as the ledger says."""
    return {
        event.run_id: str(event.data.get("record_sha256"))
        for event in events
        if event.event == EventName.RUN_FINISHED
    }
