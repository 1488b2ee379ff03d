"""The facts that decide: one table of them, from which all else that knows facts is derived.

The columns that are read of a manifest and of a registry, their schemas in memory, the facts that a
decision keeps and what a rule can ask of each follow from `FACTS` and its order.
"""

from dataclasses import dataclass
from typing import Literal

#: What a fact of a policy's own can hold.
FactType = Literal["boolean", "integer", "time", "text"]
#: What any fact can hold; seconds are a whole number that is not negative.
FactKind = FactType | Literal["seconds"]
#: Whom a fact is about, which is where it stands: in the manifest, or in the registry. Facts of an
#: account may change during a run, for the registry is read again before shards become visible;
#: those of a file may not: if the manifest changes, all is decided anew.
Owner = Literal["file", "account"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the contract.

    Attributes:
        name: What tables, rules and decisions call it.
        kind: What it holds.
        owner: Whom it is about.
        optional: Whether its table may be without it, as a whole or in a row.
        happened: Whether it is a time of what has happened: one in the future is not known.
        date_of: The flag that this date contradicts where that is not set. No rule reads such a
            date.
    """

    name: str
    kind: FactKind
    owner: Owner
    optional: bool = False
    happened: bool = False
    date_of: str | None = None

    @property
    def is_marked(self) -> bool:
        """Whether tables in memory tell a value that cannot be read from one that is not there.

        What is no plain name could be anything, so of a text nobody can tell.
        """
        return self.optional and self.kind != "text"

    @property
    def mark(self) -> str:
        """The column that tells it."""
        return unreadable(self.name)


def unreadable(fact: str) -> str:
    """The column that says where a fact is there and cannot be read."""
    return f"{fact}{UNREADABLE}"


UNREADABLE = "_unreadable"

#: In the order in which decisions keep them.
FACTS = (
    Fact("product", "text", "file"),
    Fact("region", "text", "file"),
    Fact("submitted_at", "time", "file", happened=True),
    Fact("deletion_requested_at", "time", "file", optional=True),
    Fact("expires_at", "time", "file", optional=True),
    Fact("gateway_provider", "text", "file", optional=True),
    Fact("training_permitted", "boolean", "account"),
    Fact("baa_executed", "boolean", "account"),
    Fact("opted_out", "boolean", "account"),
    Fact("baa_executed_at", "time", "account", optional=True, date_of="baa_executed"),
    Fact("opted_out_at", "time", "account", optional=True, date_of="opted_out"),
    Fact("ttl_seconds", "seconds", "account", optional=True),
    Fact("exported_at", "time", "account", happened=True),
)


def facts_of(owner: Owner) -> tuple[Fact, ...]:
    """The facts of files or of accounts, those that must be there first."""
    ours = [fact for fact in FACTS if fact.owner == owner]
    return tuple(sorted(ours, key=lambda fact: fact.optional))


def names_of(*kinds: FactKind, owner: Owner | None = None) -> tuple[str, ...]:
    """Names of the facts of some kinds, or of all, that an owner has, or any."""
    return tuple(
        fact.name
        for fact in FACTS
        if (not kinds or fact.kind in kinds) and owner in (None, fact.owner)
    )


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column of a table that holds a fact of a policy's own.

    Attributes:
        fact: What the policy calls it.
        column: What the table does.
        kind: What it holds.
        required: Whether the table must have it.
    """

    fact: str
    column: str
    kind: FactType
    required: bool
