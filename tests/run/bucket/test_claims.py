"""A folder that says itself that it is a mirror: what it says sends nobody anywhere."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import clearshard
from clearshard import layout
from clearshard.audit.tombstones import Kind as Doomed
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.errors import OutputUnusable
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.agent import Agent
from clearshard.run.asked import output_folder
from clearshard.run.exported import record_export
from clearshard.run.keys.destroying import destroy_key
from clearshard.run.keys.rotating import rotate_keys
from clearshard.run.options import RunOptions
from clearshard.run.output import binding
from clearshard.run.output.binding import Noted, note_in, noted_in
from clearshard.run.output.folder import require_ours
from clearshard.run.purge.job import purge
from clearshard.run.purge.lift import lift
from clearshard.storage.store import Store
from clearshard.storage.uris import named_in_memory

from ..world import AS_OF, World, small_world
from .kept import BUCKET, files, objects

_WHO = Agent("ada", "here")


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def plain(tmp_path: Path) -> World:
    """A world whose configuration names no bucket, and whose output somebody has got at."""
    world = small_world(tmp_path / "one")
    world.write('[output]\nfolder = "out"\n')
    world.run()
    (tmp_path / "elsewhere").mkdir()
    note_in(world.out, Noted(f"file://{tmp_path / 'elsewhere'}", {}))
    return world


def _again(world: World) -> object:
    return world.run()


def _from_python(world: World) -> object:
    return clearshard.run(world.config, out=world.out, workers=1)


def _purge(world: World) -> object:
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    asked = Asked(accounts=("acct-good",))
    return purge(load_config(world.config), options, asked, world.progress, world.clock)


def _lift(world: World) -> object:
    config, note = load_config(world.config), world.progress.note
    return lift(config, world.out, Doomed.FILE, "good-0", "to see", _WHO, world.clock, note)


def _rotate(world: World) -> object:
    return rotate_keys(load_config(world.config), world.out, _WHO, world.clock)


def _destroy(world: World) -> object:
    config = load_config(world.config)
    return destroy_key(config, world.out, "none", _WHO, world.clock, execute=True)


def _export(world: World) -> object:
    config, note = load_config(world.config), world.progress.note
    return record_export(config, world.out, "asr", None, _WHO, world.clock, note)


def _read(world: World) -> object:
    return require_ours(world.out)


_WRITERS = [_again, _from_python, _purge, _lift, _rotate, _destroy, _export, _read]


@pytest.mark.parametrize("write", _WRITERS)
def test_nothing_is_sent_where_only_the_folder_says(
    plain: World, tmp_path: Path, write: Callable[[World], object]
) -> None:
    before = files(plain.out)
    with pytest.raises(OutputUnusable, match=r"says in \.mirror\.json") as caught:
        write(plain)
    assert caught.value.exit_code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert files(plain.out) == before
    (plain.out / layout.MIRROR).unlink()
    plain.run()
    assert verify(plain.out).faults == ()


def test_nor_of_a_folder_that_holds_nothing_else(plain: World, tmp_path: Path) -> None:
    out = tmp_path / "new"
    out.mkdir()
    note_in(out, Noted(f"file://{tmp_path / 'elsewhere'}", {}))
    with pytest.raises(OutputUnusable, match="was sent there"):
        plain.run(out)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert noted_in(out) is not None  # who looks into it must see it


@pytest.mark.parametrize("write", _WRITERS[:1] + _WRITERS[2:-1])
def test_nothing_is_sent_to_another_bucket_than_the_configured_one(
    world: World, bucket: Store, write: Callable[[World], object]
) -> None:
    world.run()
    before = objects(bucket)
    with named_in_memory("other") as other:
        note_in(world.out, Noted("memory://other", {}))
        with pytest.raises(OutputUnusable, match="is the mirror of memory://other"):
            write(world)
        with pytest.raises(OutputUnusable, match="is the mirror of memory://other"):
            output_folder(load_config(world.config), None)
        assert objects(other) == {}
    assert objects(bucket) == before


def test_another_mirror_of_the_configured_bucket_can_be_named(
    world: World, bucket: Store, tmp_path: Path
) -> None:
    world.run()
    two = tmp_path / "two"
    binding.bind(two, BUCKET)
    assert world.run(two) is not None
    assert files(two) == objects(bucket)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    target = path.parent.parent / "note"
    target.write_bytes(msgspec.json.encode(Noted(BUCKET, {})))
    path.symlink_to(target)


def _key_that_is_none(path: Path) -> None:
    path.write_bytes(msgspec.json.encode(Noted(BUCKET, {f"{layout.STAGING}/../../x": "tag"})))


def _too_long(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(binding._MAX_BYTES + 1)


@pytest.mark.parametrize("plant", [_pipe, _link, Path.mkdir, _key_that_is_none, _too_long])
def test_what_is_no_such_file_is_refused(
    plain: World, tmp_path: Path, plant: Callable[[Path], None], bucket: Store
) -> None:
    """And not waited for: nobody writes into the pipe."""
    (plain.out / layout.MIRROR).unlink()
    plant(plain.out / layout.MIRROR)
    with pytest.raises(OutputUnusable, match="does not say of which bucket"):
        plain.run()
    with pytest.raises(OutputUnusable, match="does not say of which bucket"):
        clearshard.open_shards(plain.out)
    assert run("audit", "verify", "--out", plain.out) == 2
    assert objects(bucket) == {}


_READING = [
    ("audit", "verify"),
    ("audit", "summary"),
    ("audit", "list"),
    ("audit", "explain", "good-0"),
    ("audit", "query", "SELECT count(*) FROM decisions"),
    ("purge", "plan", "--account", "acct-good"),
]


@pytest.mark.parametrize("command", _READING)
def test_a_folder_from_a_stranger_is_read_as_it_lies(
    world: World, bucket: Store, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody asks its bucket, which would answer with a fault."""
    world.run()
    before = files(world.out)
    bucket.put_if_absent("shards/2026-11/part-of-somebody.parquet", b"not ours")
    assert run(*command, "--out", world.out) == 0
    told = capsys.readouterr().err
    assert f"{world.out} is read as it lies: the mirror of {BUCKET}" in told
    assert "clearshard mirror BUCKET FOLDER" in told
    assert len(clearshard.open_shards(world.out).paths) == 1
    assert files(world.out) == before
    # With the configuration somebody has named it.
    assert run(*command, "--out", world.out, "--config", world.config) == 5
    with pytest.raises(clearshard.ClearshardError, match="which no run has written"):
        clearshard.open_shards(world.out, world.config)
    assert run("mirror", BUCKET, world.out) == 5


def test_a_folder_that_the_configuration_names_must_be_what_it_says(
    plain: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads what it names is told of it, and not on the side."""
    plain.export_now()
    plain.write('[output]\nfolder = "out"\n')
    config = ("--config", plain.config)
    supposed = ("gate", *config, "--account", "acct-good", "--set", "opted_out=true")
    for command in (("audit", "verify", *config), ("purge", "plan", *config), supposed):
        assert run(*command) == 2
        assert "says in .mirror.json" in capsys.readouterr().err
        assert run(*command, "--out", plain.out) == 0
        assert "is read as it lies" in capsys.readouterr().err
    assert list((tmp_path / "elsewhere").iterdir()) == []
