"""Announce, publish, remove, receipt, sweep: the end of a run.

From the first on it is the newest run.
"""

from dataclasses import dataclass

from clearshard import layout
from clearshard.records.run import RunRecord
from clearshard.run.output import publish as publishing
from clearshard.run.output import replaced
from clearshard.run.output.housekeeping import sweep_runs
from clearshard.run.output.receipts import finish_receipt, finish_tombstones
from clearshard.run.stages.record import Recorded
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.stages.unchanged import Unchanged
from clearshard.storage.files import remove_tree


@dataclass(frozen=True, slots=True)
class Announced:
    """A run that the ledger was told of; if it is killed now, the next one publishes it."""

    record: RunRecord
    gone: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A run that is visible.

    Attributes:
        gone: `doc_key` of the rows that it has taken out, where it is a purge: all others are as
            they were when the run was begun. None where any row may have gone.
    """

    gone: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Alone:
    """A visible run beside which nothing lies that had to go."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A visible run that has a receipt, if it has taken anything out."""


@Stage
def announce(run: ThisRun, recorded: Recorded) -> Announced:
    """Puts what the run has made, and tells the ledger.

    Raises:
        RunLocked: Another run was faster; nothing became visible.
    """
    publishing.announce(run.given.folder, recorded.record, run.given.journal, run.began)
    return Announced(recorded.record, recorded.gone)


@Stage
def publish(run: ThisRun, announced: Announced) -> Published:
    """Makes the run visible."""
    publishing.make_visible(run.given.folder, announced.record, run.given.journal)
    return Published(announced.gone)


@Stage
def remove(run: ThisRun, published: Published) -> Alone:
    """Removes checkpoints, and replaced shards that must go at once or whose time is over."""
    given = run.given
    remove_checkpoints(run)
    settings = given.config.housekeeping
    replaced.remove_replaced(given.folder, settings, given.journal, published.gone)
    return Alone()


@Stage
def receipt(run: ThisRun, _: Alone | Unchanged) -> Confirmed:
    """Makes sure that what was taken out is gone, and says so.

    So it does of purges that were killed, of which this run has found nothing in the shards.

    Raises:
        IntegrityError: It is not.
    """
    finish_receipt(run.given.folder, run.given.journal)
    finish_tombstones(run.given.folder, run.given.journal, run.began)
    return Confirmed()


@Stage
def sweep(run: ThisRun, _: Confirmed) -> None:
    """Removes what a run that came to its end needs no more, and runs whose time is over."""
    folder, given = run.given.folder, run.given
    remove_checkpoints(run)
    publishing.tidy(folder, run.run_id, given.journal)
    sweep_runs(folder, given.config.housekeeping, given.journal)


def remove_checkpoints(run: ThisRun) -> None:
    """Removes what killed runs have left of their work."""
    checkpoints, aside = run.given.folder.checkpoints, run.staging / layout.STAGED_CHECKPOINTS
    if checkpoints.exists():
        # Out of the way first: a worker of a killed run may still be about to write there.
        checkpoints.rename(aside)
        remove_tree(aside)
