"""What the ledger says of the keys of the output folder, whose file says less, and is not signed.

Which are destroyed, wherever a copy of one still is; and which were replaced, so that nothing more
is encrypted with them.
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


def replaced_by(events: Iterable[Event]) -> frozenset[str]:
    """Names of the keys that a rotation has put another one in front of, or was about to.

    What replaced them does so no more once it is destroyed: then the one before it is in use again.

    Args:
        events: All that can be read.
    """
    told = list(events)
    destroyed = destroyed_by(told)
    return frozenset(
        str(key_id)
        for event in told
        if event.event == EventName.ENCRYPTION_KEY_CHANGED
        and str(event.data.get("folder_key")) not in destroyed
        for key_id in event.data.get("rewrapped", ())
    )


def replaced_in(ledger: Ledger, *, as_far_as_readable: bool = False) -> frozenset[str]:
    """The same of a ledger; as `destroyed_in`."""
    if not ledger.mentions(EventName.ENCRYPTION_KEY_CHANGED):
        return frozenset()
    return replaced_by(ledger.readable() if as_far_as_readable else ledger.read())
