"""Tombstones are lifted for a reason, and what was exported is named."""

import pytest

from clearshard.audit.tombstones import Kind
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import ConfigError
from clearshard.lifecycle.purge.asked import Asked
from clearshard.run.agent import this_agent
from clearshard.run.exported import Recorded, record_export
from clearshard.run.purge.lift import lift
from clearshard.run.purge.plan import plan_purge

from ..world import AS_OF, World
from .worlds import FILES, SETTINGS, events, newest, purge


def lifted(
    world: World, kind: Kind | None, name: str, reason: str = "they asked us to"
) -> dict[Kind, int]:
    config, note = load_config(world.config), world.progress.note
    return lift(config, world.out, kind, name, reason, this_agent("ada"), world.clock, note)


def export(world: World, name: str, run_id: str | None = None) -> Recorded:
    config, note = load_config(world.config), world.progress.note
    return record_export(config, world.out, name, run_id, this_agent("ada"), world.clock, note)


def test_what_is_lifted_comes_back_with_the_next_run(world: World) -> None:
    purge(world, "acct-a", files=("b-1",))
    lifted(world, Kind.ACCOUNT, "Acct-A")
    [told] = events(world, "tombstone_lifted")
    assert (told["kind"], told["id"], told["reason"]) == ("account", "Acct-A", "they asked us to")
    assert told["actor"] == "ada"
    record = world.run()
    decisions = world.decisions(record)
    assert decisions["a-1"] == ("written", [])
    assert decisions["b-1"] == ("excluded", ["deletion_requested"])
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("file_first", [True, False])
def test_a_file_that_was_purged_by_itself_stays_out(world: World, file_first: bool) -> None:
    if file_first:
        purge(world, files=("a-1",))
    purge(world, "acct-a")
    if not file_first:
        assert purge(world, files=("a-1",)).plan.tombstones == {"file": 1}
    lifted(world, Kind.ACCOUNT, "acct-a")
    decisions = world.decisions(world.run())
    assert decisions["a-1"] == ("excluded", ["deletion_requested"])
    assert decisions["a-2"] == ("written", [])
    assert verify(world.out).faults == ()


def test_the_newest_event_is_in_force(world: World) -> None:
    purge(world, files=("b-1",))
    lifted(world, Kind.FILE, "b-1")
    assert purge(world, files=("b-1",)).plan.tombstones == {"file": 1}
    assert world.decisions(world.run())["b-1"][0] == "excluded"


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "x" * 501])
def test_a_lift_needs_a_reason(world: World, reason: str) -> None:
    purge(world, files=("b-1",))
    with pytest.raises(ConfigError, match="--reason"):
        lifted(world, Kind.FILE, "b-1", reason)
    assert events(world, "tombstone_lifted") == []


def test_only_what_was_purged_is_lifted(world: World) -> None:
    purge(world, files=("b-1",))
    for kind, name in ((Kind.FILE, "b-2"), (Kind.ACCOUNT, "b-1")):
        with pytest.raises(ConfigError, match="was purged"):
            lifted(world, kind, name)


def test_exports_that_held_purged_files_are_named(world: World) -> None:
    first = world.run().superseded[0]
    export(world, "before-it-was-late", first)
    assert export(world, "all") == Recorded(newest(world).run_id, purged=0, gone=0)
    result = purge(world, files=("late-0",))
    assert result.plan.exports == ("all",)
    assert result.receipt is not None
    assert result.receipt.exports == ("all",)
    result = purge(world, "acct-a")
    assert result.plan.exports == ("all", "before-it-was-late")


def test_of_a_run_that_was_swept_nobody_knows(world: World) -> None:
    first, second = (export(world, name, run) for name, run in (("old", None), ("same", None)))
    assert first == second
    told = export(world, "swept", newest(world).superseded[0]).run_id
    (world.out / "runs" / f"{told}.json").unlink()
    plan = plan_purge(world.out, Asked(("acct-a",)), None, AS_OF, AS_OF)
    assert (plan.exports, plan.exports_unknown) == (("old", "same"), ("swept",))


def test_a_run_that_loses_files_names_exports_too(world: World) -> None:
    export(world, "all")
    world.accounts = [row for row in world.accounts if row["account_id"] != "acct-c"]
    world.write(SETTINGS)
    world.run()
    [receipt] = events(world, "purge_receipt")
    assert receipt["files"] == FILES
