"""What a reason means: the rules that gave it, their source, and what would have to change.

A reason is explained by the rules of the policy that the run itself recorded, not by the policy of
today. The gate and the steps after it give some reasons without a rule; those have a sentence here.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clearshard.records.facts import FACTS, names_of
from clearshard.records.providers import with_lists
from clearshard.records.states import QuarantineReason

#: Names of the facts that a decision keeps.
FACT_NAMES = names_of()
UNKNOWN = "unknown_"
#: Those that the registry says of an account, once for all its files; the manifest has the others.
OF_ACCOUNTS = frozenset(names_of(owner="account"))
#: A time that has not come yet says nothing.
_HAPPENED = frozenset(fact.name for fact in FACTS if fact.happened)


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


def why(reason: str, facts: Mapping[str, Any], rules: Sequence[dict[str, Any]]) -> Why:
    """Explains one reason.

    Args:
        reason: The published code.
        facts: What was known when the decision was taken, by name.
        rules: The tables of the recorded policy.
    """
    giving = rules_giving(reason, facts, rules)
    fact = reason.removeprefix(UNKNOWN)
    if reason in _WITHOUT_RULE and not giving:
        sentence, remedy = _WITHOUT_RULE[reason]
    elif reason.startswith(UNKNOWN) and is_fact(fact, facts):
        sentence, remedy = _of_unknown(fact, facts, giving)
    else:
        sentence = " ".join(dict.fromkeys(text_of(rule, "description") for rule in giving))
        sentence = sentence or "The policy that the run recorded has no rule with this reason."
        remedy = _REMEDIES.get(reason, "The facts that the rule read must no longer meet it.")
    return Why(reason, sentence, tuple(_rule(rule, facts) for rule in giving), remedy)


def in_general(reason: str, rules: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """What a reason means and what would have to change, of files of which no fact is the same.

    Args:
        reason: The published code.
        rules: The tables of recorded policies.
    """
    giving = [text_of(r, "description") for r in rules if r.get("reason") == reason]
    explained = why(reason, {}, rules)
    return " ".join(dict.fromkeys(giving)) or explained.sentence, explained.remedy


def is_fact(name: str, facts: Mapping[str, Any]) -> bool:
    """Whether a name is that of a fact, of the contract or of the recorded policy's own."""
    return name in FACT_NAMES or name in facts


def why_row_unread(reason: str) -> Why:
    """Explains why a row of the manifest that cannot be read holds its file back."""
    return Why(reason, *_ROW_UNREAD)


def _of_unknown(
    fact: str, facts: Mapping[str, Any], giving: Sequence[Mapping[str, Any]]
) -> tuple[str, str]:
    """Why a fact is not known, as far as the others tell, and what would have to change."""
    own = next((text_of(rule, "own") for rule in giving if "own" in rule), None)
    table = own or ("registry" if fact in OF_ACCOUNTS else "manifest")
    dated = facts.get(f"{fact}_at")
    or_none = any(rule.get("optional") is True for rule in giving)
    if or_none:
        why_not = "something is there that cannot be read"
    elif dated is not None:
        why_not = f"it is missing or cannot be read, or is no, though {fact}_at is {dated}"
    elif fact in _HAPPENED:
        why_not = "it is missing, cannot be read, or has not come yet"
    else:
        why_not = "it is missing, cannot be read, or is none of the values that the policy reads"
    remedy = f"The {table} must give a value of {fact} that can be read"
    return f"The fact {fact} is not known: {why_not}.", f"{remedy}{', or none.' * or_none or '.'}"


def rules_giving(
    reason: str, facts: Mapping[str, Any], rules: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rules that gave a reason, as tables of the recorded policy."""
    return [rule for rule in rules if _gave(rule, reason, facts)]


def recorded_rules(policy_toml: str) -> list[dict[str, Any]]:
    """The tables of a recorded policy; none where it is not TOML, which its digest will show.

    One that reads a fact of the policy's own says in `own` which table has it; one that asks for
    the list of providers says which these are.
    """
    try:
        policy = with_lists(tomllib.loads(policy_toml))
    except (ValueError, RecursionError):
        return []
    rules, own = policy.get("rules", []), policy.get("facts", {})
    if not isinstance(rules, list):
        return []
    tables = own if isinstance(own, dict) else {}
    return [_with_table(rule, tables) for rule in rules if isinstance(rule, dict)]


def _with_table(rule: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    fact = own.get(text_of(rule, "fact"))
    return {**rule, "own": text_of(fact, "table")} if isinstance(fact, dict) else rule


def all_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a decision, those of the policy's own among them, as JSON values."""
    own = row.get("own_facts")
    try:
        more = json.loads(own) if isinstance(own, str) else {}
    except (ValueError, RecursionError):  # it was edited, which its digest will show
        more = {}
    return {**row["facts"], **(more if isinstance(more, dict) else {})}


def _gave(rule: Mapping[str, Any], reason: str, facts: Mapping[str, Any]) -> bool:
    """Whether a rule can have given this reason with these facts."""
    fact = text_of(rule, "fact")
    if reason == f"{UNKNOWN}{fact}":
        return is_asked(rule, facts)
    if rule.get("reason") != reason:
        return False
    # Several rules can share a reason; one whose fact is not known did not give it.
    return facts.get(fact) is not None and is_asked(rule, facts)


def is_asked(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the rule asks files of this kind; it does, too, where the kind is not known."""
    only_if = rule.get("only_if")
    if not isinstance(only_if, dict):
        return True
    value = facts.get(text_of(only_if, "fact"))
    return value is None or value in only_if.get("in", [])


def _rule(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> Rule:
    read = [rule.get("fact")]
    for part in (rule.get("only_if"), rule.get("denies")):
        if isinstance(part, dict):
            read += [value for value in part.values() if isinstance(value, str)]
    names = [n for n in dict.fromkeys(read) if isinstance(n, str) and is_fact(n, facts)]
    return Rule(
        id=text_of(rule, "id"),
        description=text_of(rule, "description"),
        source=text_of(rule, "source"),
        facts={name: facts.get(name) for name in names},
    )


def text_of(rule: Mapping[str, Any], key: str) -> str:
    """A text of a rule; empty where a damaged policy has none."""
    value = rule.get(key)
    return value if isinstance(value, str) else ""


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

#: What it means that no file can be told from a row, no rule, and what would have to change.
_ROW_UNREAD: tuple[str, tuple[Rule, ...], str] = (
    "The row of the file in the manifest cannot be read, or names no file.",
    (),
    "The row must be mended: as many values as there are columns, all of them text that can be "
    "read, and a file_id.",
)

#: Reasons that no rule gives: what they mean, and what would have to change.
_WITHOUT_RULE: dict[str, tuple[str, str]] = {
    "unknown_account": (
        "The registry has no row for the account of the file, or the manifest names none.",
        "The registry must have exactly one row for the account that the manifest names.",
    ),
    "conflicting_registry_rows": (
        "The registry has several rows for the account that contradict each other, or has its id "
        "in another spelling (case, white space, characters that are not seen or look alike).",
        "The rows of the account in the registry must say the same, under one spelling of its id, "
        "which is also that of the manifest.",
    ),
    "registry_stale": (
        "The contract facts were exported too long ago to be relied on.",
        _REMEDIES["registry_stale"],
    ),
    "deletion_requested": (
        "The transcript itself says that its customer has deleted it, or the file or its account "
        "was purged; the manifest does not say so.",
        _REMEDIES["deletion_requested"],
    ),
    QuarantineReason.MALFORMED: (
        "The manifest row or the transcript is not of the published form.",
        "The source must deliver it in the published form.",
    ),
    QuarantineReason.ID_MISMATCH: (
        "The transcript bears another id than the file that the manifest names it for.",
        "The manifest must name each transcript by its own id, or the source give it that id.",
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
        "The configured detector does not cover the language or the script of the transcript.",
        "A detector for the language must be configured; if the form of the transcript leaves its "
        "language out, `sources.language` must say it.",
    ),
    QuarantineReason.TOO_LARGE: (
        "The transcript is larger than the configured limit.",
        "The limit must be raised.",
    ),
    QuarantineReason.DUPLICATE_FILE_ID: (
        "Something else of the manifest has this file id, this transcript or its content too, or a "
        "file that was purged had it.",
        "Every file id, and every transcript, must be there once, for one account.",
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
    QuarantineReason.KEY_DESTROYED: (
        "What was written of it hung on a key that is destroyed, and a purge, which redacts "
        "nothing, has taken that shard out.",
        "Nothing need change: the next run redacts it again.",
    ),
}
