"""`purge` and `export` as people and schedulers meet them."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.reading import visible_runs
from clearshard.cli.entry import _exit_code

from ..run.purge.worlds import FILES, holding, make_world, word
from ..run.world import World


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("purged"))


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def job(world: World) -> tuple[object, ...]:
    return ("--config", world.config, "--out", world.out)


def test_plan_execute_and_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("purge", "plan", "--out", world.out, "--account", "acct-a", "--json") == 0
    plan = last_line(capsys)
    assert (plan["status"], plan["files"], plan["of"]) == ("planned", FILES + 1, "account")
    assert plan["bytes"] == sum(shard["size_bytes"] for shard in plan["shards"])
    assert run("purge", "plan", "--out", world.out, "--account", "acct-a") == 0
    assert f"{FILES + 1} files of 1 accounts would come out" in capsys.readouterr().out
    assert run("purge", "execute", *job(world), "--account", "acct-a", "--json") == 0
    done = last_line(capsys)
    assert (done["status"], done["files"]) == ("done", FILES + 1)
    assert any("trained" in sentence for sentence in done["cannot_undo"])
    assert json.loads((world.out / done["receipt_file"]).read_text()) == done["receipt"]
    assert holding(world, word("a")) == []
    assert run("purge", "execute", *job(world), "--account", "acct-a") == 0
    assert "nothing to purge" in capsys.readouterr().out
    assert run("audit", "verify", "--out", world.out) == 0


def test_people_are_told_what_cannot_be_undone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "record", "asr-2026-11", *job(world)) == 0
    assert run("purge", "execute", *job(world), "--file", "b-1") == 0
    told = capsys.readouterr().out
    assert "TRAINING SET asr-2026-11 held some of these files" in told
    assert "cannot be undone: Models that were trained" in told
    assert "receipt: " in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("purge", "plan"),
        ("purge", "plan", "--out", "OUT"),
        ("purge", "execute", "--out", "OUT"),
        # The keys are beside the configuration, and not here.
        ("purge", "execute", "--out", "OUT", "--account", "acct-a"),
        ("export", "record", "x", "--out", "OUT"),
        ("purge", "plan", "--out", "OUT", "--account", " "),
        ("purge", "plan", "--out", "OUT", "--file", "a\tb"),
        ("purge", "plan", "--out", "OUT", "--file", "a\x7fb"),
        ("purge", "plan", "--out", "OUT", "--file", "x" * 2_000),
        ("purge", "plan", "--out", "OUT", "--file", "\udcff"),
        ("purge", "lift", "--config", "CONFIG", "--out", "OUT", "--reason", "why"),
        ("purge", "lift", "--config", "CONFIG", "--out", "OUT", "--account", "a"),
        ("purge", "lift", "--config", "CONFIG", "--out", "OUT", "--purge", "p", "--reason", "why"),
        ("export", "record", "x", "--config", "CONFIG", "--out", "OUT", "--run", "no-such"),
        ("export", "record", " ", "--config", "CONFIG", "--out", "OUT"),
        ("purge", "execute", "--config", "CONFIG", "--out", "CONFIG", "--account", "a"),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(
    world: World, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    places = {"OUT": str(world.out), "CONFIG": str(world.config)}
    assert run(*(places.get(argument, argument) for argument in arguments)) == 2
    assert "defect" not in capsys.readouterr().err
    assert len(visible_runs(world.out)) == 2


def test_a_registry_that_is_stale_is_exit_code_4(world: World) -> None:
    """It is, by the clock of this machine."""
    assert run("purge", "plan", *job(world)) == 4
    assert run("purge", "execute", *job(world)) == 4


def test_a_registry_that_loses_too_much_is_exit_code_3(world: World) -> None:
    world.accounts = world.accounts[:1]
    world.export_now()
    world.write()
    text = world.config.read_text().replace("max_drop_share = 1.0", "max_drop_share = 0.1")
    world.config.write_text(text)
    assert run("purge", "execute", *job(world)) == 3
    assert run("purge", "execute", *job(world), "--accept-drop") == 0


def test_keys_of_the_environment_need_no_configuration(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, file in (("", "clearshard.key"), ("_SIGNING", "clearshard-signing.key")):
        monkeypatch.setenv(f"CLEARSHARD{name}_KEY", (world.root / file).read_text())
    assert run("export", "record", "asr", "--out", world.out) == 0
    assert run("purge", "execute", "--out", world.out, "--account", "acct-a") == 0
    assert holding(world, word("a")) == []
    assert run("purge", "lift", "--out", world.out, "--account", "acct-a", "--reason", "why") == 0


def test_lifted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lift = ("purge", "lift", *job(world), "--reason", "they asked us to")
    assert run(*lift, "--account", "acct-a") == 2
    assert run("purge", "execute", *job(world), "--account", "acct-a") == 0
    assert run(*lift, "--account", "ACCT-A", "--json") == 0
    told = last_line(capsys)
    assert (told["status"], told["accounts"], told["files"]) == ("lifted", 1, FILES + 1)
    assert run(*lift, "--account", "acct-a") == 2
    first = visible_runs(world.out)[0].run_id
    assert run("purge", "execute", *job(world), "--account", "acct-a", "--file", "b-1") == 0
    purge = visible_runs(world.out)[-1].run_id
    assert run("export", "record", "asr", *job(world), "--run", first) == 0
    told_of = capsys.readouterr().out
    assert f"TRAINING SET asr holds {FILES + 1} files that are in the shards no more" in told_of
    assert run(*lift, "--purge", purge, "--file", "b-1") == 2
    assert run(*lift, "--purge", purge) == 0
    assert f"1 account(s) and {FILES + 2} file(s) are kept out no more" in capsys.readouterr().out
