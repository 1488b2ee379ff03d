"""Decisions as they go into the table, batch by batch, as often as they are asked for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.stored.accounts import AccountFacts, rows_of_files
from clearshard.config import ShardPeriod
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.keys import PseudonymKey
from clearshard.records.schemas import DECISION_SCHEMA, TIMESTAMP
from clearshard.records.states import State
from clearshard.run.ahead import one_ahead
from clearshard.run.intake import Intake, Provisional
from clearshard.run.outcomes import BatchOutcomes, read_outcomes
from clearshard.run.output.last_word import LastWord, last_word
from clearshard.run.resume.bytes_columns import to_text, unpacked
from clearshard.run.resume.declared import declared_of
from clearshard.run.resume.kept_versions import versions_to_keep
from clearshard.run.resume.looks import Looks, read_looks
from clearshard.shards.pseudonyms import account_key, doc_key

#: Of so many accounts keys are remembered.
_MOST_ACCOUNTS = 1 << 17


@dataclass(frozen=True, slots=True)
class Tally:
    """Decisions in numbers.

    Attributes:
        states: Files by state.
        reasons: Files by reason; one with several counts under each.
        accounts: What is known of accounts.
    """

    states: Counter[State] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    accounts: AccountFacts = field(default_factory=AccountFacts)


class DecisionRows:
    """What became of every file, by the gate's last word; every pass gives the same."""

    def __init__(
        self,
        batches: Callable[[], Iterator[tuple[Provisional, BatchOutcomes, Looks]]],
        gate: Gate,
        moment: Moment,
        key: PseudonymKey,
        policy_digest: str,
        by: ShardPeriod,
    ) -> None:
        """Decides nothing yet.

        Args:
            batches: What was decided before redaction, and what became of it; see `with_outcomes`.
            gate: The gate over the registry as it was read last.
            moment: When it decides.
            key: The key of the pseudonyms.
            policy_digest: Of the rules.
            by: How long a period of the shards is.
        """
        self._batches = batches
        self._gate = gate
        self._moment = moment
        self._key = key
        self._policy_digest = policy_digest
        self._by = by
        self._account_keys = AccountKeys(key)

    def rows(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        """What is stored of decisions (ROW_SCHEMA), counted.

        Raises:
            IntegrityError: A file came to no end, or to two.
        """
        for batch, outcomes, looks, last in one_ahead(self._last_words()):
            tally.states.update(last.states)
            tally.reasons.update(last.reason_counts)
            decisions = self._batch(batch, outcomes, looks, last, self._moment)
            tally.accounts.add(decisions, last.readings)
            yield rows_of_files(decisions, last.readings)

    def some_rows(self, chosen: Mapping[int, npt.NDArray[np.int64]]) -> Iterator[pa.RecordBatch]:
        """Some rows of some batches, as `rows` gives them."""
        for number, (batch, outcomes, looks) in enumerate(self._batches()):
            if number in chosen:
                last = last_word(batch, outcomes, self._gate)
                decisions = self._batch(batch, outcomes, looks, last, self._moment)
                rows = rows_of_files(decisions, last.readings)
                yield rows.take(pa.array(chosen[number]))

    def _last_words(self) -> Iterator[tuple[Provisional, BatchOutcomes, Looks, LastWord]]:
        for batch, outcomes, looks in self._batches():
            yield batch, outcomes, looks, last_word(batch, outcomes, self._gate)

    def _batch(
        self,
        batch: Provisional,
        outcomes: BatchOutcomes,
        looks: Looks,
        last: LastWord,
        moment: Moment,
    ) -> pa.RecordBatch:
        size, table = len(batch), batch.table
        written = np.zeros(size, np.bool_)
        written[last.written] = True
        told = outcomes.table
        contents, has_content = unpacked(told.column("content_sha256"))
        # Of a file that was redacted and then taken out nothing is kept, as if it had never been
        # opened.
        has_content = has_content & ~last.excluded[outcomes.rows]
        digests, redactors, keys = (
            _spread(column, outcomes.rows, size)
            for column in (
                to_text(contents, has_content),
                _where_true(told.column("redactor_digest"), has_content),
                self._doc_keys(batch, outcomes, written),
            )
        )
        # What a version says is that the content which was read is still there.
        declared = declared_of(batch.scratch, looks.rows)
        read = outcomes.rows[has_content], contents[has_content]
        kept = to_text(*versions_to_keep(looks, declared, *read))
        versions = _spread(kept, looks.rows, size)
        columns = {
            "file_id": table.column("file_id"),
            "account_id": table.column("account_id"),
            "state": last.state_column,
            "reasons": last.reason_column,
            "error_type": last.error_type_column,
            "facts": last.facts,
            "policy_digest": pa.repeat(self._policy_digest, size),
            "decided_at": pa.repeat(pa.scalar(moment.latest, TIMESTAMP), size),
            "doc_key": keys,
            "account_key": _where_true(self._account_keys.of(batch.account_ids), written),
            "period": _where_true(batch.periods(self._by), written),
            "content_sha256": digests,
            "redactor_digest": redactors,
            "version": versions,
            "own_facts": last.own_facts,
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


class AccountKeys:
    """The keys of accounts, which many files share, and many batches."""

    def __init__(self, key: PseudonymKey, most: int = _MOST_ACCOUNTS) -> None:
        """Knows none.

        Args:
            key: The key of the pseudonyms.
            most: So many keys are remembered, or as many as one batch needs.
        """
        self._key = key
        self._most = most
        self._ids = pa.array([], pa.string())
        self._keys = pa.array([], pa.string())

    @property
    def count(self) -> int:
        """How many keys are remembered."""
        return len(self._ids)

    def of(self, account_ids: pa.Array) -> pa.Array:
        """The key of each of some accounts; null where there is none."""
        each = account_ids.dictionary_encode()
        at = pc.index_in(each.dictionary, self._ids)
        if at.null_count:
            self._learn(each.dictionary, each.dictionary.filter(at.is_null()))
            at = pc.index_in(each.dictionary, self._ids)
        return self._keys.take(at).take(each.indices)

    def _learn(self, ids: pa.Array, new: pa.Array) -> None:
        if len(self._ids) + len(new) > self._most:
            self._ids, self._keys, new = self._ids[:0], self._keys[:0], ids
        made = [account_key(self._key, account_id) for account_id in new.to_pylist()]
        self._ids = pa.concat_arrays([self._ids, new])
        self._keys = pa.concat_arrays([self._keys, pa.array(made, pa.string())])


def with_outcomes(
    intake: Intake, outcomes: Path, looks: Path
) -> Iterator[tuple[Provisional, BatchOutcomes, Looks]]:
    """What was decided before redaction, what became of it, and what eligible files look like."""
    no_more = (BatchOutcomes(number) for number in repeat(-1))
    yield from zip(
        intake.batches(), chain(read_outcomes(outcomes), no_more), read_looks(looks), strict=False
    )


def _spread(column: pa.Array, rows: npt.NDArray[np.int64], size: int) -> pa.Array:
    """A column of the whole batch, of one of some of its rows; null in the others."""
    place = np.full(size, -1)
    place[rows] = np.arange(len(rows))
    return column.take(pa.array(place, mask=place < 0))


def _where_true(column: pa.Array, chosen: npt.NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(chosen), column, pa.scalar(None, pa.string()))
