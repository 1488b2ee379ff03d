"""Decide: every file of the manifest is decided, before any content is opened."""

from dataclasses import dataclass
from pathlib import Path

from clearshard import layout
from clearshard.records.run import Counts
from clearshard.run.intake import Intake, Tables, tables_of, take_in
from clearshard.run.located import Transcripts, transcripts_of
from clearshard.run.options import Progress
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun


@dataclass(frozen=True, slots=True)
class Decided:
    """Provisional decisions.

    Attributes:
        intake: The decisions.
        tables: What they were read from.
        transcripts: Where the transcripts are.
        scratch: A folder to work in.
    """

    intake: Intake
    tables: Tables
    transcripts: Transcripts
    scratch: Path


@Stage
def decide(run: ThisRun) -> Decided:
    """Reads manifest and registry, and decides.

    Raises:
        SourceUnavailable: The transcripts are not there, or a table cannot be used.
        RegistryStale: The registry is too old.
        IntegrityError: What was purged cannot be told.
    """
    config = run.given.config
    scratch = run.staging / layout.STAGED_SCRATCH
    scratch.mkdir(parents=True)
    transcripts = transcripts_of(config)
    transcripts.require_there()
    tables = tables_of(config)
    policy, tombstones = run.given.accepted.policy, run.tombstones()
    intake = take_in(tables, policy, run.moments.now(), scratch, tombstones=tombstones)
    _show(intake, run.given.progress)
    return Decided(intake, tables, transcripts, scratch)


def _show(intake: Intake, progress: Progress) -> None:
    counts = _count(intake)
    for sentence in (*intake.unread, *intake.hints.told):
        progress.note(sentence)
    progress.decided(counts.seen, counts.written, counts.excluded, counts.quarantined)


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
