"""Lines → events, as far as they are what was written."""

from collections.abc import Iterator

from clearshard.audit.events import (
    Event,
    LineError,
    canonical,
    is_next,
    parse_line,
    parse_unsigned,
)
from clearshard.audit.ledger.file import LedgerFile
from clearshard.errors import IntegrityError

_WHAT_TO_DO = "Run `clearshard audit verify`, then restore the ledger from a backup."


def newest(file: LedgerFile) -> Event | None:
    """The newest whole event; see `Ledger.head`."""
    return event_of(file, file.tail().newest)


def event_of(file: LedgerFile, line: bytes | None) -> Event | None:
    """The event of the last whole line, its signature checked.

    Raises:
        IntegrityError: The line is not what was written.
    """
    if line is None:
        return None
    try:
        return parse_line(line)
    except LineError as error:
        raise IntegrityError(f"The last line of {file.shown} {error}. {_WHAT_TO_DO}") from None


def events(file: LedgerFile) -> Iterator[Event]:
    """The events up to the one that is the newest now; see `Ledger.read`."""
    last = newest(file)
    if last is None:
        return
    before: Event | None = None
    for line in file.lines():
        try:
            event = parse_unsigned(line.content)
            if not is_next(before, event):
                raise LineError("does not follow from the one before")
        except LineError as error:
            message = f"Line {line.number} of {file.shown} {error}. {_WHAT_TO_DO}"
            raise IntegrityError(message) from None
        yield event
        if event == last:
            return
        before = event


def mentions(file: LedgerFile, event: str) -> bool:
    """Whether a line has the bytes of such an event; see `Ledger.mentions`.

    A line has one spelling, so who tells the event has them. What else has them, parsing tells.
    """
    return file.contains(b'"event":' + canonical(event))


def readable(file: LedgerFile) -> Iterator[Event]:
    """The events up to the first that is not what was written."""
    before: Event | None = None
    for line in file.lines():
        try:
            event = parse_unsigned(line.content)
        except LineError:
            return
        if not (line.whole and is_next(before, event)):
            return
        yield event
        before = event
