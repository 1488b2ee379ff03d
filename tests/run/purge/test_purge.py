"""A purge takes out what was asked for, wherever it is, and nothing else."""

from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.receipts import receipt_of
from clearshard.audit.verify import verify
from clearshard.errors import ConfigError, IntegrityError, OutputUnusable, RegistryStale
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.output import replaced
from clearshard.run.purge.plan import plan_purge
from clearshard.storage.files import sha256_file

from ..world import AS_OF, World, in_force, transcript
from .worlds import FILES, SETTINGS, events, holding, newest, purge, word


def test_an_account_leaves_every_file_below_the_folder(world: World) -> None:
    assert len(holding(world, word("a"))) >= 3
    before = newest(world)
    result = purge(world, "acct-a")
    assert holding(world, word("a")) == []
    assert verify(world.out).faults == ()
    assert result.plan.files == FILES + 1
    assert result.plan.accounts == 1
    assert result.plan.reasons == {"deletion_requested": FILES + 1}
    after = newest(world)
    assert after.counts.written == before.counts.written - FILES - 1
    assert after.counts.excluded == before.counts.excluded + FILES + 1
    assert after.counts.seen == before.counts.seen
    assert after.purge is not None
    assert (after.purge.of, after.purge.before) == ("account", before.run_id)
    decisions = world.decisions(after)
    assert decisions["a-0"] == ("excluded", ["deletion_requested"])
    assert decisions["b-0"] == ("written", [])


def test_shards_that_it_does_not_touch_stay_as_they_are(world: World) -> None:
    before = {shard.name for shard in newest(world).shards}
    untouched = {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in in_force(world.out)}
    result = purge(world, "acct-a")
    touched = {shard.shard for shard in result.plan.shards}
    assert len(touched) == 2
    after = {shard.name for shard in newest(world).shards}
    # A half and its neighbour may have become light enough for one.
    assert len(before - touched - after) <= 1
    for path, was in untouched.items():
        name = path.relative_to(world.out / layout.SHARDS).as_posix()
        assert name not in after or (path.stat().st_ino, path.stat().st_mtime_ns) == was
    assert len(world.texts()) == 5 + 4 * FILES


def test_what_is_left_are_the_bytes_of_a_run_without_it(world: World, tmp_path: Path) -> None:
    purge(world, "acct-a")
    world.accounts = [row for row in world.accounts if row["account_id"] != "acct-a"]
    world.write(SETTINGS)
    world.run(tmp_path / "first")
    left = [(path.name, path.read_bytes()) for path in in_force(world.out)]
    assert left == [(path.name, path.read_bytes()) for path in in_force(tmp_path / "first")]


def test_a_file_in_whatever_spelling(world: World) -> None:
    result = purge(world, files=("B-1", "c\u20102", "nobody's"))
    assert result.plan.files == 2
    assert holding(world, f"{word('b')} 1") == holding(world, f"{word('c')} 2") == []
    assert len(holding(world, f"{word('b')} 3")) >= 1
    assert verify(world.out).faults == ()
    assert events(world, "tombstones_placed")[0]["count"] == {"accounts": 0, "files": 3}


def test_an_account_and_a_file_at_once(world: World) -> None:
    result = purge(world, "acct-a", files=("a-1", "b-1"))
    assert result.plan.files == FILES + 2
    assert str(result.plan.of) == "account_and_file"


def test_a_second_time_there_is_nothing_to_do(world: World) -> None:
    purge(world, "acct-a")
    files = sorted((p, p.stat().st_mtime_ns) for p in world.out.rglob("*") if p.suffix)
    again = purge(world, "ACCT-A")
    assert again.receipt is None
    assert again.plan.is_empty
    assert files == sorted((p, p.stat().st_mtime_ns) for p in world.out.rglob("*") if p.suffix)


def test_no_run_brings_it_back(world: World) -> None:
    purge(world, "acct-a", files=("b-1",))
    for account in world.accounts:
        account["exported_at"] = "2026-11-22T06:00:00Z"
    world.file("a-new", "acct-a", transcript("good day", f"once more {word('a')}"))
    world.files = [{**row, "file_id": row["file_id"].replace("b-1", "B-1")} for row in world.files]
    world.write(SETTINGS)
    record = world.run()
    assert holding(world, word("a")) == holding(world, f"{word('b')} 1") == []
    decisions = world.decisions(record)
    assert decisions["a-new"] == ("excluded", ["deletion_requested"])
    assert decisions["B-1"][1] == ["deletion_requested"]
    assert record.counts.written == 5 + 4 * FILES - 1
    assert verify(world.out).faults == ()
    assert world.run().run_id == record.run_id


def test_a_file_of_a_purged_account_stays_out_under_another(world: World) -> None:
    purge(world, "acct-a")
    for file in world.files:
        if file["account_id"] == "acct-a":
            file["account_id"] = "acct-b"
    world.write(SETTINGS)
    assert world.decisions(world.run())["a-1"] == ("excluded", ["deletion_requested"])
    assert holding(world, word("a")) == []
    assert verify(world.out).faults == ()


def test_who_is_in_no_shard_is_kept_out_all_the_same(world: World) -> None:
    before = newest(world)
    (world.out / layout.CHECKPOINTS).mkdir()
    (world.out / layout.CHECKPOINTS / "unit-0.arrow").write_bytes(b"of a killed run")
    result = purge(world, "acct-late")
    assert result.receipt is not None
    assert (result.receipt.files, result.receipt.accounts) == (0, ("acct-late",))
    assert newest(world) == before
    assert not (world.out / layout.CHECKPOINTS).exists()
    assert verify(world.out).faults == ()
    world.account("acct-late")
    world.file("late-1", "acct-late", transcript("good day", "too late"))
    world.write(SETTINGS)
    assert world.decisions(world.run())["late-1"][1] == ["deletion_requested"]


def test_files_that_hold_what_a_purged_one_holds_are_withheld(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.account("one")
    speech = transcript("good day", "the same in two files")
    for name in ("x", "y"):
        world.file(name, "one", None)
        (world.root / "transcripts" / f"{name}.json").write_text(str(speech).replace("'", '"'))
    world.file("z", "one", transcript("good day", "something else"))
    world.write(SETTINGS)
    assert world.run().counts.written == 3
    result = purge(world, files=("x",))
    assert (result.plan.files, result.plan.withheld) == (2, 1)
    decisions = world.decisions(newest(world))
    assert decisions["y"] == ("quarantined", ["duplicate_file_id"])
    assert holding(world, "same in two") == []
    assert verify(world.out).faults == ()
    assert world.decisions(world.run())["y"] == ("quarantined", ["duplicate_file_id"])


def test_the_last_account_leaves_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.account("one")
    world.file("x", "one", transcript("good day", "alone here"))
    world.write(SETTINGS)
    world.run()
    purge(world, "one")
    assert newest(world).shards == ()
    assert holding(world, "alone here") == []
    assert verify(world.out).faults == ()


def test_the_receipt(world: World) -> None:
    old = {path.name: sha256_file(path) for path in in_force(world.out)}
    result = purge(world, "acct-a")
    receipt = result.receipt
    assert receipt is not None
    assert receipt.before is not None
    assert receipt.after is not None
    assert receipt.after.sha256 == sha256_file(world.out / layout.record(receipt.after.run_id))
    assert receipt.before.sha256 == sha256_file(world.out / layout.record(receipt.before.run_id))
    assert (receipt.of, receipt.files, receipt.accounts) == ("account", FILES + 1, ("acct-a",))
    removed = {shard.name for shard in receipt.removed}
    assert {shard.shard for shard in result.plan.shards} <= removed
    assert {*result.plan.replaced} <= removed
    assert not any((world.out / layout.shard(name)).exists() for name in removed)
    in_old = {shard.name.rpartition("/")[2]: shard.sha256 for shard in receipt.removed}
    assert in_old.items() & old.items()
    for shard in receipt.written:
        assert sha256_file(world.out / layout.shard(shard.name)) == shard.sha256
    assert any("trained" in sentence for sentence in receipt.cannot_undo)
    (world.out / layout.receipt(receipt.run_id)).write_text("{}")
    told = [*Ledger(world.out / layout.LEDGER).read()]
    with pytest.raises(IntegrityError):
        receipt_of(world.out, told, receipt.run_id)
    assert [f.location for f in verify(world.out).faults] == [layout.receipt(receipt.run_id)]


def test_there_is_no_receipt_where_a_row_is_still_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(replaced, "remove_replaced", lambda *_: None)
        with pytest.raises(IntegrityError, match="still have rows"):
            purge(world, "acct-a")
    assert events(world, "purge_receipt") == []
    purge(world, "acct-a")
    assert len(events(world, "purge_receipt")) == 1
    assert holding(world, word("a")) == []


def test_a_run_that_loses_files_has_a_receipt_too(world: World) -> None:
    for account in world.accounts:
        if account["account_id"] == "acct-b":
            account["opted_out"] = "true"
    world.write(SETTINGS)
    record = world.run()
    [receipt] = events(world, "purge_receipt")
    assert (receipt["of"], receipt["files"]) == ("run", FILES)
    assert record.meant == FILES
    assert holding(world, word("b")) == []
    assert verify(world.out).faults == ()
    world.run()
    assert len(events(world, "purge_receipt")) == 1


def test_a_purge_needs_the_key_of_the_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_KEY", bytes(range(32)).hex())
    with pytest.raises(ConfigError, match="not the key"):
        purge(world, "acct-a")
    assert holding(world, word("a"))


def test_where_there_is_no_output_there_is_no_purge(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write()
    with pytest.raises(OutputUnusable):
        purge(world, "acct-a")
    assert not world.out.exists()


def test_a_shard_that_is_not_what_it_was_is_not_written_again(world: World) -> None:
    plan = plan_purge(world.out, Asked(("acct-a",)), None, AS_OF, AS_OF)
    path = world.out / layout.shard(plan.shards[0].shard)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError):
        purge(world, "acct-a")
    # It is out all the same: the next run makes of the sources what is right.
    world.run()
    assert holding(world, word("a")) == []
    assert verify(world.out).faults == ()


def test_a_stale_registry_purges_nothing(world: World) -> None:
    for account in world.accounts:
        account["exported_at"] = "2026-01-01T00:00:00Z"
    world.write(SETTINGS)
    with pytest.raises(RegistryStale):
        purge(world)
    assert verify(world.out).faults == ()


def test_a_plan_changes_nothing_and_is_what_a_purge_does(world: World) -> None:
    files = {p: p.read_bytes() for p in world.out.rglob("*") if p.is_file()}
    plan = plan_purge(world.out, Asked(("acct-a",), ("b-1",)), None, AS_OF, AS_OF)
    assert files == {p: p.read_bytes() for p in world.out.rglob("*") if p.is_file()}
    result = purge(world, "acct-a", files=("b-1",))
    assert {**plan.to_dict(), "as_of": 0} == {**result.plan.to_dict(), "as_of": 0}
    assert plan.replaced
