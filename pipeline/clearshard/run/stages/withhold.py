"""Withhold: transcripts that are somebody else's too are taken out, now that all are known."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from clearshard.records.tasks import StagedFile
from clearshard.run import shared
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.match import Matched
from clearshard.run.stages.redact import Redacted
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun
from clearshard.shards.pseudonyms import doc_key
from clearshard.shards.reuse import without_rows


@dataclass(frozen=True, eq=False, slots=True)
class Writable:
    """What may be written, as far as the registry said when it was read first.

    Attributes:
        outcomes: File that says what became of each eligible file, by batch.
        made: What workers of this run have made of those that are written.
        stale: How many of these an earlier redactor redacted.
        kept_out: What no file may hold from now on; see `clearshard.run.shared.Judged`.
        keeps_out_more: Whether there is more of it than the run before tells.
    """

    outcomes: Path
    made: tuple[StagedFile, ...]
    stale: int
    kept_out: pa.Array
    keeps_out_more: bool


@Stage
def withhold(
    run: ThisRun, decided: Decided, known: Known, matched: Matched, redacted: Redacted
) -> Writable:
    """Takes out files that share a file or content with what may not be used.

    Raises:
        ConfigError: Another key has been used to keep contents out.
        IntegrityError: What was purged cannot be told.
    """
    scratch, judged = decided.scratch, decided.scratch / "judged.arrow"
    contents = None if known.before is None else known.before.contents
    found = shared.withhold(
        decided.intake,
        redacted.outcomes,
        known.linked,
        contents,
        run.purged(known.key),
        scratch,
        judged,
    )
    outcomes = judged if judged.exists() else redacted.outcomes
    made, stale = redacted.made, matched.standing.stale
    keys = {doc_key(known.key, file.file_id) for file in found.withheld}
    if keys:
        stale -= sum(file.redactor_digest != known.seal.redactor_digest for file in found.withheld)
        made = tuple(without_rows(run.given.vault, made, keys, scratch))
    return Writable(outcomes, made, stale, found.contents, found.is_longer)
