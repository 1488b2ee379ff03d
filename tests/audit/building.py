"""Small output folders with real files, as a run leaves them, and with the lies that tests need."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.decisions import recorded
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import MARKER
from clearshard.audit.reading import VisibleRun, read_record
from clearshard.audit.stored.accounts import AccountFacts, rows_of_files
from clearshard.audit.stored.writing import write_accounts
from clearshard.config import default_policy_text
from clearshard.records.facts import names_of
from clearshard.records.run import Counts, DecisionsFile, RunRecord, ShardFile, SourceSnapshot
from clearshard.records.schemas import DECISION_SCHEMA, ROW_SCHEMA, SHARD_SCHEMA
from clearshard.run.before import read_before
from clearshard.run.output.changes import Changes
from clearshard.run.output.keeping import Limits, keep_changes, may_follow

from .signers import SIGNER

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Of an output folder; DuckDB would take it for a pattern.
NAME = "out [1]*?'; run=x"
POLICY = "a" * 64
REDACTOR = "d" * 64
ACCOUNT_KEY = "0123456789abcdef" * 2
TEXT = "SECRET CONTENT"
NO_LIMITS = Limits(share=1000, runs=1000)
FACTS: dict[str, Any] = {
    "product": "async",
    "region": "us",
    "submitted_at": START,
    "training_permitted": True,
    "baa_executed": False,
    "opted_out": False,
    "exported_at": START,
}


@dataclass(frozen=True)
class Row:
    """One decision; `part` says where a written file goes."""

    file_id: str
    state: str = "written"
    reasons: tuple[str, ...] = ()
    account_id: str | None = "acme"
    error_type: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    part: int = 0
    policy_digest: str = POLICY

    @property
    def key(self) -> str:
        return key_of(self.file_id)


def period_of(part: int) -> str:
    """Each part is a period of its own."""
    return f"2026-{part + 1:02d}"


def key_of(file_id: str) -> str:
    return hashlib.sha256(file_id.encode()).hexdigest()[:32]


def excluded(file_id: str, *reasons: str, **facts: Any) -> Row:
    return Row(file_id, "excluded", reasons, facts=facts)


def quarantined(file_id: str, reason: str, error_type: str) -> Row:
    return Row(file_id, "quarantined", (reason,), error_type=error_type)


#: Seen 7, eligible 4, written 3, over two parts.
ROWS = (
    Row("f1", part=0),
    Row("f2", part=1),
    Row("f3", part=1),
    excluded("f4", "baa_executed", "opted_out", baa_executed=True, opted_out=True),
    excluded("f5", "eu_server", region="eu"),
    excluded("f6", "unknown_product", product=None),
    quarantined("f7", "detector_failed", "RecursionError"),
)


def decision(row: Row) -> dict[str, Any]:
    written = row.state == "written"
    facts = {**FACTS, **row.facts}
    if row.account_id is None:  # of nobody nothing is known
        facts |= dict.fromkeys(names_of(owner="account"))
    return {
        "file_id": row.file_id,
        "account_id": row.account_id,
        "state": row.state,
        "reasons": list(row.reasons),
        "error_type": row.error_type,
        "facts": facts,
        "policy_digest": row.policy_digest,
        "decided_at": START,
        "doc_key": row.key if written else None,
        "account_key": ACCOUNT_KEY if written else None,
        "period": period_of(row.part) if written else None,
        "content_sha256": "c" * 64 if row.state != "excluded" else None,
        "redactor_digest": REDACTOR if row.state != "excluded" else None,
    }


def shard_row(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "doc_key": key,
        "account_key": ACCOUNT_KEY,
        "language": "en",
        "audio_duration_ms": 1000,
        "text": TEXT,
        "utterances": [],
        "words": [],
        "redactions": [],
        "policy_digest": POLICY,
        "redactor_digest": REDACTOR,
        **changes,
    }


def stored(decisions: Sequence[dict[str, Any]]) -> tuple[list[pa.RecordBatch], pa.Table]:
    """What is stored of decisions, in two parts, and what of accounts.

    Two decisions may say different things of one account: of as many readings of the registry.
    """
    half = (len(decisions) + 1) // 2
    known: dict[str | None, list[dict[str, Any]]] = {}
    accounts, parts = AccountFacts(), []
    for some in (decisions[:half], decisions[half:]):
        readings = []
        for one in some:
            of_account = {n: one["facts"].get(n) for n in names_of(owner="account")}
            said = known.setdefault(one["account_id"], [])
            if of_account not in said:
                said.append(of_account)
            readings.append(said.index(of_account))
        batch = pa.RecordBatch.from_pylist(list(some), schema=DECISION_SCHEMA)
        column = pa.array(readings, pa.int8())
        parts.append(rows_of_files(batch, column))
        accounts.add(batch, column)
    return parts, accounts.table()


def write_whole(
    folder: Path, parts: Sequence[pa.RecordBatch], accounts: pa.Table
) -> tuple[DecisionsFile, ...]:
    """A whole table, a file for each part of it."""
    folder.mkdir(parents=True)
    files = []
    for number, rows in enumerate(parts):
        path = folder / f"decisions-{number:05d}.parquet"
        pq.write_table(pa.Table.from_batches([rows], ROW_SCHEMA), path)
        files.append(recorded(path, len(rows)))
    return (*files, *write_accounts(folder, accounts))


def compared(before: VisibleRun, parts: Sequence[pa.RecordBatch], scratch: Path) -> Changes:
    """What is new in rows since a run."""
    scratch.mkdir(exist_ok=True)
    return read_before(before, scratch, None).rows.compared(parts)


class Output:
    """An output folder to publish runs in."""

    def __init__(self, out: Path) -> None:
        self.out = out
        out.mkdir(exist_ok=True)
        (out / layout.MARKER).write_bytes(MARKER)
        self.ledger = Ledger(out / "audit" / "ledger.jsonl", SIGNER)
        self.now = START

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def publish(
        self,
        run_id: str,
        rows: Sequence[Row] = ROWS,
        *,
        superseded: Sequence[str] = (),
        decisions: Sequence[dict[str, Any]] | None = None,
        shards: Mapping[int, Sequence[dict[str, Any]]] | None = None,
        shard_schema: pa.Schema = SHARD_SCHEMA,
        record: Mapping[str, Any] | None = None,
        shard_changes: Mapping[str, Any] | None = None,
        not_recorded: Sequence[str] = (),
        texts_of: str | None = None,
        follows: str | None = None,
        limits: Limits = NO_LIMITS,
    ) -> RunRecord:
        """Publishes a run; what is given beside `rows` replaces what follows from them.

        Digests of files and the announcement always fit: a lie told here is a consistent one.
        What is `not_recorded` an earlier version did not know. Rows say of which run their texts
        are: with those of an earlier run, shards of the same rows are carried over from it.
        Decisions are stored as a whole table, or as changes to the run that they follow, if these
        are within the limits.
        """
        self.ledger.append("run_started", run_id, self.tick(), {})
        if decisions is None:
            decisions = [decision(row) for row in rows]
        if shards is None:
            written = sorted((r for r in rows if r.state == "written"), key=lambda r: r.key)
            parts = sorted({row.part for row in written})
            text = f"{TEXT} of {texts_of or run_id}"
            shards = {
                p: [shard_row(r.key, text=text) for r in written if r.part == p] for p in parts
            }
        states = Counter(row.state for row in rows)
        finished = self.tick().isoformat().replace("+00:00", "Z")
        values: dict[str, Any] = {
            "run_id": run_id,
            "clearshard_version": "0",
            "as_of": finished,
            "started_at": finished,
            "finished_at": finished,
            "policy_digest": POLICY,
            "policy_toml": default_policy_text(),
            "redactor_digest": REDACTOR,
            "manifest": SourceSnapshot(sha256="1" * 64, row_count=len(rows)),
            "registry": SourceSnapshot(
                sha256="2" * 64, row_count=1, newest_exported_at="2026-03-01T12:00:00Z"
            ),
            "registry_at_publish": SourceSnapshot(sha256="3" * 64, row_count=1),
            "taken_out": 0,
            "counts": Counts(
                seen=len(rows),
                written=states["written"],
                excluded=states["excluded"],
                quarantined=states["quarantined"],
            ),
            "reasons": dict(Counter(reason for row in rows for reason in set(row.reasons))),
            "alerts": {},
            "redactions": {},
            "word_count": 0,
            "decisions": self._write_decisions(run_id, decisions, follows, limits),
            "shards": tuple(
                self.write_shard(part, held, shard_schema, **(shard_changes or {}))
                for part, held in shards.items()
            ),
            "key_id": "key",
            "superseded": tuple(superseded),
        }
        made = RunRecord(**{**values, **(record or {})})
        self._announce(made, not_recorded)
        return made

    def announce_again(self, record: RunRecord) -> None:
        """Publishes a run once more with another record, as if it had failed in between."""
        self.ledger.append("run_failed", record.run_id, self.tick(), {})
        self._announce(record, ())

    def _announce(self, record: RunRecord, not_recorded: Sequence[str]) -> None:
        builtins = msgspec.to_builtins(record)
        content = msgspec.json.encode({k: v for k, v in builtins.items() if k not in not_recorded})
        digest = hashlib.sha256(content).hexdigest()
        card = f"shards of {record.run_id}\n".encode()
        self.ledger.append(
            "run_finished",
            record.run_id,
            self.tick(),
            {"record_sha256": digest, "card_sha256": hashlib.sha256(card).hexdigest()},
        )
        (self.out / "README.md").write_bytes(card)
        path = self.record_path(record.run_id)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def record_path(self, run_id: str) -> Path:
        return self.out / "runs" / f"{run_id}.json"

    def record(self, run_id: str) -> RunRecord:
        return msgspec.json.decode(self.record_path(run_id).read_bytes(), type=RunRecord)

    def shard_paths(self, run_id: str) -> list[Path]:
        """In the order of the record."""
        return [self.out / "shards" / shard.name for shard in self.record(run_id).shards]

    def remove_shards(self, run_id: str) -> None:
        """Removes the shards that only this run lists, as the run after it does."""
        others = {
            path
            for record in (self.out / "runs").iterdir()
            if record.stem != run_id
            for path in self.shard_paths(record.stem)
        }
        for path in self.shard_paths(run_id):
            if path not in others:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()

    def decisions_paths(self, run_id: str) -> list[Path]:
        """Those with rows that the run has written itself."""
        folder = self.out / "audit" / "decisions" / f"run={run_id}"
        return sorted(p for p in folder.iterdir() if p.name.startswith(("decisions", "changes")))

    def _write_decisions(
        self, run_id: str, decisions: Sequence[dict[str, Any]], follows: str | None, limits: Limits
    ) -> tuple[DecisionsFile, ...]:
        folder = self.out / "audit" / "decisions" / f"run={run_id}"
        before = None if follows is None else read_record(self.record_path(follows))
        parts, accounts = stored(decisions)
        if before is not None:
            with tempfile.TemporaryDirectory() as scratch:
                changes = compared(before, parts, Path(scratch))
            if may_follow(before, changes, limits):
                rows = [parts[part].take(pa.array(at)) for part, at in changes.added.items()]
                return keep_changes(before, changes, rows, accounts, folder)
        return write_whole(folder, parts, accounts)

    def write_shard(
        self,
        part: int,
        rows: Sequence[dict[str, Any]],
        schema: pa.Schema = SHARD_SCHEMA,
        **changes: Any,
    ) -> ShardFile:
        """Writes a shard for a record; `changes` are what the record says of it otherwise."""
        folder = self.out / "shards" / period_of(part)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "draft"
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), draft, compression="zstd")
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        path = draft.rename(folder / f"part-{digest[:16]}.parquet")
        values: dict[str, Any] = {
            "name": f"{folder.name}/{path.name}",
            "sha256": digest,
            "row_count": len(rows),
            "size_bytes": path.stat().st_size,
            "prefix": "",
            "weight_bytes": 1000 * len(rows),
            "word_count": 0,
            "redactions": {},
            "policy_digest": POLICY,
        }
        return ShardFile(**{**values, **changes})
