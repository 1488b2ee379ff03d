"""Everything that was ever decided about one file, and why.

A reason is explained by the rules of the policy that the run itself recorded, not by the policy of
today. The gate and the steps after it give some reasons without a rule; those have a sentence here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.audit.listing import decisions_on
from pipeline.audit.reading import VisibleRun, part_number, superseded_by, visible_runs
from pipeline.records import FACTS_TYPE, QuarantineReason, SourceSnapshot, State

_FACT_NAMES = frozenset(FACTS_TYPE.field(i).name for i in range(FACTS_TYPE.num_fields))
_UNKNOWN = "unknown_"


class Presence(StrEnum):
    """What became of the shard that a file was written to."""

    PRESENT = "present"
    REMOVED = "removed"
    NOT_YET_REMOVED = "not_yet_removed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the recorded policy, as far as an explanation needs it.

    Attributes:
        id: Its stable name.
        description: The rule in plain words.
        source: The sentence of the published policy that it stands for.
        facts: What it read and what it found, as JSON values; None is "not known".
    """

    id: str
    description: str
    source: str
    facts: dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason.

    Attributes:
        reason: The published code.
        sentence: What it means.
        rules: The rules that gave it; none for a reason that needs no rule.
        remedy: What would have to change for it not to apply.
    """

    reason: str
    sentence: str
    rules: tuple[Rule, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class Written:
    """Where a file was written.

    Attributes:
        shard: ``run=<run_id>/part-<n>-<digest>.parquet``; None if the record has no such shard,
            which `clearshard audit verify` will call a fault.
        doc_key: Its pseudonym there.
        presence: Whether the shard is still there.
        superseded_by: The run whose shards replaced it.
    """

    shard: str | None
    doc_key: str | None
    presence: Presence
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision.

    Attributes:
        run_id: The run that took it.
        as_of: The moment at which the rules were evaluated.
        decided_at: When it was taken.
        account_id: The account that submitted the file, as the manifest had it.
        state: How the file ended the run.
        reasons: Why, if it was not written.
        error_type: Name of the exception or check that quarantined it.
        policy_digest: Of the policy that decided.
        registry: The export of the registry that decided.
        written: Where it went, if it was written.
    """

    run_id: str
    as_of: str
    decided_at: str
    account_id: str | None
    state: State
    reasons: tuple[Why, ...]
    error_type: str | None
    policy_digest: str
    registry: SourceSnapshot
    written: Written | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every decision on one file, oldest run first; at least one.

    A file id that a manifest has several times has several decisions in one run.
    """

    file_id: str
    verdicts: tuple[Verdict, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "file_id": self.file_id,
            "verdicts": [
                {**asdict(verdict), "registry": _snapshot(verdict.registry)}
                for verdict in self.verdicts
            ],
        }


def explain(out: Path, file_id: str) -> Explanation | None:
    """Explains every decision ever taken on a file; None if no visible run saw it.

    Args:
        out: The output folder.
        file_id: The customer's id, compared exactly.

    Raises:
        OutputUnusable: There is no visible run.
        IntegrityError: A record or a file of decisions is damaged.
    """
    rows = list(decisions_on(out, file_id))
    if not rows:
        return None
    runs = visible_runs(out)
    by_id = {run.run_id: run for run in runs}
    newer = superseded_by(runs)
    return Explanation(
        file_id,
        tuple(_verdict(row, by_id[row["run_id"]], newer.get(row["run_id"])) for row in rows),
    )


def _verdict(row: Mapping[str, Any], run: VisibleRun, newer: str | None) -> Verdict:
    rules = _rules(run.record.policy_toml)
    state = State(row["state"])
    return Verdict(
        run_id=run.run_id,
        as_of=run.record.as_of,
        decided_at=row["decided_at"],
        account_id=row["account_id"],
        state=state,
        reasons=tuple(why(reason, row["facts"], rules) for reason in row["reasons"]),
        error_type=row["error_type"],
        policy_digest=row["policy_digest"],
        registry=run.record.registry,
        written=_written(row, run, newer) if state is State.WRITTEN else None,
    )


def _written(row: Mapping[str, Any], run: VisibleRun, newer: str | None) -> Written:
    named = [s.name for s in run.record.shards if part_number(s.name) == row["shard_part"]]
    shard = named[0] if named else None
    there = shard is not None and (run.shards_folder / shard).is_file()
    if newer is not None:
        presence = Presence.NOT_YET_REMOVED if there else Presence.REMOVED
    else:
        presence = Presence.PRESENT if there else Presence.MISSING
    place = None if shard is None else f"{run.shards_folder.name}/{shard}"
    return Written(place, row["doc_key"], presence, newer)


def why(reason: str, facts: Mapping[str, Any], rules: list[dict[str, Any]]) -> Why:
    """Explains one reason.

    Args:
        reason: The published code.
        facts: What was known when the decision was taken, by name.
        rules: The tables of the recorded policy.
    """
    giving = [rule for rule in rules if _gave(rule, reason, facts)]
    fact = reason.removeprefix(_UNKNOWN)
    if reason in _WITHOUT_RULE and not giving:
        sentence, remedy = _WITHOUT_RULE[reason]
    elif reason.startswith(_UNKNOWN) and fact in _FACT_NAMES:
        sentence = f"The fact {fact} is missing, cannot be read or has no known value."
        remedy = f"The manifest or the registry must give a value of {fact} that can be read."
    else:
        sentence = " ".join(dict.fromkeys(_text(rule, "description") for rule in giving))
        sentence = sentence or "The policy that the run recorded has no rule with this reason."
        remedy = _REMEDIES.get(reason, "The facts that the rule read must no longer meet it.")
    return Why(reason, sentence, tuple(_rule(rule, facts) for rule in giving), remedy)


def _rules(policy_toml: str) -> list[dict[str, Any]]:
    """The tables of a recorded policy; none where it is not TOML, which its digest will show."""
    try:
        rules = tomllib.loads(policy_toml).get("rules", [])
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _gave(rule: Mapping[str, Any], reason: str, facts: Mapping[str, Any]) -> bool:
    """Whether a rule can have given this reason with these facts."""
    fact = _text(rule, "fact")
    if reason == f"{_UNKNOWN}{fact}":
        return _asked(rule, facts)
    if rule.get("reason") != reason:
        return False
    # Several rules can share a reason; one whose fact is not known did not give it.
    return facts.get(fact) is not None and _asked(rule, facts)


def _asked(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the rule asks files of this kind; it does, too, where the kind is not known."""
    only_if = rule.get("only_if")
    if not isinstance(only_if, dict):
        return True
    value = facts.get(_text(only_if, "fact"))
    return value is None or value in only_if.get("in", [])


def _rule(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> Rule:
    read = [rule.get("fact")]
    for part in (rule.get("only_if"), rule.get("denies")):
        if isinstance(part, dict):
            read += [value for value in part.values() if isinstance(value, str)]
    names = [n for n in dict.fromkeys(read) if isinstance(n, str) and n in _FACT_NAMES]
    return Rule(
        id=_text(rule, "id"),
        description=_text(rule, "description"),
        source=_text(rule, "source"),
        facts={name: facts.get(name) for name in names},
    )


def _text(rule: Mapping[str, Any], key: str) -> str:
    value = rule.get(key)
    return value if isinstance(value, str) else ""


def _snapshot(registry: SourceSnapshot) -> dict[str, str | int | None]:
    return {
        "sha256": registry.sha256,
        "row_count": registry.row_count,
        "newest_exported_at": registry.newest_exported_at,
    }


_REMEDIES = {
    "contract_not_permitting": "The contract must permit training, and the registry must say so.",
    "baa_executed": "The account must no longer be under a Business Associate Addendum.",
    "eu_server": "Nothing can: the file went through a European server.",
    "opted_out": "The account must withdraw its opt-out, and the registry must say so.",
    "deletion_requested": "Nothing should: the customer asked for the file to be deleted.",
    "retention_expired": "Nothing should: the time for which the file may be kept is over.",
    "zero_retention_breach": "Nothing should: the file must be deleted where it was found.",
    "gateway_provider_not_opted_out": (
        "Training must be opted out of with the file's provider, and the policy must name it."
    ),
    "registry_stale": "The contract facts must be exported again.",
}

#: Reasons that no rule gives: what they mean, and what would have to change.
_WITHOUT_RULE: dict[str, tuple[str, str]] = {
    "unknown_account": (
        "The registry has no row for the account of the file, or the manifest names none.",
        "The registry must have exactly one row for the account that the manifest names.",
    ),
    "conflicting_registry_rows": (
        "The registry has several rows for the account, and they contradict each other.",
        "The rows of the account in the registry must say the same.",
    ),
    "registry_stale": (
        "The contract facts were exported too long ago to be relied on.",
        _REMEDIES["registry_stale"],
    ),
    QuarantineReason.MALFORMED: (
        "The manifest row or the transcript is not of the published form.",
        "The source must deliver it in the published form.",
    ),
    QuarantineReason.MISSING: (
        "There is no transcript where the manifest says, or it could not be read.",
        "The transcript must be where the manifest says, below the transcripts folder.",
    ),
    QuarantineReason.EMPTY: (
        "The transcript has no text.",
        "Nothing need change: there is nothing to train on.",
    ),
    QuarantineReason.NOT_COMPLETED: (
        "The transcription was not completed.",
        "The transcription must be completed.",
    ),
    QuarantineReason.UNSUPPORTED_LANGUAGE: (
        "The configured detector does not cover the language of the transcript.",
        "A detector for the language must be configured.",
    ),
    QuarantineReason.TOO_LARGE: (
        "The transcript is larger than the configured limit.",
        "The limit must be raised.",
    ),
    QuarantineReason.DUPLICATE_FILE_ID: (
        "The manifest has this file id more than once.",
        "The manifest must have the file id once.",
    ),
    QuarantineReason.VIEW_MISMATCH: (
        "The text, the utterances and the words do not say the same.",
        "The source must deliver text, utterances and words that agree.",
    ),
    QuarantineReason.DETECTOR_FAILED: (
        "The detector failed, so nothing says that the personal data was found.",
        "The error named beside it must be mended; `run --retry-quarantined` tries again.",
    ),
    QuarantineReason.DETECTOR_TIMEOUT: (
        "The detector took longer than the configured limit.",
        "The limit must be raised, or the slow pattern mended.",
    ),
    QuarantineReason.RESIDUAL_PII: (
        "After redaction the check still found personal data.",
        "The detector must find everything that the check finds.",
    ),
}
