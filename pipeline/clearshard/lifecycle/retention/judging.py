"""By when each artefact must be gone, and how that stands at a moment. Pure: columns in and out.

The rules, in order:

1. Every clause about the kind of an artefact is asked whether its circumstance holds, in
   three-valued logic. More than one can: then deletion begins when the first of them begins, and
   must be done by the earliest of their ends; the clause of that end is named.
2. A circumstance that arose later than the artefact (a BAA, an opting out, a request) begins
   nothing before it arose. Where nobody knows when it arose, it has always been so. What had to be
   gone before a BAA was executed still has.
3. A time to live below the shortest that the page knows is taken for that one, and told. One of
   zero is not known: it is written for "none" as well as for "at once".
4. The state at the moment asked for: `breach` when the end has passed, and where the page leaves
   the store's TTL mechanism time, that too; `overdue` when the end has passed, and that time has
   not; `due` from the beginning to the end; before that `not_due`, and `indefinite` where the page
   has no end.
5. If anything that could bring the end forward is not known, neither `not_due` nor `indefinite` can
   be said: the artefact is `unknown`, and why. So it is where no clause is about it. What is due
   all the same stays due: what is not known could only make it worse.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clearshard.lifecycle.retention.circumstances import Answer, ask, time_to_live
from clearshard.lifecycle.retention.known import (
    NEVER,
    Artefacts,
    Bits,
    Bools,
    Int64,
    Number,
    Unknown,
    where,
)
from clearshard.lifecycle.retention.matrix import Begin, Circumstance, Clause, Matrix


class State(StrEnum):
    """How the deletion of an artefact stands; the worst first."""

    BREACH = "breach"
    OVERDUE = "overdue"
    DUE = "due"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"
    INDEFINITE = "indefinite"


STATES = tuple(State)
_CODES = {state: np.int8(place) for place, state in enumerate(STATES)}
#: In place of a clause where none has an end that is known.
NO_CLAUSE = np.int16(-1)


@dataclass(frozen=True, slots=True)
class Judged:
    """How artefacts stand, one row for each.

    Attributes:
        states: Places in `STATES`.
        clauses: Places in `Matrix.clauses` of the clause with the earliest end, or `NO_CLAUSE`.
        begins_us: When deletion begins, in microseconds since 1970; `NEVER` where there is no time.
        due_us: By when it must be done; the same.
        ttl_raised: Whether a time to live was taken for the shortest one.
        unknown: What is not known that would have to be.
    """

    states: npt.NDArray[np.int8]
    clauses: npt.NDArray[np.int16]
    begins_us: Int64
    due_us: Int64
    ttl_raised: Bools
    unknown: Bits


class _Ends(NamedTuple):
    """The same while clauses are asked, with the end of all patience and what has no end."""

    begins: Int64
    due: Int64
    breach: Int64
    clauses: npt.NDArray[np.int16]
    endless: Bools
    ttl_raised: Bools
    unknown: Bits


def judge(matrix: Matrix, artefacts: Artefacts, as_of_us: int, store_lag_us: int) -> Judged:
    """How artefacts stand at a moment.

    Args:
        matrix: The schedule.
        artefacts: What is known of them.
        as_of_us: The moment, in microseconds since 1970.
        store_lag_us: How long the store's TTL mechanism may take, where the page leaves it time.
    """
    size = len(artefacts)
    whole = _nothing(size)
    kinds = np.where(artefacts.malformed, -1, artefacts.kinds)
    for code, kind in enumerate(artefacts.kind_names):
        rows = np.flatnonzero(kinds == code)
        if not len(rows):
            continue
        clauses = matrix.about(kind)
        ends = _of_kind(matrix, clauses, artefacts.take(rows), store_lag_us)
        for name in _Ends._fields:
            getattr(whole, name)[rows] = getattr(ends, name)
    whole.unknown[:] |= where(artefacts.malformed, Unknown.MALFORMED)
    whole.unknown[:] |= where((artefacts.kinds < 0) & ~artefacts.malformed, Unknown.KIND)
    return _at(whole, as_of_us)


def _nothing(size: int) -> _Ends:
    return _Ends(
        begins=np.full(size, NEVER),
        due=np.full(size, NEVER),
        breach=np.full(size, NEVER),
        clauses=np.full(size, NO_CLAUSE),
        endless=np.zeros(size, np.bool_),
        ttl_raised=np.zeros(size, np.bool_),
        unknown=np.zeros(size, np.uint16),
    )


def _of_kind(
    matrix: Matrix,
    clauses: tuple[tuple[int, Clause], ...],
    artefacts: Artefacts,
    store_lag_us: int,
) -> _Ends:
    ends = _nothing(len(artefacts))
    ttl = time_to_live(artefacts)
    is_short = ttl.there & (ttl.values < matrix.minimum_ttl_us)
    ttl = Number(ttl.there, np.maximum(ttl.values, matrix.minimum_ttl_us), ttl.unsure)
    for place, clause in clauses:
        answer = ask(clause, artefacts, ttl)
        ends.unknown[:] |= answer.unsure
        if clause.begins is Begin.NEVER:
            _without_end(ends, answer.holds, place)
            continue
        begins, holds = _beginning(clause, artefacts, ttl, answer, ends.unknown)
        due = begins + clause.window_us
        breach = due + store_lag_us if clause.has_store_lag else due
        is_first = holds & (due < ends.due)
        ends.clauses[is_first] = place
        for column, of_clause in ((ends.begins, begins), (ends.due, due), (ends.breach, breach)):
            np.minimum(column, np.where(holds, of_clause, NEVER), out=column)
        if clause.circumstance is Circumstance.TTL:
            ends.ttl_raised[:] |= holds & is_short
    return ends


def _without_end(ends: _Ends, holds: Bools, place: int) -> None:
    ends.endless[:] |= holds
    ends.clauses[holds & (ends.clauses == NO_CLAUSE)] = place


def _beginning(
    clause: Clause, artefacts: Artefacts, ttl: Number, answer: Answer, unknown: Bits
) -> tuple[Int64, Bools]:
    """When deletion begins under a clause, and where it does.

    What is missing for that is added to what is not known.
    """
    created, start, missing = artefacts.created, artefacts.created, Unknown.CREATED
    if clause.circumstance is Circumstance.REQUEST:
        # It is known when it was asked for. Nothing is deleted before it is there.
        came = np.where(created.there, created.values, answer.since)
        return np.maximum(answer.since, came), answer.holds
    if clause.linked_to is not None:
        start, missing = artefacts.transcript_created, Unknown.TRANSCRIPT_CREATED
    unknown |= where(answer.holds & ~start.there, missing)
    delay = _delay(clause, ttl)
    began = start.values + delay
    holds = answer.holds & start.there
    if answer.until is not None:
        holds &= ~answer.until.there | (began <= answer.until.values)
    return np.maximum(began, answer.since), holds


def _delay(clause: Clause, ttl: Number) -> Int64 | int:
    """How long after its start the deletion of an artefact begins."""
    if clause.begins is not Begin.AT_TTL:
        return clause.delay_us
    if clause.longest_ttl_us is None:
        return ttl.values
    return np.minimum(ttl.values, clause.longest_ttl_us)


def _at(ends: _Ends, as_of_us: int) -> Judged:
    """How that stands at a moment."""
    has_end = ends.due < NEVER
    unknown = ends.unknown | where(
        ~has_end & ~ends.endless & (ends.unknown == 0), Unknown.NO_CLAUSE
    )
    states = np.select(
        [
            has_end & (as_of_us > ends.breach),
            has_end & (as_of_us > ends.due),
            has_end & (as_of_us >= ends.begins),
            unknown != 0,
            has_end,
        ],
        [_CODES[s] for s in (State.BREACH, State.OVERDUE, State.DUE, State.UNKNOWN, State.NOT_DUE)],
        _CODES[State.INDEFINITE],
    ).astype(np.int8)
    # A time that is only the latest possible one would be taken for the right one.
    is_open = states == _CODES[State.UNKNOWN]
    return Judged(
        states=states,
        clauses=np.where(is_open, NO_CLAUSE, ends.clauses),
        begins_us=np.where(is_open, NEVER, ends.begins),
        due_us=np.where(is_open, NEVER, ends.due),
        ttl_raised=ends.ttl_raised,
        unknown=unknown,
    )
