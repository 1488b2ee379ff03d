"""A reader sees one run, whole, at any moment; and no night leaves a trace in the bytes."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
import yaml

from clearshard.audit.verify import verify

from .watching import before_each
from .world import World, in_force, small_world, transcript

pytestmark = pytest.mark.slow

#: Small shards, so that there are several, and no word list: what is not redacted takes no time.
SETTINGS = '\n[redaction]\nprofile = "stock"\n\n[output]\ntarget_shard_bytes = 3000\n'


def by_card(out: Path) -> list[str]:
    """The shards that ``load_dataset(OUT)`` opens."""
    head = (out / "README.md").read_text("utf-8").split("---\n")[1]
    (config,) = yaml.safe_load(head)["configs"]
    return [f"{out}/{path}" for files in config["data_files"] for path in files["path"]]


def by_record(out: Path) -> list[str]:
    return [str(path) for path in in_force(out)]


def texts(paths: list[str]) -> tuple[str, ...]:
    found: list[str] = ds.dataset(paths).to_table(columns=["text"]).column("text").to_pylist()
    return tuple(sorted(found))


def watched(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """What readers see before each operation of a publication."""
    seen: list[tuple[Any, Any]] = []

    def look(_: object = None) -> None:
        seen.append((texts(by_card(world.out)), texts(by_record(world.out))))

    with monkeypatch.context() as patch:
        before_each(patch, look)
        world.run()
    look()
    yield from seen


def test_readers_see_the_old_run_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world(tmp_path)
    for number in range(20):
        world.file(f"some-{number}", "acct-good", transcript("good day", f"number {number} here"))
    world.write(SETTINGS)
    world.run()
    before = texts(by_record(world.out))
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.files = [file for file in world.files if file["file_id"] != "some-3"]
    world.write(SETTINGS)
    seen = list(watched(world, monkeypatch))
    after = texts(by_record(world.out))
    assert after != before
    assert len(seen) > 5
    for of_card, of_record in seen:
        assert of_card in (before, after)
        assert of_record in (before, after)
    assert seen[0] == (before, before)
    assert seen[-1] == (after, after)


def night(world: World, chance: random.Random, number: int) -> None:
    """What can happen to files between two runs."""
    files = [file for file in world.files if file["account_id"] in ("acct-good", "acct-other")]
    for new in range(chance.randrange(4)):
        account = chance.choice(["acct-good", "acct-other"])
        month = chance.randrange(9, 12)
        world.file(
            f"night-{number}-{new}",
            account,
            transcript("good day", f"call {number} {new} of " + "many " * chance.randrange(9)),
            submitted_at=f"2026-{month:02d}-01T12:00:00Z",
        )
    match chance.randrange(6):
        case 0:
            chance.choice(files)["submitted_at"] = (
                f"2026-{chance.randrange(9, 12):02d}-02T12:00:00Z"
            )
        case 1:
            chance.choice(files)["account_id"] = chance.choice(["acct-good", "acct-other"])
        case 2:
            world.files.remove(chance.choice(files))
        case 3:
            path = world.root / "transcripts" / chance.choice(files)["transcript_uri"]
            whole = transcript("good evening", f"said otherwise in night {number}")
            path.write_text(json.dumps({**whole, "id": path.stem}))
        case 4:
            customer = chance.choice(world.accounts)
            customer["opted_out"] = chance.choice(["true", "false"])
        case _:
            chance.shuffle(world.files)


@pytest.mark.parametrize(
    ("seed", "nights"),
    [(0, 10), *(pytest.param(seed, 30, marks=pytest.mark.soak) for seed in range(1, 21))],
)
def test_many_nights_and_one_run_are_the_same_bytes(tmp_path: Path, seed: int, nights: int) -> None:
    chance = random.Random(seed)
    world = small_world(tmp_path)
    for number in range(nights):
        night(world, chance, number)
        world.write(SETTINGS)
        world.run()
        assert verify(world.out).faults == ()
    first = world.root / "first"
    world.run(first)
    assert [(p.name, p.read_bytes()) for p in in_force(world.out)] == [
        (p.name, p.read_bytes()) for p in in_force(first)
    ]
    shutil.rmtree(first)
