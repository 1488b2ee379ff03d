"""What the ledger is told of sweeps and confirmations: the digest of what each has written.

What somebody who was killed has not told is told by the next one: what counts is what the ledger
knows, and not who wrote it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from clearshard.audit.events import EventName
from clearshard.lifecycle.confirmation import record
from clearshard.lifecycle.confirmation.record import is_confirmation
from clearshard.lifecycle.retention.receipts import (
    MAX_BYTES,
    Outcome,
    Receipt,
    decode,
    is_of,
    is_receipt,
)
from clearshard.run.journal import Journal
from clearshard.storage.local import LocalStore
from clearshard.storage.store import ReadableStore

#: So many receipts are told by one event.
_AT_ONCE = 1000


def tell_receipts(journal: Journal, receipts: Path) -> int:
    """Tells the ledger of all receipts that it does not know; says how many.

    Args:
        journal: The ledger.
        receipts: The folder of the receipts.

    Raises:
        IntegrityError: A receipt is not what a sweep wrote; so are the errors of `Journal.tell`.
    """
    told, origin = told_of(journal, EventName.RETENTION_SWEPT), journal.origin
    store = LocalStore(receipts)
    keys = (one.key for one in store.list_below() if is_receipt(one.key) and one.key not in told)
    new = (one for one in _read(store, keys) if is_of(one[1], origin))
    count = 0
    while some := list(islice(new, _AT_ONCE)):
        for sweep, data in _by_sweep(some).items():
            journal.tell(EventName.RETENTION_SWEPT, sweep, data)
        count += len(some)
    return count


def tell_confirmations(journal: Journal, receipts: Path) -> int:
    """Tells the ledger of all confirmations that it does not know; says how many.

    Args:
        journal: The ledger.
        receipts: The folder in which they lie, beside the receipts.

    Raises:
        IntegrityError: One is not what was written; so are the errors of `Journal.tell`.
    """
    told, origin = told_of(journal, EventName.RETENTION_CONFIRMED), journal.origin
    store = LocalStore(receipts)
    count = 0
    for key in [one.key for one in store.list_below() if is_confirmation(one.key)]:
        if key in told:
            continue
        data = store.read(key, MAX_BYTES).data
        kept = record.decode(data, key)
        if None in (kept.ledger, origin) or kept.ledger == origin:
            told_now = {"receipts": {key: hashlib.sha256(data).hexdigest()}}
            journal.tell(EventName.RETENTION_CONFIRMED, kept.name, told_now)
            count += 1
    return count


def told_of(journal: Journal, what: EventName) -> dict[str, str]:
    """The names of all that the ledger was told of, with their digests."""
    return {
        name: sha256
        for event in journal.events()
        if event.event == what
        for name, sha256 in event.data.get("receipts", {}).items()
    }


def _by_sweep(some: Iterable[tuple[str, Receipt, str]]) -> dict[str, Mapping[str, object]]:
    digests: dict[str, dict[str, str]] = {}
    deleted: dict[str, Counter[str]] = {}
    for key, receipt, sha256 in some:
        digests.setdefault(receipt.sweep, {})[key] = sha256
        outcomes = deleted.setdefault(receipt.sweep, Counter())
        outcomes.update(e.clause for e in receipt.artefacts if e.outcome is Outcome.DELETED)
    return {
        sweep: {"receipts": of, "deleted": dict(sorted(deleted[sweep].items()))}
        for sweep, of in digests.items()
    }


def _read(store: ReadableStore, keys: Iterable[str]) -> Iterator[tuple[str, Receipt, str]]:
    for key in keys:
        data = store.read(key, MAX_BYTES).data
        yield key, decode(data, key), hashlib.sha256(data).hexdigest()
