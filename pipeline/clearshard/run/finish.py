"""Registry read again, shards, decisions, counts: the finished run below its staging folder.

Much can happen while files are redacted. So the last word is spoken after the shards are made, in
this order: the registry is read again; the time is taken again; every file that would be written is
decided again; what may no longer be used is taken out, and the decisions are written. Then both
tables must still be, byte for byte, what was decided on. A registry that is not is read once more.
A manifest that is not may name other files, transcripts and accounts: the run decides anew
(`ManifestChanged`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.compare import compared
from clearshard.audit.stored.keeping import Whole, keep
from clearshard.audit.stored.writing import TableWriter
from clearshard.config import ShardPeriod
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy
from clearshard.errors import IntegrityError, SourceUnavailable
from clearshard.keys import PseudonymKey
from clearshard.records.places import place_of
from clearshard.records.run import Counts, DecisionsFile, ShardFile, SourceSnapshot
from clearshard.records.schemas import DECISION_SCHEMA, TIMESTAMP
from clearshard.records.states import State
from clearshard.records.tasks import StagedUnit
from clearshard.run.final import Final, final_decisions
from clearshard.run.intake import Intake, Provisional, Tables, as_manifest, read_accounts
from clearshard.run.outcomes import BatchOutcomes, read_outcomes
from clearshard.run.resume.bytes_columns import to_text, unpacked
from clearshard.run.resume.looks import Looks, read_looks
from clearshard.shards.assemble import (
    Assembler,
    Contents,
    Kept,
    Row,
    ShardCut,
    contents_of,
)
from clearshard.shards.periods import periods_of
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.sources.formats import table_digest
from clearshard.storage.files import fsync_tree, remove_tree

#: A registry that changes this often while a run is being finished is being written right now.
_MAX_READINGS = 5


class ManifestChanged(Exception):
    """The manifest is not the one that was decided on: everything is to be decided again."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run has come to.

    Attributes:
        judged_at: The moment that decided: the one of the last reading.
        registry: The registry as it was read last, unchanged until the decisions were written.
        taken_out: Files that were redacted and then taken out, because of it or of the time.
        reasons: Number of files by reason.
        contents: Words and redactions of the shards.
    """

    judged_at: datetime
    counts: Counts
    reasons: dict[str, int]
    shards: tuple[ShardFile, ...]
    decisions: tuple[DecisionsFile, ...]
    registry: SourceSnapshot
    taken_out: int
    contents: Contents


class Finisher:
    """Turns provisional decisions, outcomes and scratch files into shards and decisions."""

    def __init__(
        self,
        intake: Intake,
        outcomes: Path,
        looks: Path,
        key: PseudonymKey,
        policy: Policy,
        moment: Callable[[], Moment],
        tables: Tables,
    ) -> None:
        """Prepares to finish a run.

        Args:
            intake: What was decided before redaction.
            outcomes: What became of the eligible files.
            looks: What they look like; see `clearshard.run.resume.looks`.
            key: The key of the pseudonyms.
            policy: The rules.
            moment: Says when it is decided, each time that it is asked.
            tables: Where the facts were read from, and are read again.
        """
        self._intake = intake
        self._outcomes = outcomes
        self._looks = looks
        self._key = key
        self._policy = policy
        self._moment = moment
        self._tables = tables

    def finish(
        self,
        rows: Sequence[StagedUnit | Kept],
        cut: ShardCut,
        shards: Path,
        decisions: Path,
        before: VisibleRun | None,
        scratch: Path,
    ) -> Finished:
        """Writes shards and decisions into two folders.

        Args:
            rows: Scratch files, and shards that stay, that hold a row for each file with a written
                outcome.
            cut: How the shards are cut.
            shards: A folder to be made.
            decisions: The same; it is called as that of the run will be.
            before: The run whose decisions they may be kept as changes to; None if to none.
            scratch: A folder that the decisions can be written below.

        Raises:
            ManifestChanged: It is not the one that was decided on.
            SourceUnavailable: A table cannot be read again.
            RegistryStale: The registry has become too old.
            IntegrityError: Scratch files or counts are not what they must be.
        """
        shards.mkdir()
        units = [one for one in rows if isinstance(one, StagedUnit)]
        kept = [one for one in rows if isinstance(one, Kept)]
        assembler = Assembler(shards, units, cut, self._policy.digest, kept)
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
            written = self._write_decisions(gate, moment, cut.period, scratch / decisions.name)
            remove_tree(decisions)
            stored = keep(written.whole, before, decisions)
            self._require_same_manifest()
            if self._tables.registry.unchanged_since(registry):
                break
        else:
            raise SourceUnavailable(
                f"{self._tables.registry.name}: changes all the time; run again when its export "
                "has finished"
            )
        counts = Counts(
            seen=self._intake.manifest.row_count,
            written=written.states[State.WRITTEN],
            excluded=written.states[State.EXCLUDED],
            quarantined=written.states[State.QUARANTINED],
        )
        if not counts.reconciles or counts.written != sum(shard.row_count for shard in made):
            raise IntegrityError(
                f"{counts.seen} files were seen, but {counts.written} written (shards hold "
                f"{sum(shard.row_count for shard in made)}), {counts.excluded} excluded and "
                f"{counts.quarantined} quarantined. Nothing became visible. This is a defect."
            )
        return Finished(
            judged_at=moment.latest,
            counts=counts,
            reasons=dict(sorted(written.reasons.items())),
            shards=made,
            decisions=stored,
            registry=registry,
            taken_out=len(out),
            contents=contents_of(made),
        )

    def changes_nothing(self, before: VisibleRun, cut: ShardCut, scratch: Path) -> bool:
        """Whether `finish` would make, byte for byte, the shards of an earlier run.

        Only asked where every row is one of that run.

        Args:
            before: The run.
            cut: How shards are to be cut.
            scratch: A folder that the decisions can be written below.

        Raises:
            ManifestChanged: It is not the one that was decided on.
            SourceUnavailable: A table cannot be read again.
            RegistryStale: The registry has become too old.
            IntegrityError: The decisions of the earlier run cannot be read.
        """
        record = before.record
        if (
            record.policy_digest != self._policy.digest
            or not cut.is_of(record)
            # Files that were taken out at the last moment were redacted for nothing.
            or record.taken_out
        ):
            return False
        gate, registry, moment = self._read_again()
        written = self._write_decisions(gate, moment, cut.period, scratch / "decisions")
        self._require_same_manifest()
        with compared(before.table, written.whole.table) as found:
            same = found.nothing
        return (
            same
            # It must be the export that the run has told of, and still be there.
            and self._intake.registry.sha256 == registry.sha256
            and self._tables.registry.unchanged_since(registry)
        )

    def _read_again(self) -> tuple[Gate, SourceSnapshot, Moment]:
        """A gate over the registry as it is now, what that is, and when the gate decides."""
        accounts, registry = read_accounts(self._tables, self._policy, self._moment())
        moment = self._moment()  # a large registry takes a while
        return Gate(self._policy, accounts, moment), registry.snapshot, moment

    def _require_same_manifest(self) -> None:
        now = table_digest("file manifest", self._tables.manifest)
        if now != self._intake.manifest.sha256:
            raise ManifestChanged

    def _rows(self) -> Iterator[tuple[Provisional, BatchOutcomes, Looks]]:
        no_more = (BatchOutcomes(number) for number in repeat(-1))
        yield from zip(
            self._intake.batches(),
            chain(read_outcomes(self._outcomes), no_more),
            read_looks(self._looks),
            strict=False,
        )

    def _no_longer_eligible(self, gate: Gate, by: ShardPeriod) -> set[Row]:
        """Redacted files that the registry, as it is now, excludes."""
        rows: set[Row] = set()
        for batch, outcomes, _ in self._rows():
            written = outcomes.written
            if len(written):
                chosen = batch.table.take(pa.array(written))
                decided = gate.decide(as_manifest(chosen, gate.own_of_files))
                denied = chosen.filter(pa.array(decided.reason_bits != 0))
                where = self._where(denied, by)
                rows.update((period, place_of(account, doc)) for doc, account, period in where)
        return rows

    def _where(self, files: pa.RecordBatch, by: ShardPeriod) -> list[tuple[str, str, str]]:
        """`doc_key`, `account_key` and period of some files."""
        keys = [doc_key(self._key, file_id) for file_id in files.column("file_id").to_pylist()]
        accounts = self._account_keys(files.column("account_id")).to_pylist()
        submitted = pc.struct_field(files.column("facts"), "submitted_at")
        return list(zip(keys, accounts, periods_of(submitted, by).to_pylist(), strict=True))

    def _account_keys(self, account_ids: pa.Array) -> pa.Array:
        """The key of each account, which many files share."""
        each = account_ids.dictionary_encode()
        keys = [account_key(self._key, account) for account in each.dictionary.to_pylist()]
        return pa.array(keys, pa.string()).take(each.indices)

    def _write_decisions(
        self, gate: Gate, moment: Moment, by: ShardPeriod, folder: Path
    ) -> "_WrittenDecisions":
        states: Counter[State] = Counter()
        reasons: Counter[str] = Counter()
        with TableWriter(folder) as writer:
            for batch, outcomes, looks in self._rows():
                final = final_decisions(batch, outcomes, gate)
                states.update(final.states)
                reasons.update(final.reason_counts)
                decisions = self._record_batch(batch, outcomes, looks, final, moment, by)
                writer.write(decisions, final.readings)
        return _WrittenDecisions(states, reasons, Whole(folder, writer.files))

    def _record_batch(
        self,
        batch: Provisional,
        outcomes: BatchOutcomes,
        looks: Looks,
        final: Final,
        moment: Moment,
        by: ShardPeriod,
    ) -> pa.RecordBatch:
        size, table = len(batch), batch.table
        written = np.zeros(size, np.bool_)
        written[final.written] = True
        told = outcomes.table
        contents, has_content = unpacked(told.column("content_sha256"))
        # Of a file that was redacted and then taken out nothing is kept, as if it had never been
        # opened.
        has_content = has_content & ~final.excluded[outcomes.rows]
        digests, redactors, keys = (
            _spread(column, outcomes.rows, size)
            for column in (
                to_text(contents, has_content),
                _where_true(told.column("redactor_digest"), has_content),
                self._doc_keys(batch, outcomes, written),
            )
        )
        # What a version says is that the content which was read is still there.
        kept = looks.lasting & np.isin(looks.rows, outcomes.rows[has_content])
        versions = _spread(to_text(looks.versions, kept), looks.rows, size)
        columns = {
            "file_id": table.column("file_id"),
            "account_id": table.column("account_id"),
            "state": final.state_column,
            "reasons": final.reason_column,
            "error_type": final.error_type_column,
            "facts": final.facts,
            "policy_digest": pa.repeat(self._policy.digest, size),
            "decided_at": pa.repeat(pa.scalar(moment.latest, TIMESTAMP), size),
            "doc_key": keys,
            "account_key": _where_true(self._account_keys(batch.account_ids), written),
            "period": _where_true(batch.periods(by), written),
            "content_sha256": digests,
            "redactor_digest": redactors,
            "version": versions,
            "own_facts": final.own_facts,
        }
        return pa.RecordBatch.from_pydict(columns, schema=DECISION_SCHEMA)

    def _doc_keys(
        self, batch: Provisional, outcomes: BatchOutcomes, written: npt.NDArray[np.bool_]
    ) -> pa.Array:
        """The names of the written rows, in the order of the outcomes; null of others."""
        keys, known = unpacked(outcomes.table.column("doc_key"))
        stays = written[outcomes.rows]
        names = to_text(keys, known & stays)
        new = np.flatnonzero(stays & ~known)
        if not len(new):
            return names
        ids = batch.scratch.column("file_id").take(pa.array(outcomes.rows[new])).to_pylist()
        made = pa.array([doc_key(self._key, file_id) for file_id in ids], pa.string())
        return pc.replace_with_mask(names, pa.array(stays & ~known), made)


def _spread(column: pa.Array, rows: npt.NDArray[np.int64], size: int) -> pa.Array:
    """A column of the whole batch, of one of some of its rows; null in the others."""
    place = np.full(size, -1)
    place[rows] = np.arange(len(rows))
    return column.take(pa.array(place, mask=place < 0))


def _where_true(column: pa.Array, chosen: npt.NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(chosen), column, pa.scalar(None, pa.string()))


@dataclass(frozen=True, slots=True)
class _WrittenDecisions:
    states: Counter[State]
    reasons: Counter[str]
    whole: Whole
