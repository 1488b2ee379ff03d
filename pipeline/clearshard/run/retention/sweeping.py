"""`clearshard retention sweep`: deletes what is due, below the configured roots, with receipts.

Twice through the inventory. The first time only for what is *not* due, so that nothing is deleted
that another row keeps; the second time for what is, batch by batch (`lifecycle.retention.removal`).
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from clearshard.lifecycle.retention.receipts import Outcome, Receipt, Removed
from clearshard.lifecycle.retention.removal import Candidate, digested, look, remove, settle
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.run.output.lock import run_lock
from clearshard.run.retention.due import Due, due_artefacts, kept_places
from clearshard.run.retention.planning import Plan
from clearshard.run.retention.roots import Roots
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore
from clearshard.storage.store import ReadableStore, Store

_VERSION = 1
#: So many artefacts are named by one receipt.
_BATCH = 1000
_LOCK = "sweep.lock"


class Left(StrEnum):
    """Why an artefact that is due is left where it is."""

    NO_URI = "no_uri"
    OUTSIDE = "outside_roots"
    CONFLICTING = "conflicting_rows"
    NOT_THERE = "not_there"
    CHANGED = "changed"
    FAILED = "failed"


#: What somebody has to see to: it should be gone, and is not.
FAULTS = frozenset((Left.CHANGED, Left.FAILED, Left.CONFLICTING))


@dataclass(slots=True)
class Swept:
    """What a sweep has come to, or would come to.

    Attributes:
        sweep: Its id.
        executed: Whether anything was deleted at all.
        as_of: The moment that counted, RFC 3339 in UTC.
        due: Artefacts that are due, overdue or in breach.
        deleted: How many of them were deleted; of a dry sweep, would be.
        deleted_bytes: How long they were together.
        clauses: The same by clause.
        left: How many were left, by why.
        settled: Receipts that were made for sweeps that had been killed.
        first_failed: An artefact that should be gone and is not, and the type of the error.
    """

    sweep: str
    executed: bool
    as_of: str
    due: int = 0
    deleted: int = 0
    deleted_bytes: int = 0
    clauses: Counter[str] = field(default_factory=Counter)
    left: Counter[Left] = field(default_factory=Counter)
    settled: int = 0
    first_failed: tuple[str, str] | None = None

    @property
    def faults(self) -> int:
        """How many artefacts should be gone, could be, and are not."""
        return sum(count for why, count in self.left.items() if why in FAULTS)

    def leave(self, entry: Removed, why: Left, error: str | None = None) -> None:
        """Counts an artefact that stays."""
        self.left[why] += 1
        if why in FAULTS and self.first_failed is None:
            self.first_failed = (entry.artefact_id, error or str(why))

    def gone(self, entry: Removed, size_bytes: int) -> None:
        """Counts an artefact that does not."""
        self.deleted += 1
        self.deleted_bytes += size_bytes
        self.clauses[entry.clause] += 1

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "sweep": self.sweep,
            "executed": self.executed,
            "as_of": self.as_of,
            "due": self.due,
            "deleted": self.deleted,
            "deleted_bytes": self.deleted_bytes,
            "clauses": dict(sorted(self.clauses.items())),
            "left": {str(why): self.left[why] for why in Left if self.left[why]},
            "settled": self.settled,
        }


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Who sweeps, with what, and when.

    Attributes:
        make_plan: Reads the inventory from its beginning, as of the moment that counts.
        roots: Where may be deleted.
        receipts: Folder for the receipts.
        agent: Who sweeps.
        clock: Says what time it is, with an offset.
    """

    make_plan: Callable[[], Plan]
    roots: Roots
    receipts: Path
    agent: Agent
    clock: Callable[[], datetime]

    def dry(self) -> Swept:
        """Says what would be deleted. Nothing is, and nothing is written.

        Raises:
            SourceUnavailable: The inventory cannot be read.
            StoreUnavailable: A store does not answer.
        """
        plan = self.make_plan()
        swept = self._begun(plan, executed=False)
        stores = self.roots.readable()
        for candidate in _there(self._due(plan), stores, swept):
            assert candidate.found is not None
            swept.gone(candidate.entry, candidate.found.size_bytes)
        return swept

    def execute(self) -> Swept:
        """Deletes what is due.

        Raises:
            RunLocked: Another sweep is at work.
            SourceUnavailable: The inventory cannot be read.
            StoreUnavailable: A store does not answer. What was begun is settled by the next sweep.
            IntegrityError: What a killed sweep has left is not what it wrote.
            OutputUnusable: Receipts cannot be written; nothing more was deleted.
        """
        with output_errors(self.receipts):
            self.receipts.mkdir(mode=0o700, parents=True, exist_ok=True)
        with run_lock(self.receipts / _LOCK):
            receipts = LocalStore(self.receipts)
            stores = self.roots.opened()
            settled = len(settle(stores, receipts, self._now))
            plan = self.make_plan()
            swept = self._begun(plan, executed=True)
            swept.settled = settled
            candidates = _there(self._due(plan), stores, swept)
            number = 0
            while batch := list(islice(candidates, _BATCH)):
                ready = list(_ready(batch, stores, swept))
                if ready:
                    receipt = self._receipt(plan, swept.sweep, number, [e for e, _ in ready])
                    found = [c.found for _, c in ready if c.found is not None]
                    done = remove(stores, receipts, receipt, found, self._now)
                    _count(done.artefacts, swept)
                    number += 1
        return swept

    def _now(self) -> str:
        return utc_text(self.clock())

    def _begun(self, plan: Plan, *, executed: bool) -> Swept:
        name = f"{self.clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        return Swept(name, executed, utc_text(plan.as_of))

    def _due(self, plan: Plan) -> Iterator[Due]:
        kept = kept_places(self.make_plan(), self.roots)
        return due_artefacts(plan, self.roots, kept)

    def _receipt(self, plan: Plan, name: str, number: int, entries: Sequence[Removed]) -> Receipt:
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
            artefacts=tuple(entries),
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


def _ready(
    batch: Sequence[Candidate], stores: Mapping[str, Store], swept: Swept
) -> Iterator[tuple[Removed, Candidate]]:
    """Those whose digest could be taken; each place once."""
    seen: set[tuple[str, str]] = set()
    for candidate in batch:
        place = candidate.entry.root, candidate.entry.key
        if place in seen:
            swept.leave(candidate.entry, Left.NOT_THERE)
            continue
        seen.add(place)
        entry = digested(stores[candidate.entry.root], candidate)
        if entry.outcome is Outcome.BEGUN:
            yield entry, candidate
        else:
            swept.leave(entry, Left.CHANGED, entry.error)


def _count(entries: Iterable[Removed], swept: Swept) -> None:
    for entry in entries:
        if entry.outcome is Outcome.DELETED:
            swept.gone(entry, entry.size_bytes)
        else:
            why = Left.CHANGED if entry.outcome is Outcome.LEFT else Left.FAILED
            swept.leave(entry, why, entry.error)
