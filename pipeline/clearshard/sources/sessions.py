"""Streaming sessions in a container: the messages of one, one a line, behind each other.

A session begins with its `Begin`, which has its id, and goes on to its `Termination` or the end of
the container. No message in between says whose it is. So where another session or record begins
before the end of one, nobody can say whose the rest is, and the container is used for nothing.
"""

from dataclasses import dataclass, field

from clearshard.records.states import Quarantine, QuarantineReason

BEGIN, END = "Begin", "Termination"


@dataclass(slots=True)
class Session:
    """A session that has begun.

    Attributes:
        id: What it is called.
        max_bytes: No more than this is kept of it.
        is_kept: Whether its messages are; of one that nobody wants, none is.
    """

    id: str
    max_bytes: int
    is_kept: bool
    _lines: list[bytes] = field(default_factory=list)
    _size: int = 0

    def add(self, line: bytes | None) -> None:
        """One more message; None if it is too large to be read."""
        self._size += self.max_bytes + 1 if line is None else len(line) + 1
        if line is not None and self.is_kept and self._size <= self.max_bytes:
            self._lines.append(bytes(line))

    def content(self) -> bytes:
        """All of its messages.

        Raises:
            Quarantine: `too_large`.
        """
        if self._size > self.max_bytes:
            raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
        return b"\n".join(self._lines)


def require_ended(session: Session | None) -> None:
    """Passes if no session is open.

    Raises:
        Quarantine: `malformed`: one is.
    """
    if session is not None:
        raise Quarantine(QuarantineReason.MALFORMED, "OpenSession")
