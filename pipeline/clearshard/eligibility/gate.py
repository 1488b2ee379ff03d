"""The gate: facts and rules in, decisions out.

The rules of evaluation, in order:

1. An account that the registry does not have gives `unknown_account`; one whose rows contradict
   each other, or that the registry has in another spelling (`spelling`), gives
   `conflicting_registry_rows`. Rules on account facts are not asked then.
2. Every rule is asked of every file, in three-valued logic (Kleene): its answer is *denies*, *does
   not deny* or *not known*. No rule is skipped because another one has denied: all reasons stay.
3. *Not known* denies as `unknown_<fact>`, naming the fact that was missing or unreadable.
4. Times are judged at two moments (`moment`). Whether something is over (`at_or_before`,
   `older_than_seconds`, `elapsed_since`) is asked at the later of as-of and the clock. When
   something has happened (`submitted_at`, `exported_at`) is *not known* if that is ahead of the
   clock by more than clocks may differ, whatever the as-of. A request for deletion in the future is
   there: it denies. An expiry lies in the future by nature.
5. A file that was purged, or whose account was, is `deletion_requested`, whatever is known of it
   (`tombstones`).
6. A file is eligible if no reason is left. There is no other way to become eligible.

What a rule says of an account is the same for all its files, so it is worked out once for each
account and then looked up for each file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.accounts import UNKNOWN, AccountIndex
from clearshard.eligibility.facts import (
    Bools,
    Facts,
    account_facts,
    facts_struct,
    file_facts,
    only_known_times,
    own_facts_text,
)
from clearshard.eligibility.ids import UInt64
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import (
    ACCOUNT_FACTS,
    CONFLICTING_REGISTRY_ROWS,
    DELETION_REQUESTED,
    UNKNOWN_ACCOUNT,
    OnlyIf,
    Policy,
    Rule,
)
from clearshard.eligibility.tombstones import NO_TOMBSTONES, Tombstones

_MICROSECONDS = 1_000_000
#: More seconds than lie between any two times of the calendar, and in microseconds few enough to
#: be added to any of them.
_LONGEST_TTL = 10**12
_NO_TTL = 4 * 10**18


Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of one batch.

    Attributes:
        reason_bits: One bit per entry of `Policy.reasons`; 0 is eligible.
        account_rows: Where the gate keeps the facts of each file's account; see `Gate.facts`.
    """

    reason_bits: UInt64
    account_rows: npt.NDArray[np.int32]
    _files: pa.RecordBatch = field(repr=False)
    _facts: Facts = field(repr=False)
    _gate: "Gate" = field(repr=False)

    @property
    def facts(self) -> pa.StructArray:
        """What was known when deciding, FACTS_TYPE."""
        return self._gate.facts(self._files, self.account_rows)

    @property
    def own_facts(self) -> pa.Array:
        """The same of the policy's own facts; see `Gate.own_facts`."""
        return self._gate.own_facts(self._files, self.account_rows)

    def known(self, fact: str) -> pa.Array:
        """A fact of the files as the rules were asked about it; null where it is not known."""
        return self._facts.columns[fact]


@dataclass(frozen=True, slots=True)
class _Answers:
    """Reasons that a rule gives where it applies, and where nobody knows whether it does."""

    applies: UInt64
    unsure: UInt64


class Gate:
    """A policy, a registry and a moment, ready to decide batch after batch.

    Attributes:
        own_of_files: Columns of the manifest that hold facts of the policy's own.
    """

    def __init__(
        self,
        policy: Policy,
        accounts: AccountIndex,
        moment: Moment,
        tombstones: Tombstones = NO_TOMBSTONES,
    ) -> None:
        """Prepares a gate.

        Args:
            policy: The rules.
            accounts: The registry.
            moment: When it decides.
            tombstones: What was purged.
        """
        self._policy = policy
        self._accounts = accounts
        self._tombstones = tombstones
        self._known_until = moment.known_until
        self._readings = policy.readings
        self._latest_us = moment.latest_us
        self._bit = {reason: np.uint64(1 << i) for i, reason in enumerate(policy.reasons)}
        self.own_of_files = policy.own_columns("manifest")
        self._own_of_accounts = policy.own_columns("registry")
        self._facts_of_accounts = ACCOUNT_FACTS.union(one.fact for one in self._own_of_accounts)
        self._account_facts = account_facts(
            accounts.table, self._known_until, self._own_of_accounts
        )
        # Behind the accounts: those that are not there, found from the end (`MISSPELT`, `UNKNOWN`).
        self._unasked = np.append(accounts.conflicting, [True, True])
        self._account_bits = self._of_accounts(np.zeros(len(accounts), np.uint64))
        self._account_bits[self._unasked] = self._bit[CONFLICTING_REGISTRY_ROWS]
        self._account_bits[UNKNOWN] = self._bit[UNKNOWN_ACCOUNT]
        self._conditional: list[tuple[OnlyIf, _Answers]] = []
        self._file_rules: list[Rule] = []
        self._elapsed_rules: list[Rule] = []
        for rule in policy.rules:
            self._prepare(rule)
        self._ttl_us = self._ttls()

    def decide(self, files: pa.RecordBatch) -> Decided:
        """Decides every file of a batch (MANIFEST_SCHEMA), in its order."""
        rows = self._accounts.rows_of(files.column("account_id"))
        facts = file_facts(files, self._known_until, self._readings, self.own_of_files)
        bits = self._by_rules(facts, rows)
        bits[self._tombstones.name(files)] |= self.deletion_requested
        return Decided(bits, rows, files, facts, self)

    def decide_later(self, moment: Moment) -> Callable[[pa.RecordBatch, Rows], UInt64]:
        """Decides again, with time gone on and nothing else.

        Args:
            moment: When.

        Returns:
            What gives the reason bits of files (MANIFEST_SCHEMA but for the ids), from their
            columns and `Decided.account_rows` of this gate's decision on them.
        """
        later = Gate(self._policy, self._accounts, moment, self._tombstones)

        def reason_bits(files: pa.RecordBatch, account_rows: Rows) -> UInt64:
            facts = file_facts(files, later._known_until, later._readings, later.own_of_files)
            return later._by_rules(facts, account_rows)

        return reason_bits

    def _by_rules(self, facts: Facts, rows: Rows) -> UInt64:
        bits: UInt64 = self._account_bits[rows]
        for only_if, answers in self._conditional:
            applies = np.flatnonzero(facts.is_in(only_if.fact, only_if.in_))
            bits[applies] |= answers.applies[rows[applies]]
            unsure = np.flatnonzero(~facts.known(only_if.fact))
            bits[unsure] |= answers.unsure[rows[unsure]]
        for rule in self._file_rules:
            bits |= self._on_files(rule, facts, self._answer(rule, facts))
        for rule in self._elapsed_rules:
            bits |= self._on_files(rule, facts, self._elapsed(rule, facts, rows))
        return bits

    def facts(self, files: pa.RecordBatch, account_rows: npt.NDArray[np.int32]) -> pa.StructArray:
        """What is known of files, FACTS_TYPE; of their accounts only where one can be told.

        Args:
            files: The columns of MANIFEST_SCHEMA that are facts; their marks are not needed.
            account_rows: From `Decided.account_rows` of a decision of this gate.
        """
        unknown = self._unasked[account_rows]
        of_files = file_facts(files, self._known_until, self._readings)
        return facts_struct(of_files, self._account_facts, account_rows, unknown)

    def submitted_at(self, files: pa.RecordBatch) -> pa.Array:
        """When files were submitted, as `facts` has it, without the others; the same columns."""
        return only_known_times(files.column("submitted_at"), self._known_until)

    def own_facts(self, files: pa.RecordBatch, account_rows: npt.NDArray[np.int32]) -> pa.Array:
        """What is known of the facts of the policy's own, as text; see `facts.own_facts_text`.

        Args:
            files: The columns that hold such facts.
            account_rows: As in `facts`.
        """
        take = pa.array(account_rows, mask=self._unasked[account_rows])
        return own_facts_text(
            [
                *((one, files.column(one.fact)) for one in self.own_of_files),
                *(
                    (one, self._account_facts.columns[one.fact].take(take))
                    for one in self._own_of_accounts
                ),
            ],
            files.num_rows,
        )

    def account_ids(self, account_rows: npt.NDArray[np.int32]) -> pa.StringArray:
        """The ids behind `Decided.account_rows`; null for accounts that are not there."""
        return self._accounts.ids_of(account_rows)

    def known_of_accounts(self) -> Iterator[pa.Array]:
        """Columns of all that is known of accounts, but when it was exported, by account id.

        The same for two registries that say the same, in whatever order.
        """
        ids = self._accounts.table.column("account_id").combine_chunks()
        order = pc.sort_indices(ids)
        yield ids.take(order)
        yield pa.array(self._accounts.conflicting).take(order)
        columns = self._account_facts.columns
        yield from (columns[n].take(order) for n in sorted(columns) if n != "exported_at")

    @property
    def deletion_requested(self) -> np.uint64:
        """The bit of a deletion that no fact tells of, but the transcript."""
        return self._bit[DELETION_REQUESTED]

    def reason_lists(self, bits: UInt64) -> pa.ListArray:
        """The reasons behind the bits, as lists of strings."""
        unique, inverse = np.unique(bits, return_inverse=True)
        lists = pa.array(
            [[r for r, bit in self._bit.items() if value & bit] for value in unique],
            pa.list_(pa.string()),
        )
        return lists.take(pa.array(inverse))

    def _prepare(self, rule: Rule) -> None:
        if rule.fact not in self._facts_of_accounts:
            self._file_rules.append(rule)
            return
        # For a rule on elapsed time this is what an unknown time to live says; the rest is asked
        # of each file.
        answers = self._answer(rule, self._account_facts)
        if rule.denies.elapsed_since is not None:
            self._elapsed_rules.append(rule)
        applies, unsure = self._of_accounts(answers.applies), self._of_accounts(answers.unsure)
        if rule.only_if is None:
            self._account_bits |= applies
        else:
            self._conditional.append((rule.only_if, _Answers(applies, unsure)))

    def _of_accounts(self, bits: UInt64) -> UInt64:
        """Bits by account, and none where rules on account facts are not asked."""
        asked = np.append(bits, np.zeros(2, np.uint64))
        asked[self._unasked] = 0
        return asked

    def _answer(self, rule: Rule, facts: Facts) -> _Answers:
        known = facts.known(rule.fact)
        denies = self._denies(rule, facts) & known
        unknown = facts.unreadable(rule.fact) if rule.optional else ~known
        return self._reasons(rule, denies, self._bits(unknown, f"unknown_{rule.fact}"))

    def _elapsed(self, rule: Rule, facts: Facts, rows: npt.NDArray[np.int32]) -> _Answers:
        """Whether `ttl_seconds` have passed since the file was submitted."""
        ttl = self._ttl_us[rows]
        known = facts.known("submitted_at")
        denies = (facts.numbers("submitted_at") + ttl <= self._latest_us) & known
        unknown = (ttl != _NO_TTL) & ~known
        return self._reasons(rule, denies, self._bits(unknown, "unknown_submitted_at"))

    def _reasons(self, rule: Rule, denies: Bools, unknown: UInt64) -> _Answers:
        applies = self._bits(denies, rule.reason) | unknown
        if rule.only_if is None:
            return _Answers(applies, applies)
        # Kleene: "does it apply?" is not known. If it would not deny, that does not matter;
        # otherwise the answer is not known either. What is missing is the fact that tells whether
        # it applies: nobody can say that the rule's own fact is needed at all.
        return _Answers(applies, self._bits(applies != 0, f"unknown_{rule.only_if.fact}"))

    def _on_files(self, rule: Rule, facts: Facts, answers: _Answers) -> UInt64:
        if rule.only_if is None:
            return answers.applies
        applies = facts.is_in(rule.only_if.fact, rule.only_if.in_)
        unsure = ~facts.known(rule.only_if.fact)
        nothing = np.uint64(0)
        return np.where(applies, answers.applies, np.where(unsure, answers.unsure, nothing))

    def _bits(self, where: Bools, reason: str) -> UInt64:
        return where.astype(np.uint64) * self._bit[reason]

    def _ttls(self) -> npt.NDArray[np.int64]:
        seconds = np.minimum(self._account_facts.numbers("ttl_seconds"), _LONGEST_TTL)
        known = self._account_facts.known("ttl_seconds")
        ttl = np.append(np.where(known, seconds * _MICROSECONDS, _NO_TTL), [_NO_TTL, _NO_TTL])
        ttl[self._unasked] = _NO_TTL
        return ttl

    def _denies(self, rule: Rule, facts: Facts) -> Bools:
        """Where the condition holds; only meaningful where the fact is known."""
        condition = rule.denies
        tests: dict[str, Callable[[], Bools]] = {
            "is_": lambda: facts.truth(rule.fact) == bool(condition.is_),
            "in_": lambda: facts.is_in(rule.fact, condition.in_ or ()),
            "not_in": lambda: ~facts.is_in(rule.fact, condition.not_in or ()),
            "present": lambda: facts.known(rule.fact),
            "at_or_before": lambda: facts.numbers(rule.fact) <= self._latest_us,
            "older_than_seconds": lambda: (
                facts.numbers(rule.fact)
                < self._latest_us - (condition.older_than_seconds or 0) * _MICROSECONDS
            ),
            "below": lambda: facts.numbers(rule.fact) < (condition.below or 0),
            "above": lambda: facts.numbers(rule.fact) > (condition.above or 0),
            # Asked of each file, in `_elapsed`.
            "elapsed_since": lambda: np.zeros(len(facts), np.bool_),
            "never": lambda: np.zeros(len(facts), np.bool_),
        }
        key = condition.key
        assert key is not None
        return tests[key]()
