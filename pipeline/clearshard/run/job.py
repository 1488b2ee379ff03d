"""A whole run: sources → gate → redact → write → audit."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.reading import VisibleRun, record_paths, visible_runs
from clearshard.config import Config
from clearshard.eligibility.moment import Moment
from clearshard.engines.choice import engine_of
from clearshard.engines.engine import Job
from clearshard.engines.serving import forbid_core_dumps
from clearshard.engines.stopping import Stop
from clearshard.errors import (
    ClearshardError,
    ConfigError,
    IntegrityError,
    OutputFull,
    OutputUnusable,
    RunFailed,
    RunLocked,
    SourceUnavailable,
    StoreError,
)
from clearshard.keys import PseudonymKey, load_pseudonym_key
from clearshard.records.run import Counts, RunRecord
from clearshard.records.tasks import Row, StagedUnit, WorkUnit
from clearshard.records.times import utc_text
from clearshard.run import PRELOAD
from clearshard.run.accepted import Accepted, accept
from clearshard.run.agent import Agent, this_agent
from clearshard.run.assigned import WorkSettings, give_up, make_work
from clearshard.run.before import Before
from clearshard.run.container_rows import ContainerRows, in_containers
from clearshard.run.containers import ContainerReader
from clearshard.run.examined import Examination, examined_here
from clearshard.run.finish import Finisher, ManifestChanged
from clearshard.run.folder import Kind, OutputFolder, locked, require_nothing_added
from clearshard.run.housekeeping import (
    finish_sweeps,
    sweep_leftovers,
    sweep_runs,
    table_outlives,
)
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.run.journal import Journal, open_journal
from clearshard.run.outcomes import OutcomeWriter, read_outcomes
from clearshard.run.publish import announce, announcements, forget, make_visible, recover, why_lost
from clearshard.run.recorded import redaction_terms
from clearshard.run.replaced import remove_replaced
from clearshard.run.resume.gather import gather, rows_by_source
from clearshard.run.resume.judge import Judge
from clearshard.run.resume.looking import Look, looking
from clearshard.run.resume.looks import read_looks
from clearshard.run.resume.recall import NO_WISHES, Remembered, Wishes, newest_believed, recall
from clearshard.run.resume.seen_shards import SeenShards
from clearshard.run.resume.standing import NOTE, Standing, confirm, records_to_work_on
from clearshard.run.shared import withhold
from clearshard.run.units import cut, split, units_of
from clearshard.shards.assemble import ShardCut
from clearshard.shards.pseudonyms import doc_key
from clearshard.shards.reuse import without_rows
from clearshard.shards.staging import Seal
from clearshard.storage.failures import output_errors
from clearshard.storage.files import remove_tree

VERSION = metadata.version("clearshard")
_CONFIRMED, _LOOKS, _MEMORY = "confirmed.arrow", "looks.arrow", "memory"
_SCRATCH = layout.STAGED_SCRATCH
_SHARDS, _DECISIONS = layout.STAGED_SHARDS, layout.STAGED_DECISIONS
#: A manifest that changes this often while a run is in progress is being written all the time.
_MAX_READINGS = 5
#: The time of the command's start is no moment of the past that somebody asked for.
_NOT_MEANT_AS_PAST = timedelta(minutes=5)


class Progress(Protocol):
    """Told what happens; shows counts, never content."""

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        """All files of the manifest have been decided."""

    def redacted(self, written: int, quarantined: int, deleted: int, words: int) -> None:
        """Some more eligible files have been worked on."""

    def finishing(self) -> None:
        """Registry and time are taken again, shards and decisions are written."""

    def note(self, message: str) -> None:
        """Something that the user should know."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line adds to a configuration.

    Attributes:
        out: The output folder.
        as_of: The moment that the rules are evaluated at, or the clock's if that is later.
        workers: Number of worker processes.
        dry_run: Decide and redact, but leave nothing behind.
        wishes: What is to be done again although nothing has changed.
        accept_drop: Publish, however much of what the run before has written is gone.
        agent: Who runs, and where: for the record and the ledger, and of no other effect.
        replay: Rehearse: everything is judged as if `as_of` were now, whatever the clock says. Only
            in a folder of rehearsals.
    """

    out: Path
    as_of: datetime
    workers: int
    dry_run: bool
    wishes: Wishes = NO_WISHES
    accept_drop: bool = False
    replay: bool = False
    agent: Agent = field(default_factory=this_agent)


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
    with locked(options.out, kind) as (folder, lock), output_errors(options.out):
        journal = open_journal(folder, config, clock, progress.note, options.agent)
        began = journal.newest_seq
        recover(folder, config.housekeeping, journal)
        finish_sweeps(folder, journal)
        job = _Job(
            config,
            options,
            accepted,
            examination,
            folder,
            progress,
            journal,
            stop or Stop(),
            disk_now_ns,
        )
        sweep_leftovers(folder, config.housekeeping, job.run_id, journal)
        require_nothing_added(folder, announcements(journal.events()))
        try:
            result = job.finish()
            if options.dry_run:
                remove_tree(job.staging)
                return result
            lock.require()
            require_nothing_added(folder, announcements(journal.events()))
            if result.unchanged:
                job.tell_unchanged()
            else:
                announce(folder, result.record, journal, began)
        except BaseException as error:
            overtaken = isinstance(error, OSError) and why_lost(job.run_id, journal, began)
            job.forget(error)
            if overtaken:
                raise RunLocked(overtaken) from None
            raise
        record = result.record
        try:
            if not result.unchanged:
                make_visible(folder, record, journal)
                remove_replaced(folder, config.housekeeping, journal)
            # Out of the way first: a worker of a killed run may still be about to write there.
            folder.checkpoints.rename(job.staging / layout.STAGED_CHECKPOINTS)
            remove_tree(job.staging)
            sweep_runs(folder, config.housekeeping, journal)
        except (OSError, StoreError, OutputFull, OutputUnusable) as error:
            raise RunFailed(
                f"run {record.run_id} is complete and announced, but publishing it was interrupted "
                f"({type(error).__name__}). The next run finishes it."
            ) from None
        return replace(result, ledger_head=journal.head)


class _Job:
    """One run below its staging folder, up to the record that would make it visible."""

    def __init__(
        self,
        config: Config,
        options: RunOptions,
        accepted: Accepted,
        examination: Examination,
        folder: OutputFolder,
        progress: Progress,
        journal: Journal,
        stop: Stop,
        disk_now_ns: Callable[[], int],
    ) -> None:
        self._config = config
        self._disk_now_ns = disk_now_ns
        self._stop = stop
        self._options = options
        self._accepted = accepted
        self._policy = accepted.policy
        self._examination = examination
        self._progress = progress
        self._journal = journal
        self._folder = folder
        self._visible = visible_runs(folder.root)
        self._told_start = False
        self._read: dict[str, str] = {}
        # A rehearsal has no other clock than the moment that it is for.
        self._latest = options.as_of if options.replay else journal.clock()
        self._not_before = options.as_of
        if not options.replay and journal.newest_at is not None:
            self._not_before = max(options.as_of, journal.newest_at)
        self._redacted_here: set[str] = set()
        self._redacted_words = 0
        self.run_id = f"{self._moment().latest:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self.staging = folder.staging / self.run_id

    def finish(self) -> RunResult:
        """Decides, redacts, writes; returns what the run has come to.

        If the manifest changes meanwhile, all is decided again on what it says now; what is
        redacted already is known by its content, as after a kill.
        """
        started = self._journal.clock()
        self._tell_what_is_judged()
        for _ in range(_MAX_READINGS):
            try:
                return self._finish_on_this_manifest(started)
            except ManifestChanged:
                self._progress.note(
                    "the file manifest changed during the run: every file is decided again"
                )
            for name in (_SCRATCH, _SHARDS, _DECISIONS):
                remove_tree(self.staging / name)
        manifest = tables_of(self._config).manifest
        raise SourceUnavailable(
            f"file manifest {manifest}: changes all the time; run again when its export has "
            "finished"
        )

    def _finish_on_this_manifest(self, started: datetime) -> RunResult:
        config, options, policy = self._config, self._options, self._policy
        scratch = self.staging / _SCRATCH
        scratch.mkdir(parents=True)
        transcripts = config.path(config.sources.transcripts)
        if not transcripts.is_dir():
            # Otherwise every file would be `missing`, and an empty run would replace a good one.
            raise SourceUnavailable(f"sources.transcripts {transcripts} is not a folder")
        tables = tables_of(config)
        intake = take_in(tables, policy, self._moment(), scratch)
        self._tell_decided(intake)
        looks = scratch / _LOOKS
        look = Look(intake.listing, transcripts, config.limits, self._disk_now_ns())
        with looking(look, intake.manifest.row_count, looks, options.workers) as looked:
            examined = self._examination()
            key = self._key()
            seal = Seal(key, examined.redactor_digest, examined.promise_digest)
            newest = newest_believed(self._folder, self._visible, self._progress.note)
            seen = SeenShards(self._folder.root / layout.SEEN_SHARDS, key, self._disk_now_ns())
            remembered, before = recall(
                self._folder,
                newest,
                seal,
                options.wishes,
                seen,
                scratch / _MEMORY,
                self._progress.note,
            )
            if not options.dry_run:
                seen.save()
            remembered.ask_about(intake.listing)
            linked = looked()
        confirmed = self._confirm(intake, remembered, looks, key, scratch)
        standing = confirmed.standing
        checkpoints = scratch if options.dry_run else self._folder.checkpoints
        checkpoints.mkdir(exist_ok=True)
        outcomes = scratch / "outcomes.arrow"
        settings = WorkSettings(config, checkpoints, seal)
        made = self._redact(intake, looks, confirmed, settings, scratch, outcomes)
        outcomes, made, stale = self._withhold(
            intake, outcomes, linked, before, key, scratch, standing.stale, made
        )
        finisher = Finisher(intake, outcomes, looks, key, policy, self._moment, tables)
        self._progress.finishing()
        stays = rows_by_source(outcomes, len(remembered.sources))
        of_checkpoints = np.array([one.unit is not None for one in remembered.sources], np.bool_)
        rows_of_before = not made and not stays[of_checkpoints].any()
        if (
            before is not None
            and self._same_terms(before.run.record)
            and rows_of_before
            # The record says which redactor has looked at what is in it, and its decisions say at
            # which versions: the next run believes both.
            and before.run.record.redactor_digest == seal.redactor_digest
            and not standing.is_worth_a_record
            and finisher.changes_nothing(before, self._cut)
        ):
            return RunResult(before.run.record, True, stale, self._redacted_words)
        self._tell_start()
        # Should the manifest have changed: these are work of this run, not of an earlier one.
        paths = [str(one.path) for one in remembered.sources]
        reused = int(stays[[path not in self._redacted_here for path in paths]].sum())
        self._redacted_here.update(unit.path for unit in made)
        same_cut = before is not None and self._cut.is_of(before.run.record)
        kept = gather(
            remembered.sources, intake, outcomes, self._cut.period, scratch, same_cut=same_cut
        )
        finished = finisher.finish(
            [*made, *kept],
            self._cut,
            self.staging / _SHARDS,
            self.staging / _DECISIONS / layout.decisions_of(self.run_id),
            scratch,
            before,
            follow=before is not None and not self._outlives(before.run),
        )
        remove_tree(scratch)
        drop = finished.drop
        if not options.accept_drop:
            drop.require_within(config.limits.max_drop_share)
        record = RunRecord(
            run_id=self.run_id,
            clearshard_version=VERSION,
            as_of=utc_text(finished.judged_at),
            started_at=utc_text(started),
            finished_at=self._finished_at(),
            policy_digest=policy.digest,
            policy_toml=policy.toml,
            redactor_digest=seal.redactor_digest,
            manifest=intake.manifest,
            registry=intake.registry,
            registry_at_publish=finished.registry,
            taken_out=finished.taken_out,
            counts=finished.counts,
            reasons=finished.reasons,
            alerts={r: n for r, n in finished.reasons.items() if r in policy.alerts},
            redactions=dict(sorted(finished.contents.redactions.items())),
            word_count=finished.contents.word_count,
            decisions=finished.decisions,
            shards=finished.shards,
            key_id=key.key_id,
            superseded=tuple(run.run_id for run in self._visible),
            promise_digest=seal.promise_digest,
            reused=reused,
            stale=stale,
            target_shard_bytes=self._cut.target_shard_bytes,
            row_group_bytes=self._cut.row_group_bytes,
            shard_period=self._cut.period,
            below_published=self._accepted.below_published,
            below_default=self._accepted.below_default,
            rehearsal=options.replay,
            clock_skew_seconds=config.policy.clock_skew_seconds,
            gone=drop.others,
            files_before=drop.written,
            plugins=examined.plugins,
            drop_accepted=options.accept_drop,
            redaction=redaction_terms(config.redaction),
            max_quarantined_share=config.limits.max_quarantined_share,
            max_drop_share=config.limits.max_drop_share,
            actor=options.agent.actor,
            host=options.agent.host,
        )
        return RunResult(record, False, stale, self._redacted_words)

    def _outlives(self, before: VisibleRun) -> bool:
        """Whether the table of a run is kept for so long that another one is to be begun."""
        now = self._journal.clock()
        return table_outlives(before, self._visible, self._config.housekeeping, now)

    def tell_unchanged(self) -> None:
        """Tells the ledger that everything was decided again, and nothing came of it."""
        data = {
            "as_of": utc_text(self._moment().latest),
            "rehearsal": self._options.replay,
            "visible_run": self._visible[-1].run_id,
            **self._read,
            # What is redacted less than by default is in the record of the visible run.
            **{n: value for n, value in self._terms.items() if n == "below_published"},
        }
        self._journal.tell(EventName.RUN_UNCHANGED, self.run_id, data)

    def _moment(self) -> Moment:
        """When it is decided, asked anew: a run of hours must not judge by the hour it began.

        A clock that goes back makes nothing young again, also if it did before the run began: later
        than what the ledger was last told it is. What can have happened yet, the clock alone says.
        """
        if not self._options.replay:
            self._latest = max(self._latest, self._journal.clock())
        skew_seconds = self._config.policy.clock_skew_seconds
        return Moment(self._not_before, self._latest, skew_seconds)

    def _tell_what_is_judged(self) -> None:
        as_of = utc_text(self._options.as_of)
        if self._options.replay:
            self._progress.note(
                f"a rehearsal: everything is judged as if it were {as_of}. Its shards are for no "
                "training"
            )
        elif self._options.as_of < self._latest - _NOT_MEANT_AS_PAST:
            self._progress.note(
                f"{as_of} is past: what has expired or aged since then is judged as of now. "
                "`clearshard run --as-of T --replay` rehearses a moment of the past"
            )

    def _finished_at(self) -> str:
        """Now, or just after the last run if the clock went back: it puts runs in their order."""
        now = self._journal.clock()
        if self._visible:
            try:
                now = max(now, self._visible[-1].finished_at + timedelta(microseconds=1))
            except OverflowError:
                raise IntegrityError(
                    f"The record of run {self._visible[-1].run_id} says that it ended at the end "
                    "of time: it was edited. Restore it from a backup."
                ) from None
        return utc_text(now)

    @property
    def _terms(self) -> dict[str, Any]:
        """What the ledger is told of terms below the published ones; nothing if there are none."""
        accepted = self._accepted
        terms = {
            "below_published": msgspec.to_builtins(accepted.below_published),
            "below_default": list(accepted.below_default),
        }
        return {name: value for name, value in terms.items() if value}

    def _same_terms(self, record: RunRecord) -> bool:
        """Whether a run was told to be below the same things, for the same reasons."""
        accepted = self._accepted
        return (record.below_published, record.below_default) == (
            accepted.below_published,
            accepted.below_default,
        )

    def forget(self, error: BaseException) -> None:
        """Removes what a failed run has left, and tells the ledger if it was told of the start."""
        told = {"error": type(error).__name__} if self._told_start else None
        # The disk that failed the run can fail this too; the error itself matters more.
        with suppress(ClearshardError, OSError):
            forget(self._folder, self.run_id, self._journal, told)

    def _key(self) -> PseudonymKey:
        key, made = load_pseudonym_key(self._config, create=not self._visible)
        if made is not None:
            self._progress.note(f"made a new pseudonym key: {made}. Keep it safe, and keep it.")
        if self._visible and self._visible[-1].record.key_id != key.key_id:
            problem = f"keys.file → is not the key of the earlier runs in {self._options.out}"
            raise ConfigError("configuration", [problem])
        return key

    @property
    def _cut(self) -> ShardCut:
        output = self._config.output
        return ShardCut(output.target_shard_bytes, output.row_group_bytes, output.shard_period)

    def _confirm(
        self,
        intake: Intake,
        remembered: Remembered,
        looks: Path,
        key: PseudonymKey,
        scratch: Path,
    ) -> "_Confirmed":
        """Looks which transcripts are as they were, but for records of containers to be read."""
        judge = Judge(remembered, self._config, key)
        records = ContainerRows(scratch / "records", NOTE, intake.manifest.row_count)
        path, workers = scratch / _CONFIRMED, self._options.workers
        return _Confirmed(
            judge, confirm(intake, judge, looks, records, path, workers), records, path
        )

    def _tell_standing(self, remembered: Remembered, standing: Standing) -> None:
        counts = standing.written, standing.quarantined, standing.deleted
        if remembered or any(counts):
            self._progress.redacted(*counts, words=0)
        if not remembered:
            return
        self._progress.note(
            f"{standing.written:,} transcripts are as they were and are not redacted again"
        )
        if standing.stale:
            self._progress.note(
                f"{standing.stale:,} of them were redacted by an earlier redactor (other model, "
                "recognizers or code) and are kept; `clearshard run --redo-stale` redoes them"
            )

    def _withhold(
        self,
        intake: Intake,
        outcomes: Path,
        linked: frozenset[Row],
        before: Before | None,
        key: PseudonymKey,
        scratch: Path,
        stale: int,
        made: list[StagedUnit],
    ) -> tuple[Path, list[StagedUnit], int]:
        """Takes out files that are somebody else's too; what is left of outcomes, work, stale."""
        judged = scratch / "judged.arrow"
        contents = None if before is None else before.contents
        withheld = withhold(intake, outcomes, linked, contents, scratch, judged)
        if judged.exists():
            outcomes = judged
        keys = {doc_key(key, file.file_id) for file in withheld}
        if keys:
            stale -= sum(
                file.redactor_digest != self._examination().redactor_digest for file in withheld
            )
            made = [*without_rows(made, keys, scratch)]
        return outcomes, made, stale

    def _redact(
        self,
        intake: Intake,
        looks: Path,
        confirmed: "_Confirmed",
        settings: WorkSettings,
        scratch: Path,
        outcomes: Path,
    ) -> list[StagedUnit]:
        """Works on whatever is not confirmed; returns what shards can be made of."""
        limits = self._config.limits
        reader = ContainerReader(limits, self._stop)
        job = Job(
            make_work,
            (settings,),
            split,
            partial(give_up, settings),
            limits.seconds_per_file,
            limits.worker_memory_bytes,
            PRELOAD,
        )
        made: list[StagedUnit] = []
        digest = settings.seal.redactor_digest
        known = read_outcomes(confirmed.outcomes)
        writer = OutcomeWriter(outcomes, scratch / "in-any-order", digest, known)
        with reader, writer:
            units = self._units(intake, looks, confirmed, reader, writer)
            engine = engine_of(self._options.workers, self._stop)
            for result in engine.map(job, units):
                self._tell_start()
                writer.add(result)
                if result.staged is not None:
                    made.append(result.staged.below(settings.checkpoints))
                written, quarantined = len(result.written), len(result.quarantined)
                deleted = len(result.deleted)
                self._redacted_words += result.word_count
                self._progress.redacted(written, quarantined, deleted, result.word_count)
        return made

    def _units(
        self,
        intake: Intake,
        looks: Path,
        confirmed: "_Confirmed",
        reader: ContainerReader,
        writer: OutcomeWriter,
    ) -> Iterator[WorkUnit]:
        """Records of containers, as these are read, then files in the order of the manifest."""
        config, judge, standing = self._config, confirmed.judge, confirmed.standing
        root = config.path(config.sources.transcripts)
        opened = confirmed.records.read(reader.read, root, config.limits.max_transcript_bytes)
        yield from cut(records_to_work_on(opened, judge, standing, writer.put))
        self._tell_standing(judge.remembered, standing)
        by = config.output.shard_period
        for (number, batch), looked, known in zip(
            enumerate(intake.batches()),
            read_looks(looks),
            read_outcomes(confirmed.outcomes),
            strict=True,
        ):
            wanted = np.setdiff1d(looked.rows, known.rows, assume_unique=True)
            wanted = wanted[~in_containers(batch, wanted)]
            yield from units_of(number, batch, looked, by, wanted)

    def _tell_decided(self, intake: Intake) -> None:
        counts = _count(intake)
        self._read = {
            "manifest_sha256": intake.manifest.sha256,
            "registry_sha256": intake.registry.sha256,
        }
        for sentence in intake.unread:
            self._progress.note(sentence)
        self._progress.decided(counts.seen, counts.written, counts.excluded, counts.quarantined)

    def _tell_start(self) -> None:
        """Tells the ledger once work has begun: bad input leaves no trace in the folder."""
        if self._told_start or self._options.dry_run:
            return
        self._told_start = True
        self._journal.tell(
            EventName.RUN_STARTED,
            self.run_id,
            {
                "as_of": utc_text(self._moment().latest),
                "rehearsal": self._options.replay,
                "policy_digest": self._policy.digest,
                "redactor_digest": self._examination().redactor_digest,
                "clearshard_version": VERSION,
                **self._terms,
            },
        )


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """What is known of eligible files before any of them is worked on.

    Attributes:
        judge: Says what became of a transcript, by its content.
        standing: What is as it was, in numbers; complete once containers have been read.
        records: Records of containers that have to be read.
        outcomes: File with the outcomes of others, by batch.
    """

    judge: Judge
    standing: Standing
    records: ContainerRows
    outcomes: Path


def _count(intake: Intake) -> Counts:
    """Provisional counts; `written` is what is eligible so far."""
    seen = excluded = quarantined = 0
    for batch in intake.batches():
        seen += len(batch)
        excluded += int((batch.reason_bits != 0).sum())
        quarantined += int(batch.held.sum())
    return Counts(
        seen=seen,
        written=seen - excluded - quarantined,
        excluded=excluded,
        quarantined=quarantined,
    )
