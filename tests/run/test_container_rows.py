"""Rows of many batches point into some containers: each is read once, and every row comes out."""

import random
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path

import numpy as np
import pytest

from clearshard.config import load_config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.run.container_rows import ContainerRows, Opened, in_containers
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.sources import csv_rows

from .world import AS_OF, World

_NOTE = np.dtype([("number", "<u4")])
_PATHS = ("a.jsonl", "inner/b.parquet", "c.jsonl.zst")


@pytest.fixture
def intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Intake:
    """60 files, 40 of them records of three containers, in any order and many batches."""
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 512)
    world = World(tmp_path)
    world.account("good")
    world.account("out", opted_out="true")
    for number in range(60):
        uri = f"{number}.json" if number % 3 == 0 else f"{_PATHS[number % 4 % 3]}#r{number}"
        account = "out" if number % 12 == 1 else "good"
        world.file(f"file-{number}", account, None, transcript_uri=uri)
    random.Random(1).shuffle(world.files)
    world.write()
    config = load_config(world.config)
    policy = parse_policy(*config.policy_text())
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return take_in(tables_of(config), policy, Moment.at(AS_OF, 0), scratch)


class Counting:
    """A reader that gives back what it is asked for.

    Attributes:
        asked: How many records were wanted, each time that a container was read.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(
        self, path: str, wanted: Set[str], max_bytes: int
    ) -> Iterator[tuple[str, bytes | Quarantine]]:
        self.asked.append((path, len(wanted)))
        for record_id in sorted(wanted):
            if record_id == "r5":
                yield record_id, Quarantine(QuarantineReason.MISSING, "NoSuchRecord")
            else:
                yield record_id, f"{path} {record_id} {max_bytes}".encode()


def laid_down(intake: Intake, folder: Path, most_rows: int, at_once: int) -> ContainerRows:
    rows = ContainerRows(folder, _NOTE, most_rows, at_once)
    for number, batch in enumerate(intake.batches()):
        eligible = batch.eligible
        packed = eligible[in_containers(batch, eligible)]
        names = batch.scratch.column("file_id").to_pylist()
        notes = np.zeros(len(packed), _NOTE)
        notes["number"] = [int(names[row].removeprefix("file-")) for row in packed.tolist()]
        rows.add(number, batch, packed, "month", notes)
    return rows


def expected() -> dict[str, tuple[str, str]]:
    """Path and record of each eligible file that is a record."""
    return {f"file-{n}": (_PATHS[n % 4 % 3], f"r{n}") for n in range(60) if n % 3 and n % 12 != 1}


def check(intake: Intake, opened: list[Opened]) -> None:
    batches = list(intake.batches())
    assert sorted(one.task.file_id for one in opened) == sorted(expected())
    for one in opened:
        number, row = one.task.row
        path, record_id = expected()[one.task.file_id]
        assert batches[number].scratch.column("file_id")[row].as_py() == one.task.file_id
        assert one.task.file_id == f"file-{one.note['number']}"
        assert (one.task.account_id, one.task.period) == ("good", "2026-11")
        assert (one.task.own_id, one.task.uri, one.task.content) == (record_id, None, None)
        if record_id == "r5":
            assert isinstance(one.found, Quarantine)
        else:
            assert one.found == f"{path} {record_id} 1000".encode()


@pytest.mark.parametrize("most_rows", [0, 60, 10_000])
def test_each_container_is_read_once_whatever_the_batches(
    intake: Intake, tmp_path: Path, most_rows: int
) -> None:
    """With one scratch file, and with many."""
    assert len(list(intake.batches())) > 5
    rows = laid_down(intake, tmp_path / "rows", most_rows, 1000)
    assert len(rows) == len(expected())
    reader = Counting()
    check(intake, list(rows.read(reader, 1000)))
    of_path = Counter(path for path, _ in expected().values())
    assert sorted(reader.asked) == sorted(of_path.items())


@pytest.mark.parametrize("at_once", [1, 7, 16, 25, 34])
def test_of_what_does_not_fit_into_memory_so_much_is_wanted_at_a_time(
    intake: Intake, tmp_path: Path, at_once: int
) -> None:
    rows = laid_down(intake, tmp_path / "rows", 0, at_once)
    reader = Counting()
    check(intake, list(rows.read(reader, 1000)))
    assert max(count for _, count in reader.asked) <= at_once
    of_path = Counter(path for path, _ in expected().values())
    times = Counter(path for path, _ in reader.asked)
    assert times == {path: -(-count // at_once) for path, count in of_path.items()}


def test_nothing_is_left_of_what_was_laid_down(intake: Intake, tmp_path: Path) -> None:
    rows = laid_down(intake, tmp_path / "rows", 60, 10)
    assert list((tmp_path / "rows").iterdir())
    list(rows.read(Counting(), 1000))
    assert not list((tmp_path / "rows").iterdir())


def test_what_is_laid_down_is_read_as_it_is_asked_for(intake: Intake, tmp_path: Path) -> None:
    """No container before its records are wanted, and no record ahead of the one in hand."""
    rows = laid_down(intake, tmp_path / "rows", 0, 1000)
    reader = Counting()
    opened = rows.read(reader, 1000)
    assert reader.asked == []
    next(opened)
    assert len(reader.asked) == 1


def test_nothing_is_read_where_nothing_points_into_a_container(tmp_path: Path) -> None:
    rows = ContainerRows(tmp_path / "rows", _NOTE, 100)
    assert list(rows.read(Counting(), 1000)) == []
