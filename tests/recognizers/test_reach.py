"""What is kept of overlapping results is what comparing each with each would keep."""

import random

import pytest
from presidio_analyzer import RecognizerResult

from clearshard.recognizers.fail_closed import without_contained
from clearshard.recognizers.reach import Reach

from ..effort import MOST_GROWTH, growth


@pytest.fixture
def drawn() -> random.Random:
    return random.Random(17)


def test_reach_is_the_largest_end_of_what_begins_no_later(drawn: random.Random) -> None:
    for _ in range(300):
        ranges = [(s := drawn.randrange(30), s + drawn.randrange(1, 12)) for _ in range(12)]
        reach = Reach(start for start, _ in ranges)
        for number, (start, end) in enumerate(ranges):
            for place in range(32):
                told = max((e for s, e in ranges[:number] if s <= place), default=0)
                assert reach.until(place) == told
            reach.add(start, end)


def test_what_presidio_would_keep_is_kept(drawn: random.Random) -> None:
    for _ in range(500):
        results = [
            RecognizerResult(
                drawn.choice("AB"),
                s := drawn.randrange(15),
                s + 1 + drawn.randrange(6),
                drawn.choice((0, 0.4, 0.4, 0.9)),
            )
            for _ in range(drawn.randrange(14))
        ]
        kept = without_contained(results)
        places = {(r.entity_type, r.start, r.end, r.score) for r in kept}
        assert len(places) == len(kept)
        assert places == _each_with_each(results)


def _each_with_each(results: list[RecognizerResult]) -> set[tuple[str, int, int, float]]:
    kept: list[RecognizerResult] = []
    for one in sorted(results, key=lambda r: (-r.score, r.start, r.start - r.end)):
        inside = [k for k in kept if k.entity_type == one.entity_type and one.contained_in(k)]
        if one.score and not inside:
            kept.append(one)
    return {(r.entity_type, r.start, r.end, r.score) for r in kept}


def test_many_results_of_one_text_are_no_square_of_work() -> None:
    results = [RecognizerResult("A", n, n + 2, 0.5) for n in range(4_000)]
    assert len(without_contained(results)) == 4_000
    assert growth(lambda n: without_contained(results[:n]), 2_000) <= MOST_GROWTH
