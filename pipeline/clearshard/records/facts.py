"""Columns of the tables that decide."""

from dataclasses import dataclass
from typing import Literal

#: What a fact of a policy's own can hold.
FactType = Literal["boolean", "integer", "time", "text"]


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
