"""What a sweep has come to, or would come to: how much went, what was left, and why."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clearshard.lifecycle.retention.receipts import Outcome, Removed

#: So many artefacts that somebody has to see to are named; receipts and `dry` runs have the rest.
_NAMED = 20


class Left(StrEnum):
    """Why an artefact that is due is left where it is."""

    NO_URI = "no_uri"
    OUTSIDE = "outside_roots"
    CONFLICTING = "conflicting_rows"
    NOT_THERE = "not_there"
    LATER = "later"
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
        unreadable: Objects of a listing of which nothing is known: they were not looked at.
        too_much: Why nothing would be deleted although it is due: it is more than may go at once.
        faulty: The first artefacts that should be gone and are not, each with the reason.
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
    unreadable: int = 0
    too_much: str | None = None
    faulty: list[tuple[str, str]] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How many artefacts should be gone, could be, and are not."""
        return sum(count for why, count in self.left.items() if why in FAULTS)

    def leave(self, entry: Removed, why: Left, error: str | None = None) -> None:
        """Counts an artefact that stays."""
        self.left[why] += 1
        if why in FAULTS and len(self.faulty) < _NAMED:
            self.faulty.append((entry.artefact_id, error or str(why)))

    def gone(self, entry: Removed, size_bytes: int) -> None:
        """Counts an artefact that does not."""
        self.deleted += 1
        self.deleted_bytes += size_bytes
        self.clauses[entry.clause] += 1

    def came_to(self, entry: Removed) -> None:
        """Counts an artefact by what became of it."""
        if entry.outcome is Outcome.DELETED:
            self.gone(entry, entry.size_bytes)
        else:
            why = Left.CHANGED if entry.outcome is Outcome.LEFT else Left.FAILED
            self.leave(entry, why, entry.error)

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
            "faulty": [{"artefact_id": name, "why": why} for name, why in self.faulty],
            "settled": self.settled,
            "unreadable": self.unreadable,
            "too_much": self.too_much,
        }
