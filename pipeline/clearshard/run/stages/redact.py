"""Redact: whatever is not as it was is read, redacted and staged by workers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clearshard.config import ShardPeriod
from clearshard.engines.choice import engine_of
from clearshard.records.tasks import StagedFile, WorkUnit
from clearshard.run.assigned import WorkSettings
from clearshard.run.container_rows import in_containers
from clearshard.run.containers import ContainerReader
from clearshard.run.contents import Contents, contents_of
from clearshard.run.crossing import job_of
from clearshard.run.options import Progress
from clearshard.run.outcomes import OutcomeWriter, read_outcomes
from clearshard.run.resume.kept_versions import wrongly_declared
from clearshard.run.resume.looks import read_looks
from clearshard.run.resume.matching import Standing, records_to_work_on
from clearshard.run.resume.remembered import Remembered
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.match import Matched
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.units import cut, units_of


@dataclass(frozen=True, slots=True)
class Redacted:
    """What became of eligible files.

    Attributes:
        outcomes: File that says so of each of them, by batch; see `clearshard.run.outcomes`.
        made: What workers of this run have made, in any order.
    """

    outcomes: Path
    made: tuple[StagedFile, ...]


@Stage
def redact(run: ThisRun, decided: Decided, known: Known, matched: Matched) -> Redacted:
    """Works on whatever is not as it was.

    Raises:
        RunFailed: No worker can start.
        EngineUnavailable: The cluster that is to work has no place.
        SourceUnavailable: A container cannot be read.
        Interrupted: Somebody asked it to stop.
    """
    given, scratch = run.given, decided.scratch
    limits = given.config.limits
    checkpoints = scratch if given.options.dry_run else given.folder.checkpoints
    checkpoints.mkdir(exist_ok=True)
    settings = WorkSettings(given.config, checkpoints, known.seal)
    reader = ContainerReader(limits, given.stop, decided.transcripts)
    fetched = _contents(run, decided)
    job = job_of(settings, given.folder.root)
    engine = engine_of(given.options.workers, given.stop, given.options.engine)
    made: list[StagedFile] = []
    outcomes, digest = scratch / "outcomes.arrow", known.seal.redactor_digest
    earlier = read_outcomes(matched.outcomes)
    writer = OutcomeWriter(outcomes, scratch / "in-any-order", digest, earlier)
    with reader, fetched as contents, writer:
        units = _units(run, decided, known, matched, reader, contents, writer)
        for result in engine.map(job, units):
            run.events.started(digest)
            writer.add(result)
            if result.staged is not None:
                made.append(result.staged.below(checkpoints))
            counts = len(result.written), len(result.quarantined), len(result.deleted)
            run.worked.words += result.word_count
            given.progress.redacted(*counts, result.word_count)
    if wrong := wrongly_declared(decided.intake, outcomes):
        given.progress.note(
            f"{wrong:,} transcripts have another SHA-256 than content_sha256 of the file manifest "
            "declares, and are known by their times. `clearshard audit verify --sources` names "
            "them; if the column is about something else, list it in sources.ignored_columns"
        )
    return Redacted(outcomes, tuple(made))


def _contents(run: ThisRun, decided: Decided) -> AbstractContextManager[Contents]:
    """Gives units what their workers cannot get at; on a cluster its members do so."""
    given = run.given
    if given.options.engine.kind != "local":
        return nullcontext(iter)
    limit = given.config.limits.max_transcript_bytes
    return contents_of(decided.transcripts, limit, given.stop.require_none)


def _units(
    run: ThisRun,
    decided: Decided,
    known: Known,
    matched: Matched,
    reader: ContainerReader,
    contents: Contents,
    writer: OutcomeWriter,
) -> Iterator[WorkUnit]:
    """Records of containers, as these are read, then files in the order of the manifest."""
    config, judge, standing = run.given.config, matched.judge, matched.standing
    opened = matched.records.read(reader.read, config.limits.max_transcript_bytes)
    yield from cut(records_to_work_on(opened, judge, standing, writer.put))
    _show(judge.remembered, standing, run.given.progress)
    yield from contents(_files(config.output.shard_period, decided, known, matched))


def _files(by: ShardPeriod, decided: Decided, known: Known, matched: Matched) -> Iterator[WorkUnit]:
    """Files in the order of the manifest."""
    for (number, batch), looked, done in zip(
        enumerate(decided.intake.batches()),
        read_looks(known.looks),
        read_outcomes(matched.outcomes),
        strict=True,
    ):
        wanted = np.setdiff1d(looked.rows, done.rows, assume_unique=True)
        wanted = wanted[~in_containers(batch, wanted)]
        yield from units_of(number, batch, looked, by, wanted)


def _show(remembered: Remembered, standing: Standing, progress: Progress) -> None:
    counts = standing.written, standing.quarantined, standing.deleted
    if remembered or any(counts):
        progress.redacted(*counts, words=0)
    if not remembered:
        return
    progress.note(f"{standing.written:,} transcripts are as they were and are not redacted again")
    if standing.stale:
        progress.note(
            f"{standing.stale:,} of them were redacted by an earlier redactor (other model, "
            "recognizers or code) and are kept; `clearshard run --redo-stale` redoes them"
        )
