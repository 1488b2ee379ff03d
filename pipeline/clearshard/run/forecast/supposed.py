"""What if the registry said something else of one account? Read from `FACT=VALUE`, put into a copy.

Values are read as those of a registry are. Where a registry of databases has gaps, nothing stands
behind the sign: the fact is not known, or is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import ConfigError
from clearshard.inert import printable
from clearshard.records.facts import facts_of, unreadable
from clearshard.records.schemas import REGISTRY_SCHEMA, TIMESTAMP
from clearshard.records.times import utc_text
from clearshard.sources import columns

_ACCOUNT = "account_id"
#: A name that is longer is shown so far.
_MOST_SHOWN = 80
#: What can be supposed: everything that a registry says of an account.
FACTS = tuple(fact.name for fact in facts_of("account"))
_EXPECTED = {
    pa.bool_(): "true or false",
    TIMESTAMP: "a time with an offset, as in 2026-01-31T12:00:00Z",
    pa.int64(): "a whole number of seconds, as in 86400",
}


@dataclass(frozen=True, eq=False)
class Supposition:
    """Facts of one account as they are not.

    Attributes:
        account_id: The account.
        facts: Name → value; null is not known, or not there.
        was: What the registry says; several values where its rows contradict each other. Known
            once it has been `put_into` a registry.
    """

    account_id: str
    facts: Mapping[str, pa.Scalar]
    was: dict[str, list[Any]] = field(default_factory=dict)

    def put_into(self, registry: pa.Table) -> pa.Table:
        """A registry (REGISTRY_SCHEMA) that says so in each row of the account.

        Raises:
            ConfigError: It has no such account.
        """
        wanted = _text(self.account_id)
        ours = pc.equal(registry.column(_ACCOUNT), wanted).fill_null(False)
        if not pc.any(ours).as_py():
            shown = printable(self.account_id[:_MOST_SHOWN])
            problem = (
                f"{shown} → the registry has no account of exactly this id; name one as the "
                "registry spells it"
            )
            raise ConfigError("--account", [problem])
        for name, value in self.facts.items():
            self.was[name] = registry.column(name).filter(ours).unique().to_pylist()
            registry = _replaced(registry, name, ours, value)
            if (mark := unreadable(name)) in registry.column_names:
                registry = _replaced(registry, mark, ours, pa.scalar(False))
        return registry

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        facts = {
            name: {"was": [_json(v) for v in self.was[name]], "supposed": _json(value.as_py())}
            for name, value in self.facts.items()
        }
        return {"account_id": self.account_id, "facts": facts}


def supposition(
    account_id: str | None, settings: Sequence[str], timezone: str | None
) -> Supposition | None:
    """What was asked to be supposed; None if nothing was.

    Args:
        account_id: The account.
        settings: `FACT=VALUE` each.
        timezone: Where times without an offset are meant.

    Raises:
        ConfigError: With everything that is wrong at once.
    """
    if account_id is None and not settings:
        return None
    if account_id is None:
        raise ConfigError("--set", ["says something of an account: name it with --account"])
    if not settings:
        problem = f"says of whom: say what with --set FACT=VALUE, of {', '.join(FACTS)}"
        raise ConfigError("--account", [problem])
    facts: dict[str, pa.Scalar] = {}
    problems = []
    for setting in settings:
        name, sign, text = setting.partition("=")
        shown = printable(name[:_MOST_SHOWN])
        if not sign:
            problems.append(f"{shown} → must be FACT=VALUE, as in opted_out=true")
        elif name not in FACTS:
            problems.append(f"{shown} → is no fact of an account; these are: {', '.join(FACTS)}")
        elif name in facts:
            problems.append(f"{shown} → is set twice")
        else:
            kind = REGISTRY_SCHEMA.field(name).type
            value = _read(text, kind, timezone)
            if text and not value.is_valid:
                problems.append(f"{shown} → must be {_EXPECTED[kind]}, or nothing: not known")
            facts[name] = value
    if problems:
        raise ConfigError("--set", problems)
    return Supposition(account_id, facts)


def _read(text: str, kind: pa.DataType, timezone: str | None) -> pa.Scalar:
    column = pa.array([_text(text).as_py() or None], pa.string())
    if pa.types.is_boolean(kind):
        return columns.booleans(column)[0]
    if pa.types.is_timestamp(kind):
        return columns.times(column, timezone)[0][0]
    return columns.seconds(column)[0][0]


def _text(argument: str) -> pa.Scalar:
    """An argument as tables have it: one with bytes that are no text is in none, and null."""
    try:
        return pa.scalar(argument, pa.string())
    except UnicodeEncodeError:
        return pa.scalar(None, pa.string())


def _replaced(table: pa.Table, name: str, where: pa.ChunkedArray, value: pa.Scalar) -> pa.Table:
    place = table.schema.get_field_index(name)
    changed = pc.if_else(where, value, table.column(name))
    return table.set_column(place, table.schema.field(place), changed)


def _json(value: Any) -> Any:
    return utc_text(value) if hasattr(value, "isoformat") else value
