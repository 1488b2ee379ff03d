"""An output in a bucket: runs and audits on one mirror of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import MARKER, REHEARSALS_MARKER
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import (
    ConfigError,
    IntegrityError,
    ObjectDenied,
    OutputUnusable,
    StoreRefused,
    StoreUnavailable,
)
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.asked import output_folder
from clearshard.run.options import RunOptions
from clearshard.run.output.binding import bind
from clearshard.run.output.folder import require_ours
from clearshard.run.output.mirror import Mirror
from clearshard.run.purge.job import purge
from clearshard.storage import uris
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Listed, Store, Unlisted

from ..watching import at_stage
from ..world import AS_OF, World, in_force, transcript
from .kept import BUCKET, elsewhere, files, objects


def test_a_bucket_holds_what_its_mirror_does(world: World, bucket: Store) -> None:
    first = world.run()
    assert objects(bucket) == files(world.out)
    assert verify(world.out).faults == ()
    assert world.run() == first  # nothing is new
    world.files = [one for one in world.files if one["file_id"] != "good-0"]
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    second = world.run()
    assert second.counts.written == first.counts.written
    assert objects(bucket) == files(world.out)
    assert verify(world.out).faults == ()
    # A shard with a row that went is in neither place any more.
    assert {path.name for path in in_force(world.out)} == {
        key.rpartition("/")[2] for key in objects(bucket) if key.startswith("shards/")
    }


def test_what_no_run_has_put_is_refused(world: World, bucket: Store) -> None:
    world.run()
    bucket.put_if_absent("shards/2026-11/part-of-somebody.parquet", b"not ours")
    with pytest.raises(IntegrityError, match="part-of-somebody"):
        world.run()
    with pytest.raises(IntegrityError, match="which no run has written"):
        require_ours(world.out, BUCKET)


@pytest.mark.parametrize("name", ["2026-11\\part.parquet", ".clearshard-x/part.parquet"])
def test_what_has_a_name_that_is_no_key_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No listing by keys shows it, and whoever reads the folder of shards reads it."""
    client = MemoryStore()
    monkeypatch.setitem(uris._IN_MEMORY, "kept", ObjectStore(client, "out"))
    client.put(f"out/{layout.MARKER}", MARKER)
    client.put(f"out/{layout.SHARDS}/{name}", b"not ours")
    bind(tmp_path / "out", BUCKET)
    with pytest.raises(IntegrityError, match="which no run has written"):
        require_ours(tmp_path / "out", BUCKET)


def test_a_prefix_that_was_made_in_a_console_takes_an_output(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its empty object `out/`, told as `out`, is of nobody and nothing to remove."""
    client = _MadeInConsole()
    monkeypatch.setitem(uris._IN_MEMORY, "kept", ObjectStore(client, "out"))
    world.run()
    require_ours(world.out, BUCKET)
    assert objects(ObjectStore(client, "out")) == files(world.out)


class _MadeInConsole(MemoryStore):
    def list(self, prefix: str | None = None, **options: Any) -> Any:
        if prefix == "out":
            yield [{"path": "out", "size": 0, "last_modified": datetime.now(UTC), "e_tag": "-"}]
        yield from super().list(prefix, **options)


def test_a_bucket_of_somebody_else_is_left_alone(world: World, bucket: Store) -> None:
    bucket.put_if_absent("notes.txt", b"theirs")
    with pytest.raises(OutputUnusable, match="was not made by clearshard"):
        world.run()
    assert objects(bucket) == {"notes.txt": b"theirs"}


def test_a_damaged_mirror_is_mended_from_the_bucket(world: World, bucket: Store) -> None:
    world.run()
    [shard] = in_force(world.out)
    content = shard.read_bytes()
    shard.write_bytes(b"damaged")
    require_ours(world.out, BUCKET)
    assert shard.read_bytes() == content
    shard.write_bytes(bytes(len(content)))
    world.run()
    assert shard.read_bytes() == content
    assert files(world.out) == objects(bucket)


def test_a_replaced_shard_that_may_not_be_deleted_ends_each_run_until_it_may(
    world: World, bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds a row that must not be there any more, so nobody goes on without it gone."""
    world.run()
    [shard] = in_force(world.out)
    world.files = [one for one in world.files if one["file_id"] != "good-0"]
    world.write()
    with monkeypatch.context() as patch:
        patch.setitem(uris._IN_MEMORY, "kept", _Locked(bucket))
        with pytest.raises(StoreUnavailable, match="announced"):
            world.run()
        for _ in range(2):
            with pytest.raises(ObjectDenied, match=shard.name):
                world.run()
        assert bucket.head(f"{layout.SHARDS}/{shard.parent.name}/{shard.name}")
    world.run()
    assert shard.name not in {key.rpartition("/")[2] for key in objects(bucket)}
    assert objects(bucket) == files(world.out)
    assert verify(world.out).faults == ()


class _Locked:
    """A store whose shards this user may not delete."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def delete(self, key: str) -> None:
        if key.startswith(f"{layout.SHARDS}/"):
            raise ObjectDenied(key)
        self._store.delete(key)


def test_runs_whose_time_is_over_go_in_the_bucket_too(world: World, bucket: Store) -> None:
    first = world.run()
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write("[housekeeping]\nkeep_runs_days = 0\nkeep_shards_hours = 0\n")
    # Its table stays as long as changes to it are in force.
    world.accounts[0]["opted_out"] = "true"
    world.write("[housekeeping]\nkeep_runs_days = 0\nkeep_shards_hours = 0\n")
    world.run()
    world.run()
    there = objects(bucket)
    assert there == files(world.out)
    assert not [key for key in there if first.run_id in key]


def test_a_record_that_comes_while_a_mirror_is_read_waits_for_the_next_time(
    world: World, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lists may not have been listed."""
    world.run()
    other = elsewhere(world, tmp_path / "two").out

    class Late:
        def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
            return iter(()) if folder == layout.RUNS else bucket.find_below(folder)

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_readable", lambda *_: Late())
        require_ours(other, BUCKET)
    assert not visible_runs(other)
    require_ours(other, BUCKET)
    assert len(visible_runs(other)) == 1


def test_a_bucket_is_claimed_once(world: World, bucket: Store) -> None:
    mirror = Mirror(world.out, BUCKET, 0o077)
    mirror.claim(MARKER)
    mirror.claim(MARKER)
    with pytest.raises(OutputUnusable, match="holds something else"):
        mirror.claim(REHEARSALS_MARKER)
    assert objects(bucket) == {layout.MARKER: MARKER}


def test_a_folder_that_is_something_else_becomes_no_mirror(tmp_path: Path, world: World) -> None:
    world.run()
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "theirs").touch()
    with pytest.raises(OutputUnusable, match="is not empty"):
        bind(plain, BUCKET)
    with pytest.raises(OutputUnusable, match="is the mirror of memory://kept"):
        bind(world.out, "s3://other")
    (world.out / layout.MIRROR).write_text("{}")
    with pytest.raises(OutputUnusable, match="does not say"):
        world.run()


def test_the_configuration_names_bucket_and_mirror(world: World) -> None:
    world.write('[output]\nfolder = "memory://kept"\nmirror = "mirror"\n')
    config = load_config(world.config)
    mirror = output_folder(config, None)
    assert mirror == world.root / "mirror"
    world.run(mirror)
    assert verify(mirror).faults == ()
    for wrong in ('folder = "s3://bucket"', 'folder = "out"\nmirror = "mirror"', 'mirror = "m"'):
        world.write(f"[output]\n{wrong}\n")
        with pytest.raises(ConfigError, match="mirror is a folder of this machine"):
            load_config(world.config)


def test_the_ledger_of_a_mirror_is_that_of_the_bucket(
    world: World, bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while a run is at work, for who looks."""
    seen = []

    def look() -> None:
        lines = bucket.read(layout.LEDGER, 1 << 20).data
        seen.append((world.out / layout.LEDGER).read_bytes() == lines)

    at_stage(monkeypatch, "publish", look)
    world.run()
    assert seen == [True]
    assert len(list(Ledger(world.out / layout.LEDGER).read())) == objects(bucket)[
        layout.LEDGER
    ].count(b"\n")


@pytest.mark.parametrize("what", ["shards", "audit/decisions", "runs", "audit/tombstones"])
def test_a_mirror_is_not_made_less_by_what_no_run_has_removed(
    world: World, bucket: Store, what: str
) -> None:
    world.run()
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    asked = Asked(files=("good-0",))
    purge(load_config(world.config), options, asked, world.progress, world.clock)
    held = files(world.out)
    lost = {key: data for key, data in objects(bucket).items() if key.startswith(f"{what}/")}
    assert lost
    for key in lost:
        bucket.delete(key)
    with pytest.raises(IntegrityError, match="lacks"):
        world.run()
    assert files(world.out) == held
    for key, data in lost.items():
        bucket.put_if_absent(key, data)
    world.run()
    assert verify(world.out).faults == ()


def test_a_mirror_that_has_forgotten_what_it_is_is_told_by_the_configuration(
    world: World,
) -> None:
    world.write('[output]\nfolder = "memory://kept"\nmirror = "mirror"\n')
    config = load_config(world.config)
    mirror = output_folder(config, None)
    world.run(mirror)
    (mirror / layout.MIRROR).unlink()
    with pytest.raises(OutputUnusable, match="is not empty"):
        output_folder(config, mirror)


def test_addresses_have_one_spelling_and_no_password(tmp_path: Path, world: World) -> None:
    bind(tmp_path / "two", "MEMORY://kept/")
    bind(tmp_path / "two", BUCKET)
    with pytest.raises(StoreRefused):
        bind(tmp_path / "three", "s3://user:secret@bucket/prefix")
    assert not (tmp_path / "three").exists()
    world.run()
    with pytest.raises(OutputUnusable, match="inside the output folder"):
        bind(world.out / "mirror", BUCKET)


def test_what_a_run_has_put_is_not_fetched_by_the_next(
    world: World, bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    take = Mirror._take

    def spy(self: Mirror, store: Store, key: str) -> object:
        fetched.append(key)
        return take(self, store, key)

    world.run()
    monkeypatch.setattr(Mirror, "_take", spy)
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    world.run()
    world.run()
    require_ours(world.out, BUCKET)
    # The marker was claimed, and is no object that a run has put.
    assert set(fetched) <= {layout.MARKER}
    assert files(world.out) == objects(bucket)
