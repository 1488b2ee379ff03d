"""Settle: what earlier runs have left is finished or removed; then there is a run."""

import secrets

from clearshard.audit.ledger import Ledger
from clearshard.audit.named import named_files
from clearshard.audit.reading import visible_runs
from clearshard.run.output.folder import require_nothing_added
from clearshard.run.output.housekeeping import finish_sweeps, sweep_leftovers
from clearshard.run.output.publish import announcements, recover
from clearshard.run.output.receipts import finish_receipt
from clearshard.run.stages.events import RunEvents
from clearshard.run.stages.moments import Moments
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import Given, ThisRun


@Stage
def settle(given: Given) -> ThisRun:
    """Settles what interrupted runs have left.

    Raises:
        IntegrityError: There is something in the folder that no run has written.
    """
    folder, journal, config = given.folder, given.journal, given.config
    # As of what is in the folder: who was announced after a mirror was made has beaten this run.
    newest = Ledger(folder.ledger).head()
    began = -1 if newest is None else newest.seq
    recover(folder, config.housekeeping, journal)
    finish_receipt(folder, journal)
    finish_sweeps(folder, journal)
    visible = tuple(visible_runs(folder.root))
    moments = Moments(given.options, journal, config.policy.clock_skew_seconds)
    run_id = f"{moments.now().latest:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    teller = RunEvents(run_id, given.options, given.accepted, journal, moments)
    sweep_leftovers(folder, config.housekeeping, run_id, journal)
    events = tuple(journal.events())
    require_nothing_added(folder, announcements(events), named_files(events))
    return ThisRun(given, began, visible, run_id, folder.staging / run_id, moments, teller)
