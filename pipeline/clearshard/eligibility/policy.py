"""The rules as data: read from TOML, typed, and checked against the floor.

The floor is the published policy itself: whatever a policy file says, it must exclude accounts
whose contract does not permit training, accounts under a BAA, files of the EU server and accounts
that opted out, without conditions. A file that does not is refused, so that a slip of the pen
cannot admit anything.
"""

import hashlib
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from clearshard.eligibility.own import OwnFact, no_fact, problems_of_own
from clearshard.eligibility.values import KNOWN_VALUES, Readings, problems_of
from clearshard.errors import ConfigError
from clearshard.records.facts import FACTS, OwnColumn, names_of
from clearshard.records.providers import with_lists
from clearshard.toml import parse_toml

#: The facts of the contract that a rule can read.
CONTRACT_FACTS = tuple(fact.name for fact in FACTS if fact.date_of is None)
ACCOUNT_FACTS = frozenset(CONTRACT_FACTS) & frozenset(names_of(owner="account"))
#: Conditions that ask for a fact of some kind.
_FITS: dict[str, tuple[str, ...]] = {
    "is_": names_of("boolean"),
    "in_": names_of("text"),
    "not_in": names_of("text"),
    "at_or_before": names_of("time"),
    "older_than_seconds": names_of("time"),
    "elapsed_since": names_of("seconds"),
}

#: Reasons that need no rule: the gate itself gives them.
UNKNOWN_ACCOUNT = "unknown_account"
CONFLICTING_REGISTRY_ROWS = "conflicting_registry_rows"
#: A reason that needs none, either: a transcript can say so, whatever the policy asks.
DELETION_REQUESTED = "deletion_requested"

#: What no policy may go below: reason → (fact, the condition that must deny).
FLOOR: dict[str, tuple[str, dict[str, Any]]] = {
    "contract_not_permitting": ("training_permitted", {"is": False}),
    "baa_executed": ("baa_executed", {"is": True}),
    "eu_server": ("region", {"in": "eu"}),
    "opted_out": ("opted_out", {"is": True}),
}


#: Facts about a contract that are older than a year say nothing about today.
_LONGEST_AGE_SECONDS = 366 * 86_400
#: A decision keeps one bit for each reason.
_MOST_REASONS = 64


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Condition(_Part):
    """When a rule excludes; exactly one key is set."""

    is_: Annotated[bool | None, Field(alias="is")] = None
    in_: Annotated[tuple[str, ...] | None, Field(alias="in", min_length=1)] = None
    not_in: tuple[str, ...] | None = None  # of none: all that is known denies
    present: Literal[True] | None = None
    at_or_before: Literal["as_of"] | None = None
    older_than_seconds: Annotated[int, Field(gt=0, le=_LONGEST_AGE_SECONDS)] | None = None
    below: Annotated[int, Field(ge=-(10**18), le=10**18)] | None = None
    above: Annotated[int, Field(ge=-(10**18), le=10**18)] | None = None
    elapsed_since: Literal["submitted_at"] | None = None
    never: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_key(self) -> "Condition":
        if len(self.model_fields_set) != 1 or self.key is None:
            raise ValueError("must have exactly one condition")
        return self

    @property
    def key(self) -> str | None:
        """Name of the condition that is set."""
        return next((n for n in type(self).model_fields if getattr(self, n) is not None), None)


class OnlyIf(_Part):
    """The rule asks only files whose `fact` has one of these values."""

    fact: Literal["product", "region"]
    in_: Annotated[tuple[str, ...], Field(alias="in", min_length=1)]

    @model_validator(mode="after")
    def _values_exist(self) -> "OnlyIf":
        _check_values(self.fact, self.in_)
        return self


class Provider(_Part):
    """What is known of one provider of the LLM Gateway.

    Attributes:
        training_opted_out: Whether it may not train with what it is sent.
        checked_on: The day on which somebody looked.
        source: What says so.
    """

    training_opted_out: bool
    checked_on: date
    source: Annotated[str, Field(min_length=1)]

    def age_days(self, today: date) -> int:
        """How many days ago somebody looked; less than 0 if the policy says it of the future."""
        return (today - self.checked_on).days


class Rule(_Part):
    """One sentence of the published policy, as a condition on one fact."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    reason: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    fact: str
    denies: Condition
    only_if: OnlyIf | None = None
    optional: bool = False
    alert: bool = False
    description: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]

    @field_validator("fact")
    @classmethod
    def _is_declared(cls, fact: str, info: ValidationInfo) -> str:
        declared = (info.context or {}).get("facts")
        if declared is not None and fact not in CONTRACT_FACTS and fact not in declared:
            raise ValueError(no_fact(fact, CONTRACT_FACTS))
        return fact

    @model_validator(mode="after")
    def _condition_fits_fact(self) -> "Rule":
        key = self.denies.key
        if self.fact not in CONTRACT_FACTS:
            pass  # one of the policy's own: `own.problems_of_own` looks at it
        elif key in ("below", "above") or (key in _FITS and self.fact not in _FITS[key]):
            raise ValueError(f"the condition does not fit the fact {self.fact}")
        if key == "never" and self.reason != f"unknown_{self.fact}":
            raise ValueError(f"a rule that only wants to know must say unknown_{self.fact}")
        if self.optional and self.fact in _FLOOR_FACTS:
            raise ValueError(f"{self.fact} cannot be optional")
        _check_values(self.fact, self.denies.in_ or self.denies.not_in or ())
        return self


_FLOOR_FACTS = frozenset(fact for fact, _ in FLOOR.values())


def _check_values(fact: str, values: tuple[str, ...]) -> None:
    """A rule about a value that does not exist would silently never apply."""
    known = KNOWN_VALUES.get(fact)
    if known is not None and not set(values) <= set(known):
        raise ValueError(f"{fact} can only be {', '.join(known)}")


class _Problems(ValueError):
    """Everything that is wrong with a policy as a whole."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Policy(_Part):
    """All rules in order, and the text they were read from.

    Attributes:
        also_called: Fact → value → what else it is called; see `values`.
        facts: Facts of the policy's own, by name; see `own`.
        providers: Those of the LLM Gateway, by name; see
            `clearshard.records.providers`.
        toml: The file as it was read; a run record keeps it.
    """

    version: Literal[1]
    title: str
    also_called: dict[
        str,
        dict[str, tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")], ...]],
    ] = {}
    facts: dict[str, OwnFact] = {}
    providers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")], Provider] = {}
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    toml: Annotated[str, Field(exclude=True)] = ""

    @model_validator(mode="after")
    def _above_the_floor(self) -> "Policy":
        ids = [rule.id for rule in self.rules]
        problems = [
            f"rules.{place} → has the same id as rules.{ids.index(name)}"
            for place, name in enumerate(ids)
            if ids.index(name) != place
        ]
        problems += [
            f"rules → no unconditional rule excludes {reason} by the fact {fact}: the published "
            "policy asks for one"
            for reason, (fact, condition) in FLOOR.items()
            if not any(_meets(rule, reason, fact, condition) for rule in self.rules)
        ]
        if not self._registry_ages:
            problems.append(
                "rules → no unconditional rule limits the age of the registry (exported_at, "
                "older_than_seconds)"
            )
        problems += problems_of(self.also_called)
        problems += problems_of_own(self.facts, self.rules, CONTRACT_FACTS)
        if len(self.reasons) > _MOST_REASONS:
            problems.append(f"rules → can give more than {_MOST_REASONS} different reasons")
        if problems:
            raise _Problems(problems)
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the rules' meaning: layout and comments of the file do not change it."""
        meaning = self.model_dump(mode="json", by_alias=True)
        if not self.also_called:
            del meaning["also_called"]  # a policy that says nothing of it is what it always was
        if not self.facts:
            del meaning["facts"]
        del meaning["providers"]  # what they mean stands in the rules
        for rule in meaning["rules"]:
            for name in ("below", "above"):
                if rule["denies"][name] is None:
                    del rule["denies"][name]
        canonical = msgspec.json.encode(meaning, order="sorted")
        return hashlib.sha256(canonical).hexdigest()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason that this policy can give, in the order decisions list them."""
        stated = [rule.reason for rule in self.rules]
        unknown = [f"unknown_{rule.fact}" for rule in self.rules]
        unknown += [f"unknown_{rule.only_if.fact}" for rule in self.rules if rule.only_if]
        unknown += [
            f"unknown_{r.denies.elapsed_since}" for r in self.rules if r.denies.elapsed_since
        ]
        without_rule = (UNKNOWN_ACCOUNT, CONFLICTING_REGISTRY_ROWS, DELETION_REQUESTED)
        return tuple(dict.fromkeys([*stated, *without_rule, *unknown]))

    @property
    def readings(self) -> Readings:
        """What the values of text facts are called."""
        return Readings(self.also_called)

    def own_columns(self, table: str) -> tuple[OwnColumn, ...]:
        """The columns of a table (``manifest``, ``registry``) that hold facts of its own."""
        return tuple(
            OwnColumn(
                fact=name,
                column=fact.column or name,
                kind=fact.type,
                required=any(rule.fact == name and not rule.optional for rule in self.rules),
            )
            for name, fact in self.facts.items()
            if fact.table == table
        )

    @property
    def alerts(self) -> frozenset[str]:
        """Reasons that a person must be told about."""
        return frozenset(rule.reason for rule in self.rules if rule.alert)

    @property
    def max_registry_age_seconds(self) -> int:
        """The strictest limit on the age of the registry that holds for every file."""
        return min(self._registry_ages)

    @property
    def _registry_ages(self) -> list[int]:
        return [
            rule.denies.older_than_seconds
            for rule in self.rules
            if rule.denies.older_than_seconds and rule.fact == "exported_at" and not rule.only_if
        ]


def _meets(rule: Rule, reason: str, fact: str, condition: dict[str, Any]) -> bool:
    if rule.reason != reason or rule.fact != fact or rule.only_if is not None:
        return False
    if "is" in condition:
        return rule.denies.is_ is condition["is"]
    return rule.denies.in_ is not None and condition["in"] in rule.denies.in_


def parse_policy(text: str, name: str) -> Policy:
    """Reads and checks a policy.

    Args:
        text: TOML.
        name: What to call the policy in errors.

    Raises:
        ConfigError: With every problem at once.
    """
    raw = parse_toml(text, name, "policy → ")
    if "toml" in raw:
        raise ConfigError(name, ["toml → unknown key"])
    try:
        # Through JSON, because TOML has no tuples and strict mode would refuse its arrays.
        declared = raw.get("facts")
        names = tuple(declared) if isinstance(declared, dict) else ()
        content = msgspec.json.encode(with_lists(raw))
        policy = Policy.model_validate_json(content, context={"facts": names})
    except ValidationError as error:
        raise ConfigError(name, _listed(error)) from None
    except (TypeError, OverflowError):
        raise ConfigError(name, ["policy → holds a value that no rule can have"]) from None
    return policy.model_copy(update={"toml": text})


def _listed(error: ValidationError) -> list[str]:
    problems: list[str] = []
    for entry in error.errors(include_input=False, include_url=False):
        cause = entry.get("ctx", {}).get("error")
        if isinstance(cause, _Problems):
            problems += cause.problems
            continue
        place = ".".join(str(part) for part in entry["loc"]) or "policy"
        message = {"extra_forbidden": "unknown key", "missing": "is required"}.get(entry["type"])
        problems.append(f"{place} → {message or entry['msg'].removeprefix('Value error, ')}")
    return problems
