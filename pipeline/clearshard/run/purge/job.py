"""A whole purge: its stages in their order, and what becomes of it if one fails."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from clearshard import layout
from clearshard.audit.named import named_files
from clearshard.audit.receipts import receipt_of
from clearshard.audit.tombstones import without_receipt
from clearshard.config import Config
from clearshard.engines.stopping import Stop
from clearshard.errors import (
    ClearshardError,
    IntegrityError,
    OutputFull,
    OutputUnusable,
    RunFailed,
    RunLocked,
    StoreError,
    StoreUnavailable,
)
from clearshard.lifecycle.purge.asked import Asked
from clearshard.lifecycle.purge.plan import PurgePlan
from clearshard.records.receipt import Receipt
from clearshard.records.times import utc_text
from clearshard.run.accepted import accept
from clearshard.run.journal import open_journal
from clearshard.run.options import Progress, RunOptions
from clearshard.run.output.folder import Kind, kind_of, locked, require_nothing_added
from clearshard.run.output.lock import Held
from clearshard.run.output.publish import announcements, forget, why_lost
from clearshard.run.output.receipts import finish_tombstones, hand_out_for_tombstones
from clearshard.run.output.tombstones import remove_unnamed
from clearshard.run.purge.stages import Buried, bury, choose, enter, rewrite
from clearshard.run.stages.publish import (
    Announced,
    announce,
    publish,
    receipt,
    remove,
    remove_checkpoints,
    sweep,
)
from clearshard.run.stages.settle import settle
from clearshard.run.stages.stage import Observer, nobody
from clearshard.run.stages.this_run import Given, ThisRun
from clearshard.storage.failures import output_errors
from clearshard.storage.files import remove_tree

#: In their order. One that finds nothing ends with `choose`; one that finds nothing in the shards
#: ends with `bury`.
STAGES = (settle, choose, bury, rewrite, enter, announce, publish, remove, receipt, sweep)


@dataclass(frozen=True, slots=True)
class PurgeResult:
    """What a purge has come to.

    Attributes:
        plan: What it has taken out.
        receipt: That it is gone; None where there was nothing to do.
        ledger_head: Hash of the newest event of the ledger, to be kept elsewhere.
    """

    plan: PurgePlan
    receipt: Receipt | None
    ledger_head: str | None


def purge(
    config: Config,
    options: RunOptions,
    asked: Asked,
    progress: Progress,
    clock: Callable[[], datetime],
    observer: Observer = nobody,
) -> PurgeResult:
    """Takes out of the shards what was asked for, and keeps it out.

    Args:
        config: Names the keys, and the registry if that is asked.
        options: Where, as of when, and by whom. In a folder of rehearsals it is one.
        asked: Of whom it is.
        progress: Told what happens.
        clock: Says when it is.
        observer: Told the name of each of `STAGES` as it begins.

    Raises:
        OutputUnusable: There is no output in the folder.
        ClearshardError: Whatever kept it from being published. What it keeps out stays out: the
            next run or purge removes it.
    """
    accepted = accept(config)
    kind = kind_of(options.out, config.output.bucket)
    options = replace(options, replay=kind is Kind.REHEARSALS)
    with (
        locked(options.out, kind, config.output.bucket) as (found, lock),
        output_errors(options.out),
    ):
        journal = open_journal(found, config, clock, progress.note, options.agent)
        folder = found.opened(config, clock, progress.note)
        run = settle(
            Given(
                config,
                options,
                accepted,
                _no_examination,
                folder,
                journal,
                progress,
                Stop(),
                time.time_ns,
                observer,
            )
        )
        started_at = utc_text(clock())
        try:
            doomed = choose(run, asked)
            if doomed.chosen.is_nothing:
                # Nobody can tell whose work a killed run has left.
                run.staging.mkdir(parents=True)
                remove_checkpoints(run)
                remove_tree(run.staging)
                finish_tombstones(folder, journal, run.began)
                return PurgeResult(doomed.plan, None, journal.head)
            end = _buried(run, lock, bury(run, doomed), started_at)
        except BaseException as error:
            is_gone = isinstance(error, OSError | IntegrityError)
            overtaken = is_gone and why_lost(run.run_id, journal, run.began)
            # The disk that failed the purge can fail this too; the error itself matters more.
            with suppress(ClearshardError, OSError):
                _failed(run, error)
            if overtaken:
                raise RunLocked(overtaken) from None
            raise
        if end is not None:
            _finish(run, end)
        made = receipt_of(folder.root, journal.events(), run.run_id)
        return PurgeResult(doomed.plan, made, journal.head)


def _buried(run: ThisRun, lock: Held, buried: Buried, started_at: str) -> Announced | None:
    """Everything up to the announcement; None where nothing has to be published."""
    folder, journal = run.given.folder, run.given.journal
    if not len(buried.chosen.rows):
        # A killed run may have redacted what is in no shard yet.
        remove_checkpoints(run)
        left, of = without_receipt(tuple(journal.events())), str(buried.chosen.asked.of)
        placed = [one for one in left if one.seq <= run.began or one.run_id == run.run_id]
        hand_out_for_tombstones(folder, journal, run.run_id, of, placed)
        remove_tree(run.staging)
        return None
    made = enter(run, started_at, rewrite(run, buried))
    lock.require()
    events = tuple(journal.events())
    require_nothing_added(folder, announcements(events), named_files(events))
    return announce(run, made)


def _failed(run: ThisRun, error: BaseException) -> None:
    """Removes what a purge has left that failed; what it keeps out already stays out."""
    folder, journal = run.given.folder, run.given.journal
    remove_unnamed(folder, journal, run.run_id)
    told = layout.tombstones(run.run_id) in named_files(journal.events())
    forget(folder, run.run_id, journal, {"error": type(error).__name__} if told else None)
    if told:
        run.given.progress.note(
            "what was named is kept out from now on, and may still be in the shards: run or purge "
            "again"
        )


def _finish(run: ThisRun, announced: Announced) -> None:
    try:
        sweep(run, receipt(run, remove(run, publish(run, announced))))
    except (OSError, StoreError, OutputFull, OutputUnusable) as error:
        how = StoreUnavailable if isinstance(error, StoreUnavailable) else RunFailed
        raise how(
            f"purge {run.run_id} is complete and announced, but publishing it was interrupted "
            f"({type(error).__name__}). The next run or purge finishes it."
        ) from None


def _no_examination() -> NoReturn:
    raise AssertionError("a purge redacts nothing")
