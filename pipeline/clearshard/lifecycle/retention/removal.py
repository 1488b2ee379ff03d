"""Deletes artefacts from a store, so that their digests are known and their absence is seen.

In this order: the digest of each is taken; what is about to be deleted is put among the receipts;
each is deleted, if it is still what the digest is of, and looked for; then the receipt is put. All
of it can be done again after a kill at any moment: `settle` first.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from clearshard.errors import (
    NotAnObject,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    StoreError,
    StoreUnavailable,
)
from clearshard.lifecycle.retention.receipts import (
    MAX_BYTES,
    Outcome,
    Receipt,
    Removed,
    decode,
    encode,
    is_begun,
    receipt_of,
)
from clearshard.storage.store import Found, ReadableStore, Store

#: What is in memory of an artefact at a time.
_BLOCK_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Candidate:
    """An artefact that is due.

    Attributes:
        entry: What its receipt will say; of size and digest nothing yet.
        found: What lies there; None if nothing does.
        error: Why it cannot be deleted; None if it can.
    """

    entry: Removed
    found: Found | None
    error: str | None = None


def look(store: ReadableStore, entry: Removed) -> Candidate:
    """Looks whether an artefact is there. Nothing of it is opened.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    try:
        return Candidate(entry, store.head(entry.key))
    except NotAnObject as error:
        return Candidate(entry, None, type(error).__name__)


def digested(store: ReadableStore, candidate: Candidate) -> Removed:
    """The entry of an artefact with its size and digest, ready to be begun.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    assert candidate.found is not None
    entry, found = candidate.entry, candidate.found
    digest = hashlib.sha256()
    try:
        for start in range(0, found.size_bytes, _BLOCK_BYTES):
            digest.update(store.read_range(entry.key, start, _BLOCK_BYTES, found.tag))
    except (ObjectChanged, ObjectNotFound, NotAnObject) as error:
        return _became(entry, Outcome.LEFT, error)
    return msgspec.structs.replace(
        entry, size_bytes=found.size_bytes, sha256=digest.hexdigest(), outcome=Outcome.BEGUN
    )


def remove(
    stores: Mapping[str, Store],
    receipts: Store,
    receipt: Receipt,
    found: Sequence[Found],
    finished: Callable[[], str],
) -> Receipt:
    """Deletes what a receipt names, and puts the receipt.

    Args:
        stores: By the names of their roots.
        receipts: Where receipts are put.
        receipt: What is to be deleted, each with its digest.
        found: What each was when its digest was taken.
        finished: Says what time it is, RFC 3339 in UTC.

    Raises:
        StoreUnavailable: A store does not answer. What was begun stays so, and is settled later.
        ObjectExists: Another sweep has the same id.
    """
    receipts.put_if_absent(receipt.begun_key, encode(receipt))
    entries = tuple(
        _deleted(stores[entry.root], entry, what)
        for entry, what in zip(receipt.artefacts, found, strict=True)
    )
    return _put(receipts, receipt, entries, finished(), settled=False)


def settle(
    stores: Mapping[str, Store], receipts: Store, finished: Callable[[], str]
) -> list[Receipt]:
    """Makes the receipts that killed sweeps have not come to. Nothing more is deleted.

    Args:
        stores: By the names of their roots.
        receipts: Where receipts are put.
        finished: Says what time it is, RFC 3339 in UTC.

    Raises:
        StoreUnavailable: A store does not answer, or is no root any more.
        IntegrityError: What was begun is not what a sweep writes.
    """
    settled = []
    for key in [one.key for one in receipts.list_below() if is_begun(one.key)]:
        if receipts.head(receipt_of(key)) is None:
            receipt = decode(receipts.read(key, MAX_BYTES).data, key)
            entries = tuple(_looked_for(stores, entry, key) for entry in receipt.artefacts)
            settled.append(_put(receipts, receipt, entries, finished(), settled=True))
        else:
            receipts.delete(key)
    return settled


def _deleted(store: Store, entry: Removed, found: Found) -> Removed:
    """What becomes of an artefact that is to be deleted."""
    try:
        now = store.head(entry.key)
        if now is None:
            return msgspec.structs.replace(entry, outcome=Outcome.DELETED)  # by somebody else
        if now.tag != found.tag:
            return _became(entry, Outcome.LEFT, ObjectChanged())
        store.delete(entry.key)
        if store.head(entry.key) is not None:
            return _became(entry, Outcome.FAILED, ObjectExists())
    except StoreUnavailable:
        raise
    except StoreError as error:
        return _became(entry, Outcome.FAILED, error)
    return msgspec.structs.replace(entry, outcome=Outcome.DELETED)


def _looked_for(stores: Mapping[str, Store], entry: Removed, begun_key: str) -> Removed:
    """What became of an artefact while nobody looked."""
    if entry.root not in stores:
        raise StoreUnavailable(
            f"A sweep that was killed has begun to delete below {entry.root}, which is in "
            f"retention.roots no more. Put it back, so that {begun_key} can be settled."
        )
    try:
        there = stores[entry.root].head(entry.key)
    except NotAnObject as error:
        return _became(entry, Outcome.LEFT, error)
    outcome = Outcome.DELETED if there is None else Outcome.LEFT
    return msgspec.structs.replace(entry, outcome=outcome)


def _became(entry: Removed, outcome: Outcome, error: Exception) -> Removed:
    return msgspec.structs.replace(entry, outcome=outcome, error=type(error).__name__)


def _put(
    receipts: Store, receipt: Receipt, entries: Iterable[Removed], at: str, *, settled: bool
) -> Receipt:
    done = msgspec.structs.replace(
        receipt, artefacts=tuple(entries), finished_at=at, settled=settled
    )
    receipts.put_if_absent(done.key, encode(done))
    receipts.delete(done.begun_key)
    return done
