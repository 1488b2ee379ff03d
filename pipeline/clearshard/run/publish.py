"""All or nothing: how a run becomes visible, and how an interrupted publication is settled.

In order: everything that is new is finished below ``.staging/<run_id>/`` and flushed; the ledger
announces the run with the digests of its record and its dataset card; shards and decisions are
moved into place, one by one; the record is moved into ``runs/``, which makes the run visible; the
card takes the place of that of the run before; shards that no run needs any more are removed
(`clearshard.run.replaced`). Shards are never changed and bear the name of their content, so who
reads the old card or record goes on reading the old run. A crash after the announcement is rolled
forward by the next run, if all of it is what its record says; one before it is forgotten.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.config import Housekeeping
from clearshard.records.run import RunRecord
from clearshard.run.folder import OutputFolder, encode_record
from clearshard.run.journal import Journal
from clearshard.run.replaced import remove_replaced
from clearshard.shards.card import dataset_card
from clearshard.storage.files import (
    fsync_folder,
    fsync_tree,
    publish,
    remove_tree,
    sha256_file,
    write_atomic,
)
from clearshard.storage.permissions import share

_RECORD, _CARD = layout.STAGED_RECORD, layout.STAGED_CARD
_SHARDS, _DECISIONS = layout.STAGED_SHARDS, layout.STAGED_DECISIONS


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
    """Moves an announced run into place, file by file; what was moved before a crash stays.

    Nobody reads a shard before a record and a card name it. What may be given away is opened to
    others while nobody can reach it yet.
    """
    staging = folder.staging / run_id
    _ensure(folder.shards, folder.umask)
    for staged in _files_in(staging / _SHARDS):
        period = folder.shards / staged.parent.name
        _ensure(period, folder.umask)
        share(staged, folder.umask)
        publish(staged, period / staged.name)
    for staged in _files_in(staging / _DECISIONS):
        publish(staged, folder.all_decisions / staged.parent.name / staged.name)
    for name, visible in ((_RECORD, folder.record(run_id)), (_CARD, folder.card)):
        if (staging / name).exists():
            if name == _CARD:
                share(staging / name, folder.umask)
            publish(staging / name, visible)


def _ensure(path: Path, umask: int) -> None:
    """Makes a folder that others may look into."""
    if not path.exists():
        path.mkdir()
        share(path, umask)
        fsync_folder(path.parent)


def _files_in(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if not path.is_dir())


def recover(folder: OutputFolder, settings: Housekeeping, journal: Journal) -> None:
    """Settles what an interrupted run has left; called under the lock before a new run starts."""
    if folder.staging.exists():
        events = list(journal.events())
        announced, cards = announcements(events), _cards(events)
        for staging in sorted(folder.staging.iterdir()):
            if staging.is_symlink() or not staging.is_dir():  # no run of ours
                staging.unlink()
                continue
            if _is_announced(folder, staging, announced) and _is_whole(
                folder, staging, cards.get(staging.name)
            ):
                make_visible(folder, staging.name)
            elif not folder.record(staging.name).exists():
                journal.tell(EventName.RUN_FAILED, staging.name, {"error": "interrupted"})
            remove_tree(staging)
    remove_replaced(folder, settings, journal)


def _is_announced(folder: OutputFolder, staging: Path, announced: Mapping[str, str]) -> bool:
    """Whether the record of a run, in staging or visible already, is what the ledger announced."""
    for record in (staging / _RECORD, folder.record(staging.name)):
        if record.exists():
            return announced.get(staging.name) == hashlib.sha256(record.read_bytes()).hexdigest()
    return False


def _is_whole(folder: OutputFolder, staging: Path, card_sha256: str | None) -> bool:
    """Whether what an announced run is going to make visible is what its record says.

    Some of it may be visible already. Whatever is not so was not left by a crash, since everything
    is flushed before it is announced.
    """
    run_id = staging.name
    record = next(p for p in (staging / _RECORD, folder.record(run_id)) if p.exists())
    try:
        run = msgspec.json.decode(record.read_bytes(), type=RunRecord)
    except msgspec.MsgspecError:  # of a later version: what it promises cannot be told
        return False
    for files, name, visible in (
        (run.shards, _SHARDS, folder.shards),
        (run.decisions, _DECISIONS, folder.all_decisions),
    ):
        if not _holds(staging / name, visible, {file.name: file.sha256 for file in files}):
            return False
    card = staging / _CARD
    return not card.exists() or (_is_file(card) and sha256_file(card) == card_sha256)


def _holds(staging: Path, visible: Path, digests: Mapping[str, str]) -> bool:
    """Whether these files, and no others, are on their way into a folder or in it already."""
    if staging.is_symlink() or visible.is_symlink():
        return False
    there = {path.relative_to(staging).as_posix() for path in _files_in(staging)}
    if not there <= digests.keys():
        return False
    return all(
        _is_file(path) and sha256_file(path) == digest
        for name, digest in digests.items()
        for path in [(staging if name in there else visible) / name]
    )


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _cards(events: Iterable[Event]) -> dict[str, str]:
    """Run → SHA-256 of its dataset card, as the ledger says."""
    return {
        event.run_id: str(event.data.get("card_sha256"))
        for event in events
        if event.event == EventName.RUN_FINISHED
    }


def announcements(events: Iterable[Event]) -> dict[str, str]:
    """Run → SHA-256 of its record, as the ledger says; without runs that failed after all."""
    found: dict[str, str] = {}
    for event in events:
        if event.event == EventName.RUN_FINISHED:
            found[event.run_id] = str(event.data.get("record_sha256"))
        elif event.event == EventName.RUN_FAILED:
            found.pop(event.run_id, None)
    return found
