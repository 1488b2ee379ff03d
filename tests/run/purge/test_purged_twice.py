"""What several purges keep out stays out until all are lifted, and is one file all along."""

import json
from pathlib import Path

import pytest

from clearshard.audit.deletions import deletions
from clearshard.audit.tombstones import Kind
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code

from ..world import World, transcript
from .test_held import IN, OUT, WITHHELD, ends
from .test_lift import lifted
from .worlds import SETTINGS, events, holding, ledger, purge

#: Without an id of its own, so that any row may hold it.
SPEECH = json.dumps(transcript("good day", "it was about zebras")).encode()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("twice"))
    for account in ("one", "two", "three"):
        world.account(account)
    world.file("x", "one", SPEECH)
    world.file("z", "three", transcript("good day", "something else"))
    world.write(SETTINGS)
    world.run()
    return world


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)


def opts_out(world: World, opted_out: bool) -> None:
    world.accounts[0]["opted_out"] = str(opted_out).lower()
    world.write(SETTINGS)


def is_of(world: World, account: str) -> None:
    world.files[0]["account_id"] = account
    world.write(SETTINGS)


def purges(world: World) -> list[str]:
    return [one.run_id for one in ledger(world) if one.event == "tombstones_placed"]


def stays_out(world: World) -> None:
    """The file under an account that nobody has purged, and a copy of it."""
    is_of(world, "three")
    world.file("copy", "three", SPEECH)
    world.write(SETTINGS)
    assert ends(world) == {"x": OUT, "copy": WITHHELD, "z": IN}
    assert holding(world, "zebras") == []
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("first", ["registry", "file"])
def test_a_file_stays_out_with_its_account_when_another_purge_is_lifted(
    world: World, first: str
) -> None:
    opts_out(world, first == "registry")
    purge(world, files=() if first == "registry" else ("x",))
    assert purge(world, "one").plan.tombstones == {"account": 1, "file": 1}
    opts_out(world, False)
    assert lifted(world, None, purges(world)[0]) == {Kind.ACCOUNT: 0, Kind.FILE: 0}
    stays_out(world)
    assert lifted(world, Kind.ACCOUNT, "one") == {Kind.ACCOUNT: 1, Kind.FILE: 1}
    assert ends(world) == {"x": IN, "copy": IN, "z": IN}


@pytest.mark.parametrize("lifted_one", ["one", "TWO"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_file_of_two_accounts_stays_out_until_both_are_lifted(
    world: World, lifted_one: str, at_once: bool
) -> None:
    if at_once:
        world.files.append({**world.files[0], "account_id": "two"})
        world.write(SETTINGS)
        world.run()
        assert purge(world, "Two", "one").plan.tombstones == {"account": 2, "file": 1}
        [told] = events(world, "tombstones_placed")
        assert told["count"] == {"accounts": 2, "files": 1}
        del world.files[-1]
    else:
        purge(world, "one")
        is_of(world, "two")
        world.run()
        assert purge(world, "two").plan.tombstones == {"account": 1, "file": 1}
    assert lifted(world, Kind.ACCOUNT, lifted_one) == {Kind.ACCOUNT: 1, Kind.FILE: 0}
    stays_out(world)
    other = "two" if lifted_one == "one" else "one"
    assert lifted(world, Kind.ACCOUNT, other) == {Kind.ACCOUNT: 1, Kind.FILE: 1}
    assert ends(world) == {"x": IN, "copy": IN, "z": IN}


@pytest.mark.parametrize("first", [(), ("x",)])
def test_a_file_that_is_named_with_its_account_goes_with_it_too(
    world: World, first: tuple[str, ...]
) -> None:
    """In another spelling: it is told as one file, and there is nothing to do a second time."""
    if first:
        purge(world, files=first)
    assert purge(world, "one", files=("X",)).plan.tombstones == {"account": 1, "file": 1}
    assert events(world, "tombstones_placed")[-1]["count"] == {"accounts": 1, "files": 1}
    for again in (("X",), ()):
        assert purge(world, "one", files=again).receipt is None
    if first:
        lifted(world, None, purges(world)[0])
        stays_out(world)
    assert lifted(world, Kind.FILE, "x") == {Kind.ACCOUNT: 0, Kind.FILE: 1}
    is_of(world, "three")
    assert ends(world)["x"] == IN


def test_what_two_purges_keep_out_is_counted_once_and_explained_twice(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    purge(world, files=("X",))
    purge(world, "one")
    first, second = events(world, "tombstones_placed")
    assert "again" not in first
    assert (second["count"], second["again"]) == (
        {"accounts": 1, "files": 1},
        {"accounts": 0, "files": 1},
    )
    assert deletions(ledger(world)).tombstones == {"accounts": 1, "files": 1}
    assert _exit_code(["audit", "explain", "x", "--out", str(world.out)]) == 0
    said = capsys.readouterr().out
    of_file, of_account = purges(world)
    assert f"file X was purged by {of_file}" in said
    assert f"file x was purged by {of_account}" in said
    assert said.count("  with account one\n") == 1
    lifted(world, None, of_file)
    purge(world, files=("x",))
    assert deletions(ledger(world)).tombstones == {"accounts": 1, "files": 1}
