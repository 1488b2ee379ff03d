"""What all engines do alike: keep units in order, take few of them ahead, heed a request to stop.

A unit has a place in a line. Whoever works takes pieces from the line, a piece being a unit or a
part of one, and says what became of each; results leave the line in the order of the units.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol

from clearshard.engines.engine import Result, Unit
from clearshard.engines.stopping import Stop
from clearshard.errors import Interrupted


@dataclass(slots=True)
class Place(Generic[Result]):
    """A unit's place in the order, and the results of its parts."""

    missing: int = 1
    results: list[Result] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece(Generic[Unit, Result]):
    """A unit, or a part of one, on its way.

    Attributes:
        unit: The work.
        place: Where its results go.
        losses: How often it was lost and tried again as it is.
    """

    unit: Unit
    place: Place[Result]
    losses: int = 0


class Line(Generic[Unit, Result]):
    """Units that were taken and have not left, in their order."""

    def __init__(self) -> None:
        """Is empty."""
        self._places: deque[Place[Result]] = deque()
        self._waiting: deque[Piece[Unit, Result]] = deque()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def waits(self) -> bool:
        """Whether there is a piece that nobody has."""
        return bool(self._waiting)

    def take(self, unit: Unit) -> None:
        """Lets a unit in, behind all others."""
        self._places.append(Place())
        self._waiting.append(Piece(unit, self._places[-1]))

    def next(self) -> Piece[Unit, Result]:
        """The piece that is to be worked on next; there is one."""
        return self._waiting.popleft()

    def put_back(self, piece: Piece[Unit, Result]) -> None:
        """Takes a piece back that nobody has begun."""
        self._waiting.appendleft(piece)

    def retry(self, piece: Piece[Unit, Result]) -> None:
        """Takes a piece back that was lost, to be tried again as it is."""
        self._waiting.appendleft(Piece(piece.unit, piece.place, piece.losses + 1))

    def take_apart(self, piece: Piece[Unit, Result], parts: Sequence[Unit]) -> None:
        """Takes parts in the place of a piece that was lost."""
        piece.place.missing += len(parts) - 1
        # First in line: what follows in the order waits for them.
        self._waiting.extendleft(Piece(part, piece.place) for part in reversed(parts))

    def finish(self, piece: Piece[Unit, Result], results: Iterable[Result]) -> None:
        """Takes what has become of a piece."""
        piece.place.results += results
        piece.place.missing -= 1

    def ready(self) -> Iterator[Result]:
        """Results of the units at the head of the line, which leave it with them."""
        while self._places and self._places[0].missing == 0:
            yield from self._places.popleft().results

    def rest(self) -> Iterator[Result]:
        """Whatever results there are, in order; the line is empty afterwards."""
        while self._places:
            yield from self._places.popleft().results


class Pool(Protocol):
    """Those who work on the pieces of a line."""

    def hand_out(self) -> None:
        """Gives pieces to whoever is free; starts those who are missing."""

    def step(self) -> None:
        """Waits until something happens, and deals with it."""

    def finish_in_hand(self) -> None:
        """Waits a few seconds for what is in hand, and hands out no more."""

    def close(self) -> None:
        """Ends them all."""


def mapped(
    line: Line[Unit, Result], pool: Pool, units: Iterable[Unit], most: int, stop: Stop
) -> Iterator[Result]:
    """The results of all units, as `clearshard.engines.engine` says.

    Args:
        line: The pool's own, empty.
        pool: Closed in the end, whatever happens.
        units: Taken as they are needed.
        most: So many at most are on their way.
        stop: Looked at all the time.

    Raises:
        ClearshardError: From the pool.
        Interrupted: After a request to stop; also where `units` raises it.
    """
    try:
        with stop.heed():
            try:
                yield from _mapped(line, pool, iter(units), most, stop)
            except Interrupted:
                pool.finish_in_hand()
                yield from line.rest()
                raise
    finally:
        pool.close()


def _mapped(
    line: Line[Unit, Result], pool: Pool, source: Iterator[Unit], most: int, stop: Stop
) -> Iterator[Result]:
    exhausted = False
    while not (exhausted and not line):
        while not exhausted and len(line) < most:
            if stop.requested:
                raise Interrupted
            unit = next(source, None)
            if unit is None:
                exhausted = True
                break
            line.take(unit)
            pool.hand_out()
        yield from line.ready()
        if stop.requested:
            raise Interrupted
        if line:
            pool.step()
