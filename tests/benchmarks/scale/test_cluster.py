"""The simulation, where the answer is known without one."""

import math
import random
from dataclasses import replace

import pytest

from .cluster import Cluster, mapped

QUIET = Cluster(1, 1)
TROUBLED = Cluster(
    8,
    4,
    slow_share=0.3,
    slow_factor=3.0,
    lost_per_hour=20.0,
    away=30.0,
    requests_per_second=400.0,
    latency=0.05,
)


def _sizes(count: int = 500, seed: int = 1) -> list[float]:
    made = random.Random(seed)
    return [made.lognormvariate(1.0, 1.2) for _ in range(count)]


@pytest.mark.parametrize("cores", [1, 16])
def test_one_machine_takes_what_the_work_takes(cores: int) -> None:
    sizes = _sizes()
    made = mapped(replace(QUIET, cores=cores), sizes, [1.0] * len(sizes))
    assert made.seconds == pytest.approx(sum(sizes) / cores)
    assert (made.lost, made.again) == (0.0, 0)


@pytest.mark.parametrize(("nodes", "count"), [(3, 10), (4, 12), (7, 5), (100, 1)])
def test_equal_units_go_in_rounds(nodes: int, count: int) -> None:
    made = mapped(replace(QUIET, nodes=nodes), [2.0] * count, [0.0] * count)
    assert made.seconds == pytest.approx(2.0 * math.ceil(count / nodes))


def test_more_machines_are_never_slower_and_wait_at_most_for_one_unit() -> None:
    sizes = _sizes()
    before = math.inf
    for nodes in (1, 2, 3, 5, 8, 13, 40, 200, 1_000):
        seconds = mapped(replace(QUIET, nodes=nodes), sizes, [0.0] * len(sizes)).seconds
        least = max(sum(sizes) / nodes, max(sizes))
        assert least <= seconds * 1.000001 <= before * 1.000002
        assert seconds <= sum(sizes) / nodes + max(sizes)
        before = seconds


def test_machines_that_are_all_slow_take_as_many_times_as_long() -> None:
    sizes = _sizes()
    quiet = replace(QUIET, nodes=4)
    slow = replace(quiet, slow_share=1.0, slow_factor=2.5)
    plain = mapped(quiet, sizes, [0.0] * len(sizes))
    assert mapped(slow, sizes, [0.0] * len(sizes)).seconds == pytest.approx(2.5 * plain.seconds)


def test_some_slow_machines_cost_less_than_their_share() -> None:
    """Who is slow gets fewer units; only the last one is waited for."""
    sizes = [1.0] * 4_000
    slow = Cluster(20, 1, slow_share=0.2, slow_factor=4.0)
    made = mapped(slow, sizes, [0.0] * len(sizes))
    assert sum(sizes) / 20 < made.seconds < 4.0 * sum(sizes) / 20 / 2


# The store.


def test_a_store_that_is_slower_than_the_work_is_what_is_waited_for() -> None:
    sizes, requests = [1.0] * 400, [50.0] * 400
    made = mapped(Cluster(100, 1, requests_per_second=500.0), sizes, requests)
    by_formula = sum(requests) / 500.0
    assert by_formula <= made.seconds <= by_formula + 1.000001  # and the last unit


def test_a_store_that_is_faster_than_the_work_is_not_noticed() -> None:
    sizes, requests = [1.0] * 400, [50.0] * 400
    quick = Cluster(10, 1, requests_per_second=1e6)
    endless = mapped(replace(quick, requests_per_second=None), sizes, requests)
    assert mapped(quick, sizes, requests).seconds == pytest.approx(endless.seconds, rel=0.01)


def test_the_throttle_binds_where_the_formula_says() -> None:
    """From as many machines on as ask for more than the store answers."""
    sizes, requests = [1.0] * 2_000, [10.0] * 2_000
    for nodes in (5, 10, 20, 40, 80):
        made = mapped(Cluster(nodes, 1, requests_per_second=200.0), sizes, requests)
        bound = max(sum(sizes) / nodes, sum(requests) / 200.0)
        assert bound <= made.seconds * 1.000001
        assert made.seconds <= bound + 3.0


def test_latency_is_waited_for_once_where_work_takes_longer() -> None:
    sizes, requests = [1.0] * 50, [16.0] * 50
    made = mapped(replace(QUIET, latency=0.05, in_flight=16), sizes, requests)
    assert made.seconds == pytest.approx(50.0 + 0.05)
    far = mapped(replace(QUIET, latency=2.0, in_flight=16), sizes, requests)
    assert far.seconds == pytest.approx(50 * 2.0 + 1.0)  # then it is all that is waited for


# What is taken back.


def test_what_is_lost_is_done_again() -> None:
    sizes = _sizes()
    cluster = Cluster(5, 1, lost_per_hour=30.0, away=60.0)
    made = mapped(cluster, sizes, [0.0] * len(sizes))
    assert made.again > 0
    assert made.lost > 0
    assert made.busy == pytest.approx(sum(sizes))  # every unit once, and none is missing
    quiet = mapped(replace(cluster, lost_per_hour=0.0), sizes, [0.0] * len(sizes))
    assert made.seconds > quiet.seconds


def test_a_lost_unit_waits_for_nobody_while_another_machine_is_idle() -> None:
    """Whoever is taken back here does not come again."""
    cluster = Cluster(200, 1, lost_per_hour=6.0, away=1e6)
    made = [mapped(replace(cluster, seed=seed), [300.0], [0.0]) for seed in range(20)]
    assert sum(one.again for one in made) > 0
    assert max(one.seconds for one in made) < 1e5


def test_one_machine_that_is_taken_back_is_away_as_often_as_that() -> None:
    """The share of time that it is there is what renewal says: life over life and absence."""
    cluster = Cluster(1, 1, lost_per_hour=12.0, away=300.0)
    sizes = [1.0] * 20_000
    made = mapped(cluster, sizes, [0.0] * len(sizes))
    there = (sum(sizes) + made.lost) / made.seconds
    assert there == pytest.approx(300.0 / (300.0 + 300.0), rel=0.15)


def test_a_seed_gives_the_same_again_and_another_one_another() -> None:
    sizes, requests = _sizes(), [4.0] * 500
    one = mapped(TROUBLED, sizes, requests)
    assert mapped(TROUBLED, sizes, requests) == one
    assert mapped(replace(TROUBLED, seed=2), sizes, requests) != one


def test_trouble_never_helps() -> None:
    sizes, requests = _sizes(), [4.0] * 500
    quiet = mapped(Cluster(8, 4), sizes, requests).seconds
    for seed in range(20):
        made = mapped(replace(TROUBLED, seed=seed), sizes, requests)
        assert made.seconds >= quiet
        assert made.seconds >= sum(requests) / 400.0
