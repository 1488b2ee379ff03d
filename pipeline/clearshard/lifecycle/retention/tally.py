"""How many artefacts stand how, by clause: all that is kept of millions of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from clearshard.lifecycle.retention.judging import NO_CLAUSE, STATES, Judged, State
from clearshard.lifecycle.retention.known import Unknown
from clearshard.lifecycle.retention.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Line:
    """Artefacts that stand the same under one clause.

    Attributes:
        clause: Its id; empty where none has an end that is known.
        state: How they stand.
        artefacts: How many they are.
    """

    clause: str
    state: State
    artefacts: int


@dataclass(slots=True)
class Tally:
    """Counts what is added to it.

    Attributes:
        matrix: The schedule.
        ttl_raised: Artefacts whose time to live was taken for the shortest one.
    """

    matrix: Matrix
    ttl_raised: int = 0
    _counts: npt.NDArray[np.int64] = field(init=False, repr=False)
    _unknown: npt.NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._counts = np.zeros((len(self.matrix.clauses) + 1, len(STATES)), np.int64)
        self._unknown = np.zeros(len(Unknown), np.int64)

    def add(self, judged: Judged) -> None:
        """Counts some artefacts."""
        # What has no clause comes last.
        rows = np.where(judged.clauses == NO_CLAUSE, len(self.matrix.clauses), judged.clauses)
        cells = rows.astype(np.int64) * len(STATES) + judged.states
        self._counts += np.bincount(cells, minlength=self._counts.size).reshape(self._counts.shape)
        self.ttl_raised += int(judged.ttl_raised.sum())
        if judged.unknown.any():
            for place, why in enumerate(Unknown):
                self._unknown[place] += int((judged.unknown & why.bit != 0).sum())

    @property
    def artefacts(self) -> int:
        """How many were counted."""
        return int(self._counts.sum())

    @property
    def states(self) -> dict[str, int]:
        """Artefacts by state, all of them, the worst first."""
        return {str(s): int(n) for s, n in zip(STATES, self._counts.sum(axis=0), strict=True)}

    @property
    def lines(self) -> list[Line]:
        """Artefacts by clause and state, in the order of the schedule, where there are any."""
        names = [*(clause.id for clause in self.matrix.clauses), ""]
        return [
            Line(name, state, int(count))
            for name, row in zip(names, self._counts, strict=True)
            for state, count in zip(STATES, row, strict=True)
            if count
        ]

    @property
    def unknown(self) -> dict[str, int]:
        """Artefacts by what is not known of them; one can count under several."""
        return {str(w): int(n) for w, n in zip(Unknown, self._unknown, strict=True) if n}

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "artefacts": self.artefacts,
            "states": self.states,
            "clauses": [
                {
                    "clause": line.clause or None,
                    "state": str(line.state),
                    "artefacts": line.artefacts,
                }
                for line in self.lines
            ],
            "unknown": self.unknown,
            "ttl_raised": self.ttl_raised,
        }
