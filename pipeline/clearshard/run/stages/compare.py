"""Compare: is what would be written, to the byte, what the run before has written?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clearshard.records.run import RunRecord
from clearshard.run.accepted import Accepted
from clearshard.run.output.writer import OutputWriter
from clearshard.run.resume.gather import rows_by_source
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.match import Matched
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.standstill import note_standstill
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.stages.unchanged import Unchanged
from clearshard.run.stages.withhold import Writable


@dataclass(frozen=True, eq=False, slots=True)
class Changed:
    """Something has to be written.

    Attributes:
        writer: Writes it.
        stays: Number of rows that stay of each source that is remembered.
    """

    writer: OutputWriter
    stays: npt.NDArray[np.int64]


@Stage
def compare(
    run: ThisRun, decided: Decided, known: Known, matched: Matched, writable: Writable
) -> Unchanged | Changed:
    """Decides again, if nothing that was made is new, and compares.

    Raises:
        ManifestChanged: It is not the one that was decided on.
        SourceUnavailable: A table cannot be read again.
        RegistryStale: The registry has become too old.
        IntegrityError: The decisions of the run before cannot be read.
    """
    accepted = run.given.accepted
    writer = OutputWriter(
        decided.intake,
        writable.outcomes,
        known.looks,
        known.key,
        run.given.vault,
        accepted.policy,
        run.moments.now,
        decided.tables,
        run.tombstones,
    )
    run.given.progress.finishing()
    sources, before = known.remembered.sources, known.before
    stays = rows_by_source(writable.outcomes, len(sources))
    of_checkpoints = np.array([one.staged is not None for one in sources], np.bool_)
    rows_of_before = not writable.made and not stays[of_checkpoints].any()
    if (
        before is not None
        and _same_terms(accepted, before.run.record)
        and rows_of_before
        and not writable.keeps_out_more
        # The record says which redactor has looked at what is in it, and its decisions say at
        # which versions: the next run believes both.
        and before.run.record.redactor_digest == known.seal.redactor_digest
        and not matched.standing.is_worth_a_record
        and writer.changes_nothing(before, run.cut)
    ):
        outcomes, looks = writable.outcomes, known.looks
        note_standstill(run, before.run.run_id, known.grounds, outcomes, looks, known.linked)
        return Unchanged(before.run.record, decided.intake, writable.stale)
    return Changed(writer, stays)


def _same_terms(accepted: Accepted, record: RunRecord) -> bool:
    """Whether a run was told to be below the same things, for the same reasons."""
    return (record.below_published, record.below_default) == (
        accepted.below_published,
        accepted.below_default,
    )
