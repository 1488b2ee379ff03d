"""`audit verify --sources` reads everything again: what has changed, seen by its version or not."""

import json
from pathlib import Path

import pytest

from clearshard.audit.reading import picked_runs
from clearshard.config import load_config
from clearshard.records.run import RunRecord
from clearshard.run.check_sources import SourcesChecked, check_sources

from .resume.making import SETTINGS, as_they_are, go, look_the_same, tomorrow_ns
from .world import AS_OF, World, small_world, transcript

ELIGIBLE = ("good-0", "good-1", "good-2", "good-3", "other-0")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.write(SETTINGS)
    return world


def run(world: World) -> RunRecord:
    return go(world, disk_now_ns=tomorrow_ns).record


def checked(world: World) -> SourcesChecked:
    [newest] = picked_runs(world.out)
    return check_sources(load_config(world.config), newest, AS_OF, tomorrow_ns)


def say(world: World, name: str, text: str) -> None:
    path = world.root / "transcripts" / f"{name}.json"
    path.write_text(json.dumps({"id": name, **transcript(text)}))


def test_what_is_as_it_was_is_read_and_no_fault(world: World) -> None:
    run(world)
    assert checked(world) == SourcesChecked(5, (), ())


def test_what_has_changed_the_next_run_will_see(world: World) -> None:
    run(world)
    say(world, "good-1", "something else")
    (world.root / "transcripts" / "good-2.json").unlink()
    assert checked(world) == SourcesChecked(5, ("good-1", "good-2"), ())


def test_a_version_that_lies_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run(world)
    root = world.root / "transcripts"
    was = as_they_are(root, (f"{name}.json" for name in ELIGIBLE))
    say(world, "good-1", "something else")
    look_the_same(monkeypatch, was)
    assert checked(world) == SourcesChecked(5, (), ("good-1",))


def test_of_a_container_records_are_read(world: World) -> None:
    lines = [json.dumps({"id": name, **transcript(f"i am {name}")}) for name in ELIGIBLE]
    container = world.root / "transcripts" / "all.jsonl"
    container.write_text("\n".join(lines))
    for entry in world.files:
        entry["transcript_uri"] = "all.jsonl"
    world.write(SETTINGS)
    run(world)
    assert checked(world) == SourcesChecked(5, (), ())
    container.write_text("\n".join([*lines[1:4], lines[4].replace("am", "was")]))
    assert checked(world) == SourcesChecked(5, ("good-0", "other-0"), ())


def test_what_is_not_eligible_any_more_is_not_opened(world: World) -> None:
    run(world)
    world.accounts[0]["opted_out"] = "true"
    world.write(SETTINGS)
    say(world, "good-1", "something else")
    assert checked(world) == SourcesChecked(1, (), ())
