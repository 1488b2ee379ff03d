"""The figures follow from what was measured, and differences get the right cause."""

import json
import time

import pytest

from clearshard.bench.agreement import (
    LEMMA,
    SENTENCE,
    UNEXPLAINED,
    Agreement,
    _differences,
)
from clearshard.bench.fleet import Memory
from clearshard.bench.rendering import to_dict, to_tables
from clearshard.bench.result import Fleet, Measurement, Spread
from clearshard.bench.rounds import RoundResult
from clearshard.bench.stages import OTHER, time_by_stage
from clearshard.bench.ways import EVERYTHING, SAME_RECOGNIZERS, STOCK, TUNED, WHOLE
from clearshard.sources.transcripts import read_transcript

from ..sources.transcript import transcript

NAME = ("PERSON", 0, 5, 0.85)
LONGER = ("PERSON", 0, 9, 0.85)
PHONE, BOOSTED = ("PHONE_NUMBER", 20, 30, 0.4), ("PHONE_NUMBER", 20, 30, 0.75)


@pytest.mark.parametrize(
    ("stock", "ours", "alone", "causes"),
    [
        ({NAME, PHONE}, {NAME, PHONE}, {NAME, PHONE}, []),
        ({PHONE}, {BOOSTED}, {PHONE}, [LEMMA, LEMMA]),
        ({NAME}, {LONGER}, {LONGER}, [SENTENCE, SENTENCE]),
        ({NAME}, {LONGER}, {NAME}, [UNEXPLAINED, UNEXPLAINED]),
        ({NAME}, set(), set(), [SENTENCE]),
        ({NAME}, set(), {NAME}, [UNEXPLAINED]),
        (set(), {NAME}, set(), [UNEXPLAINED]),
    ],
)
def test_causes(stock: set, ours: set, alone: set, causes: list[str]) -> None:  # type: ignore[type-arg]
    found = _differences(("d", 0), frozenset(stock), frozenset(ours), frozenset(alone))
    assert [difference.cause for difference in found] == causes


def test_shares() -> None:
    agreement = Agreement(both=8, stock_only=2, ours_only=6)
    agreement += Agreement(both=1, stock_only=0, ours_only=1, entities=5, entity_turns=1)
    assert (agreement.share_of_stock, agreement.share_of_all) == (9 / 11, 9 / 18)
    assert (agreement.entities, agreement.entity_turns) == (5, 1)


def measured() -> Measurement:
    stages = {SAME_RECOGNIZERS: {"a": 0.75, "b": 0.25}, EVERYTHING: {"a": 1.0}}
    rounds = [
        RoundResult(
            {WHOLE: 150.0, STOCK: 100.0, TUNED: 200.0, SAME_RECOGNIZERS: rate, EVERYTHING: 1000.0},
            Agreement(both=3, stock_only=1, differences=[*_differences(("d", 1), *SPANS)]),
            stages,
        )
        for rate in (1000.0, 4000.0, 2000.0)
    ]
    memory = Memory(300 << 20, [200 << 20, 250 << 20], [10.0, 11.0])
    fleet = Fleet([10.0, 20.0], [19.0, 40.0], [1.5, 2.5], memory)
    return Measurement(3, 1000, 30, 0.1, rounds, fleet)


SPANS = (frozenset({NAME}), frozenset({LONGER}), frozenset({LONGER}))


def test_ratios_are_taken_round_by_round() -> None:
    assert measured().ratio(SAME_RECOGNIZERS, STOCK) == Spread(20.0, 10.0, 40.0)
    assert measured().rate(SAME_RECOGNIZERS) == Spread(2000.0, 1000.0, 4000.0)


def test_time_of_stages_adds_up_to_the_time_of_a_word() -> None:
    stages = measured().microseconds_by_stage(SAME_RECOGNIZERS)
    assert sum(stages.values()) == pytest.approx((1000 + 250 + 500) / 3)
    assert list(stages) == ["a", "b"]


def test_cost() -> None:
    assert measured().core_hours_per_billion(EVERYTHING) == pytest.approx(1e9 / 1000 / 3600)


def test_everything_is_in_the_dictionary_and_it_is_json() -> None:
    made = json.loads(json.dumps(to_dict(measured())))
    assert made["ratios"][f"{SAME_RECOGNIZERS} / {STOCK}"]["median"] == 20.0
    assert made["ratios"][f"{EVERYTHING} / {WHOLE}"]["median"] == pytest.approx(1000 / 150)
    assert made["agreement"]["share_of_stock"] == 0.75
    assert len(made["agreement"]["differences"]) == 6
    assert made["agreement"]["causes"] == {SENTENCE: 6}
    assert made["workers"]["two_over_one"] == {"median": 1.95, "lowest": 1.9, "highest": 2.0}
    assert made["workers"]["memory"]["growth"] == 0.25


def test_tables_say_the_same() -> None:
    text = str(to_tables(measured()))
    for figure in ("20.00x (10.00-40.00)", "75.00%", "1.95x", "25.0%", "277.8", "27.78"):
        assert figure in text


def test_without_workers_there_is_no_table_of_them() -> None:
    measurement = measured()
    measurement.fleet = None
    assert "workers" not in to_dict(measurement)
    assert len(to_tables(measurement)) == len(to_tables(measured())) - 1


def test_time_goes_to_the_innermost_stage() -> None:
    content = json.dumps(transcript(*["word " * 200] * 20)).encode()

    def work() -> None:
        ended = time.process_time() + 0.4
        while time.process_time() < ended:
            read_transcript(content, 100_000, None)

    shares = time_by_stage(work)
    assert shares["decoding JSON"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)


def test_what_is_no_stage_is_told_too() -> None:
    def work() -> None:
        ended = time.process_time() + 0.1
        while time.process_time() < ended:
            pass

    assert time_by_stage(work) == {OTHER: 1.0}
