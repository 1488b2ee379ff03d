"""An output in a bucket: runs, purges and audits on mirrors, of one machine and of several."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

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
    OutputUnusable,
    RunFailed,
    RunLocked,
    StoreUnavailable,
)
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.asked import output_folder
from clearshard.run.options import RunOptions
from clearshard.run.output.folder import require_ours
from clearshard.run.output.mirror import Mirror, bind
from clearshard.run.purge.job import purge
from clearshard.storage import uris
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Listed, Store, Unlisted
from clearshard.storage.uris import named_in_memory

from .watching import at_stage
from .world import AS_OF, World, in_force, small_world, transcript

BUCKET = "memory://kept"
#: Of one machine, and in no bucket.
OWN = {layout.LOCK, layout.MIRROR, layout.SEEN_SHARDS}


@pytest.fixture
def bucket() -> Iterator[Store]:
    with named_in_memory("kept") as store:
        yield store


@pytest.fixture
def world(tmp_path: Path, bucket: Store) -> World:
    world = small_world(tmp_path / "one")
    bind(world.out, BUCKET)
    return world


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()


def objects(store: Store) -> dict[str, bytes]:
    return {one.key: store.read(one.key, 1 << 30).data for one in store.list_below()}


def files(out: Path) -> dict[str, bytes]:
    paths = (path for path in out.rglob("*") if path.is_file() and path.name not in OWN)
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}
    return {key: data for key, data in found.items() if not key.startswith(".clearshard-")}


def elsewhere(world: World, root: Path) -> World:
    """The same sources and keys on another machine, which has no mirror yet."""
    other = world.copy(root)
    shutil.rmtree(other.out)
    bind(other.out, BUCKET)
    return other


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


def test_another_machine_goes_on(world: World, bucket: Store, tmp_path: Path) -> None:
    first = world.run()
    other = elsewhere(world, tmp_path / "two")
    assert other.run() == first
    other.file("more", "acct-good", transcript("good morning", "a lamp again"))
    other.write()
    second = other.run()
    assert second.superseded == (first.run_id,)
    assert second.reused == first.counts.written
    assert objects(bucket) == files(other.out) != files(world.out)
    # Whoever reads the first one now reads what is in the bucket.
    require_ours(world.out)
    assert files(world.out) == files(other.out)
    assert verify(world.out).faults == ()


def test_of_two_machines_one_wins(world: World, bucket: Store, tmp_path: Path) -> None:
    world.run()
    other = elsewhere(world, tmp_path / "two")
    for machine in (world, other):
        machine.file("more", "acct-good", transcript("good morning", "a lamp again"))
        machine.write()
    won = []
    world.progress.meanwhile = [lambda: won.append(other.run())]
    with pytest.raises(RunLocked, match="Another run was published") as caught:
        world.run()
    assert caught.value.exit_code == 6
    assert visible_runs(other.out)[-1].run_id == won[0].run_id
    require_ours(other.out)
    assert objects(bucket) == files(other.out)
    assert verify(other.out).faults == ()
    assert world.run() == won[0]
    assert files(world.out) == objects(bucket)


def test_what_is_published_after_a_mirror_was_made_has_beaten_the_run(
    world: World, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a shard that the other one removes would be in the list of this one."""
    world.file("old", "acct-good", transcript("so long"), submitted_at="2026-01-01T12:00:00Z")
    world.write()
    world.run()
    other = elsewhere(world, tmp_path / "two")
    other.files = [one for one in other.files if one["file_id"] != "old"]
    other.write()
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    claim = Mirror.claim

    def late(mirror: Mirror, marker: bytes) -> None:
        monkeypatch.setattr(Mirror, "claim", claim)
        other.run()

    monkeypatch.setattr(Mirror, "claim", late)
    with pytest.raises(RunLocked, match="Another run was published"):
        world.run()
    require_ours(world.out)
    assert verify(world.out).faults == ()


def test_what_is_published_while_a_mirror_is_made_is_in_it(
    world: World, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run()
    other = elsewhere(world, tmp_path / "two")
    other.file("more", "acct-good", transcript("good morning", "a lamp again"))
    other.write()
    others = [other.run]

    class Late:
        def list_all(self) -> Iterator[Listed | Unlisted]:
            if others:
                others.pop()()
            return bucket.list_all()

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_readable", lambda *_: Late())
        require_ours(world.out)
    assert files(world.out) == objects(bucket)
    assert verify(world.out).faults == ()


class Dying:
    """A store that ends the process, or does not answer, at one of its calls."""

    def __init__(self, store: Store, calls: int, ends: BaseException, *, before: bool) -> None:
        self._store, self._left, self._ends, self._before = store, calls, ends, before

    def __getattr__(self, name: str) -> object:
        method = getattr(self._store, name)
        if name not in ("put_if_absent", "replace_if_unchanged", "delete"):
            return method

        def call(*arguments: object) -> object:
            self._left -= 1
            if self._left == 0 and self._before:
                raise self._ends
            result = method(*arguments)
            if self._left == 0:
                raise self._ends
            return result

        return call


class Killed(BaseException):
    """As by SIGKILL: nobody handles it."""


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    "step", [3, 10, 17, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 31))]
)
@pytest.mark.parametrize("how", [Killed(), StoreUnavailable("The network is gone.")])
def test_a_run_that_dies_at_any_call_is_settled_from_another_machine(
    world: World,
    bucket: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    before: bool,
    how: BaseException,
) -> None:
    world.run()
    world.files = [one for one in world.files if one["file_id"] != "good-0"]
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    other = elsewhere(world, tmp_path / "two")
    dying = Dying(bucket, step, how, before=before)
    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_store", lambda *_: dying)
        if isinstance(how, Killed):
            patch.setattr("clearshard.run.stages.events.forget", lambda *_: None)
        with suppress(Killed, StoreUnavailable, RunFailed):
            world.run()
    record = other.run()
    assert objects(bucket) == files(other.out)
    assert verify(other.out).faults == ()
    assert set(other.decisions(record)) == {one["file_id"] for one in world.files}
    assert len(other.texts()) == record.counts.written == 5
    # The one that died goes on as well, with the same state.
    assert world.run() == record
    assert files(world.out) == objects(bucket)


@pytest.mark.parametrize("killed", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_who_is_taken_for_dead_by_a_purge_leaves_no_row_in_the_bucket(
    world: World, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    """It was about to put a shard, and its staged record is there no more."""
    world.run()
    other = elsewhere(world, tmp_path / "two")
    config, options = load_config(other.config), RunOptions(other.out, AS_OF, 1, dry_run=False)
    purges: list[Callable[[], object]] = [
        lambda: purge(config, options, Asked(("acct-good",)), other.progress, other.clock)
    ]

    class Slow:
        def put_if_absent(self, key: str, data: bytes) -> object:
            put = bucket.put_if_absent
            if key.startswith(layout.SHARDS) and purges:
                purges.pop()()
                tag = put(key, data)
                if killed:
                    raise Killed
                return tag
            return put(key, data)

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

    world.file("more", "acct-other", transcript("good morning", "a lamp again"))
    world.write()
    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_store", lambda *_: Slow())
        if killed:
            patch.setattr("clearshard.run.stages.events.forget", lambda *_: None)
        with pytest.raises(Killed if killed else RunLocked):
            world.run()
    if killed:
        world.run()
    require_ours(other.out)
    assert objects(bucket) == files(other.out)
    assert verify(other.out).faults == ()  # as of a shard that is in no record


def test_what_no_run_has_put_is_refused(world: World, bucket: Store) -> None:
    world.run()
    bucket.put_if_absent("shards/2026-11/part-of-somebody.parquet", b"not ours")
    with pytest.raises(IntegrityError, match="part-of-somebody"):
        world.run()
    with pytest.raises(IntegrityError, match="which no run has written"):
        require_ours(world.out)


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
        require_ours(tmp_path / "out")


def test_what_another_machine_has_staged_goes_when_it_is_over(world: World, bucket: Store) -> None:
    """Or it is settled here when its run was swept, and the ledger says that it failed."""
    staged = f"{layout.staging('elsewhere')}/{layout.STAGED_RECORD}"
    own = world.out / layout.staging("here") / layout.STAGED_RECORD
    own.parent.mkdir(parents=True)
    own.write_bytes(b"{}")
    for key, content in ((layout.MARKER, MARKER), (staged, b"{}")):
        bucket.put_if_absent(key, content)
    require_ours(world.out)
    assert (world.out / staged).exists()
    bucket.delete(staged)
    require_ours(world.out)
    assert not (world.out / layout.staging("elsewhere")).exists()
    assert own.exists()


def test_a_bucket_of_somebody_else_is_left_alone(world: World, bucket: Store) -> None:
    bucket.put_if_absent("notes.txt", b"theirs")
    with pytest.raises(OutputUnusable, match="was not made by clearshard"):
        world.run()
    assert objects(bucket) == {"notes.txt": b"theirs"}


def test_a_bucket_that_was_emptied_or_put_back_is_told(
    world: World, bucket: Store, tmp_path: Path
) -> None:
    world.run()
    before = objects(bucket)
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    world.run()
    for key in objects(bucket):
        bucket.delete(key)
    with pytest.raises(IntegrityError, match="was emptied"):
        world.run()
    for key, content in before.items():
        bucket.put_if_absent(key, content)
    held = files(world.out)
    with pytest.raises(IntegrityError, match="put back to an older state"):
        world.run()
    assert files(world.out) == held  # it may be what the bucket is restored from
    # Put back without the copy of its newest line, to a machine that has seen nothing newer.
    bucket.delete(layout.LEDGER_COPY)
    bucket.put_if_absent(layout.LEDGER_COPY, held[layout.LEDGER_COPY])
    other = elsewhere(world, tmp_path / "two")
    with pytest.raises(IntegrityError, match="ends before the line"):
        other.run()


def test_a_purge_takes_it_out_of_the_bucket(world: World, bucket: Store, tmp_path: Path) -> None:
    world.run()
    old = {key for key in objects(bucket) if key.startswith(layout.SHARDS)}
    other = elsewhere(world, tmp_path / "two")
    config, options = load_config(other.config), RunOptions(other.out, AS_OF, 1, dry_run=False)
    asked = Asked(accounts=("acct-good",))
    made = purge(config, options, asked, other.progress, other.clock)
    assert made.receipt is not None
    assert made.receipt.files == 4
    there = objects(bucket)
    assert old.isdisjoint(there)
    assert there == files(other.out)
    assert {layout.receipt(made.receipt.run_id), layout.tombstones(made.receipt.run_id)} <= set(
        there
    )
    # The machine that has not heard of it has no row of them any more when it looks: not in what
    # a run has left there that was killed either.
    staged = f"{layout.staging('killed')}/{layout.STAGED_SHARDS}"
    for folder in (world.out / layout.CHECKPOINTS, world.out / staged):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows").write_text("green chairs")
    require_ours(world.out)
    assert files(world.out) == there
    world.run()
    assert files(world.out) == objects(bucket)
    assert len(world.texts()) == 1
    assert verify(world.out).faults == ()


def test_a_damaged_mirror_is_mended_from_the_bucket(world: World, bucket: Store) -> None:
    world.run()
    [shard] = in_force(world.out)
    content = shard.read_bytes()
    shard.write_bytes(b"damaged")
    require_ours(world.out)
    assert shard.read_bytes() == content
    shard.write_bytes(bytes(len(content)))
    world.run()
    assert shard.read_bytes() == content
    assert files(world.out) == objects(bucket)


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
    world: World, bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lists may not have been listed."""
    world.run()

    class Late:
        def list_below(self, folder: str = "") -> Iterator[Listed]:
            return iter(()) if folder == layout.RUNS else bucket.list_below(folder)

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_readable", lambda *_: Late())
        require_ours(world.out)
    assert not visible_runs(world.out)
    require_ours(world.out)
    assert len(visible_runs(world.out)) == 1


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
        bind(world.out, "memory://other")
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
