"""Everything that was decided on the files of one account, and what became of them.

It answers whoever asks what was done with their files. No content is in it. A file can change
hands: of what was decided on it under another account, only whether it was in the shards is told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from clearshard import layout
from clearshard.audit.database import connected
from clearshard.audit.events import Event, EventName
from clearshard.audit.export import as_json
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import Pick, VisibleRun, picked_runs
from clearshard.audit.reasons import in_general, recorded_rules
from clearshard.audit.selection import is_text
from clearshard.audit.stored.view import accounts_view, table_view
from clearshard.audit.tombstones import (
    Kind,
    Same,
    Tombstone,
    exactly_in_force,
    spelled_the_same,
    tombstones_on,
)
from clearshard.records.facts import FACTS
from clearshard.records.states import State


class Elsewhere(StrEnum):
    """In the place of a state: of whom a file was in a run in which it was not of the account."""

    ANOTHER = "of_another_account"
    NONE = "of_no_account"


#: Of a file that the newest run has not seen.
NOT_SEEN = "not_seen"
_STATES: dict[str, State | Elsewhere] = {str(one): one for one in (*State, *Elsewhere)}
_ACCOUNT_FACTS = tuple(fact.name for fact in FACTS if fact.owner == "account")
#: Runs in a row that decided the same, as one. A file that a manifest names twice has several
#: decisions in a run, which are one here if they are the same.
_SAME = "file_id, product, region, submitted_at, state, reasons, error_type, doc_key, in_shards"
# `own` is kept: who is looked for elsewhere stands in it, and it would be read anew for that.
_EPISODES = f"""
    WITH own AS MATERIALIZED (
        SELECT file_id, facts.product AS product, facts.region AS region,
            facts.submitted_at AS submitted_at, state, reasons, error_type, doc_key,
            state = '{State.WRITTEN}' AS in_shards, run_order
        FROM decided_then WHERE account_id = $account_id
    ), elsewhere AS (
        SELECT file_id, NULL, NULL, NULL,
            if(account_id IS NULL, '{Elsewhere.NONE}', '{Elsewhere.ANOTHER}'), []::VARCHAR[],
            NULL, NULL, state = '{State.WRITTEN}', run_order
        FROM decided_then SEMI JOIN own USING (file_id)
        WHERE account_id IS DISTINCT FROM $account_id
    ), decided AS (
        FROM own UNION FROM elsewhere
    ), numbered AS (
        SELECT *, run_order - row_number() OVER (PARTITION BY {_SAME} ORDER BY run_order) AS island
        FROM decided
    )
    SELECT {_SAME}, min(run_order) AS first, max(run_order) AS last
    FROM numbered GROUP BY {_SAME}, island ORDER BY file_id, first, last, state
"""  # noqa: S608 - words of this module only


@dataclass(frozen=True, slots=True)
class Span:
    """Runs that follow each other, from one to another, which may be the same.

    Attributes:
        first_run: The first of them.
        last_run: The last.
        since: The moment at which the first evaluated the rules, RFC 3339.
        until: The same of the last; not the moment at which something ended.
        lasts: Whether the last is the newest run there is.
    """

    first_run: str
    last_run: str
    since: str
    until: str
    lasts: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of the account by name of the fact, as JSON values; None is "not known"."""

    span: Span
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What runs in a row decided on a file.

    Attributes:
        span: These runs.
        state: How the file ended; whose it was, if not the account's: then no more is told of it.
        reasons: Why, if it was not written.
        error_type: What quarantined it, or what its transcript said.
        doc_key: Its pseudonym in the shards; None where it is in none.
        in_shards: Whether these runs list a shard that holds it, whoever it is of.
        product: As the manifest had it; None is "not known".
        region: The same.
        submitted_at: The same, RFC 3339.
    """

    span: Span
    state: State | Elsewhere
    reasons: tuple[str, ...]
    error_type: str | None
    doc_key: str | None
    in_shards: bool
    product: str | None
    region: str | None
    submitted_at: str | None


@dataclass(frozen=True, slots=True)
class FileLife:
    """One file that was of the account in some run, from the first run that has seen it.

    Attributes:
        file_id: The customer's id.
        decisions: Oldest first; between two of them, and behind the last, no run may have seen it.
    """

    file_id: str
    decisions: tuple[Decision, ...]

    @property
    def now(self) -> tuple[Decision, ...]:
        """What the newest run decided; nothing if the file is in the manifest no more."""
        return tuple(decision for decision in self.decisions if decision.span.lasts)

    @property
    def in_shards(self) -> bool:
        """Whether the newest run lists a shard that holds it, under whatever account."""
        return any(decision.in_shards for decision in self.now)

    @property
    def was_elsewhere(self) -> bool:
        """Whether it was not of the account in some run."""
        return any(isinstance(decision.state, Elsewhere) for decision in self.decisions)

    @property
    def was_in_shards(self) -> bool:
        """Whether that was so in any run."""
        return any(decision.in_shards for decision in self.decisions)


@dataclass(frozen=True, slots=True)
class AccountReport:
    """All that is recorded of an account.

    Attributes:
        account_id: As it was asked for.
        runs: All of which there is a record.
        known: What the runs knew of the account, oldest first; nothing where they did not know it.
        files: Its files, by id; also those that were of it once.
        reasons: Each reason that occurs, in words.
        tombstones: Of the account itself: what keeps it out, or kept it out once, oldest first.
        files_kept_out: How many of its files have one of their own that is in force.
        receipts: Purges, and runs that took files out, after which a file of it was in the shards
            no more, by name of their receipt.
    """

    account_id: str
    runs: Span
    known: tuple[Known, ...]
    files: tuple[FileLife, ...]
    reasons: dict[str, str]
    tombstones: tuple[Tombstone, ...]
    files_kept_out: int
    receipts: dict[str, str]

    @property
    def now(self) -> dict[str, int]:
        """Files by what the newest run decided on them.

        `not_seen` are in its manifest no more; for others that left the account see `Elsewhere`.
        """
        return dict(sorted(Counter(_now(file) for file in self.files).items()))

    @property
    def taken_out(self) -> int:
        """Files that were in the shards once, and are not now."""
        return sum(file.was_in_shards and not file.in_shards for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {**asdict(self), "now": self.now, "taken_out": self.taken_out}


def account_report(out: Path, account_id: str, same: Same = spelled_the_same) -> AccountReport:
    """What is recorded of an account.

    Args:
        out: The output folder.
        account_id: The account's id, compared exactly.
        same: Says which ids that were purged are one id.

    Raises:
        OutputUnusable: There is no visible run.
        IntegrityError: A record, the ledger, or a file of decisions or tombstones is damaged.
    """
    runs = picked_runs(out, Pick.ALL)
    known: tuple[Known, ...] = ()
    files: tuple[FileLife, ...] = ()
    if is_text(account_id):
        with connected() as connection:
            tables = [run.table for run in runs]
            table_view(connection, "decided_then", tables)
            accounts_view(connection, "accounts", tables)
            known = tuple(_known(connection, account_id, runs))
            files = tuple(_files(connection, account_id, runs))
    rules = [rule for run in runs for rule in recorded_rules(run.record.policy_toml)]
    names = [account_id] if is_text(account_id) else []
    events = tuple(Ledger(out / layout.LEDGER).read())
    kept_out = sorted(exactly_in_force(out, events)[Kind.FILE])
    occurring = sorted({r for file in files for one in file.decisions for r in one.reasons})
    return AccountReport(
        account_id=account_id,
        runs=_span(runs, 0, len(runs) - 1),
        known=known,
        files=files,
        reasons={reason: in_general(reason, rules)[0] for reason in occurring},
        tombstones=tombstones_on(out, events, "", names, same),
        files_kept_out=_count(same(pa.array([f.file_id for f in files], pa.string()), kept_out)),
        receipts=_receipts(files, events),
    )


def _count(flags: pa.Array) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _receipts(files: Sequence[FileLife], events: Sequence[Event]) -> dict[str, str]:
    """Of each run after which a file was in the shards no more, the receipt that it left."""
    left = {
        after.span.first_run
        for file in files
        for before, after in pairwise(file.decisions)
        if before.in_shards and not after.in_shards
    }
    told = [e.run_id for e in events if e.event == EventName.PURGE_RECEIPT]
    return {run_id: layout.receipt(run_id) for run_id in told if run_id in left}


def _known(
    connection: duckdb.DuckDBPyConnection, account_id: str, runs: Sequence[VisibleRun]
) -> Iterator[Known]:
    rows = connection.sql(
        # The last reading of a run decides on what it writes.
        f"SELECT run_order, {', '.join(_ACCOUNT_FACTS)} FROM accounts "  # noqa: S608 - own words
        "WHERE account_id = $account_id "
        "QUALIFY row_number() OVER (PARTITION BY run_order ORDER BY reading DESC) = 1 "
        "ORDER BY run_order",
        params={"account_id": account_id},
    )
    for first, last, facts in _in_a_row(as_json(rows.to_arrow_reader())):
        yield Known(_span(runs, first, last), facts)


def _in_a_row(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Equal facts of runs that follow each other: the first run, the last one, and the facts.

    When they were exported is another time in each: it is that of the last one.
    """
    span: tuple[int, int, dict[str, Any]] | None = None
    for row in rows:
        order, facts = row["run_order"], {name: row[name] for name in _ACCOUNT_FACTS}
        if span is None or span[1] != order - 1 or _lasting(span[2]) != _lasting(facts):
            if span is not None:
                yield span
            span = order, order, facts
        else:
            span = span[0], order, facts
    if span is not None:
        yield span


def _lasting(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "exported_at"}


def _files(
    connection: duckdb.DuckDBPyConnection, account_id: str, runs: Sequence[VisibleRun]
) -> Iterator[FileLife]:
    rows = connection.sql(_EPISODES, params={"account_id": account_id})
    decided = as_json(rows.to_arrow_reader())
    for file_id, of_file in groupby(decided, key=lambda row: row["file_id"]):
        yield FileLife(file_id, tuple(_decision(row, runs) for row in of_file))


def _decision(row: dict[str, Any], runs: Sequence[VisibleRun]) -> Decision:
    return Decision(
        span=_span(runs, row["first"], row["last"]),
        state=_STATES[row["state"]],
        reasons=tuple(row["reasons"]),
        error_type=row["error_type"],
        doc_key=row["doc_key"],
        in_shards=row["in_shards"],
        product=row["product"],
        region=row["region"],
        submitted_at=row["submitted_at"],
    )


def _span(runs: Sequence[VisibleRun], first: int, last: int) -> Span:
    return Span(
        first_run=runs[first].run_id,
        last_run=runs[last].run_id,
        since=runs[first].record.as_of,
        until=runs[last].record.as_of,
        lasts=last == len(runs) - 1,
    )


def _now(file: FileLife) -> str:
    states = {str(decision.state) for decision in file.now}
    return " and ".join(sorted(states)) or NOT_SEEN
