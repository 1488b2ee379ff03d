"""What becomes of units whose members are lost, and what is believed of what members say."""

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest

from clearshard.engines.cluster import crew as crew_module
from clearshard.engines.cluster.crew import (
    MEMBERS_PER_PIECE,
    SECONDS_FOR_A_PROCESSOR,
    SECONDS_WITHOUT_PULSE,
    Crew,
)
from clearshard.engines.cluster.messages import Trouble, trouble_of
from clearshard.engines.mapping import Line, mapped
from clearshard.engines.stopping import Stop
from clearshard.errors import (
    ConfigError,
    EngineUnavailable,
    Interrupted,
    OutputFull,
    RunFailed,
)

from .. import jobs
from .pretended import Call, Hand, PretendedCluster

Numbers = jobs.Numbers


def _map(
    cluster: PretendedCluster, units: Iterable[Numbers], size: int = 2, stop: Stop | None = None
) -> Iterator[list[str]]:
    line: Line[Numbers, list[str]] = Line()
    stop = stop or Stop()
    crew = Crew(jobs.job(jobs.make_names), size, stop, line, lambda: cluster)
    return mapped(line, crew, units, 4 * size, stop)


def _flat(results: Iterable[list[str]]) -> list[str]:
    return [name for result in results for name in result]


def _units(number: int) -> list[Numbers]:
    return [(2 * n, 2 * n + 1) for n in range(number)]


def _given(cluster: PretendedCluster, unit: Numbers) -> int:
    return sum(hand.given.count(unit) for hand in cluster.hands)


def _nth(number: int, method: str = "work") -> Iterator[bool]:
    """Of each call of a method whether it is this one, from 0."""
    return (n == number for n in count())


def test_members_are_given_two_units_at_most_and_results_come_in_order() -> None:
    cluster = PretendedCluster()
    assert _flat(_map(cluster, _units(40))) == [str(n) for n in range(80)]
    assert cluster.most_waiting == 2
    assert [hand.number for hand in cluster.hands if hand.given] == [0, 1]
    assert all(hand.dismissed for hand in cluster.hands)
    assert cluster.closed


def test_no_cluster_is_looked_for_before_there_is_a_unit() -> None:
    line: Line[Numbers, list[str]] = Line()
    stop = Stop()

    def connect() -> PretendedCluster:
        raise AssertionError("there is nothing to do")

    crew = Crew(jobs.job(jobs.make_names), 2, stop, line, connect)
    assert list(mapped(line, crew, [], 8, stop)) == []


def test_a_unit_whose_member_is_lost_is_given_to_another_as_it_is() -> None:
    cluster = PretendedCluster()
    losing = _nth(3)
    cluster.lost = lambda call: call.method == "work" and next(losing)
    assert _flat(_map(cluster, _units(10))) == [str(n) for n in range(20)]
    assert len(cluster.hands) == 3
    assert all(len(unit) == 2 for hand in cluster.hands for unit in hand.given)


def test_what_a_lost_member_had_not_begun_counts_no_loss() -> None:
    """Else whoever waits behind a unit that kills its members would be taken apart with it."""
    cluster = PretendedCluster()

    def lost(call: Call) -> bool:
        if call.method != "work":
            return False
        # It is lost with the unit that it has begun; the one behind it was never looked at.
        return call.arguments[0] in first

    first: set[object] = set()
    given = cluster.call

    def call(hand: object, method: str, *arguments: bytes | int) -> Call:
        made = given(hand, method, *arguments)  # type: ignore[arg-type]  # a pretended one
        if method == "work" and len(made.hand.waiting) == 1 and made.hand.number < 3:
            first.add(arguments[0])
        return made

    cluster.lost, cluster.call = lost, call  # type: ignore[method-assign]  # of this one alone
    results = list(_map(cluster, [(1, 2), (3, 4), (5, 6)], size=1))
    assert results == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert _given(cluster, (3, 4)) == 1


def test_a_unit_that_kills_its_members_is_taken_apart_and_given_up_alone() -> None:
    cluster = PretendedCluster()
    tried: list[Numbers] = []

    def work(unit: Numbers) -> list[str]:
        tried.append(unit)
        return [str(number) for number in unit]

    cluster.work = work

    def lost(call: Call) -> bool:
        if call.method != "work":
            return False
        cluster._answer(call)
        return 3 in tried[-1]

    cluster.lost = lost
    results = list(_map(cluster, [(1, 2), (3, 4), (5, 6)], size=1))
    assert results[0] == ["1", "2"]
    assert sorted(_flat(results[1:3])) == ["3 crashed", "4"]
    assert results[3] == ["5", "6"]
    assert tried.count((3, 4)) == tried.count((3,)) == MEMBERS_PER_PIECE


def test_parts_are_first_in_line_and_in_their_order() -> None:
    """What follows in the order waits for them."""
    line: Line[Numbers, list[str]] = Line()
    for unit in _units(3):
        line.take(unit)
    whole = line.next()
    line.take_apart(whole, [(0,), (1,)])
    pieces = [line.next() for _ in range(4)]
    assert [piece.unit for piece in pieces] == [(0,), (1,), (2, 3), (4, 5)]
    assert not line.waits
    for piece in reversed(pieces):
        assert list(line.ready()) == []
        line.finish(piece, [list(map(str, piece.unit))])
    assert list(line.ready()) == [["1"], ["0"], ["2", "3"], ["4", "5"]]
    assert len(line) == 0


def test_members_that_die_while_starting_end_the_run() -> None:
    cluster = PretendedCluster()
    cluster.lost = lambda call: call.method == "begin"
    with pytest.raises(RunFailed, match="die while starting"):
        list(_map(cluster, _units(3)))
    assert all(hand.dismissed for hand in cluster.hands)


def test_some_deaths_while_starting_do_not() -> None:
    cluster = PretendedCluster()
    cluster.lost = lambda call: call.method == "hello" and call.hand.number % 5 != 4
    assert _flat(_map(cluster, _units(3), size=1)) == [str(n) for n in range(6)]


@pytest.mark.parametrize(
    "error", [OutputFull("No space left."), ConfigError("job.toml", ["a → wrong", "b → too"])]
)
def test_an_error_of_the_job_reaches_the_caller_as_it_is(error: OutputFull | ConfigError) -> None:
    cluster = PretendedCluster()
    cluster.work = lambda _: trouble_of(error)
    with pytest.raises(type(error)) as raised:
        list(_map(cluster, _units(3)))
    assert str(raised.value) == str(error)


def test_a_node_that_does_not_serve_is_told() -> None:
    cluster = PretendedCluster()
    cluster.greeting = Trouble("RunFailed", ("it has another version\x1b[2J",))
    with pytest.raises(EngineUnavailable, match="another version") as raised:
        list(_map(cluster, _units(3)))
    assert "\x1b" not in str(raised.value)


def test_a_member_without_the_key_is_not_believed() -> None:
    cluster = PretendedCluster()
    cluster.secret = bytes(32)
    with pytest.raises(RunFailed, match="without the pseudonym key"):
        list(_map(cluster, _units(3)))
    assert not any(hand.given for hand in cluster.hands)


def test_a_result_is_taken_for_its_own_unit_alone() -> None:
    cluster = PretendedCluster()
    cluster.swapped = True
    with pytest.raises(RunFailed, match="without the pseudonym key"):
        list(_map(cluster, _units(3)))


@pytest.mark.parametrize("nonsense", [b"", b"nonsense", b"\x00" * 100])
def test_nonsense_is_told(nonsense: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = PretendedCluster()
    for method in ("hello", "begin", "work"):
        monkeypatch.setattr(
            cluster,
            "_answer",
            lambda call, method=method: (
                nonsense if call.method == method else PretendedCluster._answer(cluster, call)
            ),
        )
        with pytest.raises(RunFailed, match="Nothing was taken"):
            list(_map(cluster, _units(1)))


def test_nothing_that_is_secret_crosses_in_clear() -> None:
    cluster = PretendedCluster()
    cluster.work = lambda unit: [f"flibbertigibbet {unit}"]
    results = _flat(_map(cluster, [(1_000_000_007,)]))
    assert results == ["flibbertigibbet (1000000007,)"]
    crossed = b"".join(cluster.crossed)
    for secret in (b"flibbertigibbet", jobs.KEY.secret, jobs.KEY.secret.hex().encode()):
        assert secret not in crossed
    assert (1_000_000_007).to_bytes(4, "big") not in crossed


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> PretendedCluster:
    """One by whose clock the crew goes."""
    made = PretendedCluster()
    monkeypatch.setattr(crew_module, "time", made)
    return made


def test_a_cluster_without_a_place_is_told_of(cluster: PretendedCluster) -> None:
    cluster.silent = lambda _: True
    with pytest.raises(EngineUnavailable, match="of 8 that it has 0 are free"):
        list(_map(cluster, _units(3)))
    assert SECONDS_FOR_A_PROCESSOR < cluster.clock < SECONDS_FOR_A_PROCESSOR + 1


def test_a_cluster_that_dies_ends_the_run(cluster: PretendedCluster) -> None:
    results = _map(cluster, _units(30))
    assert next(results) == ["0", "1"]
    cluster.lost = lambda call: call.hand.number < 2
    cluster.silent = lambda call: call.hand.number >= 2
    with pytest.raises(RunFailed, match="does not answer any more"):
        list(results)
    assert SECONDS_FOR_A_PROCESSOR < cluster.clock < SECONDS_FOR_A_PROCESSOR + 1


def test_one_that_has_no_pulse_is_lost(cluster: PretendedCluster) -> None:
    cluster.silent = lambda call: call.hand.number == 0 and call.method in ("pulse", "work")
    assert _flat(_map(cluster, _units(5), size=1)) == [str(n) for n in range(10)]
    assert len(cluster.hands) == 2
    # From when it was asked.
    assert SECONDS_WITHOUT_PULSE < cluster.clock < SECONDS_WITHOUT_PULSE + 11


def test_one_that_works_long_and_has_a_pulse_is_not(cluster: PretendedCluster) -> None:
    cluster.silent = lambda call: call.method == "work" and cluster.clock < 10_000
    assert _flat(_map(cluster, _units(5), size=1)) == [str(n) for n in range(10)]
    assert len(cluster.hands) == 1


def test_what_the_caller_does_meanwhile_counts_against_nobody(cluster: PretendedCluster) -> None:
    got: list[str] = []
    for result in _map(cluster, _units(20)):
        got += result
        cluster.clock += 1_000
    assert got == [str(n) for n in range(40)]
    assert len(cluster.hands) == 2


def test_after_a_request_what_is_worked_on_still_comes() -> None:
    cluster, stop = PretendedCluster(), Stop()
    got: list[str] = []

    def work(unit: Numbers) -> list[str]:
        if 4 in unit:
            stop.request()
        return [str(number) for number in unit]

    cluster.work = work
    with pytest.raises(Interrupted):
        got.extend(name for result in _map(cluster, _units(30), stop=stop) for name in result)
    # What was answered at once, then one of each member, and none that was only waiting there.
    assert got == [str(n) for n in range(len(got))]
    assert 6 <= len(got) <= 12
    assert cluster.closed


def test_a_member_that_is_lost_after_a_request_stays_lost() -> None:
    cluster, stop = PretendedCluster(), Stop()
    cluster.lost = lambda call: call.method == "work" and stop.requested

    def work(unit: Numbers) -> list[str]:
        stop.request()
        return [str(number) for number in unit]

    cluster.work = work
    with pytest.raises(Interrupted):
        list(_map(cluster, _units(30), stop=stop))
    assert not any(hand.given for hand in cluster.hands[2:])
    assert sum(len(hand.given) for hand in cluster.hands) <= 2


def test_a_unit_is_given_up_here_as_it_would_be_there(tmp_path: Path) -> None:
    """What nobody survives is given up with the loss that a crash is."""
    cluster = PretendedCluster()
    cluster.lost = lambda call: call.method == "work"
    assert _flat(_map(cluster, [(7,)], size=1)) == ["7 crashed"]


def test_whoever_is_well_is_not_lost_while_others_are_dismissed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To dismiss one may take seconds where the head of the cluster is gone."""
    cluster = PretendedCluster()
    monkeypatch.setattr(crew_module, "time", cluster)
    dead = range(13)

    def dismiss(hand: Hand) -> None:
        hand.dismissed = True
        cluster.clock += 5.0

    line: Line[Numbers, list[str]] = Line()
    crew = Crew(jobs.job(jobs.make_names), 17, Stop(), line, lambda: cluster)
    for unit in _units(17):
        line.take(unit)
    cluster.silent = lambda call: call.method in ("work", "pulse")
    crew.hand_out()
    for _ in range(3):
        crew.step()
    cluster.clock += 11.0
    crew.step()  # asks everybody for a pulse
    monkeypatch.setattr(cluster, "dismiss", dismiss)
    cluster.lost = lambda call: call.hand.number in dead
    cluster.silent = lambda call: call.hand.number not in dead
    crew.step()
    assert not [hand.number for hand in cluster.hands[13:17] if hand.dismissed]
