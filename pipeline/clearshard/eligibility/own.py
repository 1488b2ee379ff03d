"""Facts of a policy's own: a column that it declares, and rules that read it.

    [facts.consent_version]
    table = "registry"
    type = "integer"

They deny as every fact does: one that is missing or cannot be read as `unknown_<fact>`, unless each
rule on it is optional. They can only add reasons: nothing that the published policy says is asked
of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from clearshard.records.facts import UNREADABLE, FactType, names_of
from clearshard.records.states import QuarantineReason

#: Which conditions a fact can have, by its type; `present` and `never` fit all of them.
_CONDITIONS: Mapping[FactType, tuple[str, ...]] = {
    "boolean": ("is_",),
    "integer": ("below", "above"),
    "time": ("at_or_before", "older_than_seconds"),
    "text": ("in_", "not_in"),
}
_WORDS = {"is_": "is", "in_": "in"}
_FOR_ALL = ("present", "never")
#: What the tables are read for anyway, whatever a policy says.
_COLUMNS = {
    "manifest": frozenset(("file_id", "account_id", "transcript_uri", *names_of(owner="file"))),
    "registry": frozenset(("account_id", *names_of(owner="account"))),
}
#: What a row of a table has besides: a fact that is called so would stand in its place.
_OF_ROWS = frozenset(
    (
        *("malformed", "facts", "own_facts"),
        *("reason_bits", "id_hash", "uri_hash", "account_row"),
    )
)
#: What no reason of one's own may be taken for.
_PUBLISHED = frozenset(
    (
        *("contract_not_permitting", "baa_executed", "eu_server", "opted_out"),
        *("deletion_requested", "retention_expired", "zero_retention_breach"),
        *("gateway_provider_not_opted_out", "registry_stale"),
        *("unknown_account", "conflicting_registry_rows"),
        *map(str, QuarantineReason),
    )
)
UNKNOWN = "unknown_"


class OwnFact(BaseModel):
    """A fact that a policy declares.

    Attributes:
        table: Which table has it.
        type: What it holds; how values are written, docs/configuration.md says.
        column: What the table calls it; None: what the policy does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    table: Literal["manifest", "registry"]
    type: FactType
    column: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_. -]{0,127}$")] | None = None


class _Condition(Protocol):
    @property
    def key(self) -> str | None: ...


class _Rule(Protocol):
    """What is asked of a rule here."""

    @property
    def fact(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def denies(self) -> _Condition: ...


def problems_of_own(
    facts: Mapping[str, OwnFact], rules: Sequence[_Rule], contract: Sequence[str]
) -> Iterator[str]:
    """What is wrong with facts of a policy's own, and with the rules on them.

    Args:
        facts: By name.
        rules: All of the policy.
        contract: The facts that every policy has.
    """
    read = {rule.fact for rule in rules}
    places: dict[tuple[str, str], str] = {}
    for name, fact in facts.items():
        column = fact.column or name
        place = f"facts.{name} → "
        if not _is_name(name):
            yield f"{place}must be called in lower_snake_case, at most 63 letters"
        elif name in contract or any(name in columns for columns in _COLUMNS.values()):
            yield f"{place}is a fact of the contract: call it otherwise"
        elif name.endswith(UNREADABLE) or name in _OF_ROWS or UNKNOWN + name in _PUBLISHED:
            yield f"{place}is taken: call it otherwise"
        if column in _COLUMNS[fact.table]:
            yield f"facts.{name}.column → {column} is read already: a rule can read that fact"
        elif other := places.get((fact.table, column)):
            yield f"facts.{name}.column → {column} is that of {other}"
        places[fact.table, column] = name
        if name not in read:
            yield f"{place}no rule reads it: it would decide nothing"
    for number, rule in enumerate(rules):
        if rule.fact not in contract:
            yield from _problems_of_rule(f"rules.{number}", rule, facts, contract)


def no_fact(name: str, contract: Sequence[str]) -> str:
    """What to do about a rule that reads a fact which there is not."""
    return (
        f"{name} is no fact: there are {', '.join(contract)}; one of your own is declared as "
        f"[facts.{name}]"
    )


def _problems_of_rule(
    place: str, rule: _Rule, facts: Mapping[str, OwnFact], contract: Sequence[str]
) -> Iterator[str]:
    fact = facts.get(rule.fact)
    if fact is None:
        yield f"{place}.fact → {no_fact(rule.fact, contract)}"
        return
    key = rule.denies.key or ""
    fits = (*_CONDITIONS[fact.type], *_FOR_ALL)
    if key not in fits:
        words = ", ".join(_WORDS.get(one, one) for one in fits)
        yield f"{place}.denies → does not fit {rule.fact}, which is {fact.type}: {words}"
    unknown = UNKNOWN + rule.fact
    if rule.reason in _PUBLISHED or (
        rule.reason.startswith(UNKNOWN) and not (rule.reason == unknown and key == "never")
    ):
        yield (
            f"{place}.reason → {rule.reason} says something else already: give it a reason of its "
            "own in lower_snake_case"
        )


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name) is not None
