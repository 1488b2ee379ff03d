"""What a sweep may delete: the artefacts of an inventory that are due, and where each of them lies.

An artefact that two rows speak of, one of which does not ask for its deletion, is in conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.export import as_json
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.lifecycle.retention.judging import STATES, State
from clearshard.lifecycle.retention.receipts import Outcome, Removed
from clearshard.run.retention.planning import Plan
from clearshard.run.retention.roots import Places, Roots
from clearshard.storage.store import is_key

_DUE = frozenset(STATES.index(s) for s in (State.BREACH, State.OVERDUE, State.DUE))
_OTHERS = frozenset(range(len(STATES))) - _DUE


@dataclass(frozen=True, slots=True)
class Due:
    """An artefact that is due.

    Attributes:
        entry: What its receipt will say; of size and digest nothing yet. Without root and key where
            it lies below no root.
        has_place: Whether the inventory names one at all.
        is_conflicting: Whether another row speaks of the same place and does not ask for this.
    """

    entry: Removed
    has_place: bool
    is_conflicting: bool


def kept_places(plan: Plan, roots: Roots) -> UInt64:
    """Sorted hashes of the places of all artefacts that are not due; reads the whole inventory.

    Raises:
        SourceUnavailable: It cannot be read.
    """
    kept = [np.empty(0, np.uint64)]
    for standing in plan.standings():
        places = roots.places(standing.rows(_OTHERS).column("uri"))
        kept.append(_hashes(places)[places.roots >= 0])
    return np.sort(np.concatenate(kept))


def due_artefacts(plan: Plan, roots: Roots, kept: UInt64) -> Iterator[Due]:
    """The artefacts that are due, in the order of the inventory.

    Args:
        plan: The inventory.
        roots: Where may be deleted.
        kept: From `kept_places`, of the same inventory.

    Raises:
        SourceUnavailable: The inventory cannot be read.
    """
    for standing in plan.standings():
        rows = standing.rows(_DUE)
        places = roots.places(rows.column("uri"))
        conflicting = is_member(_hashes(places), kept) & (places.roots >= 0)
        keys = places.keys.to_pylist()
        for place, row in enumerate(as_json([rows])):
            key, root = keys[place], int(places.roots[place])
            is_below = root >= 0 and is_key(key)
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


def _hashes(places: Places) -> UInt64:
    """One number for each place; where there is none, any."""
    roots = pa.array(places.roots).cast(pa.string())
    return hash_ids(pc.binary_join_element_wise(roots, places.keys.fill_null(""), "/"))
