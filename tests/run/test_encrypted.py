"""An encrypted folder holds no plain text, whatever happens to it, and is run in as any other."""

import json
import shutil
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import Known, Report, verify
from clearshard.config import load_config
from clearshard.errors import ConfigError, IntegrityError
from clearshard.records.run import RunRecord, ShardFile
from clearshard.run.agent import Agent
from clearshard.run.keys.rotating import rotate_keys
from clearshard.run.output.binding import bind
from clearshard.run.output.folder import OutputFolder
from clearshard.storage.uris import named_in_memory
from clearshard.vault.opening import open_to_read
from clearshard.vault.vault import Vault

from .purge.worlds import purge, word
from .world import World, in_force, small_world, transcript, units_seen

WORDS = tuple(word(account).encode() for account in "abc")


#: Behind the settings, whose last section is that of the output.
BUCKET = 'folder = "memory://sealed"\nmirror = "out"\n'


def settings(encryption: str) -> str:
    return (
        '\n[redaction]\nprofile = "stock"\n\n[output]\ntarget_shard_bytes = 3000\n'
        f'encryption = "{encryption}"\n'
    )


def make_world(root: Path, encryption: str) -> World:
    world = small_world(root)
    (root / "clearshard.key").write_text(bytes(range(50, 82)).hex())
    (root / "clearshard.key").chmod(0o600)
    for account in "abc":
        world.account(f"acct-{account}")
        for number in range(3):
            spoken = transcript("good day", f"it was about {word(account)} {number}")
            world.file(f"{account}-{number}", f"acct-{account}", spoken)
    world.write(settings(encryption))
    return world


def vault_of(world: World) -> Vault:
    folder = OutputFolder(world.out)
    return open_to_read(world.out, load_config(world.config), folder.destroyed)


def checked(world: World) -> Report:
    return verify(world.out, Known(vault=vault_of(world)))


def plain_files(world: World) -> list[str]:
    """Files of the output in which a word can be read."""
    return [
        path.relative_to(world.out).as_posix()
        for path in sorted(world.out.rglob("*"))
        if path.is_file() and any(spoken in path.read_bytes() for spoken in WORDS)
    ]


def texts(world: World) -> list[str]:
    vault = vault_of(world)
    tables = (vault.read_parquet(path, ["text"]) for path in in_force(world.out))
    return sorted(text for table in tables for text in table.column("text").to_pylist())


def contents(record: RunRecord) -> set[tuple[str, str, int]]:
    return {(s.leaf.period, s.content_sha256, s.row_count) for s in record.shards}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World, list[list[str]]]:
    """The same world, run in plain and encrypted; and what was plain of it at work."""
    plain = make_world(tmp_path_factory.mktemp("plain"), "none")
    plain.run()
    encrypted = make_world(tmp_path_factory.mktemp("encrypted"), "aes-256")
    at_work: list[list[str]] = []

    def look() -> None:
        assert list((encrypted.out / layout.CHECKPOINTS).iterdir())
        at_work.append(plain_files(encrypted))

    encrypted.progress.meanwhile.append(look)
    encrypted.run()
    return plain, encrypted, at_work


@pytest.fixture
def plain(made: tuple[World, World, list[list[str]]], tmp_path: Path) -> World:
    return made[0].copy(tmp_path / "plain")


@pytest.fixture
def encrypted(made: tuple[World, World, list[list[str]]], tmp_path: Path) -> World:
    return made[1].copy(tmp_path / "encrypted")


def shards(world: World) -> tuple[ShardFile, ...]:
    return visible_runs(world.out)[-1].record.shards


def test_nothing_in_it_is_plain_at_work_or_afterwards(
    made: tuple[World, World, list[list[str]]],
) -> None:
    plain, encrypted, at_work = made
    assert plain_files(plain)  # it would be seen
    assert at_work == [[]]
    assert plain_files(encrypted) == []
    assert {shard.encryption for shard in shards(encrypted)} == {"aes-256"}
    assert {shard.key_id for shard in shards(encrypted)} == set(vault_of(encrypted).keys)
    key_file = encrypted.root / "clearshard-encryption.key"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert (encrypted.out / layout.ENCRYPTION_KEYS).stat().st_mode & 0o777 == 0o600


def test_it_holds_what_a_plain_one_holds(made: tuple[World, World, list[list[str]]]) -> None:
    plain, encrypted, _ = made
    assert texts(encrypted) == texts(plain) != []
    records = [visible_runs(world.out)[-1].record for world in (plain, encrypted)]
    assert contents(records[0]) == contents(records[1])
    assert all(shard.content_sha256 for shard in records[0].shards)
    assert {s.sha256 for s in records[0].shards}.isdisjoint(s.sha256 for s in records[1].shards)


def test_it_is_verified_with_its_key_and_unread_without(encrypted: World) -> None:
    report = checked(encrypted)
    assert (report.faults, dict(report.unread)) == ((), {})
    assert report.checked.transcripts == len(texts(encrypted))
    without = verify(encrypted.out)
    [(key_id, count)] = without.unread.items()
    assert without.faults == ()
    assert (key_id, count) == (shards(encrypted)[0].key_id, len(shards(encrypted)))
    assert without.checked.shards == without.checked.transcripts == 0
    in_force(encrypted.out)[0].write_bytes(b"PARE other")
    assert [fault.message[:24] for fault in verify(encrypted.out).faults] == [
        "is not what was recorded"
    ]


def test_what_it_holds_is_held_against_the_record(
    encrypted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(*_: object) -> str:
        return "0" * 64

    monkeypatch.setattr("clearshard.audit.contents.content_sha256", otherwise)
    assert {fault.message[:45] for fault in checked(encrypted).faults} == {
        "does not hold what the record says: its conte"
    }


def test_the_next_run_carries_shards_over(
    encrypted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {shard.name for shard in shards(encrypted)}
    given = units_seen(monkeypatch)
    assert encrypted.run().run_id == visible_runs(encrypted.out)[-1].run_id  # nothing to do
    assert len(visible_runs(encrypted.out)) == 1
    encrypted.file("late", "acct-a", transcript("good day"), submitted_at="2026-10-01T12:00:00Z")
    encrypted.write(settings("aes-256"))
    encrypted.run()
    assert given == ["late"]
    assert before < {shard.name for shard in shards(encrypted)}
    assert checked(encrypted).faults == ()


def test_switched_on_it_leaves_no_plain_copy(plain: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before, given = texts(plain), units_seen(monkeypatch)
    plain.write(settings("aes-128"))
    plain.run()
    assert given == []  # nothing is redacted again
    assert plain_files(plain) == []
    assert {shard.encryption for shard in shards(plain)} == {"aes-128"}
    assert texts(plain) == before
    assert checked(plain).faults == ()


def test_plain_work_of_a_killed_run_goes_at_once(plain: World) -> None:
    def killed() -> None:
        raise Killed

    def in_checkpoints() -> list[str]:
        return [name for name in plain_files(plain) if name.startswith(layout.CHECKPOINTS)]

    plain.file("a-late", "acct-a", transcript("good day", f"it was about {word('a')}"))
    plain.write(settings("none"))
    plain.progress.meanwhile += [killed, lambda: left.append(in_checkpoints())]
    left: list[list[str]] = []
    with pytest.raises(Killed):
        plain.run()
    assert in_checkpoints()
    plain.write(settings("aes-256"))
    plain.run()
    assert left == [[]]


class Killed(BaseException):
    pass


def test_stronger_it_is_written_anew(encrypted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given = units_seen(monkeypatch)
    encrypted.write(settings("aes-128"))
    encrypted.run()
    assert {shard.encryption for shard in shards(encrypted)} == {"aes-128"}
    assert given == []
    assert checked(encrypted).faults == ()


def test_switched_off_it_is_refused_before_anything_is_written(encrypted: World) -> None:
    encrypted.write(settings("none"))
    before = listing(encrypted)
    with pytest.raises(ConfigError, match="Nothing there is written plain again"):
        encrypted.run()
    assert listing(encrypted) == before


def test_another_or_no_key_is_noticed_before_anything_is_written(encrypted: World) -> None:
    before, file = listing(encrypted), encrypted.root / "clearshard-encryption.key"
    for secret in (bytes(range(100, 132)).hex(), None):
        file.unlink()
        if secret is not None:
            file.touch(mode=0o600)
            file.write_text(secret)
        with pytest.raises(ConfigError, match="is not the key that wraps key"):
            encrypted.run()
        if secret is None:
            assert not file.exists()
        assert listing(encrypted) == before


def test_a_key_that_others_can_read_is_refused(encrypted: World) -> None:
    (encrypted.root / "clearshard-encryption.key").chmod(0o640)
    with pytest.raises(ConfigError, match=r"chmod 600"):
        encrypted.run()


def test_of_a_destroyed_key_the_shards_are_redacted_again(
    encrypted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, given = texts(encrypted), units_seen(monkeypatch)
    key_file = encrypted.out / layout.ENCRYPTION_KEYS
    key_file.write_text(json.dumps({"keys": [], "format": 1}))
    report = checked(encrypted)
    assert (report.faults, sum(report.unread.values())) == ((), len(shards(encrypted)))
    encrypted.run()
    assert len(given) == len(before)
    assert texts(encrypted) == before
    assert checked(encrypted).unread == {}


@pytest.mark.parametrize("encryption", ["aes-256", "none"])
def test_without_the_file_of_its_keys_nothing_is_done(encrypted: World, encryption: str) -> None:
    (encrypted.out / layout.ENCRYPTION_KEYS).unlink()
    encrypted.write(settings(encryption))
    before = listing(encrypted)
    with pytest.raises(IntegrityError, match=r"shards hang on key .* Restore it from a backup"):
        encrypted.run()
    with pytest.raises(IntegrityError, match="shards hang on key"):
        purge(encrypted, "acct-a")
    assert listing(encrypted) == before


def test_a_purge_leaves_it_encrypted(encrypted: World) -> None:
    before = texts(encrypted)
    purge(encrypted, "acct-a")
    assert texts(encrypted) == [text for text in before if word("a") not in text]
    assert plain_files(encrypted) == []
    assert checked(encrypted).faults == ()


def test_a_purge_drops_what_hangs_on_a_destroyed_key(
    encrypted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(encrypted)
    # Of two months, so that one shard hangs on a key that is still there.
    encrypted.file("late", "acct-b", transcript("good day"), submitted_at="2026-10-01T12:00:00Z")
    encrypted.write(settings("aes-256"))
    rotate_keys(load_config(encrypted.config), encrypted.out, Agent("ada", "here"), encrypted.clock)
    encrypted.run()
    last = visible_runs(encrypted.out)[-1].record
    key_file = encrypted.out / layout.ENCRYPTION_KEYS
    keys = json.loads(key_file.read_text())
    gone, there = [key["id"] for key in keys["keys"]]
    lost = {shard.name for shard in shards(encrypted) if shard.key_id == gone}
    assert {shard.key_id for shard in shards(encrypted)} == {gone, there}
    key_file.write_text(json.dumps({**keys, "keys": keys["keys"][1:]}))
    done = purge(encrypted, "acct-a")
    assert set(done.plan.unread) == lost
    assert done.receipt is not None
    assert set(done.receipt.unread) == lost
    assert lost <= {shard.name for shard in done.receipt.removed}
    assert {shard.key_id for shard in done.receipt.removed if shard.name in lost} == {gone}
    for shard in done.receipt.removed:
        assert not (encrypted.out / layout.shard(shard.name)).exists()
        known = next(one for one in last.shards if one.name == shard.name)
        assert (shard.content_sha256, shard.key_id) == (known.content_sha256, known.key_id)
    purged = visible_runs(encrypted.out)[-1].record
    held = len(before) - 3
    assert purged.reasons["key_destroyed"] == purged.gone["key_destroyed"] == held
    assert purged.counts.written == 1
    assert checked(encrypted).faults == ()
    assert checked(encrypted).unread == {}
    given = units_seen(monkeypatch)
    encrypted.run()
    assert len(given) == held
    assert texts(encrypted) == sorted(
        [*(text for text in before if word("a") not in text), "good day"]
    )
    assert checked(encrypted).faults == ()


def test_checkpoints_of_a_killed_run_are_used(
    encrypted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise Killed

    encrypted.file("late", "acct-a", transcript("good day"), submitted_at="2026-10-01T12:00:00Z")
    encrypted.write(settings("aes-256"))
    encrypted.progress.meanwhile.append(killed)
    with pytest.raises(Killed):
        encrypted.run()
    given = units_seen(monkeypatch)
    encrypted.run()
    assert given == []
    assert any("good day" in text for text in texts(encrypted))


def test_in_a_bucket_its_keys_are_there_too(tmp_path: Path) -> None:
    with named_in_memory("sealed") as store:
        (tmp_path / "one").mkdir()
        world = make_world(tmp_path / "one", "aes-256")
        world.write(settings("aes-256") + BUCKET)
        bind(world.out, "memory://sealed")
        world.run()
        config, agent = load_config(world.config), Agent("ada", "here")
        rotate_keys(config, world.out, agent, world.clock)
        there = store.read(layout.ENCRYPTION_KEYS, 1 << 20).data
        assert there == (world.out / layout.ENCRYPTION_KEYS).read_bytes()
        # Another machine, which has the keys of the job and no mirror yet.
        other = world.copy(tmp_path / "two")
        shutil.rmtree(other.out)
        bind(other.out, "memory://sealed")
        other.file("late", "acct-a", transcript("good day"), submitted_at="2026-10-01T12:00:00Z")
        other.write(settings("aes-256") + BUCKET)
        other.run()
        assert any("good day" in text for text in texts(other))
        assert checked(other).faults == ()
        assert len({shard.key_id for shard in shards(other)}) == 2


def listing(world: World) -> dict[str, bytes]:
    return {
        path.relative_to(world.out).as_posix(): path.read_bytes()
        for path in sorted(world.out.rglob("*"))
        if path.is_file()
    }
