"""A ledger that is one object of a store: it grows by being replaced, if it is still what was read.

The copy of its newest line is an object beside it. It may be one line behind, never two: it catches
up before the next line.
"""

from contextlib import suppress
from dataclasses import dataclass

from clearshard import layout
from clearshard.audit.events import Event, LineError, parse_line
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of, with_event
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError, ObjectChanged, ObjectExists, ObjectNotFound
from clearshard.storage.store import ReadableStore, Store, VersionTag

#: Bytes of a ledger: an event has about one KiB.
_MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """A ledger as it was read; nothing where none was begun.

    Attributes:
        data: Its bytes.
        tag: Its version; None where there is none.
    """

    data: bytes = b""
    tag: VersionTag | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """The events, oldest first.

        Raises:
            IntegrityError: It is not what was written.
        """
        return events_of(self.data)

    @property
    def newest_line(self) -> bytes:
        """The last line, with its newline."""
        return self.data[self.data.rfind(b"\n", 0, -1) + 1 :]


def read_ledger(store: ReadableStore) -> LedgerRead:
    """The ledger of an output in a store."""
    try:
        content = store.read(layout.LEDGER, _MAX_BYTES)
    except ObjectNotFound:
        return LedgerRead()
    return LedgerRead(content.data, content.found.tag)


def lines_copied(store: ReadableStore) -> int:
    """How many lines the ledger has that is read after this, at least: its copy is behind it.

    Raises:
        IntegrityError: The copy is no line.
    """
    try:
        return 1 + _seq(store.read(layout.LEDGER_COPY, _MAX_BYTES).data)
    except ObjectNotFound:
        return 0


def append_to(store: Store, read: LedgerRead, signer: Signer, said: Said) -> LedgerRead | None:
    """Appends an event to the ledger that was read; None if it is not that one any more.

    Raises:
        IntegrityError: It is not what was written, or was signed with another key.
        ValueError: The event would not read back the same.
        StoreUnavailable: Nobody knows whether it was appended.
    """
    data = with_event(read.data, signer, said)
    try:
        if read.tag is None:
            tag = store.put_if_absent(layout.LEDGER, data)
        else:
            _copy(store, read.newest_line)
            tag = store.replace_if_unchanged(layout.LEDGER, data, read.tag)
    except (ObjectExists, ObjectChanged):
        return None
    appended = LedgerRead(data, tag)
    _copy(store, appended.newest_line)
    return appended


def _copy(store: Store, line: bytes) -> None:
    """Makes the copy this line, if it is an older one."""
    try:
        there = store.read(layout.LEDGER_COPY, _MAX_BYTES)
    except ObjectNotFound:
        with suppress(ObjectExists):  # somebody else is as far, or farther
            store.put_if_absent(layout.LEDGER_COPY, line)
        return
    if _seq(there.data) < _seq(line):
        with suppress(ObjectChanged):
            store.replace_if_unchanged(layout.LEDGER_COPY, line, there.found.tag)


def _seq(line: bytes) -> int:
    """Number of the event of a line.

    Raises:
        IntegrityError: It is none.
    """
    try:
        return parse_line(line.removesuffix(b"\n")).seq
    except LineError as error:
        raise IntegrityError(
            f"{layout.LEDGER_COPY} {error}. Run `clearshard audit verify`, then restore it from a "
            "backup."
        ) from None
