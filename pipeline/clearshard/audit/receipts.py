"""Receipts as the ledger knows them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.errors import IntegrityError
from clearshard.records.receipt import Receipt


def receipt_of(out: Path, events: Iterable[Event], run_id: str) -> Receipt | None:
    """That of one purge or run, if there is one.

    Raises:
        IntegrityError: It is missing, or is not what was written.
    """
    named = (e for e in events if e.event == EventName.PURGE_RECEIPT and e.run_id == run_id)
    found = next(named, None)
    return None if found is None else _read(out, found)


def _read(out: Path, event: Event) -> Receipt:
    name = layout.receipt(event.run_id) if layout.is_run_id(event.run_id) else ""
    try:
        content = (out / name).read_bytes()
        if hashlib.sha256(content).hexdigest() == event.data.get("sha256"):
            return msgspec.json.decode(content, type=Receipt)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    raise IntegrityError(
        f"{out}: the receipt that {layout.LEDGER}:{event.seq + 1} names is missing, or is not what "
        "was written. Restore it from a backup."
    )
