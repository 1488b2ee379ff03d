"""How what a killed run has left is brought to its end; see `clearshard.run.output.commit`."""

from clearshard import layout
from clearshard.audit.ledger.appending import Said
from clearshard.run.output.announced import told_by
from clearshard.run.output.commit import (
    _MOST_TRIES,
    _sha256,
    appended,
    forgetting,
    nobody_knows,
    showing,
    tidying,
)
from clearshard.run.output.recorded import digests_in, record_of, staged_card, staged_record
from clearshard.run.output.steps import Held, Look, Read, Seen, Steps


def settling(run_id: str, failed: Said, record: bytes | None = None) -> Steps[bool]:
    """Brings to its end what a run has left that was killed, and says whether it is visible.

    Args:
        run_id: The run, of which there is a staging folder.
        failed: What the ledger is told if it is not going to be visible.
        record: Its record as this machine has it, which another one may have removed since.
    """
    seen: Seen = yield Look()
    announced = told_by(seen.events).announced.get(run_id)
    # In this order: a living run puts the one before it removes the other.
    staged: Held | None = yield Read(staged_record(run_id))
    visible: Held | None = yield Read(layout.record(run_id))
    card: Held | None = yield Read(staged_card(run_id))
    there = visible or staged
    if announced is not None and there is not None:
        fits = card is None or _sha256(card.data) == announced.card_sha256
        if visible is not None or (
            fits and (yield from _is_whole(there.data, announced.record_sha256))
        ):
            shown = card.data if card is not None and fits else None
            yield from showing(run_id, there.data, shown)
            yield from tidying(run_id)
            return True
    if visible is not None:
        # Its record is there and was not announced so: it was added. `audit verify` says so.
        yield from tidying(run_id)
        return True
    if announced is not None:
        # What it has put is not what it was: it was not a crash that left it so.
        yield from _taken_back(run_id, failed)
    yield from forgetting(run_id, failed, record)
    return False


def _taken_back(run_id: str, failed: Said) -> Steps[None]:
    """Tells the ledger of an announced run that it failed after all."""
    for _ in range(_MOST_TRIES):
        seen: Seen = yield Look()
        if run_id not in told_by(seen.events).announced:
            return
        if (yield from appended(seen, failed)):
            return
    raise nobody_knows(run_id)


def _is_whole(record: bytes, sha256: str) -> Steps[bool]:
    """Whether all that an announced run lists is there, as it was."""
    run = record_of(record)
    if run is None or _sha256(record) != sha256:
        return False
    for key, digest in digests_in(run):
        there: Held | None = yield Read(key)
        if there is None or _sha256(there.data) != digest:
            return False
    return True
