"""Who is named by a purge: files of kept runs, in every spelling; and receipts that say so."""

import json

import pyarrow as pa
import pytest

from clearshard import layout
from clearshard.audit.tombstones import Kind
from clearshard.audit.verify import verify
from clearshard.errors import RunFailed
from clearshard.lifecycle.purge.asked import Asked
from clearshard.records.receipt import Receipt
from clearshard.run.exported import Recorded
from clearshard.run.purge import job
from clearshard.run.purge.find import _Readings
from clearshard.run.stages.stage import nobody

from ..world import World, transcript
from .test_killed import Killed, dies_at
from .test_lift import export, lifted
from .worlds import FILES, SETTINGS, events, ledger, newest, observed, purge, word


def leaves(world: World, *names: str) -> None:
    world.files = [row for row in world.files if row["file_id"] not in names]
    world.write(SETTINGS)
    world.run()


def receipt(world: World, run_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((world.out / layout.receipt(run_id)).read_text())
    return found


def test_every_file_of_an_account_that_a_kept_run_names_stays_out(world: World) -> None:
    for file in world.files:
        if file["file_id"] == "a-1":  # it is not known whose it is
            file["account_id"] = ""
        if file["file_id"] == "a-2":  # it was never theirs
            file["account_id"] = "acct-b"
    leaves(world, "a-0")
    export(world, "newest")
    export(world, "before", newest(world).superseded[-1])
    result = purge(world, "acct-a", "ACCT-A", files=("a-3",))
    assert result.plan.files == FILES - 2
    assert result.plan.accounts == 1
    [placed] = events(world, "tombstones_placed")
    assert placed["count"] == {"accounts": 1, "files": 4}
    assert placed["first"] == {"accounts": ["acct-a"], "files": ["a-3", "a-0", "a-1", "late-0"]}
    assert result.receipt is not None
    assert result.receipt.tombstones == {"accounts": 1, "files": 4}
    # What left the shards earlier was in a training set all the same.
    assert result.receipt.exports == ("before", "newest")
    world.file("a-0", "acct-b", transcript("good day", f"{word('a')} 0"))
    for file in world.files:
        file["account_id"] = file["account_id"] or "acct-b"
    world.write(SETTINGS)
    decisions = world.decisions(world.run())
    for name in ("a-0", "a-1", "a-3"):
        assert decisions[name] == ("excluded", ["deletion_requested"])
    assert decisions["a-2"] == ("written", [])
    assert verify(world.out).faults == ()


def test_a_training_set_of_a_run_that_was_purged_since_is_called_so(world: World) -> None:
    first = newest(world).run_id
    leaves(world, "b-0")
    purge(world, "acct-a")
    assert export(world, "late", first) == Recorded(first, purged=FILES + 1, gone=FILES + 2)
    assert events(world, "export_recorded")[-1]["purged"] == FILES + 1
    assert export(world, "newest") == Recorded(newest(world).run_id, purged=0, gone=0)
    result = purge(world, files=("B-0",))
    assert result.receipt is not None
    assert (result.receipt.files, result.receipt.exports) == (0, ("late",))


@pytest.mark.parametrize("by", ["run", "purge"])
def test_a_killed_purge_of_nobody_in_the_shards_has_a_receipt(world: World, by: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget", lambda *_: None)
        patch.setattr(job, "hand_out_for_tombstones", _dies)
        with pytest.raises(Killed):
            purge(world, "acct-new", files=("nobody's",))
    [killed] = [event for event in ledger(world) if event.event == "tombstones_placed"]
    if by == "run":
        assert world.run() == newest(world)
    else:
        assert purge(world, "acct-new", files=("nobody's",)).receipt is None
    told = receipt(world, killed.run_id)
    assert (told["of"], told["accounts"]) == ("account_and_file", ["acct-new"])
    assert (told["file_ids"], told["files"]) == (["nobody's"], 0)
    assert [*(world.out / ".staging").iterdir()] == []
    assert verify(world.out).faults == ()
    world.run()
    assert len(events(world, "purge_receipt")) == 1


@pytest.mark.parametrize("by", ["run", "purge"])
def test_who_brings_a_purge_to_its_end_says_whose_it_was(world: World, by: str) -> None:
    asked = Asked(("acct-a",), ("B-1",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "forget", lambda *_: None)
        with pytest.raises(Killed):
            observed(world, asked, dies_at("rewrite"))
    if by == "run":
        world.run()
    else:
        observed(world, asked, nobody)
    [told] = events(world, "purge_receipt")
    [killed] = [event.run_id for event in ledger(world) if event.event == "tombstones_placed"]
    assert told["completes"] == [killed]
    found = receipt(world, newest(world).run_id)
    assert found["accounts"] == ["acct-a"]
    assert found["tombstones"] == {"accounts": 1, "files": FILES + 2}
    assert found["completes"] == [killed]
    assert purge(world, "acct-a").receipt is None
    assert len(events(world, "purge_receipt")) == 1


def test_a_purge_is_lifted_as_a_whole(world: World) -> None:
    for account in world.accounts:
        account["opted_out"] = str(account["account_id"] in ("acct-a", "acct-b")).lower()
    world.write(SETTINGS)
    purge(world)
    of_registry = newest(world).run_id
    # Somebody asks for it by name: that the other purge is lifted changes nothing then.
    purge(world, files=("a-1",))
    for account in world.accounts:
        account["opted_out"] = "false"
    world.write(SETTINGS)
    assert lifted(world, None, of_registry) == {Kind.ACCOUNT: 0, Kind.FILE: 2 * FILES}
    [told] = events(world, "tombstone_lifted")
    assert (told["kind"], told["id"], told["reason"]) == ("purge", of_registry, "they asked us to")
    decisions = world.decisions(world.run())
    assert decisions["a-1"] == ("excluded", ["deletion_requested"])
    assert decisions["a-2"] == decisions["b-1"] == ("written", [])
    assert verify(world.out).faults == ()


def test_an_account_is_read_as_often_as_it_is_purged() -> None:
    """However many purges there were: only its own use up its numbers."""
    readings = _Readings(table(("a", 1), ("b", 1), ("b", 126)))
    again = readings.numbered(table(("a", 0), ("b", 0), (None, 0)))
    assert again.column("reading").to_pylist() == [2, 127, 2]
    readings.add(table(("b", 127)))
    with pytest.raises(RunFailed, match="clearshard run"):
        readings.numbered(table(("b", 0)))


def table(*rows: tuple[str | None, int]) -> pa.Table:
    ids, readings = zip(*rows, strict=True)
    return pa.table(
        {"account_id": pa.array(ids, pa.string()), "reading": pa.array(readings, pa.int8())}
    )


def _dies(*_: object) -> Receipt:
    raise Killed
