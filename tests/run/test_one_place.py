"""Two files of one account can have one place in the shards, and each of them goes alone.

A place holds 32 bits of the file's key: of 93,000 files of one account and period two share theirs.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from clearshard.audit.verify import Known, verify
from clearshard.config import load_config
from clearshard.keys import load_pseudonym_key
from clearshard.records.run import RunRecord
from clearshard.shards.pseudonyms import doc_key
from clearshard.vault.opening import open_to_read

from .purge.worlds import holding, newest, purge
from .world import AS_OF, World, in_force, transcript

#: Of the first 36,226 ids of this form the only two whose places are the same under `KEY`.
ONE, OTHER = "file-14528", "file-36225"
KEY = bytes(range(50, 82))
LATER = AS_OF + timedelta(hours=2)
SETTINGS = '\n[redaction]\nprofile = "stock"\n\n[output]\ntarget_shard_bytes = 3000\n'
SPOKEN = {ONE: "apples", OTHER: "bridges", "file-1": "carpets"}


def make_world(root: Path, encryption: str = "none") -> World:
    """Of one account and period these two files, of which the one expires in an hour, and more."""
    world = World(root)
    (root / "clearshard.key").write_text(KEY.hex())
    (root / "clearshard.key").chmod(0o600)
    world.account("acct-a")
    for file_id, spoken in SPOKEN.items():
        world.file(file_id, "acct-a", transcript("good day", f"this call is about {spoken}"))
    world.files[0]["expires_at"] = (AS_OF + timedelta(hours=1)).isoformat()
    world.write(f'{SETTINGS}encryption = "{encryption}"\n')
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def hours_pass(world: World) -> None:
    world.clock = lambda: LATER


def spoken_in(world: World) -> list[str]:
    """What the shards in force are about; they are sound."""
    vault = open_to_read(world.out, load_config(world.config), tuple)
    assert verify(world.out, Known(vault=vault)).faults == ()
    tables = (vault.read_parquet(path, ["text"]) for path in in_force(world.out))
    texts = [text for table in tables for text in table.column("text").to_pylist()]
    return sorted(text.split()[-1] for text in texts)


def require_that_the_one_went(world: World, record: RunRecord) -> None:
    assert (record.counts.written, record.counts.excluded) == (2, 1)
    states = {file_id: state for file_id, (state, _) in world.decisions(record).items()}
    assert states == {ONE: "excluded", OTHER: "written", "file-1": "written"}
    assert spoken_in(world) == ["bridges", "carpets"]


def test_they_have_one_place(world: World) -> None:
    key, _ = load_pseudonym_key(load_config(world.config), create=False)
    one, other = doc_key(key, ONE), doc_key(key, OTHER)
    assert one[:8] == other[:8]
    assert one != other


@pytest.mark.parametrize("encryption", ["none", "aes-256"])
def test_one_expires_while_the_run_redacts(tmp_path: Path, encryption: str) -> None:
    world = make_world(tmp_path, encryption)
    world.progress.meanwhile = [lambda: hours_pass(world)]
    record = world.run()
    assert record.taken_out == 1
    require_that_the_one_went(world, record)


def test_both_expire_while_the_run_redacts(world: World) -> None:
    for row in world.files[:2]:
        row["expires_at"] = (AS_OF + timedelta(hours=1)).isoformat()
    world.write(SETTINGS)
    world.progress.meanwhile = [lambda: hours_pass(world)]
    assert world.run().taken_out == 2
    assert spoken_in(world) == ["carpets"]


def test_one_expires_while_a_run_finds_nothing_to_do(world: World) -> None:
    """Both are in a shard that would have been carried over unread."""
    world.run()
    assert spoken_in(world) == ["apples", "bridges", "carpets"]
    world.progress.meanwhile = [lambda: hours_pass(world)]
    record = world.run()
    assert record.taken_out == 1
    require_that_the_one_went(world, record)


def test_one_is_gone_from_the_next_run(world: World) -> None:
    world.run()
    hours_pass(world)
    require_that_the_one_went(world, world.run())


def test_a_purge_of_one_leaves_the_other(world: World) -> None:
    world.run()
    result = purge(world, files=(ONE,))
    assert (result.plan.files, [shard.purged for shard in result.plan.shards]) == (1, [1])
    require_that_the_one_went(world, newest(world))
    assert holding(world, "apples") == []


def test_a_purge_by_the_registry_takes_out_the_one_that_expired(world: World) -> None:
    world.run()
    hours_pass(world)
    purge(world)
    require_that_the_one_went(world, newest(world))
    assert holding(world, "apples") == []


def test_a_purge_of_one_finds_it_in_shards_that_were_replaced(world: World) -> None:
    """Readers of the run before have both; what is kept for them goes with the one."""
    world.run()
    world.file("file-2", "acct-a", transcript("good day", "this call is about doors"))
    world.write(SETTINGS)
    world.run()
    before = holding(world, "apples")
    purge(world, files=(ONE,))
    assert len(before) > 1
    assert holding(world, "apples") == []
    assert spoken_in(world) == ["bridges", "carpets", "doors"]
