"""What is wrong with a ledger, and where: for whoever verifies."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from clearshard.audit.events import (
    GENESIS,
    Event,
    EventName,
    LineError,
    key_after,
    parse_line,
)
from clearshard.audit.faults import Fault
from clearshard.audit.ledger.file import LedgerFile


class _Wrong(Exception):
    """What is wrong with a line; everything after it rests on it."""


def faults_of(
    file: LedgerFile, finished_runs: Collection[str], public_key: str | None, known_head: str | None
) -> list[Fault]:
    """Everything that is wrong; see `Ledger.check`."""
    walk = _Walk(file, public_key, known_head, set(finished_runs))
    faults: list[Fault] = []
    for line in file.lines():
        walk.number = line.number
        place = f"{file.shown}:{line.number}"
        if not line.whole:
            message = (
                "the last line is torn: an append was interrupted. The next command that writes "
                "here repairs it and says so in the ledger"
            )
            faults.append(Fault(place, message))
            break
        try:
            walk.step(line.content)
        except (LineError, _Wrong) as error:
            return [*faults, Fault(place, str(error))]
    return [*faults, *_not_known(file, walk), *_cut_off(file, walk)]


@dataclass(slots=True)
class _Walk:
    """A walk along the chain.

    Attributes:
        public_key: Of who must have signed, if somebody has said.
        known_head: Hash of an event that must still come, or None.
        missing: Runs that must still be announced.
        number: Of the line in hand.
        newest: The last two whole lines.
        signers: Public keys of all who have signed, each let in by the one before.
    """

    file: LedgerFile
    public_key: str | None
    known_head: str | None
    missing: set[str]
    number: int = 0
    newest: Sequence[bytes] = ()
    signers: set[str] = field(default_factory=set)
    _before: Event | None = None

    def step(self, line: bytes) -> None:
        """Takes one line more.

        Raises:
            LineError: It is not an event that this package wrote.
            _Wrong: It is not the one that belongs there.
        """
        event = parse_line(line)
        seq, prev = (0, GENESIS) if self._before is None else _after(self._before)
        if event.seq != seq:
            raise _Wrong(_displaced(self.file, event.seq, seq))
        if event.prev != prev:
            raise _Wrong(
                "does not follow from the line before: that line or this one was rewritten"
            )
        expected = event.key if self._before is None else key_after(self._before)
        if event.key != expected:
            raise _Wrong(_signed_by(event.key, expected))
        self.signers.add(event.key)
        if event.event == EventName.RUN_FINISHED:
            self.missing.discard(event.run_id)
        if event.hash == self.known_head:
            self.known_head = None
        self.newest = [*self.newest[-1:], line]
        self._before = event


def _not_known(file: LedgerFile, walk: _Walk) -> Iterator[Fault]:
    """Says that somebody else has signed than the reader was told of."""
    if walk.public_key is not None and walk.signers and walk.public_key not in walk.signers:
        first = parse_line(next(file.lines()).content).key
        yield Fault(f"{file.shown}:1", _signed_by(first, walk.public_key))


def _signed_by(key: str, expected: str) -> str:
    return (
        f"is signed by key {key[:16]}... and not by {expected[:16]}...: somebody else wrote this "
        "line"
    )


def _after(event: Event) -> tuple[int, str]:
    return event.seq + 1, event.hash


def _cut_off(file: LedgerFile, walk: _Walk) -> Iterator[Fault]:
    """Says what must have stood at the end, and does not."""
    end = f"{file.shown}:{walk.number + 1}"
    if walk.missing:
        message = (
            "the end was cut off, or a record was slipped in: no run_finished event announces "
            f"{', '.join(sorted(walk.missing))}. Restore the ledger from a backup"
        )
        yield Fault(end, message)
    if walk.known_head is not None:
        message = (
            f"no event has the hash {walk.known_head[:16]}... that was kept elsewhere: the end was "
            "cut off, or the ledger is another one. Restore the ledger from a backup"
        )
        yield Fault(end, message)
    copy = file.read_copy()
    # A crash leaves the copy one line behind.
    fits = len(walk.newest) < 2 if copy is None else copy in [n + b"\n" for n in walk.newest]
    if not fits:
        message = (
            f"is not the newest line of {file.shown}: the end of the ledger was cut off, or this "
            "file was changed. Restore both from a backup"
        )
        yield Fault(file.copy_shown, message)


def _displaced(file: LedgerFile, seq: int, expected: int) -> str:
    """Says why an event is not where it belongs."""
    if seq < expected:
        return f"event {seq} is here a second time: a line was duplicated or moved"
    if expected in _readable_seqs(file):
        return f"event {expected} belongs here, and stands further down: lines were reordered"
    return f"event {expected} belongs here, and is nowhere: {seq - expected} line(s) were dropped"


def _readable_seqs(file: LedgerFile) -> Iterator[int]:
    for line in file.lines():
        try:
            yield parse_line(line.content).seq
        except LineError:
            continue
