"""Makes the receipts that killed sweeps have not come to. Nothing more is deleted.

Of each artefact that was begun it is looked whether it is there, in the place that it was in: a
root is known by its id, and whatever it is called by now. Where no root has that id, nobody knows
what is gone, and no receipt is made unless somebody gives the root up.
"""

from collections.abc import Callable, Collection, Mapping

import msgspec

from clearshard.errors import NotAnObject, ObjectDenied, ObjectNotFound, StoreUnavailable
from clearshard.lifecycle.retention.receipts import (
    MAX_BYTES,
    Outcome,
    Receipt,
    Removed,
    decode,
    is_begun,
    is_of,
    receipt_of,
)
from clearshard.lifecycle.retention.removal import became, folder_of, look, put, require_place
from clearshard.storage.store import Store


class RootGivenUp(Exception):
    """Somebody has said that a root is gone for good."""


def settle(
    stores: Mapping[str, Store],
    receipts: Store,
    ledger: str | None,
    given_up: Collection[str],
    finished: Callable[[], str],
) -> list[Receipt]:
    """Makes the receipts that killed sweeps of a job have not come to.

    Args:
        stores: By the names of their roots.
        receipts: Where receipts are put.
        ledger: See `Receipt.ledger`: what another job has begun is left to that.
        given_up: Roots that are gone for good: of what was begun below them nothing is said.
        finished: Says what time it is, RFC 3339 in UTC.

    Raises:
        StoreUnavailable: A store does not answer, or none is the place where something was begun.
        IntegrityError: What was begun is not what a sweep writes.
    """
    settled = []
    for key in [one.key for one in receipts.list_below() if is_begun(one.key)]:
        if receipts.head(receipt_of(key)) is not None:
            receipts.delete(key)
            continue
        receipt = decode(receipts.read(key, MAX_BYTES).data, key)
        if not is_of(receipt, ledger):
            continue
        roots = sorted({entry.root for entry in receipt.artefacts})
        places = {
            root: _found(stores, receipt, root, key) for root in roots if root not in given_up
        }
        entries = [
            _looked_for(places[entry.root], entry)
            if entry.root in places
            else became(entry, Outcome.FAILED, RootGivenUp())
            for entry in receipt.artefacts
        ]
        for root, store in places.items():
            require_place(store, receipt.places[root], root)
        settled.append(put(receipts, receipt, entries, finished(), settled=True))
    return settled


def _found(stores: Mapping[str, Store], receipt: Receipt, root: str, key: str) -> Store:
    """The store that a root was when something was begun below it."""
    wanted = receipt.places.get(root)
    found = {} if wanted is None else {n: s for n, s in stores.items() if s.place_id() == wanted}
    # Whoever copies a root copies its id as well: of two that have it, its name decides.
    if root in found or len(found) == 1:
        return found.get(root) or next(iter(found.values()))
    raise StoreUnavailable(
        f"A sweep that was killed has begun to delete below {root}, and what it began there is in "
        "none of retention.roots: its disk is not mounted, or it is not configured any more. Mount "
        "it, or name it in retention.roots (whatever it is called by now), so that "
        f"{key} can be settled. If it is gone for good, sweep once with --give-up {root}: the "
        "receipt then says that nobody could see what was deleted."
    )


def _looked_for(store: Store, entry: Removed) -> Removed:
    """What became of an artefact while nobody looked."""
    try:
        store.place_id(folder_of(entry.key))
    except ObjectNotFound:
        pass  # without its folder it is gone as well
    except (NotAnObject, ObjectDenied) as error:
        return became(entry, Outcome.FAILED, error)
    there = look(store, entry)
    if there.error is not None:
        return msgspec.structs.replace(entry, outcome=Outcome.FAILED, error=there.error)
    outcome = Outcome.DELETED if there.found is None else Outcome.LEFT
    return msgspec.structs.replace(entry, outcome=outcome)
