"""The ledger of an output in a bucket, and the copy of it in the mirror of that.

The object in the bucket is the ledger. What is read is read there, and the mirror is made the same,
so that whoever reads the folder reads what this process has read last.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from clearshard.audit.events import Event
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.file import LedgerFile
from clearshard.audit.ledger.in_store import LedgerRead, append_to, read_ledger
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError, StoreUnavailable
from clearshard.storage.failures import output_errors
from clearshard.storage.files import write_atomic
from clearshard.storage.store import Store

#: The ledger has other writers, but none that writes all the time.
_MOST_TRIES = 100


class MirroredLedger:
    """Reads and appends as `clearshard.audit.ledger.Ledger` does."""

    def __init__(self, store: Store, path: Path, signer: Signer) -> None:
        """Reads nothing yet.

        Args:
            store: Of the output.
            path: The ledger of the mirror.
            signer: Who appends.
        """
        self._store = store
        self._file = LedgerFile(path)
        self._signer = signer

    def append(
        self, event: str, run_id: str, at: datetime, data: Mapping[str, object] | None = None
    ) -> None:
        """Appends one event; when it returns, the event is in the bucket.

        Raises:
            IntegrityError: The ledger is not what was written, or was signed with another key.
            StoreUnavailable: The store does not answer, or others write all the time.
            ValueError: The event would not read back the same.
        """
        said = Said(str(event), run_id, at, dict(data or {}))
        for _ in range(_MOST_TRIES):
            if self._appended(self._read(), said):
                return
        raise StoreUnavailable("Others write to the ledger all the time. Run again.")

    def append_after(self, newest: Event | None, said: Said) -> bool:
        """Appends one event, if the newest is still the one that was read; says whether it was.

        Raises:
            IntegrityError: As `append`; so are the other errors.
        """
        read = self._read()
        there = read.events[-1].hash if read.events else None
        return there == (None if newest is None else newest.hash) and self._appended(read, said)

    def head(self) -> Event | None:
        """The newest event, or None if there is none.

        Raises:
            IntegrityError: The ledger is not what was written.
        """
        events = self._read().events
        return events[-1] if events else None

    def read(self) -> Iterator[Event]:
        """The events in order, as they are now.

        Raises:
            IntegrityError: The ledger is not what was written.
        """
        return iter(self._read().events)

    def _read(self) -> LedgerRead:
        # In this order: another process of this machine may write to the mirror as well.
        had = kept(self._file)
        read = read_ledger(self._store)
        keep_ledger(self._file, read, had)
        return read

    def _appended(self, read: LedgerRead, said: Said) -> bool:
        appended = append_to(self._store, read, self._signer, said)
        if appended is not None:
            keep_ledger(self._file, appended, read.data)
        return appended is not None


def kept(file: LedgerFile) -> bytes:
    """The ledger of a mirror, to be read before that of the bucket is."""
    return file.path.read_bytes() if file.path.exists() else b""


def keep_ledger(file: LedgerFile, read: LedgerRead, had: bytes) -> None:
    """Makes the ledger of a mirror what was read in the bucket.

    Args:
        file: The ledger of the mirror.
        read: What was read.
        had: What the mirror had before that.

    Raises:
        IntegrityError: See `require_goes_on`.
    """
    with output_errors(file.path.parent):
        if require_goes_on(file, read, had):
            file.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(file.path, read.data)
        if read.data and file.read_copy() != read.newest_line:
            file.write_copy(read.newest_line)


def require_goes_on(file: LedgerFile, read: LedgerRead, had: bytes) -> bool:
    """Makes sure that a ledger goes on from that of the mirror; says whether it is longer.

    Raises:
        IntegrityError: Somebody has put the bucket back to an older state, or begun it anew.
    """
    if not read.data.startswith(had):
        raise IntegrityError(
            f"The ledger in the bucket does not go on from {file.path}, which holds what was read "
            "there before: the bucket was put back to an older state, or its ledger was changed. "
            "Find out by whom. Restore the bucket; or if it is right as it is, begin with a new "
            "folder as output.mirror."
        )
    return len(read.data) > len(had)
