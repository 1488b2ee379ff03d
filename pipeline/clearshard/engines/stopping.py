"""A request to stop, made by a signal handler and heeded where it does no harm."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe

from clearshard.errors import Interrupted


class Stop:
    """Whether somebody has asked the run to stop.

    Attributes:
        requested_at: When that was, on the monotonic clock; None as long as nobody has.
        heeded: Whether there is somebody who looks; otherwise the handler has to interrupt.
    """

    def __init__(self) -> None:
        self.requested_at: float | None = None
        self.heeded = False
        self._reader, self._writer = Pipe(duplex=False)

    @property
    def requested(self) -> bool:
        """Whether a request was made."""
        return self.requested_at is not None

    def request(self) -> None:
        """Asks; whoever waits for `fileno` wakes up."""
        if self.requested_at is None:
            self.requested_at = time.monotonic()
            self._writer.send_bytes(b"\0")

    def require_none(self) -> None:
        """Passes if no request was made.

        Raises:
            Interrupted: One was.
        """
        if self.requested:
            raise Interrupted

    def fileno(self) -> int:
        """Readable from the request on: to be waited for beside something else."""
        return self._reader.fileno()

    @contextmanager
    def heed(self) -> Iterator[None]:
        """Says that the caller looks at `requested` often, and ends by itself."""
        before, self.heeded = self.heeded, True
        try:
            yield
        finally:
            self.heeded = before
