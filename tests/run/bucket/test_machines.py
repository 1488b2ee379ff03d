"""An output in a bucket: runs and purges on mirrors of several machines."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.marker import MARKER
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import (
    IntegrityError,
    RunLocked,
    StoreUnavailable,
)
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.options import RunOptions
from clearshard.run.output.folder import require_ours
from clearshard.run.output.mirror import Mirror
from clearshard.run.purge.job import PurgeResult, purge
from clearshard.storage.store import Listed, Store, Unlisted

from ..world import AS_OF, World, transcript
from .kept import BUCKET, Dying, Killed, elsewhere, files, objects

pytestmark = pytest.mark.slow


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
    require_ours(world.out, BUCKET)
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
    require_ours(other.out, BUCKET)
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
    require_ours(world.out, BUCKET)
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
        def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
            if others and not folder:
                others.pop()()
            return bucket.find_below(folder)

        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_readable", lambda *_: Late())
        require_ours(world.out, BUCKET)
    assert files(world.out) == objects(bucket)
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    "step", [10, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 31))]
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
        with suppress(Killed, StoreUnavailable):
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
    require_ours(other.out, BUCKET)
    assert objects(bucket) == files(other.out)
    assert verify(other.out).faults == ()  # as of a shard that is in no record


def test_what_another_machine_has_staged_goes_when_it_is_over(world: World, bucket: Store) -> None:
    """Or it is settled here when its run was swept, and the ledger says that it failed."""
    staged = f"{layout.staging('elsewhere')}/{layout.STAGED_RECORD}"
    own = world.out / layout.staging("here") / layout.STAGED_RECORD
    own.parent.mkdir(parents=True)
    own.write_bytes(b"{}")
    for key, content in ((layout.MARKER, MARKER), (staged, b"{}")):
        bucket.put_if_absent(key, content)
    require_ours(world.out, BUCKET)
    assert (world.out / staged).exists()
    bucket.delete(staged)
    require_ours(world.out, BUCKET)
    assert not (world.out / layout.staging("elsewhere")).exists()
    assert own.exists()


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
    require_ours(world.out, BUCKET)
    assert files(world.out) == there
    world.run()
    assert files(world.out) == objects(bucket)
    assert len(world.texts()) == 1
    assert verify(world.out).faults == ()


def _purge(world: World, account: str) -> PurgeResult:
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    asked = Asked(accounts=(account,))
    return purge(load_config(world.config), options, asked, world.progress, world.clock)


#: Two of them are in the bucket before the ledger is told; of the other account nothing is written.
@pytest.mark.parametrize("account", ["acct-good", "acct-baa"])
@pytest.mark.parametrize("place", [layout.TOMBSTONES, layout.RECEIPTS])
def test_what_a_killed_purge_has_not_told_is_settled_from_another_machine(
    world: World,
    bucket: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    account: str,
    place: str,
) -> None:
    world.run()
    other = elsewhere(world, tmp_path / "two")

    class Dies:
        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

        def put_if_absent(self, key: str, data: bytes) -> object:
            tag = bucket.put_if_absent(key, data)
            if key.startswith(place):
                raise Killed
            return tag

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.output.mirror.open_store", lambda *_: Dies())
        patch.setattr("clearshard.run.purge.job._failed", lambda *_: None)
        with pytest.raises(Killed):
            _purge(world, account)
    assert [key for key in objects(bucket) if key.startswith(place)]
    other.run()
    assert verify(other.out).faults == ()
    assert objects(bucket) == files(other.out)
    made = _purge(other, account)
    assert place == layout.RECEIPTS or made.receipt is not None
    assert len(other.texts()) == (1 if account == "acct-good" else 5)
    world.run()
    assert verify(world.out).faults == ()
    assert files(world.out) == objects(bucket)


def test_a_purge_that_is_taken_for_dead_before_it_tells_gives_up(
    world: World, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run()
    other = elsewhere(world, tmp_path / "two")

    class Slow:
        def __getattr__(self, name: str) -> object:
            return getattr(bucket, name)

        def put_if_absent(self, key: str, data: bytes) -> object:
            tag = bucket.put_if_absent(key, data)
            if key.startswith(layout.TOMBSTONES):
                monkeypatch.undo()
                other.run()
            return tag

    monkeypatch.setattr("clearshard.run.output.mirror.open_store", lambda *_: Slow())
    with pytest.raises(RunLocked, match="taken this purge for dead"):
        _purge(world, "acct-good")
    for machine in (world, other):
        machine.run()
        assert verify(machine.out).faults == ()
        assert files(machine.out) == objects(bucket)
    assert len(world.texts()) == 5
