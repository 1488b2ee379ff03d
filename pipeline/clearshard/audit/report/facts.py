"""An output folder → everything that the report says about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.audit.deletions import Deletions, deletions
from clearshard.audit.faults import printable
from clearshard.audit.ledger import Ledger
from clearshard.audit.listing import open_listing
from clearshard.audit.reading import VisibleRun, open_decisions, visible_runs
from clearshard.audit.reasons import in_general, recorded_rules, text_of
from clearshard.audit.report.changes import PolicyChange, policy_changes
from clearshard.audit.selection import Filter
from clearshard.audit.summary import Funnel, ReasonCount, Summary, summarise
from clearshard.audit.verify import Known, verify
from clearshard.audit.verify import Report as Verification
from clearshard.errors import IntegrityError, OutputUnusable
from clearshard.records.states import State
from clearshard.terms import ran_by

#: Accounts and quarantine causes that are listed by themselves.
_MOST_ACCOUNTS = 25
_MOST_CAUSES = 50


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run of the history.

    Attributes:
        run_id: Its name.
        as_of: The moment at which it evaluated the rules, RFC 3339.
        funnel: What became of its files.
        reasons: Exclusions by reason; a file with several counts under each.
        policy_digest: Of its policy.
        redactor_digest: Of what redacted.
        kept: Whether its shards are still there.
        ran_by: Who ran, and on which machine.
    """

    run_id: str
    as_of: str
    funnel: Funnel
    reasons: dict[str, int]
    policy_digest: str
    redactor_digest: str
    kept: bool
    ran_by: str


@dataclass(frozen=True, slots=True)
class ReasonFacts:
    """One reason of the newest run, in words."""

    count: ReasonCount
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One rule of the policy in force.

    Attributes:
        files: Files that the newest run excluded with its reason.
    """

    id: str
    reason: str
    description: str
    source: str
    files: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Files that were quarantined for one reason by one type of error; "-" where there was none."""

    reason: str
    error_type: str
    files: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """How often values of one type were replaced in the newest run.

    Attributes:
        per_thousand: Replacements for each thousand words of the transcripts written; None where
            there are no words.
    """

    entity_type: str
    count: int
    per_thousand: float | None


@dataclass(frozen=True, slots=True)
class Decided:
    """One file of the newest run that is not in its shards; names are safe to show."""

    file_id: str
    account_id: str
    state: str
    reasons: tuple[str, ...]
    error_type: str
    product: str
    region: str


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the page says.

    Attributes:
        newest: The run that the shards are of.
        runs: All of them, newest first.
        summary: Of the newest.
        reasons: Of the newest, most frequent first.
        decided: Of its files that were not written, the first ones.
        not_listed: How many more there are.
        policy_title: Of the policy in force.
        policy_changes: Newest first.
        verification: Of the whole folder, as it is now.
        known: What the verification was to agree with.
        deletions: What was deleted, as far as the ledger can be read.
    """

    newest: VisibleRun
    runs: tuple[RunFacts, ...]
    summary: Summary
    reasons: tuple[ReasonFacts, ...]
    causes: tuple[Cause, ...]
    redactions: tuple[Redaction, ...]
    decided: tuple[Decided, ...]
    not_listed: int
    rules: tuple[RuleFacts, ...]
    policy_changes: tuple[PolicyChange, ...]
    verification: Verification
    known: Known
    deletions: Deletions


def collect(out: Path, rows: int, known: Known) -> ReportFacts:
    """Reads what the report says.

    Args:
        out: The output folder.
        rows: At most so many files are listed by name.
        known: What the folder must agree with besides itself.

    Raises:
        OutputUnusable: There is no visible run.
        IntegrityError: A record or a file of decisions cannot be read at all; anything less is
            told as a fault in the report.
    """
    runs = visible_runs(out)
    if not runs:
        raise OutputUnusable(
            f"{printable(str(out))} holds no finished run. Name the folder of one with --out."
        )
    newest = runs[-1]
    summary = summarise(out, newest.run_id, accounts=_MOST_ACCOUNTS)
    rules = recorded_rules(newest.record.policy_toml)
    decided = tuple(_decided(newest, rows))
    not_written = summary.total.excluded + summary.total.quarantined
    return ReportFacts(
        newest=newest,
        runs=tuple(_run(run, runs) for run in reversed(runs)),
        summary=summary,
        reasons=tuple(_reason(count, rules) for count in summary.by_reason),
        causes=_causes(newest),
        redactions=_redactions(newest),
        decided=decided,
        not_listed=not_written - len(decided),
        rules=tuple(_rule(rule, newest.record.reasons) for rule in rules),
        policy_changes=policy_changes(runs),
        verification=verify(out, known),
        known=known,
        deletions=_deletions(out),
    )


def _deletions(out: Path) -> Deletions:
    try:
        return deletions(Ledger(out / layout.LEDGER).read())
    except IntegrityError:  # which verification tells
        return Deletions()


def _run(run: VisibleRun, runs: Sequence[VisibleRun]) -> RunFacts:
    counts = run.record.counts
    replaced = {old for other in runs for old in other.record.superseded}
    return RunFacts(
        run_id=run.run_id,
        as_of=printable(run.record.as_of),
        funnel=Funnel(counts.written, counts.excluded, counts.quarantined),
        reasons=dict(run.record.reasons),
        policy_digest=run.record.policy_digest,
        redactor_digest=run.record.redactor_digest,
        kept=run.run_id not in replaced,
        ran_by=printable(ran_by(run.record)),
    )


def _reason(count: ReasonCount, rules: list[dict[str, Any]]) -> ReasonFacts:
    sentence, remedy = in_general(count.reason, rules)
    return ReasonFacts(count, printable(sentence), printable(remedy))


def _rule(rule: dict[str, Any], reasons: dict[str, int]) -> RuleFacts:
    reason = text_of(rule, "reason")
    return RuleFacts(
        id=text_of(rule, "id"),
        reason=reason,
        description=text_of(rule, "description"),
        source=text_of(rule, "source"),
        files=reasons.get(reason, 0),
    )


def _causes(run: VisibleRun) -> tuple[Cause, ...]:
    with open_decisions([run]) as connection:
        found = connection.execute(
            # What stands behind the colon tells one file from another.
            "SELECT reason, split_part(coalesce(error_type, '-'), ':', 1), count(*) AS files "
            "FROM (SELECT unnest(reasons) AS reason, error_type FROM decisions "
            "WHERE state = $state) GROUP BY ALL ORDER BY files DESC, 1, 2 LIMIT $most",
            {"state": str(State.QUARANTINED), "most": _MOST_CAUSES},
        ).fetchall()
    return tuple(Cause(printable(reason), printable(error), n) for reason, error, n in found)


def _redactions(run: VisibleRun) -> tuple[Redaction, ...]:
    words = run.record.word_count
    ordered = sorted(run.record.redactions.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(
        Redaction(printable(name), count, 1000 * count / words if words else None)
        for name, count in ordered
    )


def _decided(run: VisibleRun, rows: int) -> list[Decided]:
    listed: list[Decided] = []
    for state in (State.QUARANTINED, State.EXCLUDED):
        with open_listing([run], Filter(state=state), rows - len(listed)) as found:
            for batch in found.batches:
                listed += [_one(row) for row in batch.to_pylist()]
    return listed


def _one(row: dict[str, Any]) -> Decided:
    facts = row["facts"]
    return Decided(
        file_id=shown(row["file_id"]),
        account_id=shown(row["account_id"]),
        state=str(row["state"]),
        reasons=tuple(printable(reason) for reason in row["reasons"]),
        error_type=shown(row["error_type"]),
        product=shown(facts["product"]),
        region=shown(facts["region"]),
    )


def shown(value: str | None) -> str:
    """A name from outside as it can be shown; what has no letters says so."""
    if value is None:
        return "-"
    return printable(value) if value.strip() else f"(blank, {len(value)} characters)"
