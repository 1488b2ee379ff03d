"""Runs over containers that many batches point into: each is read once, and bytes stay the same."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.reading import picked_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.engines.engine import Job
from clearshard.run.check_sources import SourcesChecked, check_sources
from clearshard.run.containers import ContainerReader
from clearshard.run.resume import matching
from clearshard.sources import csv_rows

from ...audit.reference import decisions_of
from ...inline import ENGINE, InlineEngine
from ..world import AS_OF, World, transcript
from . import making
from .making import go, killed, rows, shards, tomorrow_ns, write

_NAMES = ("all.jsonl", "else.jsonl")


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """All but three files are records of two containers, in any order and many batches."""
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 512)
    for number, entry in enumerate(world.files[:24]):
        if number % 8:
            entry["transcript_uri"] = _NAMES[number % 2]
    pack(world)
    world.file("absent", "acct-good", None, transcript_uri="all.jsonl#nobody")
    random.Random(5).shuffle(world.files)
    write(world)
    return world


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each container is read."""
    times: Counter[str] = Counter()
    read = ContainerReader.read

    def spy(self: ContainerReader, path: str, *how: Any) -> Any:
        times[path] += 1
        return read(self, path, *how)

    monkeypatch.setattr(ContainerReader, "read", spy)
    return times


def pack(world: World, said: str = "a lamp", *changed: str) -> None:
    """Writes both containers; of the files named there something else is said."""
    lines: dict[str, list[str]] = {name: [] for name in _NAMES}
    for entry in world.files:
        if entry["transcript_uri"] in _NAMES:
            name = entry["file_id"]
            about = said if name in changed else "a chair"
            turns = "hello there", f"my name is Maria Lopez and {name} is about {about}"
            record = {"id": name, **transcript(*turns)}
            lines[entry["transcript_uri"]].append(json.dumps(record))
    for path, content in lines.items():
        target = world.root / "transcripts" / path
        if not target.exists() or target.read_text() != "\n".join(content):
            target.write_text("\n".join(content))


def test_a_container_is_read_once_a_run(world: World, opened: Counter[str]) -> None:
    record = go(world, disk_now_ns=tomorrow_ns).record
    assert opened == dict.fromkeys(_NAMES, 1)
    found = rows(world, record)
    assert found["absent"]["error_type"] == "NoSuchRecord"
    assert record.counts.written == 24
    assert verify(world.out).faults == ()
    opened.clear()
    assert go(world, disk_now_ns=tomorrow_ns).unchanged
    # What is not there has no version.
    assert opened == {"all.jsonl": 1}


def test_what_is_new_in_a_container_is_found_in_one_reading(
    world: World, opened: Counter[str], redacted: list[str]
) -> None:
    """Records that are as they were are known by their content as it is read; others go on."""
    go(world, disk_now_ns=tomorrow_ns)
    world.file("late", "acct-good", None, transcript_uri="else.jsonl")
    write(world)
    pack(world, "a desk", "file-3")
    opened.clear()
    redacted.clear()
    result = go(world, disk_now_ns=tomorrow_ns)
    assert opened == dict.fromkeys(_NAMES, 1)
    assert sorted(redacted) == ["file-3", "late"]
    assert (result.record.counts.written, result.record.reused) == (25, 23)
    assert "23 transcripts are as they were and are not redacted again" in world.progress.notes
    assert shards(world) == making.fresh(world)
    assert verify(world.out).faults == ()


def test_a_container_that_was_only_touched_starts_no_worker(
    world: World, opened: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go(world, disk_now_ns=tomorrow_ns)
    for name in _NAMES:
        (world.root / "transcripts" / name).touch()
    opened.clear()
    monkeypatch.setattr("clearshard.run.work.Redactor", None)
    assert go(world, disk_now_ns=tomorrow_ns).unchanged
    assert opened == dict.fromkeys(_NAMES, 1)


def test_many_versions_of_records_are_worth_a_record(
    world: World, opened: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was packed just now has no version yet."""
    world.files = [entry for entry in world.files if entry["file_id"] != "absent"]
    write(world)
    go(world)
    # Of the files besides there are but four.
    monkeypatch.setattr(matching, "WORTH_A_RECORD", 10)
    assert not go(world, disk_now_ns=tomorrow_ns).unchanged
    opened.clear()
    assert go(world, disk_now_ns=tomorrow_ns).unchanged
    assert opened == {}


def test_a_killed_run_is_continued_in_one_reading(
    world: World, opened: Counter[str], redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = killed(world, monkeypatch)
    assert checkpoints
    before = set(redacted)
    opened.clear()
    redacted.clear()
    record = go(world).record
    assert opened == dict.fromkeys(_NAMES, 1)
    assert 0 < len(redacted) < 24
    assert before | set(redacted) == set(rows(world, record)) - {"out", "absent"}
    assert record.counts.written == 24
    assert shards(world) == making.fresh(world)


@pytest.mark.usefixtures("processes")
def test_workers_do_the_same(world: World, opened: Counter[str]) -> None:
    go(world, "two", workers=2)
    assert opened == dict.fromkeys(_NAMES, 1)
    many = shards(world, "two")
    assert len(many) > 1
    assert many == making.fresh(world)


def decided(world: World, out: str) -> list[tuple[object, ...]]:
    """Decisions in their order, but for what names the run."""
    [run] = picked_runs(world.root / out)
    found = decisions_of(world.root / out, run.run_id)
    return [(row["file_id"], row["state"], row["reasons"], row["error_type"]) for row in found]


@pytest.mark.parametrize("block_bytes", [128, 1024, 4 << 20])
def test_bytes_do_not_depend_on_batches_or_order(
    world: World, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    whole = making.fresh(world)
    assert len(whole) > 1
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", block_bytes)
    go(world, "other")
    assert shards(world, "other") == whole
    assert decided(world, "other") == decided(world, "fresh")
    random.Random(block_bytes).shuffle(world.files)
    write(world)
    go(world, "shuffled")
    assert shards(world, "shuffled") == whole
    assert sorted(decided(world, "shuffled")) == sorted(decided(world, "fresh"))


def test_no_text_is_laid_down_while_containers_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearshard.run.units._UNIT_FILES", 4)
    seen: list[Path] = []

    class Looking(InlineEngine):
        def map(self, job: Job[Any, Any], units: Iterable[Any]) -> Iterator[Any]:
            for result in super().map(job, units):
                for path in world.out.rglob("*"):
                    if path.is_file():
                        seen.append(path)
                        assert b"Maria" not in path.read_bytes(), path
                yield result

    monkeypatch.setattr(ENGINE, Looking)
    go(world)
    assert any(path.parent.name == "records" for path in seen)


def test_checking_sources_reads_a_container_once(world: World, opened: Counter[str]) -> None:
    go(world, disk_now_ns=tomorrow_ns)
    pack(world, "a desk", "file-3")
    opened.clear()
    [newest] = picked_runs(world.out)
    found = check_sources(load_config(world.config), newest, AS_OF, tomorrow_ns)
    assert found == SourcesChecked(25, ("file-3",), ())
    assert opened == dict.fromkeys(_NAMES, 1)
