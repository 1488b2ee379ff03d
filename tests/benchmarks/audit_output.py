"""An output folder with any number of decisions, as nightly runs over a growing manifest leave it.

Everything that makes a decision is the real thing: the gate decides on generated manifests and
registries, the table is kept whole or as changes, the ledger chains the events, the records are
those of `RunRecord`. Only transcripts are not there: whatever the gate lets pass is called
written, but for one in a hundred, which is quarantined; the records name shards that do not exist.

Files are made in chunks that depend on their number alone, so that the same seed gives the same
bytes, every run sees the same files again, and memory does not grow with their number.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard import layout
from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import MARKER
from clearshard.audit.reading import VisibleRun, read_record
from clearshard.audit.signing import Signer
from clearshard.audit.stored.accounts import AccountFacts, rows_of_files
from clearshard.audit.stored.writing import write_accounts
from clearshard.config import default_policy_text
from clearshard.eligibility.accounts import AccountIndex, index_accounts
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.keys import SigningKey
from clearshard.records.run import Counts, DecisionsFile, RunRecord, ShardFile, SourceSnapshot
from clearshard.records.schemas import (
    DECISION_SCHEMA,
    MANIFEST_SCHEMA,
    REGISTRY_SCHEMA,
    ROW_SCHEMA,
    TIMESTAMP,
)
from clearshard.records.states import QuarantineReason, State
from clearshard.records.times import utc_text
from clearshard.run.before import read_before
from clearshard.run.output.folder import encode_record
from clearshard.run.output.keeping import keep_changes, may_follow
from clearshard.shards.card import dataset_card
from clearshard.shards.periods import periods_of
from clearshard.storage.files import write_atomic

#: Rows that a run decides at once: what the sources give the gate.
CHUNK = 1 << 16
FIRST_RUN = datetime(2026, 6, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
#: What the manifest's files were submitted in, and what divides each of them into shards.
_PERIODS = (*(f"2025-{n:02d}" for n in range(6, 13)), *(f"2026-{n:02d}" for n in range(1, 7)))
_PREFIXES = ("00", "01", "10", "11")
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DASHES = (8, 13, 18, 23)
_REDACTOR = "d" * 64
_HELD = np.array([str(reason) for reason in QuarantineReason])

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Size:
    """How large the folder is.

    Attributes:
        runs: Number of runs; each replaces the one before.
        files: Manifest rows of the first run.
        new_files: Rows that each later run sees for the first time; as many old ones are gone.
        accounts: Accounts in the registry.
    """

    runs: int
    files: int
    new_files: int
    accounts: int


def generate(out: Path, size: Size) -> tuple[RunRecord, ...]:
    """Makes the folder; `out` must not hold one.

    Returns:
        The records of the runs, oldest first.
    """
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / layout.MARKER, MARKER)
    ledger = Ledger(out / "audit" / "ledger.jsonl", Signer.of(SigningKey(b"s" * 32)))
    policy = parse_policy(default_policy_text(), "default policy")
    records: list[RunRecord] = []
    for number in range(size.runs):
        as_of = FIRST_RUN + timedelta(days=number)
        run_id = f"{as_of:%Y%m%dT%H%M%SZ}-{number:08x}"
        ledger.append(EventName.RUN_STARTED, run_id, as_of, {"as_of": utc_text(as_of)})
        gate = Gate(policy, _registry(size.accounts, as_of, number), Moment.at(as_of, 0))
        before = read_record(out / "runs" / f"{records[-1].run_id}.json") if records else None
        folder = out / layout.decisions(run_id)
        counted = _Counted(
            partial(
                decisions,
                gate,
                policy,
                as_of,
                number * size.new_files,
                size.files,
                size.accounts,
            )
        )
        files = _keep(counted, before, folder)
        record = _record(run_id, as_of, policy, counted.states, counted.reasons, files, records)
        content, card = encode_record(record), dataset_card(record)
        digests = {
            "record_sha256": hashlib.sha256(content).hexdigest(),
            "card_sha256": hashlib.sha256(card).hexdigest(),
        }
        ledger.append(EventName.RUN_FINISHED, run_id, as_of, digests)
        (out / "runs").mkdir(exist_ok=True)
        write_atomic(out / "runs" / f"{run_id}.json", content)
        write_atomic(out / "README.md", card)
        kept = {shard.name for shard in record.shards}
        for old in records[-1:]:
            names = [shard.name for shard in old.shards if shard.name not in kept]
            data = {"shards": names, "why": "time_over"}
            ledger.append(EventName.SHARDS_REMOVED, run_id, as_of, data)
        records.append(record)
    return tuple(records)


class _Counted:
    """The rows of a run, as often as they are asked for, counted each time."""

    def __init__(self, decided: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self._decided = decided
        self._begin()

    def _begin(self) -> None:
        self.states: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.accounts = AccountFacts()

    def rows(self) -> Iterator[pa.RecordBatch]:
        self._begin()
        for batch in self._decided():
            readings = pa.repeat(pa.scalar(0, pa.int8()), batch.num_rows)
            _count(self.states, batch.column("state"))
            _count(self.reasons, batch.column("reasons").flatten())
            self.accounts.add(batch, readings)
            yield rows_of_files(batch, readings)


def _keep(counted: _Counted, before: VisibleRun | None, folder: Path) -> tuple[DecisionsFile, ...]:
    """Writes decisions as a run does."""
    if before is not None:
        with tempfile.TemporaryDirectory(dir=folder.parents[2]) as scratch:
            changes = read_before(before, Path(scratch), None).rows.compared(counted.rows())
        if may_follow(before, changes):
            changed = (
                batch.take(pa.array(changes.added[number]))
                for number, batch in enumerate(counted.rows())
                if number in changes.added
            )
            accounts = counted.accounts.table()
            return keep_changes(before, changes, changed, accounts, folder)
    with DecisionsWriter(folder, schema=ROW_SCHEMA) as writer:
        for rows in counted.rows():
            writer.write(rows)
    return *writer.files, *write_accounts(folder, counted.accounts.table())


def decisions(
    gate: Gate, policy: Policy, as_of: datetime, first: int, count: int, accounts: int
) -> Iterator[pa.RecordBatch]:
    """The decisions of one run on the files from number `first` on, batch by batch."""
    for chunk in range(first // CHUNK, -(-(first + count) // CHUNK)):
        files = manifest(chunk, accounts)
        start = max(first - chunk * CHUNK, 0)
        files = files.slice(start, min(first + count - chunk * CHUNK, CHUNK) - start)
        yield _decided(gate, policy, as_of, files, chunk, start)


def file_ids(chunk: int) -> pa.StringArray:
    """The ids of the files of one chunk."""
    return _hex(np.random.default_rng([11, chunk]), CHUNK, dashes=True)


def manifest(chunk: int, accounts: int) -> pa.RecordBatch:
    """One chunk of the manifest, MANIFEST_SCHEMA; ids look like those of a transcript service."""
    rng = np.random.default_rng([12, chunk])
    # Few accounts send most files; one file in two hundred belongs to nobody in the registry.
    account = (accounts * rng.random(CHUNK) ** 2).astype(np.int64)
    account[rng.random(CHUNK) < 0.005] += 2 * accounts
    product = rng.choice(3, CHUNK, p=[0.6, 0.25, 0.15])
    provider = rng.choice(4, CHUNK, p=[0.4, 0.3, 0.29, 0.01])
    newest = _microseconds(FIRST_RUN)
    submitted = newest - rng.integers(0, 365 * 86_400, CHUNK) * _SECOND
    expires = submitted + rng.integers(1, 720, CHUNK) * _DAY
    deleted = submitted + rng.integers(1, 72, CHUNK) * 3_600 * _SECOND
    no = pa.array(np.zeros(CHUNK, np.bool_))
    columns = {
        "file_id": file_ids(chunk),
        "account_id": _account_ids(account),
        "transcript_uri": pa.nulls(CHUNK, pa.string()),
        "product": _named(("async", "streaming", "llm_gateway"), product),
        "region": _named(
            ("us", "eu"), (rng.random(CHUNK) < 0.15).astype(np.int64), rng.random(CHUNK) < 0.001
        ),
        "submitted_at": _times(submitted, rng.random(CHUNK) < 0.001),
        "deletion_requested_at": _times(deleted, rng.random(CHUNK) > 0.02),
        "expires_at": _times(expires, rng.random(CHUNK) > 0.1),
        "gateway_provider": _named(
            ("anthropic", "google", "openai", "elsewhere"), provider, product != 2
        ),
        "deletion_requested_at_unreadable": no,
        "expires_at_unreadable": no,
        "malformed": no,
    }
    return pa.RecordBatch.from_pydict(columns, schema=MANIFEST_SCHEMA)


def _registry(count: int, as_of: datetime, number: int) -> AccountIndex:
    """Mostly ordinary accounts; from run to run some more opt out."""
    rng = np.random.default_rng(7)
    now = _microseconds(as_of)
    draw = rng.random((5, count))
    signed = now - rng.integers(30 * _DAY, 900 * _DAY, count)
    baa, out = draw[0] < 0.05, draw[1] < 0.1 + 0.002 * number
    columns = {
        "account_id": _account_ids(np.arange(count)),
        "training_permitted": pa.array(draw[2] < 0.9),
        "baa_executed": pa.array(baa, mask=draw[3] < 0.01),
        "opted_out": pa.array(out),
        "exported_at": _times(now - rng.integers(0, 8 * _DAY, count)),
        "baa_executed_at": _times(signed, ~baa),
        "opted_out_at": _times(signed, ~out),
        "ttl_seconds": pa.array(
            rng.choice([259_200, 2_592_000, 31_536_000], count), mask=draw[4] > 0.2
        ),
    }
    no = pa.array(np.zeros(count, np.bool_))
    columns |= {name: no for name in REGISTRY_SCHEMA.names if name.endswith("_unreadable")}
    return index_accounts(pa.table(columns, schema=REGISTRY_SCHEMA))


def _decided(
    gate: Gate, policy: Policy, as_of: datetime, files: pa.RecordBatch, chunk: int, start: int
) -> pa.RecordBatch:
    """Of each file the same in every run that sees it, wherever in a chunk that run begins."""
    size = files.num_rows
    here = slice(start, start + size)
    decided = gate.decide(files)
    rng = np.random.default_rng([13, chunk])
    keys = _hex(rng, CHUNK).slice(start, size)
    excluded = decided.reason_bits != 0
    held = ~excluded & (rng.random(CHUNK)[here] < 0.01)
    written = ~excluded & ~held
    states = _named(
        (str(State.WRITTEN), str(State.EXCLUDED), str(State.QUARANTINED)),
        np.where(excluded, 1, np.where(held, 2, 0)),
    ).cast(pa.string())
    why = _HELD[rng.integers(0, len(_HELD), CHUNK)[here]]
    of_gate = gate.reason_lists(decided.reason_bits)
    of_steps = pa.ListArray.from_arrays(np.arange(size + 1, dtype=np.int32), pa.array(why))
    reasons = pc.if_else(pa.array(held), of_steps, of_gate)
    halves = (_hex(rng, CHUNK).slice(start, size) for _ in range(2))
    contents = pc.binary_join_element_wise(*halves, "")
    nothing = pa.scalar(None, pa.string())
    columns = {
        "file_id": files.column("file_id"),
        "account_id": files.column("account_id"),
        "state": states,
        "reasons": reasons,
        "error_type": pc.if_else(pa.array(held), "SomeError", nothing),
        "facts": decided.facts,
        "policy_digest": pa.repeat(policy.digest, size),
        "decided_at": pa.repeat(pa.scalar(as_of, TIMESTAMP), size),
        "doc_key": pc.if_else(pa.array(written), keys, nothing),
        "account_key": pc.if_else(
            pa.array(written), _account_keys(files.column("account_id")), nothing
        ),
        "period": pc.if_else(
            pa.array(written), periods_of(files.column("submitted_at"), "month"), nothing
        ),
        "content_sha256": pc.if_else(pa.array(written), contents, nothing),
        "redactor_digest": pc.if_else(pa.array(written), _REDACTOR, nothing),
    }
    # Columns that this does not know are of later steps, and may be null.
    columns |= {
        field.name: pa.nulls(size, field.type)
        for field in DECISION_SCHEMA
        if field.name not in columns
    }
    return pa.RecordBatch.from_pydict(columns, schema=DECISION_SCHEMA)


def _record(
    run_id: str,
    as_of: datetime,
    policy: Policy,
    states: Counter[str],
    reasons: Counter[str],
    files: tuple[DecisionsFile, ...],
    earlier: list[RunRecord],
) -> RunRecord:
    seen = sum(states.values())
    at = utc_text(as_of)
    registry = SourceSnapshot(sha256="2" * 64, row_count=1, newest_exported_at=at)
    return RunRecord(
        run_id=run_id,
        clearshard_version="0",
        as_of=at,
        started_at=at,
        finished_at=at,
        policy_digest=policy.digest,
        policy_toml=policy.toml,
        redactor_digest=_REDACTOR,
        manifest=SourceSnapshot(sha256="1" * 64, row_count=seen),
        registry=registry,
        registry_at_publish=registry,
        taken_out=0,
        counts=Counts(
            seen=seen,
            written=states[State.WRITTEN],
            excluded=states[State.EXCLUDED],
            quarantined=states[State.QUARANTINED],
        ),
        reasons=dict(sorted(reasons.items())),
        alerts={},
        redactions={},
        word_count=0,
        decisions=files,
        shards=tuple(_shards(policy.digest, len(earlier))),
        key_id="key",
        superseded=tuple(record.run_id for record in earlier),
    )


def _shards(policy_digest: str, number: int) -> Iterator[ShardFile]:
    """Of each run those of the newest period are others; the rest is carried over."""
    for period in _PERIODS:
        for prefix in _PREFIXES:
            of_run = number if period == _PERIODS[-1] else 0
            digest = hashlib.sha256(f"{period} {prefix} {of_run}".encode()).hexdigest()
            yield ShardFile(
                name=f"{period}/part-{digest[:16]}.parquet",
                sha256=digest,
                row_count=0,
                size_bytes=0,
                prefix=prefix,
                weight_bytes=0,
                word_count=0,
                redactions={},
                policy_digest=policy_digest,
            )


def _count(counter: Counter[str], column: pa.Array) -> None:
    for entry in pc.value_counts(column).to_pylist():
        counter[entry["values"]] += entry["counts"]


def _named(names: tuple[str, ...], codes: Ints, missing: object = None) -> pa.DictionaryArray:
    indices = pa.array(codes.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names))


def _times(microseconds: Ints, missing: object = None) -> pa.Array:
    return pa.array(microseconds // _SECOND * _SECOND, pa.int64(), mask=missing).cast(TIMESTAMP)


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * _SECOND


def _account_ids(numbers: Ints) -> pa.StringArray:
    """``acct-`` and seven digits."""
    digits = numbers[:, None] // 10 ** np.arange(6, -1, -1) % 10
    text = np.empty((len(numbers), 12), np.uint8)
    text[:, :5] = np.frombuffer(b"acct-", np.uint8)
    text[:, 5:] = digits + ord("0")
    return _strings(text)


def _account_keys(ids: pa.StringArray) -> pa.StringArray:
    encoded = ids.dictionary_encode()
    keys = [
        hashlib.sha256(name.encode()).hexdigest()[:32] for name in encoded.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(keys, pa.string())).cast(
        pa.string()
    )


def _hex(rng: np.random.Generator, count: int, *, dashes: bool = False) -> pa.StringArray:
    """Random ids of 32 hex digits, with dashes where a UUID has them."""
    raw = np.frombuffer(rng.bytes(16 * count), np.uint8).reshape(count, 16)
    text = np.empty((count, 32), np.uint8)
    text[:, 0::2], text[:, 1::2] = _HEX[raw >> 4], _HEX[raw & 15]
    if dashes:
        spread = np.full((count, 36), ord("-"), np.uint8)
        spread[:, [place for place in range(36) if place not in _DASHES]] = text
        text = spread
    return _strings(text)


def _strings(text: npt.NDArray[np.uint8]) -> pa.StringArray:
    count, width = text.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))
