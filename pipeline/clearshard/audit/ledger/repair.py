"""What a crash has left of a last line, and how it is made good before anything is appended."""

import os
from dataclasses import dataclass

from clearshard.audit.events import GENESIS, Event, LineError, parse_line
from clearshard.audit.ledger.file import Tail, write_durably

#: Keys that a repair adds to the data of the event after it.
REPAIRED_TORN_BYTES = "repaired_torn_bytes"
REPAIRED_NEWLINE = "repaired_newline"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done about the end of a ledger.

    Attributes:
        tail: That end.
        meant: The event of a last line that lacks nothing but its newline.
    """

    tail: Tail
    meant: Event | None

    @property
    def told(self) -> dict[str, object]:
        """What the next event says of it; empty if nothing is to be done."""
        if self.meant is not None:
            return {REPAIRED_NEWLINE: True}
        return {REPAIRED_TORN_BYTES: len(self.tail.torn)} if self.tail.torn else {}

    def carry_out(self, handle: int) -> Tail:
        """Finishes the line that was meant, or cuts off what never was one.

        Args:
            handle: Of the ledger, locked, to append to.

        Returns:
            The end as it is now.
        """
        tail = self.tail
        if self.meant is not None:
            write_durably(handle, b"\n")
            return Tail(tail.torn, b"", tail.size + 1)
        if tail.torn:
            os.ftruncate(handle, tail.size - len(tail.torn))
        return Tail(tail.newest, b"", tail.size - len(tail.torn))


def repair_of(tail: Tail, head: Event | None) -> Repair:
    """What is to be done about an end.

    Args:
        tail: The end.
        head: The event of its last whole line.
    """
    return Repair(tail, _follows(tail.torn, head) if tail.torn else None)


def _follows(torn: bytes, head: Event | None) -> Event | None:
    """The event in `torn`, if it is whole and the chain leads to it."""
    try:
        event = parse_line(torn)
    except LineError:
        return None
    expected = (0, GENESIS) if head is None else (head.seq + 1, head.hash)
    return event if (event.seq, event.prev) == expected else None
