"""Deletes artefacts from a store, so that their digests are known and their absence is seen.

In this order: the digest of each is taken; what is about to be deleted is put among the receipts;
each is deleted, if it is still what the digest is of, and looked for; then the receipt is put. All
of it can be done again after a kill at any moment: `settling` first.

That something is not there is believed only of the place that it was in: each root has an id, which
is asked for before and after (`Store.place_id`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from clearshard.errors import (
    NotAnObject,
    ObjectChanged,
    ObjectDenied,
    ObjectExists,
    ObjectNotFound,
    StoreError,
    StoreUnavailable,
)
from clearshard.lifecycle.retention.receipts import Outcome, Receipt, Removed, encode
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
    except (NotAnObject, ObjectDenied) as error:
        return Candidate(entry, None, type(error).__name__)


def placed(
    stores: Mapping[str, Store], candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Candidate]]:
    """Each candidate with the id of the place it is in; one that is in none has an error.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    known: dict[tuple[str, str], tuple[str, str | None]] = {}
    for candidate in candidates:
        folder = candidate.entry.root, folder_of(candidate.entry.key)
        if folder not in known:
            known[folder] = _place_of(stores[folder[0]], folder[1])
        place, error = known[folder]
        yield place, candidate if error is None else Candidate(candidate.entry, None, error)


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
    except ObjectDenied as error:
        return became(entry, Outcome.FAILED, error)
    except (ObjectChanged, ObjectNotFound, NotAnObject) as error:
        return became(entry, Outcome.LEFT, error)
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
        receipt: What is to be deleted, each with its digest, and the place of each root.
        found: What each was when its digest was taken.
        finished: Says what time it is, RFC 3339 in UTC.

    Raises:
        StoreUnavailable: A store does not answer, or another one does in its place. What was begun
            stays so, and is settled later.
        ObjectExists: Another sweep has the same id.
    """
    receipts.put_if_absent(receipt.begun_key, encode(receipt))
    entries = tuple(
        _deleted(stores[entry.root], entry, what)
        for entry, what in zip(receipt.artefacts, found, strict=True)
    )
    for root, place in receipt.places.items():
        require_place(stores[root], place, root)
    return put(receipts, receipt, entries, finished(), settled=False)


def require_place(store: Store, place: str, root: str) -> None:
    """Passes if a store is still the one that it was.

    Raises:
        StoreUnavailable: It is another one: a disk was mounted, or is no more.
    """
    if store.place_id() != place:
        raise StoreUnavailable(
            f"{root} is not the place any more that it was when the sweep began. Is its disk "
            "mounted? What was begun is settled by the next sweep."
        )


def folder_of(key: str) -> str:
    """The folder that an object lies in."""
    return key.rpartition("/")[0]


def became(entry: Removed, outcome: Outcome, error: Exception) -> Removed:
    """An entry with what became of it, and why."""
    return msgspec.structs.replace(entry, outcome=outcome, error=type(error).__name__)


def put(
    receipts: Store, receipt: Receipt, entries: Iterable[Removed], at: str, *, settled: bool
) -> Receipt:
    """Puts the receipt in the place of what was begun."""
    done = msgspec.structs.replace(
        receipt, artefacts=tuple(entries), finished_at=at, settled=settled
    )
    receipts.put_if_absent(done.key, encode(done))
    receipts.delete(done.begun_key)
    return done


def _place_of(store: Store, folder: str) -> tuple[str, str | None]:
    try:
        return store.place_id(folder), None
    except StoreUnavailable as error:
        if not isinstance(error, ObjectDenied):
            raise
        return "", type(error).__name__
    except StoreError as error:
        return "", type(error).__name__


def _deleted(store: Store, entry: Removed, found: Found) -> Removed:
    """What becomes of an artefact that is to be deleted."""
    try:
        store.delete_if_unchanged(entry.key, found.tag)
        if store.head(entry.key) is not None:
            return became(entry, Outcome.FAILED, ObjectExists())
    except ObjectChanged as error:
        return _changed(store, entry, error)
    except StoreUnavailable as error:
        if not isinstance(error, ObjectDenied):
            raise
        return became(entry, Outcome.FAILED, error)
    except StoreError as error:
        return became(entry, Outcome.FAILED, error)
    return msgspec.structs.replace(entry, outcome=Outcome.DELETED)


def _changed(store: Store, entry: Removed, error: ObjectChanged) -> Removed:
    """What became of an artefact that is not any more what it was."""
    now = look(store, entry)
    if now.error is not None:
        return msgspec.structs.replace(entry, outcome=Outcome.FAILED, error=now.error)
    if now.found is None:  # somebody else has deleted it
        return msgspec.structs.replace(entry, outcome=Outcome.DELETED)
    return became(entry, Outcome.LEFT, error)
