"""Tombstones as the ledger knows them: what purges have placed, and what was lifted since.

A file of tombstones is believed if the ledger names it with its digest. One that is missing, or is
not what was written, ends whoever asks: without it nobody can say what has to stay out.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.errors import IntegrityError
from clearshard.records.schemas import CONTENT_KEY_BYTES

#: Of whom a tombstone is, and why it was placed: the reasons of the decision. A file that went with
#: its account has that in `account_id`: who lifts the account lifts the file. Of a file also what
#: it is known to have held, as keyed digests: null where nobody knew, as of an account.
TOMBSTONES_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("account_id", pa.string()),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
        pa.field("content_keys", pa.list_(pa.binary(CONTENT_KEY_BYTES))),
    ]
)
#: What purges wrote before they kept what files held. Its ids are in force as any others.
_WITHOUT_CONTENTS = pa.schema([f for f in TOMBSTONES_SCHEMA if f.name != "content_keys"])


#: In the place of a kind: whatever one purge has placed is lifted.
PURGE = "purge"


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
        why: What the purge was of: ``account``, ``file``, ``account_and_file`` or ``registry``.
        key_id: Of the key of what files held; None where that is of none.
    """

    run_id: str
    seq: int
    at: str
    sha256: str
    why: str
    key_id: str | None

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
        schema = table.schema.remove_metadata()
        if schema == _WITHOUT_CONTENTS:
            field = TOMBSTONES_SCHEMA.field("content_keys")
            table = table.append_column(field, pa.nulls(len(table), field.type))
        elif schema != TOMBSTONES_SCHEMA:
            raise _refused(out, self.name, "has other columns than tombstones have")
        return table.replace_schema_metadata()


@dataclass(frozen=True, slots=True)
class Lifted:
    """Tombstones that somebody has lifted.

    Attributes:
        kind: Of whom they were; None: all that one purge has placed.
        id: The same; the purge.
        ids: What is lifted with it: the same id as it was purged, in whatever spelling.
        seq: Number of the event that says so.
        at: When, RFC 3339.
        reason: Why, in the words of who has lifted it.
    """

    kind: Kind | None
    id: str
    ids: tuple[str, ...]
    seq: int
    at: str
    reason: str


#: Which of some ids are one of some names; how ids can be spelled, the audit does not know.
Same = Callable[[pa.Array, Sequence[str]], pa.Array]


def spelled_the_same(ids: pa.Array, names: Sequence[str]) -> pa.Array:
    """Which of some ids are exactly one of some names."""
    return pc.is_in(ids, pa.array(names, pa.string()))


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What keeps a file out, or kept it out once.

    Attributes:
        kind: Whether it is of the file or of its account.
        id: As it was purged.
        account_id: The account that a file went with; None where it was purged by itself.
        purge: The purge that has placed it.
        of: What that was of: ``account``, ``file``, ``account_and_file`` or ``registry``.
        reasons: Why it was placed.
        at: When, RFC 3339; for people, since a clock can go back.
        seq: Number of the event that says so: what was before it and what after, this tells.
        lifted_at: When it was lifted, if it was.
        lifted_because: Why, in the words of who has lifted it.
    """

    kind: Kind
    id: str
    account_id: str | None
    purge: str
    of: str
    reasons: tuple[str, ...]
    at: str
    seq: int
    lifted_at: str | None = None
    lifted_because: str | None = None


def tombstones_on(
    out: Path,
    events: Iterable[Event],
    file_id: str,
    account_ids: Sequence[str],
    same: Same = spelled_the_same,
) -> tuple[Tombstone, ...]:
    """All tombstones that a file and its accounts ever had, oldest first.

    Args:
        out: The output folder.
        events: Of its ledger, oldest first.
        file_id: The file.
        account_ids: Accounts that it was of.
        same: Says which ids are one id.

    Raises:
        IntegrityError: A file of tombstones is not what was written.
    """
    names = {Kind.FILE: [file_id], Kind.ACCOUNT: list(account_ids)}
    found: list[Tombstone] = []
    for told in told_of(events):
        if isinstance(told, Lifted):
            found = [_lifted(one, told) for one in found]
            continue
        table = told.read(out)
        for kind, wanted in names.items():
            of_kind = table.filter(pc.equal(table.column("kind"), str(kind)))
            meant = same(of_kind.column("id").combine_chunks(), wanted)
            for row in of_kind.filter(meant).to_pylist():
                why = tuple(row["reasons"])
                of = (kind, row["id"], row["account_id"], told.run_id, told.why)
                found.append(Tombstone(*of, why, told.at, told.seq))
    return tuple(found)


def exactly_in_force(out: Path, events: Iterable[Event]) -> dict[Kind, frozenset[str]]:
    """The ids that are kept out, as they were purged.

    Raises:
        IntegrityError: A file of tombstones is not what was written.
    """
    rows: set[tuple[str, str, str, str | None]] = set()
    for told in told_of(events):
        if isinstance(told, Lifted):
            rows = {row for row in rows if not _lifts(told, *row)}
        else:
            columns = told.read(out).select(["kind", "id", "account_id"]).columns
            named = zip(*(column.to_pylist() for column in columns), strict=True)
            rows.update((told.run_id, *one) for one in named)
    return {kind: frozenset(name for _, of, name, _ in rows if of == kind) for kind in Kind}


def spellings(out: Path, events: Iterable[Event], kind: Kind) -> frozenset[str]:
    """All ids of a kind that purges have ever named, as these or decisions spell them.

    Raises:
        IntegrityError: A file of tombstones is not what was written.
    """
    found: set[str] = set()
    for told in told_of(events):
        if isinstance(told, Placed):
            table = told.read(out)
            found.update(ids_of(table, kind).to_pylist())
            if kind is Kind.ACCOUNT:
                found.update(table.column("account_id").drop_null().to_pylist())
    return frozenset(found)


def unconfirmed(out: Path, events: Sequence[Event]) -> dict[Kind, frozenset[str]]:
    """The ids that are kept out by a purge which has no receipt: it may not have come to its end.

    Raises:
        IntegrityError: A file of tombstones is not what was written.
    """
    found: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    if left := without_receipt(events):
        in_force = exactly_in_force(out, events)
        for told in left:
            table = told.read(out)
            for kind, ids in found.items():
                ids.update(in_force[kind].intersection(ids_of(table, kind).to_pylist()))
    return {kind: frozenset(ids) for kind, ids in found.items()}


def without_receipt(events: Iterable[Event]) -> tuple[Placed, ...]:
    """Purges of which neither their own receipt says that it is done, nor that of a later one."""
    placed: dict[str, Placed] = {}
    confirmed: set[str] = set()
    events = tuple(events)
    for event in events:
        if event.event == EventName.PURGE_RECEIPT:
            completes = event.data.get("completes")
            also = map(str, completes) if isinstance(completes, list) else ()
            confirmed.update((event.run_id, *also))
    for told in told_of(events):
        if isinstance(told, Placed):
            placed[told.run_id] = told
    return tuple(one for run_id, one in placed.items() if run_id not in confirmed)


def _lifted(one: Tombstone, told: Lifted) -> Tombstone:
    names = (one.purge, one.kind, one.id, one.account_id)
    if one.lifted_at is not None or not _lifts(told, *names):
        return one
    return replace(one, lifted_at=told.at, lifted_because=told.reason)


def _lifts(told: Lifted, purge: str, kind: str, name: str, account_id: str | None) -> bool:
    """Whether a tombstone is lifted: itself, with its purge, or with the account of its file."""
    if told.kind is None:
        return purge == told.id
    if told.kind is Kind.ACCOUNT:
        return (name if kind == Kind.ACCOUNT else account_id) in told.ids
    return kind == Kind.FILE and name in told.ids


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
                sha256, why = (_text(data[name]) for name in ("sha256", "why"))
                key_id = None if data.get("key_id") is None else _text(data["key_id"])
                yield Placed(event.run_id, event.seq, event.at, sha256, why, key_id)
            elif event.event == EventName.TOMBSTONE_LIFTED:
                kind, name, reason = (_text(data[name]) for name in ("kind", "id", "reason"))
                ids = tuple(map(_text, data["ids"]))
                of = None if kind == PURGE else Kind(kind)
                yield Lifted(of, name, ids, event.seq, event.at, reason)
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
