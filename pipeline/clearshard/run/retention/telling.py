"""What the ledger is told of sweeps and confirmations: the digest of what each has written.

What somebody who was killed has not told is told by the next one: what counts is what the ledger
knows, and not who wrote it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from clearshard.audit.events import EventName
from clearshard.lifecycle.confirmation.record import is_confirmation, name_of
from clearshard.lifecycle.retention.receipts import (
    MAX_BYTES,
    Outcome,
    Receipt,
    decode,
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
    told = _told(journal, EventName.RETENTION_SWEPT)
    store = LocalStore(receipts)
    new = (one.key for one in store.list_below() if is_receipt(one.key) and one.key not in told)
    count = 0
    while keys := list(islice(new, _AT_ONCE)):
        for sweep, data in _by_sweep(store, keys).items():
            journal.tell(EventName.RETENTION_SWEPT, sweep, data)
        count += len(keys)
    return count


def tell_confirmations(journal: Journal, receipts: Path) -> int:
    """Tells the ledger of all confirmations that it does not know; says how many.

    Args:
        journal: The ledger.
        receipts: The folder in which they lie, beside the receipts.

    Raises:
        IntegrityError: See `Journal.tell`.
    """
    told = _told(journal, EventName.RETENTION_CONFIRMED)
    store = LocalStore(receipts)
    keys = [one.key for one in store.list_below() if is_confirmation(one.key)]
    new = [key for key in keys if key not in told]
    for key in new:
        digest = hashlib.sha256(store.read(key, MAX_BYTES).data).hexdigest()
        data = {"receipts": {key: digest}}
        journal.tell(EventName.RETENTION_CONFIRMED, name_of(key), data)
    return len(new)


def _told(journal: Journal, what: EventName) -> frozenset[str]:
    return frozenset(
        name
        for event in journal.events()
        if event.event == what
        for name in event.data.get("receipts", {})
    )


def _by_sweep(store: ReadableStore, keys: list[str]) -> dict[str, Mapping[str, object]]:
    digests: dict[str, dict[str, str]] = {}
    deleted: dict[str, Counter[str]] = {}
    for key, receipt, sha256 in _read(store, keys):
        digests.setdefault(receipt.sweep, {})[key] = sha256
        outcomes = deleted.setdefault(receipt.sweep, Counter())
        outcomes.update(e.clause for e in receipt.artefacts if e.outcome is Outcome.DELETED)
    return {
        sweep: {"receipts": of, "deleted": dict(sorted(deleted[sweep].items()))}
        for sweep, of in digests.items()
    }


def _read(store: ReadableStore, keys: list[str]) -> Iterator[tuple[str, Receipt, str]]:
    for key in keys:
        data = store.read(key, MAX_BYTES).data
        yield key, decode(data, key), hashlib.sha256(data).hexdigest()
