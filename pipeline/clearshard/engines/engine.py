"""What an engine is: it maps a job over units, and a unit that is lost costs no other.

Its laws, to which one suite holds every implementation (`tests/engines/test_every_engine.py`):

1. Results come in the order of the units, one for each; several where a unit was taken apart.
2. Only a bounded number of units is on its way, so that units may be made while they are mapped.
3. Nothing is made or started before there is a unit.
4. A unit that is lost is taken apart, and its parts are tried one by one. What is lost alone is
   given up: at once if it took too long or too much memory, for it did so by itself; the second
   time if it crashed, for it may have been hit by what had nothing to do with it.
5. An error of this project, raised by the job, ends the mapping and reaches the caller as it is.
   Of any other error while the job is made the caller is told the type alone: it could quote.
6. After a request to stop no unit is taken any more; what is finished soon still comes, in order,
   and then `Interrupted`. So it does if the units themselves end with `Interrupted`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: How a unit was lost: whoever had it died, took too long, or wanted more memory than it may have.
Loss = Literal["crashed", "timed_out", "out_of_memory"]

#: What was hit by something else gets another chance; see the fourth law.
CRASHES_ALONE = 2
#: Units on their way for each worker: one in hand, and enough for the next ones to be ready.
UNITS_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class Wire(Generic[Unit, Result]):
    """How a job crosses to other machines: as bytes of declared forms, and never as objects.

    Attributes:
        there: The function that makes the job there, as ``package.module:function``; see `Served`.
        told: What that function is given.
        secret: What both sides have and nobody else: all that crosses is sealed with it.
        key_file: Where the other side has it, if it is not in its environment.
        key_id: What tells it from others without giving it away.
        pack: A unit as bytes.
        unpack: The result of a unit. Raises ClearshardError if it cannot be taken here.
    """

    there: str
    told: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    key_file: str
    key_id: str
    pack: Callable[[Unit], bytes]
    unpack: Callable[[Unit, bytes], Result]


@dataclass(frozen=True, slots=True)
class Job(Generic[Unit, Result]):
    """What the workers do.

    Attributes:
        make: Called once in each worker; returns the function that is mapped. Must be importable.
        arguments: Of `make`; must be picklable.
        split: Takes a unit apart, or returns None if it holds one file.
        give_up: The result of a unit that cannot be taken apart and was lost.
        seconds_per_unit: A worker that takes longer for a unit is stopped.
        memory_bytes: What a worker may have.
        preload: Modules that the workers need: imported once, in the process they are forked from.
        wire: How it crosses to other machines; None if it stays on this one.
    """

    make: Callable[..., Callable[[Unit], Result]]
    arguments: tuple[Any, ...]
    split: Callable[[Unit], Sequence[Unit] | None]
    give_up: Callable[[Unit, Loss], Result]
    seconds_per_unit: float
    memory_bytes: int
    preload: tuple[str, ...] = ()
    wire: Wire[Unit, Result] | None = None


@dataclass(frozen=True, slots=True)
class Served(Generic[Unit, Result]):
    """A job on another machine than that of the caller: what `Wire.there` makes of `Wire.told`.

    Attributes:
        job: What is done there.
        unpack: A unit of its bytes.
        pack: A result as bytes.
        fetch: A unit with what its worker cannot get at by itself, which has no network.
    """

    job: Job[Unit, Result]
    unpack: Callable[[bytes], Unit]
    pack: Callable[[Result], bytes]
    fetch: Callable[[Unit], Unit]


class Engine(Protocol):
    """Maps jobs over units."""

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        """The results, as the laws of this module say.

        Raises:
            ClearshardError: What the job or its `give_up` raised, or that nobody can do it.
            Interrupted: After a request to stop; also where `units` raises it.
        """
