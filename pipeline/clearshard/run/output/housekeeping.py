"""What a job leaves behind is swept when its time is over; the ledger says what was.

Temporary files have no lifetime: under the lock nobody else writes them, so whatever is there was
left by a crash. Checkpoints have one for runs that never succeed; one that becomes visible removes
them. Of a replaced run the record and the decisions can go, once no run that stays goes on reading
what it has written; that it ran, and the digest of its record, stay in the ledger for good.
"""

import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import replaced_shards
from clearshard.config import Housekeeping
from clearshard.run.journal import Journal
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.publish import announcements
from clearshard.run.output.steps import Delete, Names
from clearshard.storage.files import remove_tree, temporary_name
from clearshard.storage.local import LocalStore


def sweep_leftovers(
    folder: OutputFolder, settings: Housekeeping, run_id: str, journal: Journal
) -> None:
    """Removes temporary files, and checkpoints that are too old to be used."""
    for inside in (folder.root, folder.root / layout.RUNS, folder.ledger.parent):
        for path in inside.glob(temporary_name("*")):
            if path.is_dir() and not path.is_symlink():
                remove_tree(path)
            else:
                path.unlink()
    LocalStore(folder.root).sweep()
    if folder.mirror is not None:
        folder.mirror.store.sweep()
    oldest = (journal.clock() - timedelta(days=settings.keep_checkpoints_days)).timestamp()
    count = size = 0
    for path in folder.checkpoints.iterdir() if folder.checkpoints.is_dir() else ():
        with suppress(FileNotFoundError):  # a worker whose run was killed may still be renaming
            status = path.lstat()
            # Whatever else is there was put there: it is told of, and not removed.
            if stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
                path.unlink()
                count, size = count + 1, size + status.st_size
    if count:
        data = {"files": count, "bytes": size}
        journal.tell(EventName.CHECKPOINTS_SWEPT, run_id, data)


def sweep_runs(folder: OutputFolder, settings: Housekeeping, journal: Journal) -> None:
    """Removes records and decisions of replaced runs that ended too long ago.

    The ledger is told first: a run that it calls swept and that is still there was interrupted, and
    the next one finishes it.
    """
    if settings.keep_runs_days is None:
        return
    oldest = journal.clock() - timedelta(days=settings.keep_runs_days)
    runs = visible_runs(folder.root)
    announced = announcements(journal.events())
    left = {shard.name for shard in replaced_shards(folder.root, runs)}

    def may_go(run: VisibleRun) -> bool:
        return (
            run.finished_at < oldest
            and run.run_id in runs[-1].record.superseded
            # Its shards stay for who reads them: its record accounts for them.
            and not any(shard.name in left for shard in run.record.shards)
            # One that was edited is evidence, which `audit verify` tells of.
            and announced.get(run.run_id) == run.sha256
        )

    for run in _not_needed(runs, may_go):
        data = {"record_sha256": run.sha256, "finished_at": run.record.finished_at}
        journal.tell(EventName.RUN_SWEPT, run.run_id, data)
        _remove(folder, journal, run.run_id)


def _not_needed(
    runs: Sequence[VisibleRun], may_go: Callable[[VisibleRun], bool]
) -> list[VisibleRun]:
    """Runs that may go and whose decisions no run reads that stays, oldest first."""
    read: set[str] = set()
    going = []
    for run in reversed(runs):
        if run is not runs[-1] and may_go(run) and run.run_id not in read:
            going.append(run)
        else:
            read.update(file.run_id for file in run.record.decisions)
    return going[::-1]


def table_outlives(
    run: VisibleRun, runs: Sequence[VisibleRun], settings: Housekeeping, now: datetime
) -> bool:
    """Whether the table that a run's decisions are changes to is of a run whose time is over.

    As long as changes to it are made, that run stays; so its table is to be written anew.

    Args:
        run: The run.
        runs: All that there are.
        settings: How long runs are kept.
        now: The time.
    """
    if settings.keep_runs_days is None:
        return False
    wrote = {file.run_id for file in run.record.decisions[:1]}
    oldest = now - timedelta(days=settings.keep_runs_days)
    return any(one.finished_at < oldest for one in runs if one.run_id in wrote)


def finish_sweeps(folder: OutputFolder, journal: Journal) -> None:
    """Removes what an interrupted sweep has announced and not done."""
    for event in journal.events():
        if event.event == EventName.RUN_SWEPT:
            _remove(folder, journal, event.run_id)


def _remove(folder: OutputFolder, journal: Journal, run_id: str) -> None:
    do = operations_in(folder, journal)
    for name in do(Names(layout.decisions(run_id))):
        do(Delete(name))
    remove_tree(folder.decisions(run_id))
    # The record goes last: as long as it is there, what is left of the run is accounted for.
    do(Delete(layout.record(run_id)))
