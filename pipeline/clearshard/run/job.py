"""A whole run: its stages in their order, and what becomes of it if one fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from clearshard import layout
from clearshard.audit.named import named_files
from clearshard.audit.reading import record_paths
from clearshard.config import Config
from clearshard.engines.serving import forbid_core_dumps
from clearshard.engines.stopping import Stop
from clearshard.errors import (
    IntegrityError,
    OutputFull,
    OutputUnusable,
    RunFailed,
    RunLocked,
    SourceUnavailable,
    StoreError,
    StoreUnavailable,
)
from clearshard.records.run import RunRecord
from clearshard.run.accepted import accept
from clearshard.run.examined import Examination, examined_here
from clearshard.run.intake import tables_of
from clearshard.run.journal import open_journal
from clearshard.run.options import Progress, RunOptions
from clearshard.run.output.folder import Kind, locked, require_nothing_added
from clearshard.run.output.publish import announcements, why_lost
from clearshard.run.output.writer import ManifestChanged
from clearshard.run.stages.assemble import assemble
from clearshard.run.stages.compare import compare
from clearshard.run.stages.decide import decide
from clearshard.run.stages.match import match
from clearshard.run.stages.publish import Announced, announce, publish, receipt, remove, sweep
from clearshard.run.stages.record import Recorded, record
from clearshard.run.stages.redact import redact
from clearshard.run.stages.remember import remember
from clearshard.run.stages.settle import settle
from clearshard.run.stages.stage import Observer, nobody
from clearshard.run.stages.this_run import Given, ThisRun
from clearshard.run.stages.unchanged import Unchanged
from clearshard.run.stages.withhold import withhold
from clearshard.storage.failures import output_errors
from clearshard.storage.files import remove_tree

#: In their order. One that has nothing to write ends with the comparison, and sweeps.
STAGES = (
    settle,
    decide,
    remember,
    match,
    redact,
    withhold,
    compare,
    assemble,
    record,
    announce,
    publish,
    remove,
    receipt,
    sweep,
)
#: A manifest that changes this often while a run is in progress is being written all the time.
_MAX_READINGS = 5


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has come to.

    Attributes:
        record: The record of the run that is now visible.
        unchanged: Whether it is the one that was visible before: nothing had to be done.
        stale: Transcripts in the shards that an earlier redactor redacted.
        redacted_words: Words of the transcripts that it has redacted itself, and not taken over.
        ledger_head: Hash of the newest event of the ledger, to be kept elsewhere.
    """

    record: RunRecord
    unchanged: bool
    stale: int
    redacted_words: int
    ledger_head: str | None = None


def run(
    config: Config,
    options: RunOptions,
    progress: Progress,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
    disk_now_ns: Callable[[], int] = time.time_ns,
    examination: Examination | None = None,
    observer: Observer = nobody,
) -> RunResult:
    """Runs the whole pipeline.

    Args:
        config: What is to be done.
        options: What the command line adds.
        progress: Told what happens.
        clock: Says when it is.
        stop: Asked whether to stop.
        disk_now_ns: The clock of the file system that transcripts lie on: what was changed just
            now may change again before it ticks.
        examination: Of how redaction is configured, if it was begun already. It is waited for when
            it is needed; before the output folder is touched, unless that holds a run.
        observer: Told the name of each of `STAGES` as it begins.

    Raises:
        ClearshardError: Whatever kept the run from becoming visible; nothing is half visible.
        Interrupted: Somebody asked it to stop.
    """
    forbid_core_dumps()
    accepted = accept(config)
    for told in accepted.told:
        progress.note(told)
    examination = examination or examined_here(config)
    if not record_paths(options.out):
        examination()
    kind = Kind.REHEARSALS if options.replay else Kind.RUNS
    with (
        locked(options.out, kind, config.output.bucket) as (found, lock),
        output_errors(options.out),
    ):
        journal = open_journal(found, config, clock, progress.note, options.agent)
        folder = found.opened(config, clock, progress.note)
        this = settle(
            Given(
                config,
                options,
                accepted,
                examination,
                folder,
                journal,
                progress,
                stop or Stop(),
                disk_now_ns,
                observer,
            )
        )
        try:
            made = _make(this)
            if options.dry_run:
                remove_tree(this.staging)
                return _result(this, made)
            lock.require()
            events = tuple(journal.events())
            require_nothing_added(folder, announcements(events), named_files(events))
            if isinstance(made, Unchanged):
                this.events.unchanged(made.intake, this.visible[-1].run_id)
                end: Unchanged | Announced = made
            else:
                end = announce(this, made)
        except BaseException as error:
            is_gone = isinstance(error, OSError | IntegrityError)
            overtaken = is_gone and why_lost(this.run_id, journal, this.began)
            this.events.failed(error, folder)
            if overtaken:
                raise RunLocked(overtaken) from None
            raise
        try:
            if isinstance(end, Announced):
                sweep(this, receipt(this, remove(this, publish(this, end))))
            else:
                sweep(this, receipt(this, end))
        except (OSError, StoreError, OutputFull, OutputUnusable) as error:
            # A bucket that does not answer is come back to later, by whoever goes by exit codes.
            how = StoreUnavailable if isinstance(error, StoreUnavailable) else RunFailed
            raise how(
                f"run {end.record.run_id} is complete and announced, but publishing it was "
                f"interrupted ({type(error).__name__}). The next run finishes it."
            ) from None
        return replace(_result(this, made), ledger_head=journal.head)


def _make(this: ThisRun) -> Recorded | Unchanged:
    """Everything up to the record that would make the run visible.

    If the manifest changes meanwhile, all is decided again on what it says now; what is redacted
    already is known by its content, as after a kill.
    """
    started = this.given.journal.clock()
    this.note_what_is_judged()
    for _ in range(_MAX_READINGS):
        try:
            return _make_of_this_manifest(this, started)
        except ManifestChanged:
            this.given.progress.note(
                "the file manifest changed during the run: every file is decided again"
            )
        for name in (layout.STAGED_SCRATCH, layout.STAGED_SHARDS, layout.STAGED_DECISIONS):
            remove_tree(this.staging / name)
    manifest = tables_of(this.given.config).manifest
    raise SourceUnavailable(
        f"file manifest {manifest}: changes all the time; run again when its export has finished"
    )


def _make_of_this_manifest(this: ThisRun, started: datetime) -> Recorded | Unchanged:
    decided = decide(this)
    known = remember(this, decided)
    if isinstance(known, Unchanged):
        return known
    matched = match(this, decided, known)
    redacted = redact(this, decided, known, matched)
    writable = withhold(this, decided, known, matched, redacted)
    compared = compare(this, decided, known, matched, writable)
    if isinstance(compared, Unchanged):
        return compared
    assembled = assemble(this, decided, known, writable, compared)
    return record(this, started, decided, known, writable, assembled)


def _result(this: ThisRun, made: Recorded | Unchanged) -> RunResult:
    unchanged = isinstance(made, Unchanged)
    return RunResult(made.record, unchanged, made.stale, this.worked.words)
