"""Decisions alone, for `clearshard gate`: the same intake as a run, and nothing after it."""

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from clearshard.audit.decisions import DecisionsWriter
from clearshard.config import Config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.errors import OutputUnusable
from clearshard.records.schemas import DECISION_SCHEMA, TIMESTAMP
from clearshard.records.states import State
from clearshard.run.forecast.supposed import Supposition
from clearshard.run.intake import Intake, Provisional, tables_of, take_in
from clearshard.storage.failures import output_errors
from clearshard.storage.permissions import private


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided, in numbers, and on what.

    Attributes:
        reasons: Number of files by reason; a file with several counts under each.
        policy_digest: Of the policy that decided.
        manifest_sha256: Of the file manifest.
        registry_sha256: Of the account registry.
        unread_columns: Columns of each table that are not read.
        notes: The same for people, without those that the configuration lists.
    """

    seen: int
    eligible: int
    excluded: int
    quarantined: int
    reasons: dict[str, int]
    policy_digest: str
    manifest_sha256: str
    registry_sha256: str
    unread_columns: dict[str, tuple[str, ...]]
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {key: value for key, value in asdict(self).items() if key != "notes"}


class Sink(Protocol):
    """Takes decisions."""

    def write(self, decisions: pa.RecordBatch) -> None:
        """Appends some (DECISION_SCHEMA)."""


def decide(
    config: Config,
    as_of: datetime,
    folder: Path | None,
    supposed: Supposition | None = None,
    sink: Sink | None = None,
) -> Decisions:
    """Decides every file of the manifest, and writes the decisions if a folder is given.

    It makes no shard, so it may look back: all is decided as if it were the moment asked for.

    Args:
        config: Names the tables and the policy.
        as_of: The moment.
        folder: Where decisions go; must not exist.
        supposed: What is supposed of an account, if anything.
        sink: Gets the decisions where there is no folder; None if only numbers are wanted.

    Raises:
        ConfigError: The policy is wrong, or what is supposed is.
        SourceUnavailable: The manifest or the registry cannot be used.
        RegistryStale: The registry is too old.
        OutputUnusable: The folder exists or cannot be written.
    """
    policy = parse_policy(*config.policy_text())
    if folder is not None and folder.exists():
        raise OutputUnusable(f"{folder} exists already. Name a folder that does not.")
    with tempfile.TemporaryDirectory(prefix="clearshard-") as scratch:
        intake = take_in(
            tables_of(config),
            policy,
            Moment.at(as_of, config.policy.clock_skew_seconds),
            Path(scratch),
            supposed,
        )
        if folder is None:
            output = None if sink is None else _Output(sink, policy, as_of)
            return _count(intake, policy, output)
        with output_errors(folder), private(), DecisionsWriter(folder) as writer:
            return _count(intake, policy, _Output(writer, policy, as_of))


@dataclass(frozen=True, slots=True)
class _Output:
    writer: Sink
    policy: Policy
    as_of: datetime

    def write(self, batch: Provisional, states: list[State], reasons: pa.Array) -> None:
        size = len(batch)
        table = batch.table
        columns = {
            "file_id": table.column("file_id"),
            "account_id": table.column("account_id"),
            "state": pa.array([str(state) for state in states], pa.string()),
            "reasons": reasons,
            "error_type": pa.nulls(size, pa.string()),
            "facts": table.column("facts"),
            "policy_digest": pa.repeat(self.policy.digest, size),
            "decided_at": pa.repeat(pa.scalar(self.as_of, TIMESTAMP), size),
            "doc_key": pa.nulls(size, pa.string()),
            "account_key": pa.nulls(size, pa.string()),
            "period": pa.nulls(size, pa.string()),
            "content_sha256": pa.nulls(size, pa.string()),
            "redactor_digest": pa.nulls(size, pa.string()),
            "version": pa.nulls(size, pa.string()),
            "own_facts": table.column("own_facts"),
        }
        self.writer.write(pa.RecordBatch.from_pydict(columns, schema=DECISION_SCHEMA))


def _count(intake: Intake, policy: Policy, output: _Output | None = None) -> Decisions:
    states: Counter[State] = Counter()
    reasons: Counter[str] = Counter()
    for batch in intake.batches():
        held = {row: str(reason) for row, reason in batch.quarantine.items()}
        excluded = int((batch.reason_bits != 0).sum())
        states[State.QUARANTINED] += len(held)
        states[State.EXCLUDED] += excluded
        states[State.ELIGIBLE] += len(batch) - excluded - len(held)
        reasons.update(held.values())
        unique, counts = np.unique(batch.reason_bits, return_counts=True)
        for given, count in zip(intake.gate.reason_lists(unique).to_pylist(), counts, strict=True):
            reasons.update({reason: int(count) for reason in given})
        if output is not None:
            output.write(batch, *_columns(intake, batch, held))
    return Decisions(
        seen=intake.manifest.row_count,
        eligible=states[State.ELIGIBLE],
        excluded=states[State.EXCLUDED],
        quarantined=states[State.QUARANTINED],
        reasons=dict(sorted(reasons.items())),
        policy_digest=policy.digest,
        manifest_sha256=intake.manifest.sha256,
        registry_sha256=intake.registry.sha256,
        unread_columns={
            "manifest": intake.manifest.unread_columns,
            "registry": intake.registry.unread_columns,
        },
        notes=intake.unread,
    )


def _columns(
    intake: Intake, batch: Provisional, held: dict[int, str]
) -> tuple[list[State], pa.Array]:
    lists = intake.gate.reason_lists(batch.reason_bits).to_pylist()
    states = [State.EXCLUDED if given else State.ELIGIBLE for given in lists]
    for row, reason in held.items():
        lists[row] = [reason]
        states[row] = State.QUARANTINED
    return states, pa.array(lists, pa.list_(pa.string()))
