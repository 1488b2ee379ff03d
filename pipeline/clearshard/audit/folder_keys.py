"""What the ledger says of the keys of the output folder, whose file says less, and is not signed.

Which are destroyed, wherever a copy of one still is; and which one was made last, with which all is
encrypted since.
"""

from collections.abc import Iterable

from clearshard.audit.events import Event, EventName
from clearshard.audit.ledger import Ledger


def destroyed_by(events: Iterable[Event]) -> frozenset[str]:
    """Names of the keys that are destroyed, or were about to be when somebody was killed.

    Args:
        events: All that can be read.
    """
    return frozenset(
        str(event.data.get("folder_key"))
        for event in events
        if event.event == EventName.ENCRYPTION_KEY_DESTROYED
    )


def destroyed_in(ledger: Ledger, *, as_far_as_readable: bool = False) -> frozenset[str]:
    """The same of a ledger, which is read only where it speaks of one.

    Args:
        ledger: What is asked.
        as_far_as_readable: Whether one that is not what was written is read up to there: for who
            asks `Ledger.check`, too.

    Raises:
        IntegrityError: A line is not what was written.
    """
    if not ledger.mentions(EventName.ENCRYPTION_KEY_DESTROYED):
        return frozenset()
    return destroyed_by(ledger.readable() if as_far_as_readable else ledger.read())


def newest_by(events: Iterable[Event]) -> str | None:
    """The key that was made last by who replaced all others; None if nobody has.

    It need not be there: whoever replaced them was killed before the file had it, or has destroyed
    it since.

    Args:
        events: All that can be read, in order.
    """
    newest = None
    for event in events:
        if event.event == EventName.ENCRYPTION_KEY_CHANGED:
            newest = str(event.data.get("folder_key"))
    return newest


def newest_in(ledger: Ledger, *, as_far_as_readable: bool = False) -> str | None:
    """The same of a ledger; as `destroyed_in`."""
    if not ledger.mentions(EventName.ENCRYPTION_KEY_CHANGED):
        return None
    return newest_by(ledger.readable() if as_far_as_readable else ledger.read())
