"""What would make a file eligible: the fewest facts that would have to be otherwise.

A rule reads one fact, and no reason goes away while the fact behind it stays; so the facts behind
the reasons are both needed and enough. Some are history (where the file was processed, that its
deletion was asked for): where one of those denies, nothing can make the file eligible, and nothing
is proposed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clearshard.audit.reasons import (
    FACT_NAMES,
    OF_ACCOUNTS,
    UNKNOWN,
    is_asked,
    is_fact,
    rules_giving,
    text_of,
)
from clearshard.records.states import State

#: Facts about a contract: they can be otherwise tomorrow, and so can facts of a policy's own. All
#: others happened.
_CAN_CHANGE = frozenset(("training_permitted", "baa_executed", "opted_out", "exported_at"))
#: Reasons that say that the registry has no answer.
_NO_ACCOUNT = frozenset(("unknown_account", "conflicting_registry_rows"))


class Outcome(StrEnum):
    """Whether a file can become eligible."""

    WRITTEN = "written"
    FACTS = "facts"
    TRANSCRIPT = "transcript"
    MANIFEST_ROW = "manifest_row"
    NOTHING_CAN = "nothing_can"
    LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would have to be otherwise.

    Attributes:
        fact: Its name.
        now: What it was; None is "not known".
        needed: What it would have to be, in words.
    """

    fact: str
    now: str | int | bool | None
    needed: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would make a file eligible.

    Attributes:
        outcome: ``written``: it was. ``facts``: the changes. ``transcript``: the facts allow it,
            and what its quarantine says must be mended. ``manifest_row``: no rule was asked, since
            its row in the manifest could not be read. ``nothing_can``: because of the obstacles.
            ``lift``: no fact does, as long as the tombstones of the obstacles are not lifted.
        changes: All of these together, and no fewer.
        obstacles: The reasons that nothing can take away; the purges whose tombstones are in force.
    """

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    obstacles: tuple[str, ...] = ()


def remedy(
    state: State,
    reasons: Sequence[str],
    facts: Mapping[str, Any],
    rules: Sequence[dict[str, Any]],
    *,
    row_was_read: bool = True,
) -> Remedy:
    """Says what would make a file eligible.

    Args:
        state: How the file ended.
        reasons: Why.
        facts: What was known when the decision was taken.
        rules: The tables of the recorded policy.
        row_was_read: Whether the row of the file in the manifest could be read.
    """
    if not row_was_read:
        return Remedy(Outcome.MANIFEST_ROW)
    if state is not State.EXCLUDED:
        return Remedy(Outcome.TRANSCRIPT if state is State.QUARANTINED else Outcome.WRITTEN)
    needed: dict[str, list[str]] = {}
    obstacles: list[str] = []
    for reason in reasons:
        wanted = list(_wanted(reason, facts, rules))
        if not wanted or _is_final(reason, facts, rules):
            obstacles.append(reason)
        for fact, words in wanted:
            needed.setdefault(fact, []).append(words)
    if obstacles:
        return Remedy(Outcome.NOTHING_CAN, obstacles=tuple(obstacles))
    order = sorted(needed, key=_place_of)
    return Remedy(
        Outcome.FACTS,
        tuple(Change(f, facts.get(f), " and ".join(dict.fromkeys(needed[f]))) for f in order),
    )


def _wanted(
    reason: str, facts: Mapping[str, Any], rules: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """The facts behind a reason, and what each would have to be."""
    if reason in _NO_ACCOUNT:
        about = [
            rule
            for rule in rules
            if text_of(rule, "fact") in OF_ACCOUNTS or rule.get("own") == "registry"
        ]
        # An optional fact may stay away.
        about = [rule for rule in about if rule.get("optional") is not True]
    elif (fact := reason.removeprefix(UNKNOWN)) != reason and is_fact(fact, facts):
        about = [rule for rule in rules if text_of(rule, "fact") == fact]
        if not about:  # a rule only wants to know whether it applies
            yield fact, _KNOWN
        seconds = facts.get("ttl_seconds")
        if seconds is not None and any(_counts_from(rule, fact) for rule in rules):
            yield fact, f"less than {seconds} seconds before the moment of the decision"
    else:
        about = rules_giving(reason, facts, rules)
    for rule in about:
        if is_fact(text_of(rule, "fact"), facts) and is_asked(rule, facts):
            yield text_of(rule, "fact"), _words(rule)


def _counts_from(rule: Mapping[str, Any], fact: str) -> bool:
    """Whether a rule counts its seconds from this fact."""
    condition = rule.get("denies")
    return isinstance(condition, dict) and condition.get("elapsed_since") == fact


def _is_final(reason: str, facts: Mapping[str, Any], rules: Sequence[dict[str, Any]]) -> bool:
    if reason in _NO_ACCOUNT or reason.startswith(UNKNOWN):
        return False
    # A rule that raises an alert says that something went wrong already.
    return any(
        rule.get("alert") is True
        or (text_of(rule, "fact") not in _CAN_CHANGE and "own" not in rule)
        for rule in rules_giving(reason, facts, rules)
    )


def _place_of(fact: str) -> int:
    """Facts of the contract in their order, and the policy's own behind them."""
    return FACT_NAMES.index(fact) if fact in FACT_NAMES else len(FACT_NAMES)


_KNOWN = "known"


def _words(rule: Mapping[str, Any]) -> str:
    """What the fact of a rule must be for the rule not to deny."""
    condition = rule.get("denies")
    key, value = next(iter(condition.items())) if isinstance(condition, dict) else ("", None)
    match key:
        case "is":
            return "false" if value is True else "true"
        case "in":
            return f"known, and not {_either(value)}"
        case "not_in":
            return _either(value)
        case "present":
            return "not there"
        case "at_or_before":
            return "after the moment of the decision"
        case "older_than_seconds":
            return f"at most {value} seconds before the moment of the decision"
        case "below":
            return f"{value} or more"
        case "above":
            return f"{value} or less"
        case "elapsed_since":
            return f"more seconds than have passed since {value}"
        case _:
            return _KNOWN


def _either(values: object) -> str:
    return " or ".join(map(str, values)) if isinstance(values, list) else str(values)
