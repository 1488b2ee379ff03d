"""What only Ray can do, and what can only happen there."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from clearshard.engines.cluster import actors
from clearshard.engines.cluster import crew as crew_module
from clearshard.engines.cluster.actors import RayCluster
from clearshard.engines.cluster.engine import RayEngine
from clearshard.errors import EngineUnavailable, RunFailed
from clearshard.surroundings import PSEUDONYM_VARIABLE, SIGNING_VARIABLE, VARIABLES

from .. import jobs
from .processes import below

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("cluster")]


def _units(count: int, size: int = 3) -> list[jobs.Numbers]:
    return [tuple(range(n * size, (n + 1) * size)) for n in range(count)]


def _flat(results: Iterator[list[str]]) -> list[str]:
    return [name for result in results for name in result]


def test_what_takes_its_worker_with_it_is_taken_apart_by_its_member(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hired: list[object] = []
    hire = RayCluster.hire

    def counted(self: RayCluster) -> object:
        hired.append(hire(self))
        return hired[-1]

    monkeypatch.setattr(RayCluster, "hire", counted)
    results = _flat(RayEngine(2).map(jobs.job(jobs.make_poisoned), _units(15, 4)))
    expected = [f"{n} crashed" if n in (10, 20, 30, 40) else str(n) for n in range(60)]
    assert sorted(results) == sorted(expected)
    assert len(hired) == 2


@pytest.mark.parametrize(
    ("number", "seconds", "loss"), [(3, 1.5, "timed_out"), (4, 600, "out_of_memory")]
)
def test_bounds_of_time_and_memory_are_kept_there(number: int, seconds: float, loss: str) -> None:
    job = jobs.job(jobs.make_hostile, seconds, memory_bytes=512 << 20)
    results = _flat(RayEngine(1).map(job, [(20, 21, number), (22,)]))
    assert sorted(results) == ["20", "21", "22", f"{number} {loss}"]


def test_workers_there_have_no_network() -> None:
    [told] = RayEngine(1).map(jobs.job(jobs.make_connecting), [(1,)])
    assert told[:2] == ["inet EACCES", "inet6 EACCES"]


@pytest.mark.parametrize("how", ["ray.kill", "SIGKILL", "worker"])
def test_a_member_that_is_killed_costs_no_unit(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired: list[Any] = []
    hire = RayCluster.hire

    def counted(self: RayCluster) -> Any:
        hired.append(hire(self))
        return hired[-1]

    monkeypatch.setattr(RayCluster, "hire", counted)
    before = {p.pid for p in below(os.getpid())}
    (tmp_path / "go-2").touch()
    (tmp_path / "go-3").touch()

    def kill() -> None:
        while not (tmp_path / "begun-1").exists():
            time.sleep(0.01)
        new = [p for p in below(os.getpid()) if p.pid not in before]
        if how == "ray.kill":
            import ray

            ray.kill(hired[0])
        elif how == "SIGKILL":
            # Those of earlier tests may be asked again.
            for process in below(os.getpid()):
                if process.name.startswith("ray::Shell"):
                    os.kill(process.pid, signal.SIGKILL)
        else:
            workers = {p.parent for p in new} - {p.pid for p in new if "Shell" in p.name}
            for process in new:
                if process.parent in workers and "forkserver" in process.name:
                    os.kill(process.pid, signal.SIGKILL)
        (tmp_path / "go-1").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    results = _flat(RayEngine(1).map(jobs.job(jobs.make_waiting, 600, str(tmp_path)), _one_each()))
    killer.join()
    assert results == ["1", "2", "3"]
    if how != "worker":
        assert len(hired) == 2


def _one_each() -> list[jobs.Numbers]:
    return [(1,), (2,), (3,)]


def test_nothing_is_left_of_a_mapping(tmp_path: Path) -> None:
    results = RayEngine(2).map(jobs.job(jobs.make_names), _units(9))
    next(results)
    results.close()  # type: ignore[attr-defined]  # a generator
    until = time.monotonic() + 60
    while any(process.name.startswith("ray::Shell") for process in below(os.getpid())):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_cluster_that_is_busy_is_not_waited_for_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "SECONDS_FOR_A_PROCESSOR", 1.0)
    busy = RayCluster(None, 2)
    hands = [busy.hire() for _ in range(2)]
    calls = [busy.call(hand, "pulse") for hand in hands]
    while set(calls) - busy.wait(calls, 60):
        calls = [call for call in calls if call not in busy.wait([call], 0)]
    try:
        with pytest.raises(EngineUnavailable, match="of 2 that it has 0 are free"):
            list(RayEngine(2).map(jobs.job(jobs.make_names), _units(3)))
    finally:
        for hand in hands:
            busy.dismiss(hand)


class _Evil:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("sent", ["evil", "text", "nested", "raised"])
def test_nothing_but_bytes_is_taken_from_a_node(sent: str, tmp_path: Path) -> None:
    import ray

    marker = tmp_path / "it-ran"

    @ray.remote  # type: ignore[untyped-decorator]  # it has no types for us
    def send(sent: str, marker: Path) -> object:
        match sent:
            case "raised":
                raise ValueError("a secret that must not be printed")
            case "text":
                return "x"
            case "nested":
                return [_Evil(marker)]
        return _Evil(marker)

    call: Any = send.remote(sent, marker)
    with pytest.raises(RunFailed) as raised:
        RayCluster(None, 1).answer(call)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert not marker.exists()
    # What is meant to be taken is, and what was sent is what it is taken for here.
    assert RayCluster(None, 1).answer(ray.put(b"bytes")) == b"bytes"
    if sent == "evil":
        ray.get(call)
        assert marker.exists()


def test_signals_stay_with_who_had_them(cluster: RayCluster) -> None:
    def mine(*_: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGTERM, mine)
    try:
        RayCluster(None, 1)
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


def test_no_text_and_no_key_is_in_what_ray_keeps(cluster: RayCluster) -> None:
    job = jobs.job(jobs.make_secret_error)
    with pytest.raises(RunFailed):
        list(RayEngine(1).map(job, [(1,)]))
    assert cluster._folder is not None
    kept = _contents(Path(cluster._folder))
    assert any(b"Shell" in content for content in kept)  # it is where Ray keeps things
    for secret in (b"a secret that must not", jobs.KEY.secret.hex().encode()):
        assert not any(secret in content for content in kept)


def _contents(folder: Path) -> Sequence[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_members_have_the_keys_that_they_open_with_and_workers_have_none() -> None:
    import ray

    @ray.remote  # type: ignore[untyped-decorator]  # it has no types for us
    def names() -> bytes:
        return "\n".join(os.environ).encode()

    call: Any = names.remote()
    of_members = set(RayCluster(None, 1).answer(call).decode().split())
    assert PSEUDONYM_VARIABLE in of_members
    [of_workers] = RayEngine(1).map(jobs.job(jobs.make_environment), [(1,)])
    assert not set(VARIABLES).intersection(of_workers)
    assert SIGNING_VARIABLE not in of_members


def test_only_who_has_started_it_gives_it_work(cluster: RayCluster) -> None:
    assert cluster._folder is not None
    assert Path(cluster._folder).stat().st_mode & 0o077 == 0
    assert actors._environment(own=True).get("RAY_USAGE_STATS_ENABLED") == "0"


def test_one_process_starts_one_cluster_of_its_own_after_the_other() -> None:
    again = (
        "from clearshard.engines.cluster.actors import RayCluster\n"
        "for _ in 'ab': RayCluster(None, 1).close()"
    )
    subprocess.run([sys.executable, "-c", again], check=True, timeout=180)
