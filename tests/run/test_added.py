"""A run does not go on beside files that no run has written, nor write where a link leads."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from clearshard.errors import IntegrityError

from .world import World, small_world, transcript

PLACES = ("shards", "shards/2026-11", "runs", "audit", "audit/decisions", "audit/decisions/{run}")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Has run once, and would do something in another run. It is copied for each test."""
    world = small_world(tmp_path_factory.mktemp("ran"))
    world.run()
    world.file("more-0", "acct-other", transcript("good evening", "it still does not work"))
    world.write()
    return world


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)


def newest(world: World) -> str:
    [record] = (world.out / "runs").iterdir()
    return f"run={record.stem}"


def everything(root: Path) -> dict[str, bytes]:
    """All files but those that say that a run was tried."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "hidden", "folder", "link", "fifo"])
@pytest.mark.parametrize("place", PLACES)
def test_a_run_refuses_what_was_added(world: World, place: str, kind: str) -> None:
    place = place.format(run=newest(world))
    folder = world.out / place
    path = folder / (".part-00000-0000.parquet" if kind == "hidden" else "part-00000-0000.parquet")
    match kind:
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(world.root / "files.csv")
        case "fifo":
            os.mkfifo(path)
        case _:
            path.write_bytes(b"planted")
    before = everything(world.out)
    with pytest.raises(IntegrityError, match="Nothing became visible") as caught:
        world.run()
    assert caught.value.exit_code == 5
    assert place in str(caught.value)
    assert everything(world.out) == before
    path.rmdir() if kind == "folder" else path.unlink()
    world.run()


@pytest.mark.parametrize(
    "name", ["shards", "runs", "audit", "audit/decisions", ".staging", ".checkpoints"]
)
def test_a_run_writes_nowhere_that_a_link_leads_to(world: World, name: str) -> None:
    elsewhere = world.root / "elsewhere"
    if (world.out / name).exists():
        shutil.move(world.out / name, elsewhere)
    elsewhere.mkdir(exist_ok=True)
    (world.out / name).symlink_to(elsewhere)
    before = everything(elsewhere)
    with pytest.raises(IntegrityError, match=f"{name} is a link") as caught:
        world.run()
    assert caught.value.exit_code == 5
    assert everything(elsewhere) == before


@pytest.mark.parametrize(
    "name", [".clearshard.json", "audit/ledger.jsonl", "audit/head.json", "runs/{run}.json"]
)
@pytest.mark.parametrize("kind", ["link", "socket"])
def test_nothing_is_read_or_written_that_is_no_file_of_its_own(
    world: World, name: str, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = world.out / name.format(run=newest(world).removeprefix("run="))
    elsewhere = world.root / "elsewhere"
    path.rename(elsewhere)
    if kind == "link":
        path.symlink_to(elsewhere)
    else:
        # Whoever opens a pipe waits for its other end; a socket is the same but for that.
        short = tmp_path_factory.mktemp("s") / "s"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(short))
        short.rename(path)
    # A killed run, of which the ledger is told.
    (world.out / ".staging" / "20261122T120000Z-deadbeef").mkdir(parents=True, exist_ok=True)
    before = elsewhere.read_bytes()
    with pytest.raises(IntegrityError, match="is not a file of its own"):
        world.run()
    assert elsewhere.read_bytes() == before


def test_a_record_that_no_ledger_announces_accounts_for_nothing(world: World) -> None:
    """An older run as far as it says, which lists whatever lies among the shards."""
    world.files.pop()
    world.write()
    run = newest(world)
    path = next((world.out / "runs").iterdir())
    planted_id = "20200101T000000Z-00000000"
    record = json.loads(path.read_text().replace(run.removeprefix("run="), planted_id))
    record |= {"finished_at": "2020-01-01T00:00:00Z"}
    planted = path.with_name(f"{record['run_id']}.json")
    planted.write_text(json.dumps(record))
    folder = world.out / "audit" / "decisions"
    shutil.copytree(folder / run, folder / f"run={record['run_id']}")
    with pytest.raises(IntegrityError, match="the ledger does not announce"):
        world.run()


def test_a_folder_among_checkpoints_is_told_of_and_left(world: World) -> None:
    folder = world.out / ".checkpoints" / "unit-0.arrow"
    folder.mkdir(parents=True)
    os.utime(folder, (1, 1))
    with pytest.raises(IntegrityError, match="is a folder"):
        world.run()
    assert folder.is_dir()


def test_shards_of_a_run_that_lead_elsewhere_are_refused(world: World) -> None:
    folder = world.out / "shards" / "2026-11"
    shutil.move(folder, world.root / "elsewhere")
    folder.symlink_to(world.root / "elsewhere")
    with pytest.raises(IntegrityError):
        world.run()
    assert list((world.root / "elsewhere").iterdir())


def test_what_is_added_while_a_run_works_keeps_it_from_becoming_visible(world: World) -> None:
    planted = world.out / "shards" / "part-00000-0000.parquet"
    world.progress.meanwhile = [lambda: planted.write_bytes(b"planted")]
    run = newest(world)
    with pytest.raises(IntegrityError, match="shards"):
        world.run()
    assert newest(world) == run
    events = [json.loads(x) for x in (world.out / "audit" / "ledger.jsonl").open()]
    assert [event["event"] for event in events][-1] == "run_failed"


def test_a_hard_link_elsewhere_is_a_backup_and_no_stranger(world: World) -> None:
    [shard] = (world.out / "shards" / "2026-11").iterdir()
    os.link(shard, world.root / "backup.parquet")
    world.run()
