"""Shards that a newer run replaced: some stay for readers who began before, others go at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.errors import IntegrityError
from clearshard.run.output.steps import Delete, Operation

from .watching import before_each
from .world import AS_OF, World, in_force, small_world, transcript


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = AS_OF

    def __call__(self) -> Any:
        self.now += timedelta(seconds=1)
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> World:
    world = small_world(tmp_path)
    world.clock = clock
    return world


def there(world: World) -> set[str]:
    root = world.out / "shards"
    return {path.relative_to(root).as_posix() for path in root.rglob("*.parquet")}


def removed(world: World) -> list[tuple[str, list[str]]]:
    events = Ledger(world.out / "audit" / "ledger.jsonl").read()
    return [(str(e.data["why"]), e.data["shards"]) for e in events if e.event == "shards_removed"]


def names(record: Any) -> list[str]:
    return [shard.name for shard in record.shards]


def add(world: World, name: str = "more-0") -> None:
    world.file(name, "acct-other", transcript("good evening", f"it is still broken {name}"))
    world.write()


def test_what_was_replaced_stays_for_a_day_and_is_told_when_it_goes(
    world: World, clock: Clock
) -> None:
    first = world.run()
    add(world)
    second = world.run()
    assert names(first) != names(second)
    assert there(world) == {*names(first), *names(second)}
    assert verify(world.out).faults == ()
    clock.later(hours=23)
    world.run()
    assert there(world) == {*names(first), *names(second)}
    assert removed(world) == []
    clock.later(hours=2)
    world.run()
    assert there(world) == {*names(second)}
    assert removed(world) == [("time_over", names(first))]
    assert verify(world.out).faults == ()


def test_a_reader_who_began_before_reads_the_old_run_to_its_end(world: World) -> None:
    world.run()
    reading = ds.dataset([str(path) for path in in_force(world.out)])
    before = sorted(world.texts())
    add(world)
    world.run()
    assert sorted(reading.to_table(columns=["text"]).column("text").to_pylist()) == before
    assert sorted(world.texts()) != before


def opts_out(world: World) -> None:
    world.accounts[1]["opted_out"] = "true"
    world.write()


def is_gone(world: World) -> None:
    world.files = [file for file in world.files if file["file_id"] != "good-1"]
    world.write()


def cannot_be_read(world: World) -> None:
    (world.root / "transcripts" / "good-1.json").write_text("{")


@pytest.mark.parametrize("change", [opts_out, is_gone, cannot_be_read])
def test_what_holds_a_row_that_is_gone_goes_at_once(
    world: World, change: Callable[[World], None]
) -> None:
    first = world.run()
    change(world)
    second = world.run()
    assert there(world) == {*names(second)}
    assert removed(world) == [("row_gone", names(first))]
    assert verify(world.out).faults == ()


def test_so_does_one_that_was_replaced_before_its_row_was_gone(world: World) -> None:
    """It stayed for readers, and then somebody opted out whose row is in it."""
    first = world.run()
    add(world)
    second = world.run()
    opts_out(world)
    third = world.run()
    assert there(world) == {*names(third)}
    ((why, gone),) = removed(world)
    assert (why, sorted(gone)) == ("row_gone", sorted({*names(first), *names(second)}))


def test_what_was_redacted_as_something_else_was_asked_goes_at_once(world: World) -> None:
    first = world.run()
    world.write('[redaction]\noperator = "mask"\n')
    second = world.run()
    assert there(world) == {*names(second)}
    assert removed(world) == [("other_promise", names(first))]


def test_none_stays_where_none_is_to(world: World) -> None:
    world.write("[housekeeping]\nkeep_shards_hours = 0\n")
    first = world.run()
    world.file("more-0", "acct-other", transcript("good evening", "it is still broken"))
    world.write("[housekeeping]\nkeep_shards_hours = 0\n")
    second = world.run()
    assert there(world) == {*names(second)}
    assert removed(world) == [("time_over", names(first))]


def test_what_cannot_be_read_does_not_stay(world: World) -> None:
    first = world.run()
    add(world)
    second = world.run()
    [old] = set(names(first)) - set(names(second))
    (world.out / "shards" / old).write_bytes(b"PAR1 not a shard any more")
    assert [fault.location for fault in verify(world.out).faults] == [f"shards/{old}"]
    world.run()
    assert there(world) == {*names(second)}
    assert removed(world) == [("row_gone", [old])]


def test_a_removal_that_is_interrupted_is_told_once_and_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(operation: Operation) -> None:
        if isinstance(operation, Delete):
            raise Killed

    first = world.run()
    opts_out(world)
    with monkeypatch.context() as patch:
        before_each(patch, dies)
        with pytest.raises(Killed):
            world.run()
    [old] = names(first)
    assert old in there(world)
    (fault,) = verify(world.out).faults
    assert (fault.location, "is still there" in fault.message) == (f"shards/{old}", True)
    world.run()
    assert old not in there(world)
    assert removed(world) == [("row_gone", [old])]
    assert verify(world.out).faults == ()


def test_a_shard_that_comes_back_is_removed_and_told_again(world: World, clock: Clock) -> None:
    """Of the same rows a shard is the same: a later run can write again what an earlier removed."""
    first = world.run()
    add(world)
    world.run()
    clock.later(days=2)
    world.run()
    world.files.pop()
    world.write()
    third = world.run()
    assert names(third) == names(first)
    add(world, "more-1")
    fourth = world.run()
    clock.later(days=2)
    world.run()
    assert there(world) == {*names(fourth)}
    assert [gone for _, gone in removed(world)].count(names(first)) == 2
    assert verify(world.out).faults == ()


def test_what_was_submitted_at_another_time_lies_elsewhere(world: World) -> None:
    """Also where all rows of a shard have moved, and not one of them has to be redacted again."""
    world.run()
    for file in world.files:
        file["submitted_at"] = "2026-10-01T12:00:00Z"
    world.write()
    second = world.run()
    assert {name.partition("/")[0] for name in names(second)} == {"2026-10"}
    assert second.reused == second.counts.written == 5
    assert verify(world.out).faults == ()


def test_a_month_that_nothing_has_come_to_is_carried_over(world: World) -> None:
    world.file(
        "old", "acct-good", transcript("good day", "a chair"), submitted_at="2026-09-01T12:00:00Z"
    )
    world.write()
    first = world.run()
    stamps = {name: (world.out / "shards" / name).stat().st_mtime_ns for name in names(first)}
    add(world)
    second = world.run()
    assert [name in names(second) for name in names(first)] == [True, False]
    assert (world.out / "shards" / names(first)[0]).stat().st_mtime_ns == stamps[names(first)[0]]
    assert second.word_count > first.word_count
    assert verify(world.out).faults == ()


def test_a_folder_in_the_place_of_one_is_told_of_and_left(world: World) -> None:
    first = world.run()
    add(world)
    second = world.run()
    [old] = set(names(first)) - set(names(second))
    path = world.out / "shards" / old
    path.unlink()
    path.mkdir()
    (path / "kept").write_bytes(b"somebody's")
    with pytest.raises(IntegrityError, match=old):
        world.run()
    assert (path / "kept").exists()


def test_a_record_stays_as_long_as_its_shards(world: World, clock: Clock) -> None:
    """Or nobody could say whose they are, and whether a row of theirs is gone."""
    swept_soon = "[housekeeping]\nkeep_runs_days = 0\n"
    world.write(swept_soon)
    first = world.run()
    add(world)
    world.write(swept_soon)
    second = world.run()
    assert there(world) == {*names(first), *names(second)}
    assert verify(world.out).faults == ()
    opts_out(world)
    world.write(swept_soon)
    third = world.run()
    assert there(world) == {*names(third)}
    clock.later(hours=1)
    world.run()
    assert verify(world.out).faults == ()
