"""The ledger: append-only JSON lines, each signed and holding the hash of the line before.

    file       the two files on the disk: lines from the front, the tail, the copy of the newest
    reading    lines → events, as far as they are what was written
    appending  one event more, chained, signed and durable
    content    the same where the ledger is one object of a store
    repair     what a crash has left of a last line, made good before the next append
    diagnosis  what is wrong with it, and where

A write is one line with its newline; bytes after the last newline are therefore what a crash left
of a line. If that line lacks nothing but the newline it was meant, and is finished; anything else
never was a whole line and is cut off. Both are told in the data of the next event.

``head.json`` beside the ledger is a copy of its newest line, replaced after each append: lines that
were cut off the end are missed there. A crash between the two leaves it one line behind.

Every event is signed (`clearshard.audit.signing`), with the key of the first, or with one that an
event which the key before it has signed lets in. Who can write the folder and has no such key can
therefore change nothing unnoticed, but two things: put back an older state of everything, or begin
anew with a key of their own. Against the one, keep the newest hash elsewhere; against the other,
the public key: `Ledger.check` takes both.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from clearshard.audit.events import Event
from clearshard.audit.faults import Fault
from clearshard.audit.ledger import appending, diagnosis, reading
from clearshard.audit.ledger.file import LedgerFile
from clearshard.audit.signing import Signer


class Ledger:
    """An append-only file of chained events; it is made by the first append."""

    def __init__(self, path: Path, signer: Signer | None = None) -> None:
        """Names the ledger; nothing is opened.

        Args:
            path: ``OUT/audit/ledger.jsonl``.
            signer: Who appends; None is for reading.
        """
        self._file = LedgerFile(path)
        self._signer = signer

    def append(
        self, event: str, run_id: str, at: datetime, data: Mapping[str, object] | None = None
    ) -> Event:
        """Appends one event; when it returns, the event is on the disk.

        Args:
            event: What happened, ``lower_snake``.
            run_id: The run that it is about.
            at: Now, with an offset.
            data: Values that JSON has; keys are strings.

        Raises:
            ValueError: `at` has no offset, the event would not read back the same, or there is
                no signer.
            IntegrityError: The last line is not what was written, or was signed with another key;
                nothing was appended.
            OutputFull: The disk is full; nothing was appended.
            OutputUnusable: The file cannot be written.
        """
        if self._signer is None:
            raise ValueError("this ledger was opened for reading")
        said = appending.Said(str(event), run_id, at, dict(data or {}))
        appended = appending.append(self._file, self._signer, said)
        assert appended is not None  # there was no condition
        return appended

    def append_after(self, newest: Event | None, said: appending.Said) -> bool:
        """Appends one event, if the newest is still the one that was read; says whether it was.

        Args:
            newest: The last one of `read`, on which depends what is said; None if there was none.
            said: The event.

        Raises:
            RunLocked: Somebody was killed while appending what `read` does not show.
            ValueError: As `append`; so are the other errors.
        """
        if self._signer is None:
            raise ValueError("this ledger was opened for reading")
        after = appending.Newest(None if newest is None else newest.hash)
        return appending.append(self._file, self._signer, said, after) is not None

    def head(self) -> Event | None:
        """The newest whole event, or None if there is none.

        Raises:
            IntegrityError: The last line is not what was written.
        """
        return reading.newest(self._file)

    def read(self) -> Iterator[Event]:
        """Yields the events in order, up to the one that is the newest now.

        The signature of the newest is checked; its hash covers all before it. What a crash left of
        a last line is not an event. An end that was cut off is not missed here; see `check`.

        Raises:
            IntegrityError: A line is not what was written.
        """
        return reading.events(self._file)

    def mentions(self, event: str) -> bool:
        """Whether such an event may have been told: False is certain, and costs next to nothing."""
        return reading.mentions(self._file, event)

    def readable(self) -> Iterator[Event]:
        """Yields the events up to the first that is not what was written: for who asks `check`."""
        return reading.readable(self._file)

    def check(
        self,
        finished_runs: Collection[str] = (),
        *,
        public_key: str | None = None,
        known_head: str | None = None,
    ) -> list[Fault]:
        """Walks the chain; an empty list says that it is whole.

        At most one fault is about the chain, since everything after the first wrong line rests on
        it; the others are about a torn last line and about an end that was cut off.

        Args:
            finished_runs: Runs whose records are there; each must have been announced.
            public_key: Of one who must have signed, hex: it was there first, or was let in by who
                was there. None is whoever signed first.
            known_head: Hash of an event that must be there.
        """
        return diagnosis.faults_of(self._file, finished_runs, public_key, known_head)
