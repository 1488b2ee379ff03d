"""The laws of `clearshard.engines.engine`, held to every implementation.

What only processes can do, and what can only happen to them, is in the files beside this one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clearshard.engines.cluster.engine import RayEngine
from clearshard.engines.engine import UNITS_PER_WORKER, Engine
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop
from clearshard.errors import ConfigError, Interrupted, OutputFull, RunFailed

from ..inline import InlineEngine
from . import jobs

Make = Callable[..., Engine]


@pytest.fixture(
    params=[LocalEngine, InlineEngine, pytest.param(RayEngine, marks=pytest.mark.servers)]
)
def engine(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    if made is RayEngine:
        request.getfixturevalue("cluster")
    return made


def _units(count: int, size: int = 3) -> list[jobs.Numbers]:
    return [tuple(range(n * size, (n + 1) * size)) for n in range(count)]


def _flat(results: Iterator[list[str]]) -> list[str]:
    return [name for result in results for name in result]


def _until_interrupted(results: Iterator[list[str]]) -> list[str]:
    got: list[str] = []
    try:
        for result in results:
            got += result
    except Interrupted:
        return got
    raise AssertionError("it ended as if nobody had asked")


def _failing(tmp_path: Path) -> tuple[jobs.NumbersJob, Callable[[], list[str]]]:
    """A job, and what has been begun of it."""
    log = tmp_path / "begun"
    log.touch()
    return jobs.job(jobs.make_failing, 60, str(log)), lambda: log.read_text().splitlines()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_the_order_of_the_units(engine: Make, workers: int) -> None:
    results = engine(workers).map(jobs.job(jobs.make_names), _units(20))
    assert _flat(results) == [str(n) for n in range(60)]


def test_only_a_bounded_number_of_units_is_taken_ahead(engine: Make) -> None:
    taken = 0

    def units() -> Iterator[jobs.Numbers]:
        nonlocal taken
        for unit in _units(100):
            taken += 1
            yield unit

    results = engine(2).map(jobs.job(jobs.make_names), units())
    next(results)
    results.close()  # type: ignore[attr-defined]  # a generator
    assert 1 <= taken <= 2 * UNITS_PER_WORKER + 1


def test_nothing_is_made_where_there_is_nothing_to_do(engine: Make, tmp_path: Path) -> None:
    job, begun = _failing(tmp_path)
    assert list(engine(4).map(job, [])) == []
    assert begun() == []


def test_nothing_is_made_before_there_is_a_unit(engine: Make, tmp_path: Path) -> None:
    job, begun = _failing(tmp_path)

    def units() -> Iterator[jobs.Numbers]:
        assert begun() == []
        yield (1,)

    assert _flat(engine(1).map(job, units())) == ["1"]
    assert begun() == ["made", "(1,)"]


@pytest.mark.parametrize(("number", "loss"), [(3, "crashed"), (4, "out_of_memory")])
def test_a_unit_that_is_lost_is_taken_apart_and_costs_no_other(
    engine: Make, tmp_path: Path, number: int, loss: str
) -> None:
    job, begun = _failing(tmp_path)
    results = list(engine(2).map(job, [(10, 11), (12, number, 13), (14, 15)]))
    assert results[0] == ["10", "11"]
    assert results[-1] == ["14", "15"]
    # Several results in the place of one.
    assert sorted(_flat(iter(results[1:-1]))) == sorted(["12", "13", f"{number} {loss}"])
    # What takes too much does so by itself; a crash may be somebody else's fault, once.
    assert begun().count(f"({number},)") == (2 if loss == "crashed" else 1)
    # Never a second time together.
    assert begun().count(f"(12, {number}, 13)") == 1


def test_what_was_hit_alone_once_is_not_given_up(engine: Make, tmp_path: Path) -> None:
    job, begun = _failing(tmp_path)
    assert sorted(_flat(engine(1).map(job, [(5, 6), (7,)]))) == ["5", "6", "7"]
    assert begun().count("(5,)") == 2


def test_an_error_in_giving_up_reaches_the_caller(engine: Make, tmp_path: Path) -> None:
    log = tmp_path / "begun"
    job = jobs.job(jobs.make_failing, 60, str(log), giving_up=jobs.refuse)
    with pytest.raises(RunFailed, match=r"\(4,\) out_of_memory"):
        list(engine(1).map(job, [(4,)]))


def test_an_error_of_this_project_reaches_the_caller(engine: Make) -> None:
    with pytest.raises(ConfigError) as caught:
        list(engine(2).map(jobs.job(jobs.make_config_error), _units(1)))
    assert caught.value.problems == ("redaction.spacy_model → no such thing",)


def test_a_full_disk_in_a_worker_fails_the_run_and_blames_no_file(engine: Make) -> None:
    with pytest.raises(OutputFull):
        list(engine(1).map(jobs.job(jobs.make_full_disk), _units(2)))


def test_any_other_error_while_it_is_made_is_told_by_type_alone(engine: Make) -> None:
    with pytest.raises(RunFailed, match="RuntimeError") as caught:
        list(engine(1).map(jobs.job(jobs.make_secret_error), _units(1)))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_error_of_the_units_reaches_the_caller(engine: Make) -> None:
    class OfSource(Exception):
        pass

    def units() -> Iterator[jobs.Numbers]:
        yield (1,)
        raise OfSource

    with pytest.raises(OfSource):
        list(engine(1).map(jobs.job(jobs.make_names), units()))


def test_a_request_before_the_first_unit_makes_nothing(engine: Make, tmp_path: Path) -> None:
    job, begun = _failing(tmp_path)
    stop = Stop()
    stop.request()
    stop.request()
    units = iter([(1,)])
    assert _until_interrupted(engine(1, stop).map(job, units)) == []
    assert begun() == []
    assert list(units) == [(1,)]


def test_after_a_request_no_unit_is_taken(engine: Make) -> None:
    stop = Stop()
    taken: list[int] = []

    def units() -> Iterator[jobs.Numbers]:
        for number in range(50):
            taken.append(number)
            yield (number,)

    results = engine(2, stop).map(jobs.job(jobs.make_slow), units())
    assert next(results) == ["0"]
    stop.request()
    before = len(taken)
    got = _until_interrupted(results)
    assert len(taken) == before < 50
    # How many there are depends on how quick the machine was, their order does not.
    assert got == [str(number) for number in range(1, len(got) + 1)]


def test_a_request_while_units_are_taken_is_heeded_before_the_next(engine: Make) -> None:
    stop = Stop()

    def units() -> Iterator[jobs.Numbers]:
        yield (1,)
        stop.request()
        yield (2,)
        raise AssertionError("it was asked for another one")

    # Whether the first was begun, and the second with it, depends on the engine.
    got = _until_interrupted(engine(1, stop).map(jobs.job(jobs.make_names), units()))
    assert got in ([], ["1"], ["1", "2"])


def test_a_request_after_the_last_unit_interrupts_too(engine: Make) -> None:
    """The caller has more to do than to map."""
    stop = Stop()
    results = engine(1, stop).map(jobs.job(jobs.make_names), [(1,)])
    assert next(results) == ["1"]
    stop.request()
    assert _until_interrupted(results) == []


def test_a_source_that_is_interrupted_keeps_what_is_in_hand(engine: Make) -> None:
    stop = Stop()

    def units() -> Iterator[jobs.Numbers]:
        yield (1,)
        stop.request()
        raise Interrupted

    got = _until_interrupted(engine(1, stop).map(jobs.job(jobs.make_slow), units()))
    assert got in ([], ["1"])  # it may not have been handed out yet


def test_somebody_heeds_while_mapping_and_nobody_before_and_after(engine: Make) -> None:
    stop = Stop()
    results = engine(1, stop).map(jobs.job(jobs.make_names), [(1,), (2,)])
    seen = [stop.heeded]
    next(results)
    seen.append(stop.heeded)
    assert list(results) == [["2"]]
    seen.append(stop.heeded)
    assert seen == [False, True, False]


def test_nobody_heeds_once_the_caller_has_let_go(engine: Make) -> None:
    stop = Stop()
    results = engine(1, stop).map(jobs.job(jobs.make_names), _units(5))
    next(results)
    results.close()  # type: ignore[attr-defined]  # a generator
    assert not stop.heeded
