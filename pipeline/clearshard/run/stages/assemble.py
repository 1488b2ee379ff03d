"""Assemble: rows become shards, the last word is spoken on each, and decisions are written."""

from dataclasses import dataclass

from clearshard import layout
from clearshard.run.output.housekeeping import table_outlives
from clearshard.run.output.writer import Written
from clearshard.run.resume.gather import gather
from clearshard.run.stages.compare import Changed
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.standstill import note_standstill
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.stages.withhold import Writable
from clearshard.storage.files import remove_tree


@dataclass(frozen=True, slots=True)
class Assembled:
    """Shards and decisions below the staging folder.

    Attributes:
        written: What they come to.
        reused: Rows that an earlier run has made.
    """

    written: Written
    reused: int


@Stage
def assemble(
    run: ThisRun, decided: Decided, known: Known, writable: Writable, changed: Changed
) -> Assembled:
    """Writes shards and decisions, and removes what they were made in.

    Raises:
        ManifestChanged: It is not the one that was decided on.
        SourceUnavailable: A table cannot be read again.
        RegistryStale: The registry has become too old.
        IntegrityError: Earlier work is not what it was when it was believed.
    """
    run.events.started(known.seal.redactor_digest)
    scratch, sources, before = decided.scratch, known.remembered.sources, known.before
    # Should the manifest have changed: these are work of this run, not of an earlier one.
    of_others = [str(one.path) not in run.worked.paths for one in sources]
    reused = int(changed.stays[of_others].sum())
    run.worked.paths.update(one.path for one in writable.made)
    same_cut = before is not None and run.cut.is_of(before.run.record)
    kept = gather(
        run.given.vault,
        sources,
        decided.intake,
        writable.outcomes,
        run.cut.period,
        scratch,
        same_cut=same_cut,
    )
    follow = before is not None and not table_outlives(
        before.run, run.visible, run.given.config.housekeeping, run.given.journal.clock()
    )
    written = changed.writer.write(
        [*writable.made, *kept],
        run.cut,
        run.staging / layout.STAGED_SHARDS,
        run.staging / layout.STAGED_DECISIONS / layout.decisions_of(run.run_id),
        scratch,
        before,
        writable.kept_out,
        follow=follow,
    )
    # What was decided on the first reading is what was written, and nothing was taken out again.
    if not written.taken_out and written.registry.sha256 == decided.intake.registry.sha256:
        outcomes, looks = writable.outcomes, known.looks
        note_standstill(run, run.run_id, known.grounds, outcomes, looks, known.linked)
    remove_tree(scratch)
    return Assembled(written, reused)
