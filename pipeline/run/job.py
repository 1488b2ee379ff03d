"""A whole run: sources → gate → redact → write → audit."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Protocol

from pipeline.audit.ledger import EventName, Ledger
from pipeline.config import Config, PseudonymKey, load_key
from pipeline.eligibility.policy import Policy, parse_policy
from pipeline.engines.local import Job, LocalEngine
from pipeline.engines.serving import forbid_core_dumps
from pipeline.engines.stopping import Stop
from pipeline.errors import ClearshardError, ConfigError, RunFailed, SourceUnavailable
from pipeline.records import Counts, RunRecord, StagedUnit, utc_text
from pipeline.redaction.redactor import redactor_digest
from pipeline.run import PRELOAD
from pipeline.run.containers import ContainerReader
from pipeline.run.finish import Finisher
from pipeline.run.folder import OutputFolder, locked, visible_records
from pipeline.run.intake import Intake, take_in
from pipeline.run.outcomes import OutcomeWriter
from pipeline.run.publish import announce, make_visible, recover, tidy
from pipeline.run.units import split, units_of
from pipeline.run.work import WorkSettings, give_up, make_work
from pipeline.shards.assemble import ShardSizes
from pipeline.shards.staging import Stamp
from pipeline.storage import output_errors, remove_tree

VERSION = metadata.version("clearshard")


class Progress(Protocol):
    """Told what happens; shows counts, never content."""

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        """All files of the manifest have been decided."""

    def redacted(self, written: int, quarantined: int, words: int) -> None:
        """Some more eligible files have been worked on."""

    def finishing(self) -> None:
        """The registry is read again, shards and decisions are written."""

    def note(self, message: str) -> None:
        """Something that the user should know."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line adds to a configuration.

    Attributes:
        out: The output folder.
        as_of: The moment that the rules are evaluated at.
        workers: Number of worker processes.
        dry_run: Decide and redact, but leave nothing behind.
    """

    out: Path
    as_of: datetime
    workers: int
    dry_run: bool


def run(
    config: Config,
    options: RunOptions,
    progress: Progress,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
) -> RunRecord:
    """Runs the whole pipeline and returns the record of the run that is now visible.

    Raises:
        ClearshardError: Whatever kept the run from becoming visible; nothing is half visible.
        Interrupted: Somebody asked it to stop.
    """
    forbid_core_dumps()
    policy = parse_policy(*config.policy_text())
    stamp = Stamp(policy.digest, redactor_digest(config))
    with locked(options.out) as folder, output_errors(options.out):
        recover(folder, clock)
        job = _Job(config, options, policy, stamp, folder, progress, clock, stop or Stop())
        try:
            record = job.finish()
            if options.dry_run:
                remove_tree(job.staging)
                return record
            announce(folder, record, clock)
        except BaseException as error:
            job.forget(error)
            raise
        try:
            make_visible(folder, record.run_id)
            tidy(folder, clock)
            remove_tree(job.staging)
        except OSError as error:
            raise RunFailed(
                f"run {record.run_id} is complete and announced, but publishing it was interrupted "
                f"({type(error).__name__}). The next run finishes it."
            ) from None
        return record


class _Job:
    """One run below its staging folder, up to the record that would make it visible."""

    def __init__(
        self,
        config: Config,
        options: RunOptions,
        policy: Policy,
        stamp: Stamp,
        folder: OutputFolder,
        progress: Progress,
        clock: Callable[[], datetime],
        stop: Stop,
    ) -> None:
        self._config = config
        self._stop = stop
        self._options = options
        self._policy = policy
        self._stamp = stamp
        self._progress = progress
        self._clock = clock
        self._folder = folder
        self._earlier = visible_records(folder)
        self._ledger = Ledger(folder.ledger)
        self._told_start = False
        self.run_id = f"{options.as_of:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self.staging = folder.staging / self.run_id

    def finish(self) -> RunRecord:
        """Decides, redacts, writes; returns what the run has come to."""
        started = self._clock()
        config, options, policy = self._config, self._options, self._policy
        scratch = self.staging / "scratch"
        scratch.mkdir(parents=True)
        registry = config.path(config.sources.registry)
        transcripts = config.path(config.sources.transcripts)
        if not transcripts.is_dir():
            # Otherwise every file would be `missing`, and an empty run would replace a good one.
            raise SourceUnavailable(f"sources.transcripts {transcripts} is not a folder")
        manifest = config.path(config.sources.manifest)
        intake = take_in(manifest, registry, policy, options.as_of, scratch)
        key = self._key()
        outcomes = scratch / "outcomes.arrow"
        units = self._redact(intake, WorkSettings(config, key, scratch, self._stamp), outcomes)
        self._progress.finishing()
        finished = Finisher(intake, outcomes, key, policy, options.as_of, registry).finish(
            units,
            ShardSizes(config.output.target_shard_bytes, config.output.row_group_bytes),
            self.staging / "shards",
            self.staging / "decisions",
        )
        remove_tree(scratch)
        return RunRecord(
            run_id=self.run_id,
            clearshard_version=VERSION,
            as_of=utc_text(options.as_of),
            started_at=utc_text(started),
            finished_at=self._finished_at(),
            policy_digest=self._stamp.policy_digest,
            policy_toml=policy.toml,
            redactor_digest=self._stamp.redactor_digest,
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
            superseded=tuple(record.run_id for record in self._earlier),
        )

    def _finished_at(self) -> str:
        """Now, or just after the last run if the clock went back: it puts runs in their order."""
        now = self._clock()
        if self._earlier:
            last = datetime.fromisoformat(self._earlier[-1].finished_at)
            now = max(now, last + timedelta(microseconds=1))
        return utc_text(now)

    def forget(self, error: BaseException) -> None:
        """Removes what a failed run has left, and tells the ledger if it was told of the start."""
        remove_tree(self.staging)
        if self._told_start:
            data = {"error": type(error).__name__}
            # The disk that failed the run can fail this line too; the error itself matters more.
            with suppress(ClearshardError):
                self._ledger.append(EventName.RUN_FAILED, self.run_id, self._clock(), data)

    def _key(self) -> PseudonymKey:
        key, made = load_key(self._config, create=not self._earlier)
        if made is not None:
            self._progress.note(f"made a new pseudonym key: {made}. Keep it safe, and keep it.")
        if self._earlier and self._earlier[-1].key_id != key.key_id:
            problem = f"keys.file → is not the key of the earlier runs in {self._options.out}"
            raise ConfigError("configuration", [problem])
        return key

    def _redact(self, intake: Intake, settings: WorkSettings, outcomes: Path) -> list[StagedUnit]:
        config = self._config
        root = config.path(config.sources.transcripts)
        counts = _count(intake)
        self._progress.decided(counts.seen, counts.written, counts.excluded, counts.quarantined)
        limits = config.limits
        reader = ContainerReader(limits, self._stop)
        work = (
            unit
            for number, batch in enumerate(intake.batches())
            for unit in units_of(number, batch, root, limits.max_transcript_bytes, reader.read)
        )
        bounds = (limits.seconds_per_file, limits.worker_memory_bytes)
        job = Job(make_work, (settings,), split, give_up, *bounds, PRELOAD)
        staged: list[StagedUnit] = []
        with reader, OutcomeWriter(outcomes) as writer:
            for result in LocalEngine(self._options.workers, self._stop).map(job, work):
                self._tell_start()
                writer.add(result)
                if result.staged is not None:
                    staged.append(result.staged)
                written, quarantined = len(result.written), len(result.quarantined)
                self._progress.redacted(written, quarantined, result.word_count)
        self._tell_start()
        return staged

    def _tell_start(self) -> None:
        """Tells the ledger once work has begun: bad input leaves no trace in the folder."""
        if self._told_start or self._options.dry_run:
            return
        self._told_start = True
        self._ledger.append(
            EventName.RUN_STARTED,
            self.run_id,
            self._clock(),
            {
                "as_of": utc_text(self._options.as_of),
                "policy_digest": self._stamp.policy_digest,
                "redactor_digest": self._stamp.redactor_digest,
                "clearshard_version": VERSION,
            },
        )


def _count(intake: Intake) -> Counts:
    """Provisional counts; `written` is what is eligible so far."""
    seen = excluded = quarantined = 0
    for batch in intake.batches():
        seen += len(batch)
        excluded += int((batch.reason_bits != 0).sum())
        quarantined += sum(reason is not None for reason in batch.quarantine)
    return Counts(
        seen=seen,
        written=seen - excluded - quarantined,
        excluded=excluded,
        quarantined=quarantined,
    )
