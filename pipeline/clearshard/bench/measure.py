"""The whole benchmark: documents → measurement."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clearshard.bench.documents import deal, read_documents
from clearshard.bench.fleet import (
    MILLION,
    memory_of_a_worker,
    seconds_to_first_unit,
    words_per_second,
)
from clearshard.bench.result import Fleet, Measurement
from clearshard.bench.rounds import Round, run_rounds
from clearshard.config import Config

#: Every way redacts so many documents first, so that what is loaded on first use is not timed.
_WARM_UP = 40
_FLEET_PAIRS = 3
_STARTS = 3


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What the command line says.

    Attributes:
        folder: Holds transcripts.
        word_count: Words of different transcripts to use.
        rounds: Parts that the documents are dealt out to.
        with_fleet: Measure workers of a run too.
        long_run_words: Words for the memory of a long-lived worker; 0 leaves it out.
        core_hour_price: What a core costs for an hour.
    """

    folder: Path
    word_count: int
    rounds: int
    with_fleet: bool
    long_run_words: int
    core_hour_price: float


def measure(config: Config, options: BenchOptions, tell: Callable[[str], None]) -> Measurement:
    """Measures, telling about its progress.

    Raises:
        ClearshardError: There are not enough transcripts, or something cannot be loaded.
    """
    documents = read_documents(options.folder, options.word_count)
    warm_up, timed = documents[:_WARM_UP], documents[_WARM_UP:]
    measurement = Measurement(
        document_count=len(timed),
        word_count=sum(document.word_count for document in timed),
        turn_count=sum(len(document.turns) for document in timed),
        core_hour_price=options.core_hour_price,
    )
    with tempfile.TemporaryDirectory(prefix="clearshard-bench-") as name:
        scratch = Path(name)
        rounds = [
            Round(number, tuple(hand), is_timed=True)
            for number, hand in enumerate(deal(timed, options.rounds))
        ]
        tell("loading stock Presidio and clearshard")
        todo = [Round(0, tuple(warm_up), is_timed=False), *rounds]
        for number, result in enumerate(run_rounds(config, todo, scratch / "rounds"), start=1):
            measurement.rounds.append(result)
            rates = ", ".join(f"{way} {r:,.0f}" for way, r in result.words_per_second.items())
            tell(f"round {number} of {len(rounds)}, words/s: {rates}")
        if options.with_fleet:
            one, two = [], []
            for number in range(1, _FLEET_PAIRS + 1):
                one.append(words_per_second(config, timed, 1, scratch / "fleet"))
                two.append(words_per_second(config, timed, 2, scratch / "fleet"))
                tell(f"one worker {one[-1]:,.0f} words/s, two {two[-1]:,.0f} ({number})")
            starts = [
                seconds_to_first_unit(config, scratch / f"start-{number}")
                for number in range(_STARTS)
            ]
            memory = None
            if options.long_run_words >= MILLION:
                tell(f"one worker over {options.long_run_words:,} words")
                memory = memory_of_a_worker(
                    config, timed, options.long_run_words, scratch / "memory"
                )
            measurement.fleet = Fleet(one, two, starts, memory)
    return measurement
