"""What was measured, all of it, and the figures that follow."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clearshard.bench.agreement import Agreement
from clearshard.bench.fleet import Memory
from clearshard.bench.rounds import RoundResult
from clearshard.bench.ways import WayName

BILLION = 1_000_000_000
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one figure."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Of at least one value."""
        ordered = sorted(values)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])


@dataclass(frozen=True, slots=True)
class Fleet:
    """Workers of a run.

    Attributes:
        one: Rates of one worker.
        two: Rates of two, each taken right after the one of one worker.
        seconds_to_first_unit: From the start of runs until their first work unit was done.
        memory: Of one worker that lives long, if that was asked for.
    """

    one: list[float]
    two: list[float]
    seconds_to_first_unit: list[float]
    memory: Memory | None


@dataclass(slots=True)
class Measurement:
    """Everything that was measured.

    Attributes:
        document_count: Different transcripts.
        word_count: Their words.
        turn_count: Their turns.
        rounds: One for each part of the documents.
        fleet: Workers of a run, if they were measured.
        core_hour_price: What a core costs for an hour, for the cost model.
    """

    document_count: int
    word_count: int
    turn_count: int
    core_hour_price: float
    rounds: list[RoundResult] = field(default_factory=list)
    fleet: Fleet | None = None

    def rate(self, way: WayName) -> Spread:
        """Words per second of a way."""
        return Spread.of(r.words_per_second[way] for r in self.rounds)

    def ratio(self, way: WayName, over: WayName) -> Spread:
        """By how much a way is faster than another, round by round."""
        return Spread.of(r.words_per_second[way] / r.words_per_second[over] for r in self.rounds)

    def agreement(self) -> Agreement:
        """Of all rounds."""
        total = Agreement()
        for result in self.rounds:
            total += result.agreement
        return total

    def microseconds_by_stage(self, way: WayName) -> dict[str, float]:
        """Microseconds that a word takes in each stage of a way, most first."""
        stages = {stage for result in self.rounds for stage in result.stages[way]}
        means = {
            stage: statistics.mean(
                result.stages[way].get(stage, 0.0) * 1e6 / result.words_per_second[way]
                for result in self.rounds
            )
            for stage in stages
        }
        return dict(sorted(means.items(), key=lambda item: -item[1]))

    def core_hours_per_billion(self, way: WayName) -> float:
        """Hours of one core for a billion words."""
        return BILLION / self.rate(way).median / _SECONDS_PER_HOUR


def paired(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """Ratios of pairs."""
    return Spread.of(a / b for a, b in zip(numerators, denominators, strict=True))
