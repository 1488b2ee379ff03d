"""How a run becomes visible in a folder of this machine, and how an interrupted one is settled.

What is done in which order, and why it holds, says `clearshard.run.output.commit`; here it is made
of what a run has finished below ``.staging/<run_id>/``. Shards are never changed and bear the name
of their content, so who reads the old card or record goes on reading the old run. The lock of the
folder keeps others out (`clearshard.run.output.lock`); where it does not reach, the ledger decides.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.config import Housekeeping
from clearshard.errors import ClearshardError, OutputFull, OutputUnusable, RunFailed, RunLocked
from clearshard.records.run import RunRecord
from clearshard.run.journal import Journal
from clearshard.run.output.announced import told_by
from clearshard.run.output.commit import (
    Commit,
    NewFile,
    Verdict,
    announcing,
    forgetting,
    showing,
    tidying,
)
from clearshard.run.output.folder import OutputFolder, encode_record
from clearshard.run.output.operations import operations_in
from clearshard.run.output.replaced import remove_replaced
from clearshard.run.output.settling import settling
from clearshard.run.output.steps import carry_out
from clearshard.run.output.tombstones import remove_unnamed, settle_unnamed
from clearshard.shards.card import dataset_card
from clearshard.storage.files import fsync_tree, remove_tree

_NOTHING = "Nothing of this one became visible. Run again, and start runs on one machine only."
_WHY = {
    Verdict.BEATEN: (
        f"Another run was published while this one was at work, or a purge begun. {_NOTHING}"
    ),
    Verdict.WITHDRAWN: f"Another run has taken this one for dead, and removed its work. {_NOTHING}",
    Verdict.IN_THE_WAY: f"Another run is removing shards that this one has made. {_NOTHING}",
}


def announce(folder: OutputFolder, record: RunRecord, journal: Journal, began: int) -> None:
    """Puts what a finished run has made, and tells the ledger; then it will become visible.

    Args:
        folder: Locked.
        record: Of the run.
        journal: Of the folder.
        began: Number of the newest event of the ledger when the run began.

    Raises:
        RunLocked: Another run was faster; nothing became visible.
    """
    fsync_tree(folder.root / layout.staging(record.run_id))
    content, card = encode_record(record), dataset_card(record)
    data = {
        "record_sha256": hashlib.sha256(content).hexdigest(),
        "card_sha256": hashlib.sha256(card).hexdigest(),
        "as_of": record.as_of,
        "rehearsal": record.rehearsal,
        "seen": record.counts.seen,
        "written": record.counts.written,
        "excluded": record.counts.excluded,
        "quarantined": record.counts.quarantined,
    }
    said = journal.said(EventName.RUN_FINISHED, record.run_id, data)
    files = tuple(_files(folder, record))
    commit = Commit(record.run_id, content, card, files, began, said)
    verdict = carry_out(announcing(commit), operations_in(folder, journal))
    if verdict is not Verdict.WON:
        raise RunLocked(_WHY[verdict])


def why_lost(run_id: str, journal: Journal, began: int) -> str | None:
    """Why a run cannot be announced any more, as another one was faster; None if it still can.

    Where no lock keeps it out, that one may also have removed the files of this one.
    """
    with suppress(ClearshardError, OSError):  # what the run has failed by matters more
        told = told_by(journal.events())
        if run_id in told.failed:
            return _WHY[Verdict.WITHDRAWN]
        if told.has_beaten(run_id, began):
            return _WHY[Verdict.BEATEN]
    return None


def _files(folder: OutputFolder, record: RunRecord) -> Iterator[NewFile]:
    """What a run has made; shards and decisions that it carries over are where they are."""
    staging = folder.root / layout.staging(record.run_id)
    shards = _made(staging / layout.STAGED_SHARDS)
    for shard in record.shards:
        if (path := shards.get(shard.name)) is not None:
            yield NewFile(layout.shard(shard.name), shard.sha256, path)
    decisions = _made(staging / layout.STAGED_DECISIONS)
    for file in record.decisions:
        if (path := decisions.get(file.name)) is not None:
            yield NewFile(f"{layout.DECISIONS}/{file.name}", file.sha256, path)


def _made(folder: Path) -> dict[str, Path]:
    """The files below a folder, by what they are called there."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}


def make_visible(folder: OutputFolder, record: RunRecord, journal: Journal) -> None:
    """Shows a run that was announced: its record, and its card in the place of the one before."""
    steps = showing(record.run_id, encode_record(record), dataset_card(record))
    carry_out(steps, operations_in(folder, journal))


def tidy(folder: OutputFolder, run_id: str, journal: Journal) -> None:
    """Removes what a run needs no more that has come to its end."""
    carry_out(tidying(run_id), operations_in(folder, journal))
    remove_tree(folder.root / layout.staging(run_id))


def forget(
    folder: OutputFolder, run_id: str, journal: Journal, failed: Mapping[str, object] | None
) -> None:
    """Removes what a run has left that failed.

    One that was announced nevertheless is left to the next run, which finishes it.

    Args:
        folder: Locked.
        run_id: The run.
        journal: Of the folder.
        failed: What the ledger is told of it; None if it was not told of its start.

    Raises:
        ClearshardError: The ledger could not be told, or something could not be removed.
    """
    staging = folder.root / layout.staging(run_id)
    staged = staging / layout.STAGED_RECORD
    if not staged.exists():  # it has put nothing
        remove_tree(staging)
        if failed is not None:
            journal.tell(EventName.RUN_FAILED, run_id, failed)
        return
    said = None if failed is None else journal.said(EventName.RUN_FAILED, run_id, failed)
    # Who takes a run for dead removes its record from the bucket, while it may still be putting.
    do, record = operations_in(folder, journal), staged.read_bytes()
    try:
        forgotten = carry_out(forgetting(run_id, said, record), do)
    except (OutputFull, OutputUnusable, RunFailed):
        # The disk that failed the run can fail this line, too. What is left goes nevertheless.
        if carry_out(forgetting(run_id, None, record), do):
            remove_tree(staging)
        raise
    if forgotten:
        remove_tree(staging)


def recover(folder: OutputFolder, settings: Housekeeping, journal: Journal) -> None:
    """Settles what an interrupted run has left; called under the lock before a new run starts.

    The staging folder of a run is there until all has come to its end that the run has begun. So
    where there is none, the newest run has removed every shard with a row that went; in a bucket
    another machine may have begun what this one does not see.
    """
    do = operations_in(folder, journal)
    interrupted = sorted(folder.staging.iterdir()) if folder.staging.exists() else []
    for staging in interrupted:
        if staging.is_symlink() or not staging.is_dir():  # no run of ours
            staging.unlink()
            continue
        if layout.is_run_id(staging.name):
            data = {"error": "interrupted"}
            said = journal.said(EventName.RUN_FAILED, staging.name, data)
            staged = staging / layout.STAGED_RECORD
            record = staged.read_bytes() if staged.is_file() else None
            carry_out(settling(staging.name, said, record), do)
            remove_unnamed(folder, journal, staging.name)
    settle_unnamed(folder, journal)
    came_to_its_end = not interrupted and folder.mirror is None
    remove_replaced(folder, settings, journal, frozenset[str]() if came_to_its_end else None)
    # Last: killed before, the next one finds that a run was interrupted, and looks again.
    for staging in interrupted:
        remove_tree(staging)


def announcements(events: Iterable[Event]) -> dict[str, str]:
    """Run → SHA-256 of its record, as the ledger says; without runs that failed after all."""
    return {run: one.record_sha256 for run, one in told_by(events).announced.items()}
