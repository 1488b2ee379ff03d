"""Tombstones as the ledger knows them: what purges have placed, and what was lifted since.

A file of tombstones is believed if the ledger names it with its digest. One that is missing, or is
not what was written, ends whoever asks: without it nobody can say what has to stay out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.errors import IntegrityError

#: Of whom a tombstone is, and why it was placed: the reasons of the decision.
TOMBSTONES_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
    ]
)


class Kind(StrEnum):
    """What a tombstone is of."""

    ACCOUNT = "account"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Placed:
    """Tombstones that a purge has placed.

    Attributes:
        run_id: The purge.
        seq: Number of the event that says so.
        at: When, RFC 3339.
        sha256: Of their file.
        why: What the purge was of: ``account``, ``file`` or ``registry``.
    """

    run_id: str
    seq: int
    at: str
    sha256: str
    why: str

    @property
    def name(self) -> str:
        """Where their file lies in the output."""
        return layout.tombstones(self.run_id)

    def read(self, out: Path) -> pa.Table:
        """All of them, TOMBSTONES_SCHEMA.

        Raises:
            IntegrityError: The file is missing, or is not what was written.
        """
        try:
            content = (out / self.name).read_bytes()
        except OSError as error:
            raise _refused(out, self.name, f"cannot be read ({type(error).__name__})") from None
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise _refused(out, self.name, "is not what the purge has written")
        try:
            table = pq.read_table(pa.BufferReader(content))
        except pa.ArrowException as error:
            raise _refused(out, self.name, f"cannot be read ({type(error).__name__})") from None
        if table.schema.remove_metadata() != TOMBSTONES_SCHEMA:
            raise _refused(out, self.name, "has other columns than tombstones have")
        return table


@dataclass(frozen=True, slots=True)
class Lifted:
    """A tombstone that somebody has lifted.

    Attributes:
        kind: Of whom it was.
        id: The same.
        seq: Number of the event that says so.
        at: When, RFC 3339.
        reason: Why, in the words of who has lifted it.
    """

    kind: Kind
    id: str
    seq: int
    at: str
    reason: str


def told_of(events: Iterable[Event]) -> Iterator[Placed | Lifted]:
    """What the ledger says of tombstones, oldest first: of one id the newest is in force.

    Raises:
        IntegrityError: An event is not one that this package tells.
    """
    for event in events:
        data = event.data
        try:
            if event.event == EventName.TOMBSTONES_PLACED:
                if not layout.is_run_id(event.run_id):
                    raise ValueError(event.seq)
                texts = (_text(data[name]) for name in ("sha256", "why"))
                yield Placed(event.run_id, event.seq, event.at, *texts)
            elif event.event == EventName.TOMBSTONE_LIFTED:
                kind, name, reason = (_text(data[name]) for name in ("kind", "id", "reason"))
                yield Lifted(Kind(kind), name, event.seq, event.at, reason)
        except (KeyError, TypeError, ValueError):
            raise IntegrityError(
                f"{layout.LEDGER}:{event.seq + 1} tells of tombstones as no purge does. Run "
                "`clearshard audit verify`, then restore it from a backup."
            ) from None


def encoded(tombstones: pa.Table) -> bytes:
    """The file of some tombstones (TOMBSTONES_SCHEMA); its digest is told to the ledger."""
    sink = pa.BufferOutputStream()
    pq.write_table(tombstones.cast(TOMBSTONES_SCHEMA), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def ids_of(table: pa.Table, kind: Kind) -> pa.Array:
    """The ids of one kind among some tombstones."""
    of_kind = table.filter(pc.equal(table.column("kind"), str(kind)))
    return of_kind.column("id").combine_chunks()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _refused(out: Path, name: str, problem: str) -> IntegrityError:
    return IntegrityError(
        f"{out}: {name} {problem}, and the ledger says that it keeps files out. Nothing is decided "
        "without it. Restore it from a backup."
    )
