"""The published schedule as data: read from TOML, typed, and complete.

A clause that is linked to another kind of artefact has no times of its own: it has those of that
kind under the same circumstance, so that the two cannot come apart.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Annotated

import msgspec

_MICROSECONDS = 1_000_000
#: A name of a clause or a kind, as it is written.
_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]*\Z")]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=366 * 86_400)]


class Circumstance(StrEnum):
    """What must hold of an artefact, or of its account, for a clause to be about it."""

    TTL = "ttl"
    BAA = "baa"
    NEITHER = "neither"
    REQUEST = "request"
    OPTED_OUT = "opted_out"
    BAA_WITH_PROVIDER = "baa_with_provider"


class Begin(StrEnum):
    """When deletion begins."""

    AT_ONCE = "at_once"
    AFTER = "after"
    AT_TTL = "at_ttl"
    NEVER = "never"


class _Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clause as the file has it."""

    id: _Name
    artefacts: Annotated[tuple[_Name, ...], msgspec.Meta(min_length=1)]
    circumstance: Circumstance
    cell: str
    source: str
    begins: Begin | None = None
    begins_after_seconds: _Seconds | None = None
    at_most_seconds: _Seconds | None = None
    longest_ttl_seconds: _Seconds | None = None
    store_lag: bool = False
    linked_to: _Name | None = None
    providers: tuple[_Name, ...] = ()

    def __post_init__(self) -> None:
        times = (self.begins_after_seconds, self.at_most_seconds)
        if (self.begins is None) == (self.linked_to is None):
            raise ValueError(f"{self.id} says when it begins, or what it is linked to, not both")
        if (self.begins is Begin.AFTER) != (self.begins_after_seconds is not None):
            raise ValueError(f"{self.id} begins after some seconds, and says after how many")
        if self.begins is not Begin.AFTER and times != (None, None):
            raise ValueError(f"{self.id} has seconds that its beginning does not ask for")
        if self.begins is not Begin.AT_TTL and self.longest_ttl_seconds is not None:
            raise ValueError(f"{self.id} bounds a time to live that it does not read")
        if self.linked_to is not None and self.store_lag:
            raise ValueError(f"{self.id} has the lag of what it is linked to, and none of its own")
        if (self.circumstance is Circumstance.BAA_WITH_PROVIDER) != bool(self.providers):
            raise ValueError(f"{self.id} names providers if it asks for one")
        if (self.at_most_seconds or 0) < (self.begins_after_seconds or 0) and None not in times:
            raise ValueError(f"{self.id} ends before it begins")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is."""

    version: int
    title: str
    minimum_ttl_seconds: Annotated[int, msgspec.Meta(gt=0)]
    minimum_ttl_source: str
    providers: Annotated[tuple[_Name, ...], msgspec.Meta(min_length=1)]
    clauses: tuple[_Clause, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One cell of the published table, or one sentence beside it.

    Attributes:
        id: Its stable name.
        kinds: The artefacts that it is about.
        circumstance: When it is about them.
        begins: When deletion begins.
        delay_us: With `Begin.AFTER`: so many microseconds after the artefact came to be.
        window_us: How long deletion may take from then on.
        longest_ttl_us: With `Begin.AT_TTL`: no longer time to live counts.
        has_store_lag: Whether the store's own TTL mechanism may take its time.
        linked_to: The kind whose coming to be counts in place of the artefact's own; None: its own.
        providers: With `Circumstance.BAA_WITH_PROVIDER`: those that it names.
        cell: Where the published page says so.
        source: The sentence.
    """

    id: str
    kinds: tuple[str, ...]
    circumstance: Circumstance
    begins: Begin
    delay_us: int
    window_us: int
    longest_ttl_us: int | None
    has_store_lag: bool
    linked_to: str | None
    providers: tuple[str, ...]
    cell: str
    source: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """The schedule.

    Attributes:
        clauses: In the order of the page; of two that ask for the same, the first is named.
        minimum_ttl_us: A shorter time to live is taken for this one.
        minimum_ttl_source: The sentence that says so.
        providers: Those of inference that the page names. Of any other name nobody knows whose
            it is: a service of one of them can be called otherwise.
    """

    clauses: tuple[Clause, ...]
    minimum_ttl_us: int
    minimum_ttl_source: str
    providers: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of artefact that a clause is about, in the order of the page."""
        return tuple(dict.fromkeys(kind for clause in self.clauses for kind in clause.kinds))

    def about(self, kind: str) -> tuple[tuple[int, Clause], ...]:
        """The clauses about a kind, each with its place among all."""
        return tuple((n, clause) for n, clause in enumerate(self.clauses) if kind in clause.kinds)


def published_matrix() -> Matrix:
    """The schedule that travels inside the package."""
    place = resources.files("clearshard.defaults").joinpath("retention.toml")
    return parse_matrix(place.read_text("utf-8"))


def parse_matrix(text: str) -> Matrix:
    """Reads a schedule.

    Args:
        text: TOML.

    Raises:
        ValueError: It is none: says in which clause.
    """
    file = msgspec.convert(tomllib.loads(text), _File)
    ids = [clause.id for clause in file.clauses]
    if len(set(ids)) < len(ids):
        raise ValueError("two clauses have the same id")
    own = {
        (kind, clause.circumstance): clause
        for clause in file.clauses
        for kind in clause.artefacts
        if clause.linked_to is None
    }
    cells = [(kind, clause.circumstance) for clause in file.clauses for kind in clause.artefacts]
    if len(set(cells)) < len(cells):
        raise ValueError("two clauses are about the same kind under the same circumstance")
    clauses = []
    for clause in file.clauses:
        if not set(clause.providers) <= set(file.providers):
            raise ValueError(f"{clause.id} names a provider that is none of the file's")
        times = clause
        if clause.linked_to is not None:
            linked = own.get((clause.linked_to, clause.circumstance))
            if linked is None:
                raise ValueError(f"{clause.id} is linked to what no clause is about")
            times = linked
        clauses.append(_resolved(clause, times))
    return Matrix(
        clauses=tuple(clauses),
        minimum_ttl_us=file.minimum_ttl_seconds * _MICROSECONDS,
        minimum_ttl_source=file.minimum_ttl_source,
        providers=file.providers,
    )


def _resolved(clause: _Clause, times: _Clause) -> Clause:
    """A clause with the times of another one, or its own."""
    assert times.begins is not None
    delay = times.begins_after_seconds or 0
    most = delay if times.at_most_seconds is None else times.at_most_seconds
    longest = times.longest_ttl_seconds
    return Clause(
        id=clause.id,
        kinds=clause.artefacts,
        circumstance=clause.circumstance,
        begins=times.begins,
        delay_us=delay * _MICROSECONDS,
        window_us=(most - delay) * _MICROSECONDS,
        longest_ttl_us=None if longest is None else longest * _MICROSECONDS,
        has_store_lag=times.store_lag,
        linked_to=clause.linked_to,
        providers=times.providers,
        cell=clause.cell,
        source=clause.source,
    )
