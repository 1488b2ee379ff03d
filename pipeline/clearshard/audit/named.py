"""Files that the ledger names one by one, each with its digest: tombstones and receipts."""

from collections.abc import Iterable

from clearshard import layout
from clearshard.audit.events import Event, EventName

_PLACES = {
    str(EventName.TOMBSTONES_PLACED): layout.tombstones,
    str(EventName.PURGE_RECEIPT): layout.receipt,
}


def named_files(events: Iterable[Event]) -> dict[str, str]:
    """Name in the output → SHA-256, as the ledger says.

    Args:
        events: All that can be read, oldest first.
    """
    named = {}
    for event in events:
        place = _PLACES.get(event.event)
        if place is not None and layout.is_run_id(event.run_id):
            named[place(event.run_id)] = str(event.data.get("sha256"))
    return named
