"""Who ran, and where: in the record and in each event, and in nothing that is given away."""

import json
import os
import pwd
from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.errors import ConfigError
from clearshard.run.agent import Agent, this_agent
from clearshard.run.options import RunOptions

from .world import AS_OF, World, small_world

SERVICE = Agent("svc-training", "node-7")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def run_as(world: World, agent: Agent, out: Path | None = None) -> str:
    options = RunOptions(out or world.out, AS_OF, 1, dry_run=False, agent=agent)
    return world.result(options).record.run_id


def told(out: Path) -> list[tuple[str, str, str]]:
    events = Ledger(out / "audit" / "ledger.jsonl").read()
    return [(event.event, event.data["actor"], event.data["host"]) for event in events]


def test_the_record_and_every_event_say_who_ran_and_where(world: World) -> None:
    first = run_as(world, SERVICE)
    record = json.loads((world.out / "runs" / f"{first}.json").read_text())
    assert (record["actor"], record["host"]) == ("svc-training", "node-7")
    ours = ("svc-training", "node-7")
    assert told(world.out) == [("run_started", *ours), ("run_finished", *ours)]
    # Whoever finds nothing to do is told of, and is not said to have made what is there.
    assert run_as(world, Agent("ada", "laptop")) == first
    assert told(world.out)[-1] == ("run_unchanged", "ada", "laptop")
    world.files = world.files[1:]
    world.write()
    run_as(world, Agent("ada", "laptop"))
    theirs = ("ada", "laptop")
    assert told(world.out)[-2:] == [("shards_removed", *theirs), ("purge_receipt", *theirs)]
    assert verify(world.out).faults == ()


def test_who_runs_changes_no_shard_and_is_in_nothing_that_is_given_away(world: World) -> None:
    first, other = world.root / "first", world.root / "other"
    run_as(world, SERVICE, first)
    run_as(world, Agent("ada", "laptop"), other)
    shards = [
        {path.name: path.read_bytes() for path in (out / "shards").rglob("*.parquet")}
        for out in (first, other)
    ]
    assert shards[0] == shards[1]
    for path in [first / "README.md", *(first / "shards").rglob("*.parquet")]:
        assert b"svc-training" not in path.read_bytes()
        assert b"node-7" not in path.read_bytes()


@pytest.mark.parametrize(
    "actor",
    [
        "",
        " ",
        "\t",
        " svc",
        "svc ",
        "a\nb",
        "a\x1b[31mb",
        "a\u202eb",
        "a\u200bb",
        "a\u00a0b",
        "a\0b",
        "a\udcffb",
        "x" * 129,
    ],
)
def test_what_cannot_be_shown_as_it_is_is_no_name(
    world: World, actor: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match="--actor"):
        this_agent(actor)
    assert _exit_code(["run", "--config", str(world.config), "--actor", actor]) == 2
    said = capsys.readouterr()
    assert "a name of 1 to 128 characters" in said.err
    assert all(c.isprintable() or c == "\n" for c in said.err)
    assert not world.out.exists()


@pytest.mark.parametrize("actor", ["svc-training", "ada@example.com", "Ünal", "a b", "x" * 128])
def test_any_name_that_can_be_shown_is_one(actor: str) -> None:
    assert this_agent(actor).actor == actor


def test_by_default_it_is_the_user_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert this_agent() == Agent(pwd.getpwuid(os.geteuid()).pw_name, os.uname().nodename)


def test_a_user_or_a_host_without_a_name_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> pwd.struct_passwd:
        raise KeyError

    class Uname:
        nodename = " \x1b[31m" + "h" * 300

    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.setattr("os.uname", Uname)
    made = this_agent()
    assert made.actor == f"uid {os.geteuid()}"
    assert made.host.isprintable()
    assert len(made.host) == 128


def test_the_command_takes_it(world: World) -> None:
    world.export_now()
    world.write()
    arguments = ["run", "--config", str(world.config), "--out", str(world.out), "--workers", "1"]
    assert _exit_code([*arguments, "--actor", "svc-training", "--quiet"]) == 0
    assert {actor for _, actor, _ in told(world.out)} == {"svc-training"}
