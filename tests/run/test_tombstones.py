"""What tombstones name is in no run, and no run decides without them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard import layout
from clearshard.audit.tombstones import TOMBSTONES_SCHEMA, Kind
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import IntegrityError, RunLocked
from clearshard.run.agent import this_agent
from clearshard.run.journal import Journal, open_journal
from clearshard.run.output.announced import Told
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.tombstones import place_tombstones

from .watching import at_stage
from .world import World, small_world

PURGE = "20261122T120000Z-deadbeef"


def journal_of(world: World) -> Journal:
    config = load_config(world.config)
    notes = world.progress.note
    return open_journal(OutputFolder(world.out), config, world.clock, notes, this_agent("test"))


def place(world: World, kind: Kind, *ids: str) -> None:
    rows = [{"kind": str(kind), "id": one, "reasons": ["deletion_requested"]} for one in ids]
    table = pa.Table.from_pylist(rows, schema=TOMBSTONES_SCHEMA)
    place_tombstones(OutputFolder(world.out), journal_of(world), PURGE, table, str(kind))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = small_world(tmp_path_factory.mktemp("ran"))
    world.run()
    return world


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)


def purged(world: World) -> set[str]:
    decisions = world.decisions(world.run())
    return {name for name, (_, why) in decisions.items() if "deletion_requested" in why}


def test_a_file_that_was_purged_is_out(world: World) -> None:
    place(world, Kind.FILE, "Good-1", "nobody's")
    assert purged(world) == {"good-1"}
    assert verify(world.out).faults == ()
    assert not any("1 green" in text for text in world.texts())


def test_an_account_that_was_purged_is_out(world: World) -> None:
    place(world, Kind.ACCOUNT, "acct-good")
    assert purged(world) == {"good-0", "good-1", "good-2", "good-3", "eu-0"}
    assert len(world.texts()) == 1


def tombstones(world: World) -> Path:
    return world.out / layout.tombstones(PURGE)


def is_gone(world: World) -> None:
    tombstones(world).unlink()


def was_edited(world: World) -> None:
    pq.write_table(TOMBSTONES_SCHEMA.empty_table(), tombstones(world))


def is_a_link(world: World) -> None:
    tombstones(world).rename(world.root / "elsewhere")
    tombstones(world).symlink_to(world.root / "files.csv")


@pytest.mark.parametrize("damage", [is_gone, was_edited, is_a_link])
def test_no_run_decides_without_them(world: World, damage: Callable[[World], None]) -> None:
    place(world, Kind.FILE, "good-1")
    damage(world)
    assert {fault.location for fault in verify(world.out).faults} == {layout.tombstones(PURGE)}
    with pytest.raises(IntegrityError, match="tombstones") as refused:
        world.run()
    assert refused.value.exit_code == 5
    assert len(list((world.out / "runs").iterdir())) == 1


def test_a_file_that_the_ledger_does_not_name_is_refused(world: World) -> None:
    folder = world.out / layout.TOMBSTONES
    folder.mkdir()
    pq.write_table(TOMBSTONES_SCHEMA.empty_table(), folder / "other.parquet")
    assert len(verify(world.out).faults) == 1
    with pytest.raises(IntegrityError, match="was added"):
        world.run()


@pytest.mark.parametrize("stage", ["match", "withhold", "assemble", "announce"])
def test_nothing_that_is_purged_meanwhile_becomes_visible(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """As where the lock of the folder does not reach."""
    world.files[1]["submitted_at"] = "2026-11-02T12:00:00Z"
    world.write()
    with monkeypatch.context() as patch:
        at_stage(patch, stage, lambda: place(world, Kind.FILE, "good-1"))
        with pytest.raises(RunLocked, match="a purge"):
            world.run()
    assert len(list((world.out / "runs").iterdir())) == 1
    assert purged(world) == {"good-1"}
    assert verify(world.out).faults == ()


def test_they_are_read_again_when_the_last_word_is_spoken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else would keep the run from being announced."""
    world.files[1]["submitted_at"] = "2026-11-02T12:00:00Z"
    world.write()
    with monkeypatch.context() as patch:
        at_stage(patch, "withhold", lambda: place(world, Kind.FILE, "good-1"))
        patch.setattr(Told, "has_beaten", lambda *_: False)
        record = world.run()
    assert record.taken_out == 1
    assert world.decisions(record)["good-1"] == ("excluded", ["deletion_requested"])


def test_what_was_put_and_never_told_is_removed(world: World) -> None:
    """A purge was killed between the two."""
    (world.out / ".staging" / PURGE).mkdir(parents=True)
    (world.out / layout.TOMBSTONES).mkdir()
    tombstones(world).write_bytes(b"anything")
    assert purged(world) == set()
    assert not tombstones(world).exists()
