"""Shards and decisions below the staging folder, and whether there is anything to write.

Much can happen while files are redacted. So the last word is spoken after the shards are made, in
this order: registry and tombstones are read again; the time is taken again; every file that would
be written is decided again; what may no longer be used is taken out, and the decisions are written.
Then both tables must still be, byte for byte, what was decided on. A registry that is not is read
once more.
A manifest that is not may name other files, transcripts and accounts: the run decides anew
(`ManifestChanged`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.stored.writing import write_accounts, write_withheld
from clearshard.config import ShardPeriod
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy
from clearshard.eligibility.tombstones import Tombstones
from clearshard.errors import IntegrityError, SourceUnavailable
from clearshard.keys import PseudonymKey
from clearshard.records.places import place_of
from clearshard.records.run import Counts, DecisionsFile, ShardFile, SourceSnapshot
from clearshard.records.schemas import ROW_SCHEMA
from clearshard.records.states import State
from clearshard.records.tasks import StagedFile
from clearshard.run.before import Before
from clearshard.run.intake import Intake, Provisional, Tables, as_manifest, read_accounts
from clearshard.run.outcomes import BatchOutcomes
from clearshard.run.output.changes import same_accounts
from clearshard.run.output.decision_rows import AccountKeys, DecisionRows, Tally, with_outcomes
from clearshard.run.output.drop import NO_DROP, Drop
from clearshard.run.output.keeping import keep_changes, may_follow
from clearshard.run.resume.looks import Looks
from clearshard.run.row_marks import marks_of_rows
from clearshard.shards.assemble import (
    Assembler,
    Contents,
    Kept,
    Row,
    ShardCut,
    contents_of,
)
from clearshard.shards.periods import periods_of
from clearshard.shards.pseudonyms import doc_key
from clearshard.sources.formats import table_digest
from clearshard.storage.files import fsync_tree, remove_tree
from clearshard.vault.vault import Vault

#: A registry that changes this often while a run is being finished is being written right now.
_MAX_READINGS = 5


class ManifestChanged(Exception):
    """The manifest is not the one that was decided on: everything is to be decided again."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has written, below its staging folder.

    Attributes:
        judged_at: The moment that decided: the one of the last reading.
        registry: The registry as it was read last, unchanged until the decisions were written.
        taken_out: Files that were redacted and then taken out, because of it or of the time.
        reasons: Number of files by reason.
        contents: Words and redactions of the shards.
        drop: What the run before had written and this one has not.
    """

    judged_at: datetime
    counts: Counts
    reasons: dict[str, int]
    shards: tuple[ShardFile, ...]
    decisions: tuple[DecisionsFile, ...]
    registry: SourceSnapshot
    taken_out: int
    contents: Contents
    drop: Drop


class OutputWriter:
    """Turns provisional decisions, outcomes and staged files into shards and decisions."""

    def __init__(
        self,
        intake: Intake,
        outcomes: Path,
        looks: Path,
        key: PseudonymKey,
        vault: Vault,
        policy: Policy,
        moment: Callable[[], Moment],
        tables: Tables,
        tombstones: Callable[[], Tombstones],
    ) -> None:
        """Writes nothing yet.

        Args:
            intake: What was decided before redaction.
            outcomes: What became of the eligible files.
            looks: What they look like; see `clearshard.run.resume.looks`.
            key: The key of the pseudonyms.
            vault: Writes shards.
            policy: The rules.
            moment: Says when it is decided, each time that it is asked.
            tables: Where the facts were read from, and are read again.
            tombstones: Says what was purged, each time that it is asked.
        """
        self._intake = intake
        self._outcomes = outcomes
        self._looks = looks
        self._key = key
        self._vault = vault
        self._policy = policy
        self._own = policy.own_columns("registry")
        self._moment = moment
        self._tables = tables
        self._tombstones = tombstones

    def write(
        self,
        rows: Sequence[StagedFile | Kept],
        cut: ShardCut,
        shards: Path,
        decisions: Path,
        scratch: Path,
        before: Before | None,
        kept_out: pa.Array,
        *,
        follow: bool,
    ) -> Written:
        """Writes shards and decisions into two folders.

        Args:
            rows: Staged files, and shards that stay, that hold a row for each file with a written
                outcome.
            cut: How the shards are cut.
            shards: A folder to be made.
            decisions: The same; it is called as that of the run will be.
            scratch: A folder to work in.
            before: The run before, if there is one that is believed.
            kept_out: What no file may hold from now on; see `clearshard.run.shared.Judged`.
            follow: Whether decisions may be kept as changes to those of that one.

        Raises:
            ManifestChanged: It is not the one that was decided on.
            SourceUnavailable: A table cannot be read again.
            RegistryStale: The registry has become too old.
            IntegrityError: Staged files or counts are not what they must be.
        """
        shards.mkdir()
        staged = [one for one in rows if isinstance(one, StagedFile)]
        kept = [one for one in rows if isinstance(one, Kept)]
        assembler = Assembler(
            self._vault, shards, staged, cut, self._policy.digest, scratch / "sorted", kept
        )
        made = assembler.assemble()
        # Now, so that little is left to flush between the last look at the tables and the record.
        fsync_tree(shards)
        out: set[Row] = set()
        for _ in range(_MAX_READINGS):
            gate, registry, moment = self._read_again()
            now_out = self._no_longer_eligible(gate, cut.period)
            if out != now_out:
                made = assembler.assemble(now_out)
            out = now_out
            remove_tree(decisions)
            decided = self._decided(gate, moment, cut.period)
            tally, stored, drop = _keep(decided, before, decisions, follow=follow)
            stored = (*stored, *write_withheld(decisions, kept_out))
            self._require_same_manifest()
            if self._tables.registry.unchanged_since(registry, self._own):
                break
        else:
            raise SourceUnavailable(
                f"{self._tables.registry.name}: changes all the time; run again when its export "
                "has finished"
            )
        counts = Counts(
            seen=self._intake.manifest.row_count,
            written=tally.states[State.WRITTEN],
            excluded=tally.states[State.EXCLUDED],
            quarantined=tally.states[State.QUARANTINED],
        )
        if not counts.reconciles or counts.written != sum(shard.row_count for shard in made):
            raise IntegrityError(
                f"{counts.seen} files were seen, but {counts.written} written (shards hold "
                f"{sum(shard.row_count for shard in made)}), {counts.excluded} excluded and "
                f"{counts.quarantined} quarantined. Nothing became visible. This is a defect."
            )
        return Written(
            judged_at=moment.latest,
            counts=counts,
            reasons=dict(sorted(tally.reasons.items())),
            shards=made,
            decisions=stored,
            registry=registry,
            taken_out=len(out),
            contents=contents_of(made),
            drop=drop,
        )

    def changes_nothing(self, before: Before, cut: ShardCut) -> bool:
        """Whether `write` would make the shards of an earlier run; plain ones byte for byte.

        Only asked where every row is one of that run.

        Args:
            before: The run.
            cut: How shards are to be cut.

        Raises:
            ManifestChanged: It is not the one that was decided on.
            SourceUnavailable: A table cannot be read again.
            RegistryStale: The registry has become too old.
            IntegrityError: The decisions of the earlier run cannot be read.
        """
        record = before.run.record
        if (
            record.policy_digest != self._policy.digest
            or not cut.is_of(record)
            # Files that were taken out at the last moment were redacted for nothing.
            or record.taken_out
            or any(shard.encryption != self._vault.encryption for shard in record.shards)
        ):
            return False
        gate, registry, moment = self._read_again()
        tally = Tally()
        changes = before.rows.compared(self._decided(gate, moment, cut.period).rows(tally))
        self._require_same_manifest()
        return (
            not changes.decided_otherwise
            and same_accounts(before.run.table, tally.accounts.table())
            # It must be the export that the run has told of, and still be there.
            and self._intake.registry.sha256 == registry.sha256
            and self._tables.registry.unchanged_since(registry, self._own)
        )

    def _read_again(self) -> tuple[Gate, SourceSnapshot, Moment]:
        """A gate over the registry as it is now, what that is, and when the gate decides."""
        accounts, registry = read_accounts(self._tables, self._policy, self._moment())
        moment = self._moment()  # a large registry takes a while
        gate = Gate(self._policy, accounts, moment, self._tombstones())
        return gate, registry, moment

    def _require_same_manifest(self) -> None:
        now = table_digest("file manifest", self._tables.manifest)
        if now != self._intake.manifest.sha256:
            raise ManifestChanged

    def _no_longer_eligible(self, gate: Gate, by: ShardPeriod) -> set[Row]:
        """Redacted files that the registry, as it is now, excludes."""
        rows: set[Row] = set()
        for batch, outcomes, _ in self._batches():
            written = outcomes.written
            if len(written):
                chosen = batch.table.take(pa.array(written))
                decided = gate.decide(as_manifest(chosen, gate.own_of_files))
                denied = chosen.filter(pa.array(decided.reason_bits != 0))
                where = self._where(denied, by)
                rows.update(
                    Row(period, place_of(account, doc), doc) for doc, account, period in where
                )
        return rows

    def _where(self, files: pa.RecordBatch, by: ShardPeriod) -> list[tuple[str, str, str]]:
        """`doc_key`, `account_key` and period of some files."""
        keys = [doc_key(self._key, file_id) for file_id in files.column("file_id").to_pylist()]
        accounts = AccountKeys(self._key).of(files.column("account_id")).to_pylist()
        submitted = pc.struct_field(files.column("facts"), "submitted_at")
        return list(zip(keys, accounts, periods_of(submitted, by).to_pylist(), strict=True))

    def _batches(self) -> Iterator[tuple[Provisional, BatchOutcomes, Looks]]:
        return with_outcomes(self._intake, self._outcomes, self._looks)

    def _decided(self, gate: Gate, moment: Moment, by: ShardPeriod) -> DecisionRows:
        return DecisionRows(self._batches, gate, moment, self._key, self._policy.digest, by)


def _keep(
    decided: DecisionRows, before: Before | None, folder: Path, *, follow: bool
) -> tuple[Tally, tuple[DecisionsFile, ...], Drop]:
    """Writes decisions: all of them, or what is new since the run before."""
    tally = Tally()
    drop = NO_DROP
    if before is not None:
        changes = before.rows.compared(decided.rows(tally))
        drop = changes.drop
        if follow and may_follow(before.run, changes):
            changed = decided.some_rows(changes.added)
            accounts = tally.accounts.table()
            return tally, keep_changes(before.run, changes, changed, accounts, folder), drop
        tally = Tally()
    with DecisionsWriter(folder, schema=ROW_SCHEMA, marks=marks_of_rows) as writer:
        for rows in decided.rows(tally):
            writer.write(rows)
    return tally, (*writer.files, *write_accounts(folder, tally.accounts.table())), drop
