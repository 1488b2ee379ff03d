"""Keys are made once, shown without being shown, and replaced without touching a shard."""

import fcntl
import json
import os
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import clearshard.keys
from clearshard import layout
from clearshard.audit.bundle import check
from clearshard.audit.bundle.pack import pack
from clearshard.audit.events import canonical
from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import Known
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.errors import ClearshardError, ConfigError
from clearshard.run.agent import Agent
from clearshard.run.keys import rotating
from clearshard.run.keys.destroying import Destroyed, destroy_key
from clearshard.run.keys.rotating import Rotated, rotate_keys
from clearshard.run.keys.showing import show_keys

from .test_encrypted import checked, listing, make_world, settings, texts
from .world import World, in_force, transcript

AGENT = Agent("ada", "here")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("w"), "aes-256")
    world.run()
    return world


@pytest.fixture
def world(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    for name in [name for name in os.environ if name.startswith("CLEARSHARD_")]:
        monkeypatch.delenv(name)
    return made.copy(tmp_path / "w")


def rotate(
    world: World, out: Path | None = None, *, signing: bool = True, encryption: bool = True
) -> Rotated:
    return rotate_keys(
        load_config(world.config),
        out or world.out,
        AGENT,
        world.clock,
        signing=signing,
        encryption=encryption,
    )


def key_files(world: World) -> list[str]:
    return sorted(path.name for path in world.root.glob("clearshard*"))


def contents_of_shards(world: World) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in in_force(world.out)}


def test_a_rotation_touches_no_shard_and_all_is_as_before(world: World) -> None:
    shards, before = contents_of_shards(world), texts(world)
    old = show_keys(load_config(world.config), world.out)
    done = rotate(world)
    new = show_keys(load_config(world.config), world.out)
    assert contents_of_shards(world) == shards
    assert texts(world) == before
    report = checked(world)
    assert (report.faults, dict(report.unread)) == ((), {})
    assert new.keys[0] == old.keys[0]  # of pseudonyms
    for number in (1, 2):
        assert new.keys[number].shown != old.keys[number].shown
        assert new.keys[number].fits is True
    # What was written hangs on the same key, and what will be on another one.
    assert [key.id for key in new.folder_keys[:1]] == [key.id for key in old.folder_keys]
    assert [key.shards for key in new.folder_keys] == [len(shards), 0]
    assert {key.wrapped_by for key in new.folder_keys} == {new.keys[2].shown} == {done.wrapped_by}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in world.root.glob("clearshard*"))
    world.file("late", "acct-a", transcript("good day"), submitted_at="2026-10-01T12:00:00Z")
    world.write(settings("aes-256"))
    world.run()
    shown = show_keys(load_config(world.config), world.out)
    assert [key.shards for key in shown.folder_keys] == [len(shards), 1]
    assert checked(world).faults == ()


def test_the_old_keys_open_and_sign_nothing_any_more(world: World) -> None:
    old = {path.name: path.read_bytes() for path in world.root.glob("clearshard*")}
    done = rotate(world)
    assert len(done.kept) == 2
    for path in done.kept:
        assert path.read_bytes() == old[path.name.rpartition(".")[0]]
        path.unlink()
    assert checked(world).faults == ()
    for name, content in old.items():
        (world.root / name).write_bytes(content)
    assert sum(checked(world).unread.values()) == len(in_force(world.out))
    with pytest.raises(ConfigError, match=r"signed by .*If `clearshard keys rotate`"):
        world.run()


def test_everybody_who_verifies_sees_who_let_whom_in(world: World, tmp_path: Path) -> None:
    ledger = Ledger(world.out / layout.LEDGER)
    old = ledger.head()
    done = rotate(world)
    assert old is not None
    world.run()
    keys = {event.key for event in ledger.read()}
    assert keys == {old.key, done.public_key}
    bundle = tmp_path / "bundle.zip"
    with bundle.open("wb") as target:
        pack(world.out, target, Known(), "1")
    zipfile.ZipFile(bundle).extractall(tmp_path)
    unpacked = check.Bundle(tmp_path / "clearshard-evidence")
    for key in (old.key, done.public_key, None):
        faults, _ = check.check(unpacked, key, None, None)
        assert faults == []
    faults, _ = check.check(unpacked, "0" * 64, None, None)
    assert [what for _, what in faults] == ["is signed by another key"]
    # Who has no key lets himself in, under a signature of nobody.
    file = unpacked.folder / "output" / layout.LEDGER
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    for line in lines:
        if line["event"] == "signing_key_changed":
            line["signature"] = "0" * 128
    file.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    _, faults = check.read_ledger(check.Bundle(unpacked.folder), None, None)
    assert [what for _, what in faults] == ["lets in another key, and is not signed by this one"]


class Killed(BaseException):
    pass


def killed(*_: object) -> None:
    raise Killed


#: Whatever a rotation does to a disk, in the order in which it is done: it is killed just there.
STEPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the old signing key is kept": lambda m: m.setattr(os, "link", killed),
    "the new one is written": lambda m: m.setattr("clearshard.keys._write", killed),
    "it takes its place": lambda m: m.setattr("clearshard.keys._fsync_folder", killed),
    "the ledger is told": lambda m: m.setattr(
        "clearshard.audit.ledger.appending.write_durably", killed
    ),
    "keys are wrapped": lambda m: m.setattr("clearshard.run.keys.rotating.wrapped_by", killed),
    "the keys of the folder are replaced": lambda m: m.setattr(
        "clearshard.storage.local.LocalStore.replace_if_unchanged", killed
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("which", ["signing", "encryption"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_run_again(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, which: str
) -> None:
    before = texts(world)
    with monkeypatch.context() as patch:
        STEPS[step](patch)
        with suppress(Killed):
            rotate(world, signing=which == "signing", encryption=which == "encryption")
    assert texts(world) == before  # whoever reads meanwhile can
    assert checked(world).unread == {}
    rotate(world, signing=which == "signing", encryption=which == "encryption")
    shown = show_keys(load_config(world.config), world.out)
    assert [key.fits for key in shown.keys] == [True] * 3
    assert texts(world) == before
    assert checked(world).faults == ()
    world.run()


def test_a_second_folder_follows(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    world.run(other)
    first = rotate(world)
    with pytest.raises(ConfigError):
        world.run(other)
    files = key_files(world)
    second = rotate(world, other)
    assert (second.public_key, second.wrapped_by) == (first.public_key, first.wrapped_by)
    assert second.kept == ()
    assert key_files(world) == files
    world.run(other)


def test_keys_in_the_environment_are_replaced_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        name: (world.root / f"clearshard-{name.lower()}.key").read_text()
        for name in ("SIGNING", "ENCRYPTION")
    }
    for name, secret in secrets.items():
        (world.root / f"clearshard-{name.lower()}.key").unlink()
        monkeypatch.setenv(f"CLEARSHARD_{name}_KEY", secret)
    before = listing(world)
    with pytest.raises(ConfigError, match="CLEARSHARD_OLD_SIGNING_KEY"):
        rotate(world)
    with pytest.raises(ConfigError, match="CLEARSHARD_OLD_ENCRYPTION_KEY"):
        rotate(world, signing=False)
    assert listing(world) == before
    for number, (name, secret) in enumerate(secrets.items()):
        monkeypatch.setenv(f"CLEARSHARD_{name}_KEY", bytes(range(number, number + 32)).hex())
        monkeypatch.setenv(f"CLEARSHARD_OLD_{name}_KEY", secret)
    assert rotate(world).kept == ()
    for name in secrets:
        monkeypatch.delenv(f"CLEARSHARD_OLD_{name}_KEY")
    assert checked(world).unread == {}
    world.run()


def test_a_link_is_not_replaced(world: World) -> None:
    file = world.root / "clearshard-signing.key"
    file.rename(world.root / "mounted")
    file.symlink_to("mounted")
    world.run()
    before = listing(world)
    with pytest.raises(ConfigError, match="replace the key where it leads to"):
        rotate(world)
    assert listing(world) == before
    assert file.is_symlink()


@pytest.mark.parametrize("which", ["signing", "encryption"])
@pytest.mark.parametrize("there", ["nothing", "another key", "a link to the key itself"])
def test_no_key_is_replaced_that_is_not_kept(world: World, there: str, which: str) -> None:
    file = world.root / f"clearshard-{which}.key"
    shown = {key.name: str(key.shown) for key in show_keys(load_config(world.config), None).keys}
    kept = file.with_name(f"{file.name}.{shown[which].removeprefix('key:')[:16]}")
    if there == "a link to the key itself":
        kept.symlink_to(file.name)
    else:
        kept.touch(0o600)
        kept.write_text("" if there == "nothing" else bytes(range(7, 39)).hex())
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=re.escape(kept.name)):
        rotate(world, signing=which == "signing", encryption=which == "encryption")
    assert file.read_bytes() == before
    assert checked(world).unread == {}
    world.run()


@pytest.mark.parametrize("which", ["signing", "encryption"])
def test_of_two_rotations_at_once_neither_loses_the_others_key(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    other, file = tmp_path / "other", world.root / f"clearshard-{which}.key"
    world.run(other)

    def one(out: Path) -> Rotated:
        return rotate(world, out, signing=which == "signing", encryption=which == "encryption")

    name = f"clearshard.run.keys.rotating.replace_{which}_key"
    replace: Callable[..., Path] = getattr(rotating, f"replace_{which}_key")

    def after_the_other(*of: object) -> Path:
        monkeypatch.setattr(name, replace)
        one(other)
        return replace(*of)

    monkeypatch.setattr(name, after_the_other)
    with pytest.raises(ConfigError, match="has just been replaced: run this again"):
        one(world.out)
    one(world.out)
    for out in (world.out, other):
        assert [key.fits for key in show_keys(load_config(world.config), out).keys] == [True] * 3
        world.run(out)
    # Nor does one come between what the other looks at and what it does.
    write = clearshard.keys._write

    def while_others_wait(path: Path, secret: bytes) -> None:
        with file.open() as handle, pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write(path, secret)

    monkeypatch.setattr(clearshard.keys, "_write", while_others_wait)
    assert one(world.out).kept


def test_without_the_key_that_wraps_nothing_is_rotated(world: World) -> None:
    (world.root / "clearshard-encryption.key").unlink()
    before = listing(world)
    with pytest.raises(ClearshardError, match="is not the key that wraps"):
        rotate(world, signing=False)
    assert listing(world) == before


def command(*arguments: str | Path) -> int:
    return _exit_code([str(argument) for argument in arguments])


def test_the_commands(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    named = ("--config", world.config, "--out", world.out)
    secrets = [path.read_text().strip() for path in world.root.glob("clearshard*.key")]
    assert command("keys", "init", *named, "--json") == 0
    assert [key["file"] for key in json.loads(capfd.readouterr().out)["keys"]] == [None] * 3
    assert command("keys", "show", *named) == 0
    assert command("keys", "show", *named, "--json") == 0
    said = capfd.readouterr()
    assert json.loads(said.out.splitlines()[-1])["plain_shards"] == 0
    assert not any(secret in said.out + said.err for secret in secrets)
    assert command("keys", "rotate", *named, "--only", "encryption") == 0
    assert "the old key is kept" in capfd.readouterr().out
    assert command("audit", "verify", *named) == 0
    assert command("audit", "verify", "--out", world.out, "--json") == 1
    said = capfd.readouterr()
    assert json.loads(said.out.splitlines()[-1])["unread"]
    assert "shards could not be read" in said.err
    assert command("policy", "check", "--config", world.config) == 0
    assert "are encrypted (aes-256)" in capfd.readouterr().out
    (world.root / "clearshard-encryption.key").unlink()
    assert command("keys", "init", *named) == 2
    assert "was begun with a key" in capfd.readouterr().err


def test_what_hangs_on_a_destroyed_key_is_unread_and_redacted_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, count = texts(world), len(in_force(world.out))
    rotate(world)
    old, new = (key["id"] for key in folder_keys(world))
    here, config = listing(world), load_config(world.config)

    def destroy(key: str, *, execute: bool = True) -> Destroyed:
        return destroy_key(config, world.out, key, AGENT, world.clock, execute=execute)

    for name in ("0" * 16, "", "../x", new[:8]):
        with pytest.raises(ConfigError, match=f"has no such key; it has: {old}, {new}"):
            destroy(name)
    would = destroy(old, execute=False)
    assert would == Destroyed(old, count, len(before), new, executed=False)
    assert listing(world) == here
    # The key that wraps need not be there: it may be that which is lost.
    (world.root / "clearshard-encryption.key").rename(world.root / "away")
    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.keys.destroying.replace_keys", killed)
        with pytest.raises(Killed):
            destroy(old)
    assert destroy(old) == Destroyed(old, count, len(before), new, executed=True)
    assert [key["id"] for key in folder_keys(world)] == [new]
    (world.root / "away").rename(world.root / "clearshard-encryption.key")
    told = Ledger(world.out / layout.LEDGER).head()
    assert told is not None
    assert (told.event, told.data["folder_key"]) == ("encryption_key_destroyed", old)
    assert (told.data["shards"], told.data["actor"]) == (count, "ada")
    assert dict(checked(world).unread) == {old: count}
    assert checked(world).faults == ()
    world.run()
    assert (texts(world), dict(checked(world).unread)) == (before, {})
    assert destroy(new).in_use is None
    # So does who has lost the key that wraps go on.
    (world.root / "clearshard-encryption.key").unlink()
    world.run()
    assert texts(world) == before
    assert (world.root / "clearshard-encryption.key").exists()
    assert checked(world).faults == ()


def test_the_command_that_destroys_says_so_first(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    [key] = (one["id"] for one in folder_keys(world))
    named = ("--config", world.config, "--out", world.out)
    count, transcripts = len(in_force(world.out)), len(texts(world))
    assert command("keys", "destroy", key, *named) == 0
    said = capfd.readouterr().out
    assert f"{count} shards with {transcripts} transcripts would become unreadable" in said
    assert "--execute destroys it" in said
    assert len(folder_keys(world)) == 1
    assert command("keys", "destroy", key, *named, "--execute", "--json") == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1]) == {
        "status": "done",
        "key": key,
        "shards": count,
        "transcripts": transcripts,
        "in_use": None,
        "executed": True,
    }
    assert command("keys", "destroy", key, *named, "--execute") == 2
    assert "has no such key; it has: none" in capfd.readouterr().err
    assert command("audit", "verify", *named) == 1
    assert "UNREAD" in capfd.readouterr().out


def folder_keys(world: World) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads((world.out / layout.ENCRYPTION_KEYS).read_text())[
        "keys"
    ]
    return keys


def test_init_makes_what_a_first_run_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLEARSHARD_KEY", "CLEARSHARD_SIGNING_KEY"):
        monkeypatch.delenv(name, raising=False)
    world = make_world(tmp_path, "aes-128")
    (tmp_path / "clearshard.key").unlink()
    assert command("keys", "init", "--config", world.config) == 0
    files = key_files(world)
    assert files == ["clearshard-encryption.key", "clearshard-signing.key", "clearshard.key"]
    contents = [(tmp_path / name).read_bytes() for name in files]
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in files} == {0o600}
    assert command("keys", "init", "--config", world.config) == 0
    world.run()
    assert [(tmp_path / name).read_bytes() for name in files] == contents
