"""Match: which transcripts are as they were, so that what was made of them stays."""

from dataclasses import dataclass
from pathlib import Path

from clearshard.run.container_rows import ContainerRows
from clearshard.run.contents import contents_of
from clearshard.run.resume import matching
from clearshard.run.resume.judge import Judge
from clearshard.run.resume.matching import NOTE, Standing
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun


@dataclass(frozen=True, slots=True)
class Matched:
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


@Stage
def match(run: ThisRun, decided: Decided, known: Known) -> Matched:
    """Looks which transcripts are as they were, but for records of containers to be read."""
    intake, scratch = decided.intake, decided.scratch
    judge = Judge(known.remembered, run.given.config, known.key)
    records = ContainerRows(scratch / "records", NOTE, intake.manifest.row_count)
    path, workers = scratch / "matched.arrow", run.given.options.workers
    limit, check = run.given.config.limits.max_transcript_bytes, run.given.stop.require_none
    with contents_of(decided.transcripts, limit, check) as contents:
        standing = matching.match(intake, judge, known.looks, records, contents, path, workers)
    return Matched(judge, standing, records, path)
