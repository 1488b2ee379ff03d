"""What it costs to purge one account among many: time by stage, shards opened and written.

    python tests/benchmarks/bench_purge.py FOLDER [--json] [--accounts N ...]

Makes output folders in FOLDER (it must be new or empty): 1,000 accounts in 100 shards, and 10,000
accounts in 1,000 shards of the same size, all of one period. The rows are random words; shards,
decisions, record and ledger are made by what a run makes them by. Of each folder one account is
purged, several times, and then ten at once. What is printed is the least time of the processor that
each stage took, and how often that of the smallest folder it is. Shards that are opened are counted
by a hook of Python's.
"""

# ruff: noqa: T201 - a script prints its result, and its words are random on purpose
import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from clearshard import layout
from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.stored.writing import write_accounts
from clearshard.config import default_policy_text, load_config
from clearshard.eligibility.policy import parse_policy
from clearshard.keys import PseudonymKey, load_pseudonym_key
from clearshard.lifecycle.purge.asked import Asked
from clearshard.records.places import place_of
from clearshard.records.run import Counts, DecisionsFile, RunRecord, ShardFile, SourceSnapshot
from clearshard.records.schemas import ACCOUNTS_SCHEMA, ROW_SCHEMA
from clearshard.records.tasks import StagedFile
from clearshard.records.times import utc_text
from clearshard.run.agent import this_agent
from clearshard.run.journal import open_journal
from clearshard.run.options import RunOptions
from clearshard.run.output.folder import Kind, locked
from clearshard.run.output.publish import announce, make_visible
from clearshard.run.purge.job import PurgeResult, purge
from clearshard.run.row_marks import marks_of_rows
from clearshard.shards.assemble import Assembler, ShardCut, contents_of
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import ROW_SCHEMA as STAGED_ROW_SCHEMA
from clearshard.storage.files import sha256_file
from clearshard.vault.vault import PLAIN

NOW = datetime.now(UTC)
PERIOD = "2026-11"
FILES_PER_ACCOUNT = 20
WORDS = 60
ACCOUNTS_PER_SHARD = 10
#: Purges of as much, of which the least time counts.
PURGES = 5
#: What a row of so many words weighs; see `clearshard.shards.runs.row_bytes`.
ROW_BYTES = 256 + 2 * 6 * WORDS + 40 * WORDS
RUN = "20261101T000000Z-00000000"
_JOB = '[sources]\nmanifest = "none"\nregistry = "none"\ntranscripts = "none"\n'
_REDACTOR = "d" * 64


@dataclass(frozen=True)
class Measured:
    """One purge: seconds of the processor of each stage, and what was opened and written."""

    accounts: int
    shards: int
    purged_accounts: int
    touched: int
    opened: int
    written: int
    seconds: float
    stages: dict[str, float]


def rows_of(accounts: range, key: PseudonymKey) -> pa.Table:
    """Redacted rows of some accounts, in the order of their places."""
    chance = random.Random(f"purge {accounts.start}")
    vocabulary = [f"word{n:02d}" for n in range(100)]
    found = []
    for account in accounts:
        for number in range(FILES_PER_ACCOUNT):
            words = chance.choices(vocabulary, k=WORDS)
            file_id = f"file-{account:05d}-{number:02d}"
            keys = account_key(key, f"acct-{account:05d}"), doc_key(key, file_id)
            found.append((place_of(*keys), *keys, words))
    found.sort(key=lambda row: row[0])
    columns: dict[str, list[object]] = {
        "doc_key": [row[2] for row in found],
        "account_key": [row[1] for row in found],
        "language": ["en"] * len(found),
        "audio_duration_ms": [60_000] * len(found),
        "text": [" ".join(row[3]) for row in found],
        "utterances": [[{"text": " ".join(row[3])}] for row in found],
        "words": [[{"text": word} for word in row[3]] for row in found],
        "redactions": [[]] * len(found),
        "redactor_digest": [_REDACTOR] * len(found),
        "period": [PERIOD] * len(found),
    }
    return pa.Table.from_pydict(columns, schema=STAGED_ROW_SCHEMA)


def decisions_of(accounts: range, key: PseudonymKey) -> pa.RecordBatch:
    """What stands of their files."""
    ids = [(f"acct-{a:05d}", f"file-{a:05d}-{n:02d}") for a in accounts for n in range(20)]
    facts = {"product": "async", "region": "us", "submitted_at": NOW}
    rows = [
        {
            "file_id": file_id,
            "account_id": account,
            "state": "written",
            "reasons": [],
            "facts": facts,
            "reading": 1,
            "doc_key": doc_key(key, file_id),
            "account_key": account_key(key, account),
            "period": PERIOD,
            "content_sha256": doc_key(key, file_id) * 2,
            "redactor_digest": _REDACTOR,
        }
        for account, file_id in ids
    ]
    return pa.RecordBatch.from_pylist(rows, schema=ROW_SCHEMA)


def chunks(accounts: int) -> Iterator[range]:
    """So many accounts, some at a time."""
    for first in range(0, accounts, 250):
        yield range(first, min(first + 250, accounts))


def make(root: Path, accounts: int) -> int:
    """An output folder below a new folder, with a job beside it; returns its number of shards."""
    root.mkdir(parents=True)
    (root / "job.toml").write_text(_JOB)
    config = load_config(root / "job.toml")
    key, _ = load_pseudonym_key(config, create=True)
    target = ROW_BYTES * FILES_PER_ACCOUNT * ACCOUNTS_PER_SHARD
    cut = ShardCut(target * 4 // 3, 1 << 20, "month")
    policy = parse_policy(default_policy_text(), "default policy")
    with locked(root / "out", Kind.RUNS) as (folder, _):
        journal = open_journal(folder, config, lambda: NOW, lambda _: None, this_agent())
        staging = folder.root / layout.staging(RUN)
        scratch, shards = staging / layout.STAGED_SCRATCH, staging / layout.STAGED_SHARDS
        scratch.mkdir(parents=True)
        shards.mkdir()
        staged = []
        for number, some in enumerate(chunks(accounts)):
            path = scratch / f"rows-{number:04d}.arrow"
            table = rows_of(some, key)
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            staged.append(StagedFile(str(path), sha256_file(path), len(table)))
        made = Assembler(PLAIN, shards, staged, cut, policy.digest, scratch / "sorted").assemble()
        decided = staging / layout.STAGED_DECISIONS / layout.decisions_of(RUN)
        with DecisionsWriter(decided, schema=ROW_SCHEMA, marks=marks_of_rows) as writer:
            for some in chunks(accounts):
                writer.write(decisions_of(some, key))
        known = [
            {"account_id": f"acct-{account:05d}", "reading": 1, "training_permitted": True}
            for account in range(accounts)
        ]
        files = write_accounts(decided, pa.Table.from_pylist(known, schema=ACCOUNTS_SCHEMA))
        record = _record(accounts, made, (*writer.files, *files), key, cut, policy.digest)
        began = max((event.seq for event in journal.events()), default=-1)
        announce(folder, record, journal, began)
        make_visible(folder, record, journal)
    return len(made)


def _record(
    accounts: int,
    shards: tuple[ShardFile, ...],
    decisions: tuple[DecisionsFile, ...],
    key: PseudonymKey,
    cut: ShardCut,
    policy_digest: str,
) -> RunRecord:
    files = accounts * FILES_PER_ACCOUNT
    snapshot = SourceSnapshot(sha256="0" * 64, row_count=files)
    return RunRecord(
        run_id=RUN,
        clearshard_version="0",
        as_of=utc_text(NOW),
        started_at=utc_text(NOW),
        finished_at=utc_text(NOW),
        policy_digest=policy_digest,
        policy_toml=default_policy_text(),
        redactor_digest=_REDACTOR,
        manifest=snapshot,
        registry=snapshot,
        registry_at_publish=snapshot,
        taken_out=0,
        counts=Counts(seen=files, written=files, excluded=0, quarantined=0),
        reasons={},
        alerts={},
        redactions={},
        word_count=contents_of(shards).word_count,
        decisions=decisions,
        shards=shards,
        key_id=key.key_id,
        superseded=(),
        target_shard_bytes=cut.target_shard_bytes,
        row_group_bytes=cut.row_group_bytes,
        shard_period=cut.period,
    )


class Opened:
    """Counts the shards that Python opens; Arrow and DuckDB open theirs themselves."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        sys.addaudithook(self._told)

    def _told(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and "/part-" in arguments[0]:
            self.paths.add(arguments[0])


class _Silent:
    def decided(self, *_: object) -> None: ...

    def redacted(self, *_: object, **__: object) -> None: ...

    def finishing(self) -> None: ...

    def note(self, message: str) -> None: ...


def measure(root: Path, accounts: int, shards: int, ids: range, opened: Opened) -> Measured:
    """Purges some accounts of a folder."""
    config = load_config(root / "job.toml")
    asked = Asked(tuple(f"acct-{number:05d}" for number in ids))
    options = RunOptions(root / "out", NOW, 1, False)
    moments: list[tuple[str, float]] = []
    opened.paths.clear()
    began = time.process_time()
    result: PurgeResult = purge(
        config,
        options,
        asked,
        _Silent(),
        lambda: datetime.now(UTC),
        lambda stage: moments.append((stage, time.process_time())),
    )
    seconds = time.process_time() - began
    ends = [*(at for _, at in moments[1:]), began + seconds]
    stages = {stage: end - at for (stage, at), end in zip(moments, ends, strict=True)}
    stages = {"open": moments[0][1] - began, **stages}
    assert result.receipt is not None
    assert result.plan.files == len(ids) * FILES_PER_ACCOUNT
    return Measured(
        accounts,
        shards,
        len(ids),
        len(result.plan.shards),
        len(opened.paths),
        len(result.receipt.written),
        seconds,
        stages,
    )


def least(purges: Sequence[Measured]) -> Measured:
    """Of purges of as much, the least time of all and of each stage; the shards are of the last."""
    stages = {name: min(one.stages[name] for one in purges) for name in purges[0].stages}
    return replace(purges[-1], seconds=min(one.seconds for one in purges), stages=stages)


def main() -> None:
    """Makes the folders, purges, and prints what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000, 10_000])
    options = parser.parse_args()
    opened = Opened()
    found: dict[int, list[Measured]] = {1: [], 10: []}
    for accounts in options.accounts:
        root = options.folder.absolute() / f"accounts-{accounts}"
        shards = make(root, accounts)
        for count, of_count in found.items():
            half = accounts // 2 + 10 * count
            firsts = range(half, half + count * PURGES, count)
            each = [measure(root, accounts, shards, range(n, n + count), opened) for n in firsts]
            of_count.append(least(each))
    if options.json:
        print(json.dumps([asdict(one) for of_count in found.values() for one in of_count]))
        return
    for of_count in found.values():
        tell(of_count)


def tell(found: Sequence[Measured]) -> None:
    """Prints the time by stage, and how often that of the smallest folder it is."""
    print("accounts  shards  purged  touched  opened  written")
    for one in found:
        print(
            f"{one.accounts:8,}  {one.shards:6,}  {one.purged_accounts:6}  {one.touched:7}  "
            f"{one.opened:6}  {one.written:7}"
        )
    print("ms of the processor")
    first = found[0]
    for name in (*first.stages, "all"):
        spent = [one.seconds if name == "all" else one.stages[name] for one in found]
        times = "  ".join(f"{1000 * took:7.1f} {took / spent[0]:6.2f}x" for took in spent)
        print(f"  {name:10}{times}")


if __name__ == "__main__":
    main()
