"""The ways take turns on the documents of a round, in one worker, on one core.

A round is a work unit of the local engine, whichever engine runs have: its worker is like those of
a run, with one BLAS thread and nothing else in it. No document is in two rounds, so no way ever
sees a text twice.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clearshard.bench.agreement import Agreement, Comparer
from clearshard.bench.documents import Document
from clearshard.bench.stages import time_by_stage
from clearshard.bench.ways import STOCK, TUNED, ClearshardWay, TurnsWay, WayName, make_ways
from clearshard.config import Config
from clearshard.engines.engine import Job, Loss
from clearshard.engines.local import LocalEngine
from clearshard.errors import RunFailed

_SECONDS_PER_ROUND = 3600.0


@dataclass(frozen=True, slots=True)
class Round:
    """Documents that every way gets once.

    Attributes:
        number: From 0; the ways begin with another one in each round.
        documents: To be redacted.
        is_timed: Otherwise the ways only get warm.
    """

    number: int
    documents: tuple[Document, ...]
    is_timed: bool


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What was measured in a round.

    Attributes:
        words_per_second: Of each way.
        agreement: Of clearshard's and stock's spans.
        stages: Shares of clearshard's time, by way.
    """

    words_per_second: dict[WayName, float]
    agreement: Agreement
    stages: dict[WayName, dict[str, float]]


def run_rounds(config: Config, rounds: Sequence[Round], scratch: Path) -> Iterator[RoundResult]:
    """The results of the timed rounds, one after the other.

    Raises:
        ClearshardError: Something could not be loaded, or a way failed.
    """
    job: Job[Round, RoundResult | None] = Job(
        make=_make,
        arguments=(config, scratch),
        split=_never,
        give_up=_give_up,
        seconds_per_unit=_SECONDS_PER_ROUND,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=("clearshard.bench.rounds",),
    )
    for result in LocalEngine(1).map(job, rounds):
        if result is not None:
            yield result


def _make(config: Config, scratch: Path) -> Callable[[Round], RoundResult | None]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ways = make_ways(config, scratch)
    comparer = Comparer(config)
    order = list(ways)

    def work(round_: Round) -> RoundResult | None:
        documents = round_.documents
        words = sum(document.word_count for document in documents)
        first = round_.number % len(order)
        rates: dict[WayName, float] = {}
        stages: dict[WayName, dict[str, float]] = {}
        for name in (*order[first:], *order[:first]):
            way = ways[name]
            work = partial(way.run, documents)
            started = time.perf_counter()
            if isinstance(way, ClearshardWay):
                # Looking takes less than a hundredth of the time, and counts against clearshard.
                stages[name] = time_by_stage(work)
            else:
                work()
            rates[name] = words / (time.perf_counter() - started)
        if not round_.is_timed:
            return None
        stock, tuned = ways[STOCK], ways[TUNED]
        assert isinstance(stock, TurnsWay)
        assert isinstance(tuned, TurnsWay)
        agreement = comparer.compare(documents, stock.found(), tuned.found())
        return RoundResult(rates, agreement, stages)

    return work


def _never(_: Round) -> None:
    return None


def _give_up(round_: Round, loss: Loss) -> RoundResult | None:
    raise RunFailed(f"The worker of round {round_.number} {loss}. Try fewer --words.")
