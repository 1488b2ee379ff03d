"""What a sweep may delete: the artefacts of an inventory that are due, and where each of them lies.

An artefact that two rows speak of, one of which does not ask for its deletion, is in conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clearshard.audit.export import as_json
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64
from clearshard.errors import SourceUnavailable
from clearshard.inert import printable
from clearshard.lifecycle.retention.judging import STATES, State
from clearshard.lifecycle.retention.known import Unknown
from clearshard.lifecycle.retention.receipts import Outcome, Removed
from clearshard.records.facts import unreadable
from clearshard.run.retention.planning import Plan, Standing
from clearshard.run.retention.roots import Roots
from clearshard.storage.store import is_key

_DUE = frozenset(STATES.index(s) for s in (State.BREACH, State.OVERDUE, State.DUE))
_OTHERS = frozenset(range(len(STATES))) - _DUE


@dataclass(frozen=True, slots=True)
class Due:
    """An artefact that is due.

    Attributes:
        entry: What its receipt will say; of size and digest nothing yet. Without root and key where
            it lies below no root, or in what a job has made.
        has_place: Whether the inventory names one at all.
        is_conflicting: Whether another row speaks of the same place and does not ask for this.
    """

    entry: Removed
    has_place: bool
    is_conflicting: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What an inventory keeps.

    Attributes:
        marks: Sorted marks of the places of all artefacts that are not due.
        malformed: Objects of a listing of which nothing is known.
    """

    marks: UInt64
    malformed: int


def kept_places(plan: Plan, roots: Roots) -> Kept:
    """What is not due; reads the whole inventory.

    Raises:
        SourceUnavailable: It cannot be read, or a row of it, or where a row keeps something: nobody
            knows what that would be.
    """
    kept = [np.empty(0, np.uint64)]
    nowhere: list[pa.Array] = []
    malformed = 0
    for standing in plan.standings():
        malformed += int((standing.judged.unknown & Unknown.MALFORMED.bit != 0).sum())
        kept.append(roots.marks_of_kept(standing.rows(_OTHERS).column("uri")))
        nowhere.append(_nowhere(standing))
    if malformed and plan.inventory_sha256 is not None:
        raise SourceUnavailable(
            f"inventory: {malformed:,} rows cannot be read (`retention plan` lists them as "
            "malformed). What they say is kept could be deleted: mend them, then sweep again."
        )
    if unread := sum(map(len, nowhere)):
        first = next(names[0].as_py() for names in nowhere if len(names))
        raise SourceUnavailable(
            f"inventory: the uri of {unread:,} rows that are not due cannot be read (a control "
            "character is in it, or it has more than 1,024 bytes), the first of artefact "
            f"{printable(first)}. What they say is kept could be deleted: mend them, then sweep "
            "again."
        )
    return Kept(np.sort(np.concatenate(kept)), malformed)


def _nowhere(standing: Standing) -> pa.Array:
    """The names of artefacts that are kept nobody knows where."""
    unread = standing.batch.column(unreadable("uri")).to_numpy(zero_copy_only=False)
    kept = unread & np.isin(standing.judged.states, sorted(_OTHERS))
    # A row without a name is malformed, and told as such.
    return standing.batch.column("artefact_id").filter(pa.array(kept)).drop_null()


def due_artefacts(plan: Plan, roots: Roots, kept: Kept) -> Iterator[Due]:
    """The artefacts that are due, in the order of the inventory.

    Args:
        plan: The inventory.
        roots: Where may be deleted.
        kept: From `kept_places`, of the same inventory.

    Raises:
        SourceUnavailable: The inventory cannot be read.
    """
    outputs = roots.outputs()
    for standing in plan.standings():
        rows = standing.rows(_DUE)
        places = roots.places(rows.column("uri"))
        conflicting = is_member(roots.marks_of_due(places), kept.marks) & (places.roots >= 0)
        keys = places.keys.to_pylist()
        for place, row in enumerate(as_json([rows])):
            key, root = keys[place], int(places.roots[place])
            is_below = root >= 0 and is_key(key) and not outputs.hold(root, key)
            yield Due(
                Removed(
                    artefact_id=row["artefact_id"],
                    account_id=row["account_id"],
                    kind=row["kind"],
                    transcript_id=row["transcript_id"],
                    root=roots.all[root].name if is_below else "",
                    key=key if is_below else "",
                    clause=row["clause"],
                    state=row["state"],
                    begins_at=row["begins_at"],
                    due_at=row["due_at"],
                    size_bytes=0,
                    sha256="",
                    outcome=Outcome.BEGUN,
                ),
                has_place=row["uri"] is not None,
                is_conflicting=bool(conflicting[place]),
            )
