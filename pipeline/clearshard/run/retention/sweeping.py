"""`clearshard retention sweep`: deletes what is due, below the configured roots, with receipts.

Three times through the inventory. The first time only for what is *not* due, so that nothing is
deleted that another row keeps; the second time to count, so that an inventory that has gone wrong
does not empty a store; the third time for what is due, batch by batch
(`lifecycle.retention.removal`).
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from clearshard.errors import SourceUnavailable, TooMuchDue
from clearshard.lifecycle.retention.receipts import Outcome, Receipt, Removed
from clearshard.lifecycle.retention.removal import Candidate, digested, look, placed, remove
from clearshard.lifecycle.retention.settling import settle
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.run.output.lock import run_lock
from clearshard.run.retention.due import Due, Kept, due_artefacts, kept_places
from clearshard.run.retention.planning import Plan
from clearshard.run.retention.roots import Roots
from clearshard.run.retention.swept import Left, Swept
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Found, ReadableStore, Store

_VERSION = 2
#: So many artefacts are named by one receipt.
_BATCH = 1000
_LOCK = "sweep.lock"


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Who sweeps, with what, and when.

    Attributes:
        make_plan: Reads the inventory from its beginning, as of the moment that counts.
        roots: Where may be deleted.
        receipts: Folder for the receipts.
        ledger: See `Receipt.ledger`.
        max_share: Of what lies below the roots, what may be deleted at once; None: all of it.
        given_up: Roots that are gone for good, with what a killed sweep had begun there.
        agent: Who sweeps.
        clock: Says what time it is, with an offset.
    """

    make_plan: Callable[[], Plan]
    roots: Roots
    receipts: Path
    ledger: str | None
    max_share: float | None
    given_up: frozenset[str]
    agent: Agent
    clock: Callable[[], datetime]

    def dry(self) -> Swept:
        """Says what would be deleted. Nothing is, and nothing is written.

        Raises:
            SourceUnavailable: The inventory cannot be read.
            StoreUnavailable: A store does not answer.
        """
        plan = self.make_plan()
        return self._counted(plan, self._kept(plan), self.roots.readable())

    def execute(self) -> Swept:
        """Deletes what is due.

        Raises:
            RunLocked: Another sweep is at work.
            SourceUnavailable: The inventory cannot be read, or was changed meanwhile.
            StoreUnavailable: A store does not answer. What was begun is settled by the next sweep.
            IntegrityError: What a killed sweep has left is not what it wrote.
            TooMuchDue: More would be deleted than may be at once; nothing was.
            OutputUnusable: Receipts cannot be written; nothing more was deleted.
        """
        with output_errors(self.receipts):
            self.receipts.mkdir(mode=0o700, parents=True, exist_ok=True)
        with run_lock(self.receipts / _LOCK):
            receipts = LocalStore(self.receipts)
            stores = self.roots.opened()
            settled = settle(stores, receipts, self.ledger, self.given_up, self._now)
            plan = self.make_plan()
            kept = self._kept(plan)
            counted = self._counted(self._again(plan), kept, stores)
            if counted.too_much is not None:
                raise TooMuchDue(f"{counted.too_much} Nothing was deleted.")
            swept = self._begun(plan, executed=True)
            swept.settled, swept.unreadable = len(settled), kept.malformed
            due = due_artefacts(self._again(plan), self.roots, kept)
            candidates = _no_more_than(counted.deleted, _there(due, stores, swept), swept)
            self._in_batches(plan, candidates, stores, receipts, swept)
        return swept

    def _in_batches(
        self,
        plan: Plan,
        candidates: Iterator[Candidate],
        stores: Mapping[str, Store],
        receipts: Store,
        swept: Swept,
    ) -> None:
        number = 0
        while batch := list(islice(candidates, _BATCH)):
            ready = list(_ready(batch, stores, swept))
            if ready:
                receipt = self._receipt(plan, swept.sweep, number, ready)
                found = [one.found for one in ready]
                for entry in remove(stores, receipts, receipt, found, self._now).artefacts:
                    swept.came_to(entry)
                number += 1

    def _counted(self, plan: Plan, kept: Kept, stores: Mapping[str, ReadableStore]) -> Swept:
        swept = self._begun(plan, executed=False)
        swept.unreadable = kept.malformed
        due = due_artefacts(plan, self.roots, kept)
        for candidate in _there(due, stores, swept):
            assert candidate.found is not None
            swept.gone(candidate.entry, candidate.found.size_bytes)
        swept.too_much = _too_much(swept.deleted, self.max_share, stores)
        return swept

    def _now(self) -> str:
        return utc_text(self.clock())

    def _begun(self, plan: Plan, *, executed: bool) -> Swept:
        name = f"{self.clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        return Swept(name, executed, utc_text(plan.as_of))

    def _kept(self, plan: Plan) -> Kept:
        return kept_places(self._again(plan), self.roots)

    def _again(self, plan: Plan) -> Plan:
        """The same inventory from its beginning.

        Raises:
            SourceUnavailable: It is another one by now, or the registry is.
        """
        again = self.make_plan()
        if (again.inventory_sha256, again.registry_sha256) != (
            plan.inventory_sha256,
            plan.registry_sha256,
        ):
            raise SourceUnavailable(
                "The inventory or the registry was changed while the sweep read it, so nothing was "
                "deleted. Sweep again."
            )
        return again

    def _receipt(self, plan: Plan, name: str, number: int, ready: Sequence["_Ready"]) -> Receipt:
        return Receipt(
            version=_VERSION,
            sweep=name,
            number=number,
            as_of=utc_text(plan.as_of),
            begun_at=self._now(),
            finished_at=None,
            settled=False,
            inventory_sha256=plan.inventory_sha256,
            registry_sha256=plan.registry_sha256,
            actor=self.agent.actor,
            host=self.agent.host,
            artefacts=tuple(one.entry for one in ready),
            places={one.entry.root: one.place for one in ready},
            ledger=self.ledger,
        )


def _too_much(deleted: int, share: float | None, stores: Mapping[str, ReadableStore]) -> str | None:
    """What is wrong with deleting so many at once, if anything.

    It is listed no further than it takes to know that it is not too much.
    """
    if share is None or deleted == 0:
        return None
    there = 0
    for store in stores.values():
        for _ in store.list_all():
            there += 1
            if deleted <= share * there:
                return None
    return (
        f"{deleted:,} of {there:,} artefacts below the roots would be deleted. That is more than "
        f"retention.max_sweep_share ({share:g}), as where an inventory or a registry has gone "
        "wrong. Look at `retention plan`; if it is right, sweep again with --accept-share."
    )


def _there(
    due: Iterable[Due], stores: Mapping[str, ReadableStore], swept: Swept
) -> Iterator[Candidate]:
    """The artefacts that can be deleted; the others are counted."""
    for one in due:
        swept.due += 1
        if not one.has_place:
            swept.leave(one.entry, Left.NO_URI)
        elif not one.entry.key:
            swept.leave(one.entry, Left.OUTSIDE)
        elif one.is_conflicting:
            swept.leave(one.entry, Left.CONFLICTING)
        else:
            candidate = look(stores[one.entry.root], one.entry)
            if candidate.error is not None:
                swept.leave(one.entry, Left.FAILED, candidate.error)
            elif candidate.found is None:
                swept.leave(one.entry, Left.NOT_THERE)
            else:
                yield candidate


def _no_more_than(most: int, candidates: Iterable[Candidate], swept: Swept) -> Iterator[Candidate]:
    """As many candidates as were counted; a listing may show more by now."""
    for number, candidate in enumerate(candidates):
        if number < most:
            yield candidate
        else:
            swept.leave(candidate.entry, Left.LATER)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An artefact with its digest, what it was, and the id of the place it is in."""

    entry: Removed
    found: Found
    place: str


def _ready(
    batch: Sequence[Candidate], stores: Mapping[str, Store], swept: Swept
) -> Iterator[_Ready]:
    """Those whose digest could be taken; each once."""
    seen: set[tuple[str, str]] = set()
    for place, candidate in placed(stores, batch):
        where = candidate.entry.root, candidate.entry.key
        if where in seen:
            swept.leave(candidate.entry, Left.NOT_THERE)
            continue
        seen.add(where)
        if candidate.found is None:
            swept.leave(candidate.entry, Left.FAILED, candidate.error)
            continue
        entry = digested(stores[candidate.entry.root], candidate)
        if entry.outcome is Outcome.BEGUN:
            yield _Ready(entry, candidate.found, place)
        else:
            swept.came_to(entry)
