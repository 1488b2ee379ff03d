"""A connection that is begun beside other work is used by whoever has work, and left by nobody."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from clearshard.engines import choice as choice_module
from clearshard.engines.choice import LOCAL, Choice, engine_of, reaching
from clearshard.engines.cluster import engine as engine_module
from clearshard.engines.cluster import reaching as reaching_module
from clearshard.engines.cluster.connecting import Connecting
from clearshard.engines.cluster.ground import Cluster
from clearshard.engines.cluster.reaching import ADDRESS_VARIABLE, Question
from clearshard.errors import EngineUnavailable

from .. import jobs
from .pretended import PretendedCluster


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that would ask says nothing, and does not end by itself."""
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)
    start = subprocess.Popen
    command = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(subprocess, "Popen", lambda _, **settings: start(command, **settings))


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[PretendedCluster]:
    """Clusters that were connected to."""
    made: list[PretendedCluster] = []

    def connect(asked: Question | None, workers: int = 0) -> Cluster:
        assert asked is not None
        asked.give_up()
        made.append(PretendedCluster())
        return made[-1]

    monkeypatch.setattr(engine_module, "_connect", connect)
    monkeypatch.setattr(engine_module, "require_open", lambda _: None)
    return made


def _there() -> Choice:
    return Choice("ray", "10.0.0.5:6379")


def _mapped(chosen: Choice) -> list[list[str]]:
    units: Iterator[jobs.Numbers] = iter([(1, 2), (3, 4)])
    return list(engine_of(2, None, chosen).map(jobs.job(jobs.make_names), units))


def test_whoever_has_work_takes_it(connected: list[PretendedCluster]) -> None:
    with reaching(_there()) as chosen:
        assert _mapped(chosen) == [["1", "2"], ["3", "4"]]
        [cluster] = connected
        assert cluster.closed
        # It is gone then: another mapping has one of its own.
        assert _mapped(chosen) == [["1", "2"], ["3", "4"]]
    assert len(connected) == 2


def test_nobody_is_hired_for_it_and_it_ends_where_nobody_has_work(
    connected: list[PretendedCluster],
) -> None:
    with reaching(_there()) as chosen:
        assert chosen.connecting is not None
    [cluster] = connected
    assert cluster.closed
    assert cluster.hands == []


def test_it_is_made_beside_what_the_caller_does(
    connected: list[PretendedCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def connect(_: Question) -> Cluster:
        assert goes_on.wait(60)
        return PretendedCluster()

    monkeypatch.setattr(engine_module, "_connect", connect)
    with reaching(_there()) as chosen:
        goes_on.set()
        assert _mapped(chosen) == [["1", "2"], ["3", "4"]]
    assert connected == []


@pytest.mark.parametrize(
    "error", [EngineUnavailable("it has other versions"), ImportError("a broken installation")]
)
def test_why_there_is_none_is_told_to_whoever_has_work_and_to_nobody_else(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(_: Question) -> NoReturn:
        raise error

    monkeypatch.setattr(engine_module, "_connect", connect)
    monkeypatch.setattr(engine_module, "require_open", lambda _: None)
    with reaching(_there()):
        pass
    with reaching(_there()) as chosen, pytest.raises(type(error), match=str(error)):
        _mapped(chosen)


def test_a_cluster_that_is_silent_keeps_nobody_who_has_no_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reaching_module, "SECONDS_TO_ANSWER", 30.0)
    told: list[str] = []

    def connect(asked: Question) -> NoReturn:
        try:
            asked.require_same("2.60.0", _hangs)
        except EngineUnavailable as error:
            told.append(str(error))
            raise
        raise AssertionError

    Connecting(Question("10.0.0.5:6379"), connect).close()
    [why] = told
    # It was given up before its time was over.
    assert "it does not answer" not in why


def _hangs(_: str) -> NoReturn:
    threading.Event().wait(60)
    raise AssertionError


def test_one_of_our_own_is_started_for_work_alone(connected: list[PretendedCluster]) -> None:
    with reaching(Choice("ray")) as chosen:
        assert chosen == Choice("ray")
    assert connected == []


def test_who_works_here_reaches_for_nobody(connected: list[PretendedCluster]) -> None:
    with reaching(LOCAL) as chosen:
        assert chosen is LOCAL
    assert connected == []


def test_where_nobody_listens_nothing_is_begun(connected: list[PretendedCluster]) -> None:
    def nobody(address: str) -> NoReturn:
        raise EngineUnavailable(address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "require_open", nobody)
        with pytest.raises(EngineUnavailable), choice_module.reaching(_there()):
            raise AssertionError
    assert connected == []
