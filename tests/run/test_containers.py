"""Containers in a process of their own: the same records, and bounds that hold."""

import gzip
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.verify import verify
from clearshard.config import Limits
from clearshard.engines import helper
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import Worker
from clearshard.errors import Interrupted, RunFailed
from clearshard.records.states import Quarantine
from clearshard.run import containers
from clearshard.run.containers import ContainerReader
from clearshard.run.located import InFolder
from clearshard.sources.containers import read_records
from clearshard.storage.sources import open_inside

from ..engines.jobs import make_dying
from .world import World, transcript

_MEBIBYTE = 1 << 20
#: 320 MiB of them, as 20 parts of a gzip file, one after the other: a minute to read. The time that
#: a container may take grows with its own size, so it is no larger than that.
_NEWLINES = gzip.compress(b"\n" * (16 * _MEBIBYTE)) * 20


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Callable[..., ContainerReader]]:
    made: list[ContainerReader] = []

    def make(seconds: float = 60, memory_bytes: int = 1 << 30, stop: Stop | None = None):  # type: ignore[no-untyped-def]  # a fixture's helper
        limits = Limits(seconds_per_file=seconds, worker_memory_bytes=memory_bytes)
        made.append(ContainerReader(limits, stop or Stop(), InFolder(tmp_path)))
        return made[-1]

    yield make
    for one in made:
        one.__exit__(None, None, None)


def _container(root: Path, *names: str) -> str:
    lines = [json.dumps(transcript("hello there", name, id=name)) for name in names]
    (root / "c.jsonl").write_text("\n".join(lines))
    return "c.jsonl"


def _large_container(root: Path, records: int) -> tuple[str, list[str]]:
    """One whose records come in several portions."""
    names = [f"r{n}" for n in range(records)]
    lines = [json.dumps(transcript("hi", id=n, text="hi " * 100_000)) for n in names]
    (root / "c.jsonl").write_text("\n".join(lines))
    return "c.jsonl", names


def _errors(found: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    return {
        name: (str(value.reason), value.error_type)
        for name, value in found.items()
        if isinstance(value, Quarantine)
    }


def test_the_records_are_those_that_reading_here_gives(
    tmp_path: Path, reader: Callable[..., ContainerReader]
) -> None:
    names = [f"r{n}" for n in range(300)]
    path = _container(tmp_path, *names, "twice", "twice")
    wanted = {*names[::2], "twice", "absent"}
    here = list(read_records(partial(open_inside, tmp_path), path, wanted, _MEBIBYTE))
    there = list(reader().read(path, wanted, _MEBIBYTE))
    assert [name for name, _ in here] == [name for name, _ in there]
    assert [str(found) for _, found in here] == [str(found) for _, found in there]


def test_a_second_container_is_read_after_one_that_was_left(
    tmp_path: Path, reader: Callable[..., ContainerReader]
) -> None:
    path = _container(tmp_path, *(f"r{n}" for n in range(50)))
    one = reader()
    begun = one.read(path, {f"r{n}" for n in range(50)}, _MEBIBYTE)
    next(begun)
    begun.close()  # type: ignore[attr-defined]  # a generator
    assert len(list(one.read(path, {"r1", "r2"}, _MEBIBYTE))) == 2


def test_a_few_kilobytes_of_newlines_cost_the_bound_and_no_more(
    tmp_path: Path, reader: Callable[..., ContainerReader]
) -> None:
    (tmp_path / "bomb.jsonl.gz").write_bytes(_NEWLINES)
    found = dict(reader(1.0).read("bomb.jsonl.gz", {"a", "b"}, _MEBIBYTE))
    expected = ("detector_timeout", "Container_timed_out")
    assert _errors(found) == {"a": expected, "b": expected}


def test_a_parquet_file_that_unpacks_to_more_than_the_memory_costs_itself(
    tmp_path: Path, reader: Callable[..., ContainerReader]
) -> None:
    rows = 10_000_000
    ids = pa.DictionaryArray.from_arrays(pa.repeat(0, rows).cast(pa.int32()), ["x" * 160])
    pq.write_table(
        pa.table({"id": ids}), tmp_path / "bomb.parquet", row_group_size=rows, store_schema=False
    )
    assert (tmp_path / "bomb.parquet").stat().st_size < 1 << 20
    found = dict(reader(60, 600 << 20).read("bomb.parquet", {"a"}, _MEBIBYTE))
    ((reason, error),) = _errors(found).values()
    assert reason == "malformed"
    assert error in ("Container_out_of_memory", "ArrowMemoryError", "Container_crashed")


def test_the_time_that_records_are_used_for_does_not_count(
    tmp_path: Path, reader: Callable[..., ContainerReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    used = 0.0
    monkeypatch.setattr(helper, "time", SimpleNamespace(monotonic=lambda: used))
    path, names = _large_container(tmp_path, 40)
    found = {}
    for name, content in reader(60).read(path, set(names), _MEBIBYTE):
        used += 1000  # the bound would be over
        found[name] = content
    assert found.keys() == set(names)
    assert _errors(found) == {}


@pytest.mark.parametrize("kill_after", [(5,), (5, 30)])
def test_a_reader_that_is_killed_once_costs_no_record(
    tmp_path: Path,
    reader: Callable[..., ContainerReader],
    monkeypatch: pytest.MonkeyPatch,
    kill_after: tuple[int, ...],
) -> None:
    workers: list[Worker] = []

    def starting(*arguments: Any) -> Worker:
        workers.append(Worker(*arguments))
        return workers[-1]

    monkeypatch.setattr(helper, "Worker", starting)
    path, names = _large_container(tmp_path, 60)
    one = reader()
    found: dict[str, object] = {}
    for name, content in one.read(path, set(names), _MEBIBYTE):
        assert name not in found
        found[name] = content
        if len(found) in kill_after:
            os.kill(workers[-1].pid, signal.SIGKILL)
    assert found.keys() == set(names)
    assert set(_errors(found).values()) == (
        set() if len(kill_after) == 1 else {("malformed", "Container_crashed")}
    )


def test_a_request_to_stop_ends_the_reading(
    tmp_path: Path, reader: Callable[..., ContainerReader]
) -> None:
    stop = Stop()
    stop.request()
    path = _container(tmp_path, "a")
    with pytest.raises(Interrupted):
        list(reader(stop=stop).read(path, {"a"}, _MEBIBYTE))


def test_a_reader_that_cannot_start_ends_the_run(
    tmp_path: Path, reader: Callable[..., ContainerReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "make_reader", _hungry)
    path = _container(tmp_path, "a")
    with pytest.raises(RunFailed, match="worker_memory_bytes"):
        list(reader(60, 512 << 20).read(path, {"a"}, _MEBIBYTE))


def _hungry() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def test_in_a_run_a_bomb_costs_its_own_records(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.account("good")
    world.file("file", "good", transcript("good morning", "a green chair"))
    world.file("packed", "good", None, transcript_uri="good.jsonl")
    world.file("bombed", "good", None, transcript_uri="bomb.jsonl.gz")
    world.write("\n[limits]\nmax_quarantined_share = 1.0\nseconds_per_file = 2.0\n")
    folder = tmp_path / "transcripts"
    packed = json.dumps({**transcript("good evening", "a red one"), "id": "packed"})
    (folder / "good.jsonl").write_text(packed)
    (folder / "bomb.jsonl.gz").write_bytes(_NEWLINES)
    record = world.run()
    states = world.decisions(record)
    assert states["bombed"] == ("quarantined", ["detector_timeout"])
    assert (states["file"][0], states["packed"][0]) == ("written", "written")
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("deaths", [2, 3])
def test_a_process_that_dies_while_starting_is_started_again(
    tmp_path: Path,
    reader: Callable[..., ContainerReader],
    monkeypatch: pytest.MonkeyPatch,
    deaths: int,
) -> None:
    left = deaths

    def dying(make: Callable[..., Any], *arguments: Any) -> Worker:
        nonlocal left
        left -= 1
        return Worker(make_dying if left >= 0 else make, *arguments)

    monkeypatch.setattr(helper, "Worker", dying)
    name = _container(tmp_path, "a")
    if deaths == 3:
        with pytest.raises(RunFailed, match="dies or hangs while starting"):
            list(reader().read(name, {"a"}, _MEBIBYTE))
    else:
        found = reader().read(name, {"a"}, _MEBIBYTE)
        assert [record for record, _ in found] == ["a"]
