"""A ledger as one object of a store: what is in it, and the same with one event more.

For who replaces it as a whole, on condition that it is still what was read. An object is never
torn. Nothing is read or written here.
"""

from functools import lru_cache

from clearshard.audit.events import (
    Event,
    LineError,
    format_line,
    is_next,
    key_after,
    parse_line,
    parse_unsigned,
)
from clearshard.audit.ledger.appending import Said, sealed
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError


@lru_cache(maxsize=64)
def events_of(content: bytes) -> tuple[Event, ...]:
    """The events, oldest first.

    The signature of the newest is checked; its hash covers all before it.

    Raises:
        IntegrityError: A line is not what was written.
    """
    *lines, rest = content.split(b"\n")
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        try:
            event = parse_line(line) if number == len(lines) else parse_unsigned(line)
            if not is_next(events[-1] if events else None, event):
                raise LineError("does not follow from the one before")
        except LineError as error:
            raise _broken(number, str(error)) from None
        events.append(event)
    if rest:
        raise _broken(len(lines) + 1, "has no end")
    return tuple(events)


def with_event(content: bytes, signer: Signer, said: Said) -> bytes:
    """The same ledger with one event more.

    Raises:
        IntegrityError: It is not what was written, or was signed with another key.
        ValueError: The event would not read back the same.
    """
    events = events_of(content)
    head = events[-1] if events else None
    if head is not None and key_after(head) != signer.public_key:
        raise IntegrityError(
            f"The ledger is signed by key {key_after(head)[:16]}..., and this run has key "
            f"{signer.public_key[:16]}... Use the signing key of the output, or begin a new "
            "one."
        )
    return content + format_line(sealed(head, signer, said)) + b"\n"


def _broken(line: int, how: str) -> IntegrityError:
    return IntegrityError(
        f"Line {line} of the ledger {how}. Run `clearshard audit verify`, then restore the ledger "
        "from a backup."
    )
