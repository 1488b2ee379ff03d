"""What a change of policy or registry would do, told before it is made."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.changes import changed_files
from clearshard.audit.export import as_json
from clearshard.audit.reading import visible_runs
from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text, load_config
from clearshard.run.forecast.supposed import supposition
from clearshard.run.forecast.what_if import WhatIf, open_what_if, proposed

from .world import AS_OF, World, small_world, transcript

NO_STREAMING = """
[[rules]]
id = "no-streaming"
reason = "streaming_paused"
fact = "product"
denies = { in = ["streaming"] }
description = "No streaming file for now."
source = "Ours."
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.file("stream-0", "acct-other", transcript("hello", "hi there"), product="streaming")
    world.file("stream-1", "acct-out", transcript("no", "no"), product="streaming")
    world.write()
    return world


def policy(world: World, text: str) -> Path:
    path = world.root / "other.toml"
    path.write_text(text)
    return path


def ask(world: World, other: Path | None, registry: Path | None = None) -> tuple[WhatIf, Any]:
    config = load_config(world.config)
    visible = (*visible_runs(world.out), None)[-2:][0] if world.out.exists() else None
    with open_what_if(config, proposed(config, other, registry), AS_OF, visible) as (
        told,
        database,
    ):
        return told, list(as_json(changed_files(database).batches))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_stricter_policy(world: World) -> None:
    record = world.run()
    before = everything(world.root)
    told, files = ask(world, policy(world, default_policy_text() + NO_STREAMING))
    (world.root / "other.toml").unlink()
    assert everything(world.root) == before
    assert {f["file_id"]: f["change"] for f in files} == {
        "stream-0": "newly_excluded",
        "stream-1": "reasons_changed",
    }
    assert told.policy_before != told.policy_after
    assert told.registry_before == told.registry_after
    [reason] = told.changes.reasons
    assert (reason.reason, reason.gained, reason.lost) == ("streaming_paused", 2, 0)
    purge = told.purge
    assert purge is not None
    assert (purge.run_id, purge.transcripts, purge.already_due) == (record.run_id, 1, 0)
    [shard] = purge.shards
    assert shard.shard == record.shards[0].name
    assert (shard.transcripts, shard.purged) == (6, 1)


def test_it_says_what_the_run_then_does(world: World) -> None:
    """The same decisions as the gate gives when the change is made."""
    other = policy(world, default_policy_text() + NO_STREAMING)
    first = world.decisions(world.run())
    _, files = ask(world, other)
    world.write('[policy]\nfile = "other.toml"\n')
    second = world.decisions(world.run())
    changed = {
        i
        for i in first
        if (first[i][0], *sorted(first[i][1])) != (second[i][0], *sorted(second[i][1]))
    }
    assert {f["file_id"] for f in files} == changed
    assert {f["file_id"]: f["after_reasons"] for f in files} == {
        i: sorted(second[i][1]) for i in changed
    }


def test_another_registry(world: World) -> None:
    world.run()
    now = (world.root / "accounts.csv").read_text()
    other = world.root / "tomorrow.csv"
    lines = now.splitlines()
    columns = lines[0].split(",")
    opted_out = columns.index("opted_out")
    changed = []
    for line in lines:
        cells = line.split(",")
        if cells[0] in ("acct-other", "acct-out"):
            cells[opted_out] = {"true": "false", "false": "true"}[cells[opted_out]]
        changed.append(",".join(cells))
    other.write_text("\n".join(changed) + "\n")
    told, files = ask(world, None, other)
    assert {f["file_id"]: f["change"] for f in files} == {
        "other-0": "newly_excluded",
        "stream-0": "newly_excluded",
        "out-0": "newly_eligible",
        "stream-1": "newly_eligible",
    }
    assert told.policy_before == told.policy_after
    assert told.registry_before != told.registry_after
    assert told.purge is not None
    assert told.purge.transcripts == 2


def test_what_is_due_already_and_what_is_gone(world: World) -> None:
    world.run()
    for account in world.accounts:
        if account["account_id"] == "acct-other":
            account["baa_executed"] = "true"
    world.files = [f for f in world.files if f["file_id"] != "good-3"]
    world.write()
    told, files = ask(world, policy(world, default_policy_text()))
    assert files == []
    assert told.purge is not None
    assert (told.purge.transcripts, told.purge.already_due, told.purge.not_decided) == (2, 2, 1)


def test_without_a_visible_run(world: World) -> None:
    told, files = ask(world, policy(world, default_policy_text() + NO_STREAMING))
    assert told.purge is None
    assert len(files) == 2


def command(world: World, *arguments: object) -> int:
    given = ["gate", "--config", world.config, "--as-of", "2026-11-22T12:00:00Z", *arguments]
    return _exit_code([str(argument) for argument in given])


def test_the_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.run()
    other = policy(world, default_policy_text() + NO_STREAMING)
    assert command(world, "--against", other, "--out", world.out) == 0
    told = capsys.readouterr().out
    assert f"a purge would take out of run {next((world.out / 'runs').iterdir()).stem}: 1" in told
    assert "newly_excluded" in told
    assert "stream-0" in told
    assert max(len(line) for line in told.splitlines() if "policy" not in line) <= 200

    assert command(world, "--against", other, "--out", world.out, "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["newly_excluded"], result["purge"]["transcripts"]) == (1, 1)
    assert [row["file_id"] for row in result["rows"]] == ["stream-0", "stream-1"]

    files = world.root / "files-changed.csv"
    arguments = ("--against", other, "--change", "newly_excluded", "--output", files)
    assert command(world, *arguments) == 0
    assert "stream-0" in files.read_text()
    assert "stream-1" not in files.read_text()
    assert "no visible run" in capsys.readouterr().out
    assert command(world, *arguments) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--against", "absent.toml"), 2),
        (("--against-registry", "absent.csv"), 4),
        (("--format", "csv"), 2),
        (("--out", "x"), 2),
        (("--against", "{policy}", "--out", "absent"), 2),
        (("--against", "{policy}", "--decisions", "x"), 2),
        (("--against", "{policy}", "--format", "parquet"), 2),
        (("--against", "{policy}", "--format", "csv", "--json"), 2),
        (("--against", "{weak}"), 2),
    ],
)
def test_wrong_input(world: World, arguments: tuple[str, ...], code: int) -> None:
    good = policy(world, default_policy_text())
    weak = world.root / "weak.toml"
    weak.write_text('version = 1\ntitle = "anything goes"\nrules = []\n')
    given = [a.format(policy=good, weak=weak) for a in arguments]
    assert command(world, *given) == code


def suppose(world: World, account: str, *settings: str) -> tuple[WhatIf, Any]:
    config = load_config(world.config)
    visible = visible_runs(world.out)[-1] if world.out.exists() else None
    supposed = supposition(account, settings, None)
    with open_what_if(config, config, AS_OF, visible, supposed) as (told, database):
        return told, list(as_json(changed_files(database).batches))


@pytest.mark.parametrize(
    "settings",
    [
        {"opted_out": "true"},
        {"opted_out": "True", "opted_out_at": "2026-11-20T00:00:00Z"},
        {"opted_out": ""},
        {"training_permitted": "false", "baa_executed": "yes"},
        {"exported_at": "2026-10-01T00:00:00Z"},
        {"ttl_seconds": "60"},
        # Not opted out, but with a date: a contradiction, which is not known.
        {"opted_out_at": "2026-11-20T00:00:00Z"},
    ],
    ids=str,
)
def test_what_is_supposed_of_an_account_is_what_a_registry_that_says_so_gives(
    world: World, settings: dict[str, str]
) -> None:
    world.run()
    before = everything(world.root)
    told, files = suppose(world, "acct-other", *(f"{n}={v}" for n, v in settings.items()))
    assert everything(world.root) == before
    assert {f["account_id"] for f in files} == {"acct-other"}
    other = world.root / "tomorrow.jsonl"
    with (world.root / "accounts.csv").open(newline="") as file:
        rows = [dict(row) for row in csv.DictReader(file)]
    for row in rows:
        if row["account_id"] == "acct-other":
            row.update(settings)
    other.write_text("".join(json.dumps({k: v or None for k, v in r.items()}) + "\n" for r in rows))
    really, same = ask(world, None, other)
    assert files == same
    assert (told.changes, told.purge) == (really.changes, really.purge)
    assert told.purge is not None
    assert told.purge.transcripts == 2


def test_every_row_of_an_account_is_supposed_to_say_so(world: World) -> None:
    world.account("acct-other", opted_out="true")
    world.write()
    told, files = suppose(world, "acct-other", "opted_out=false")
    assert {f["file_id"]: f["change"] for f in files} == {
        "other-0": "newly_eligible",
        "stream-0": "newly_eligible",
    }
    assert told.to_dict()["supposed"] == {
        "account_id": "acct-other",
        "facts": {"opted_out": {"was": [False, True], "supposed": False}},
    }


def test_the_command_supposes_and_says_that_it_is_a_rehearsal(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    record = world.run()
    before = everything(world.root)
    asked = ("--account", "acct-good", "--set", "opted_out=true", "--set", "ttl_seconds=")
    assert command(world, *asked, "--out", world.out) == 0
    told = capsys.readouterr().out
    assert told.startswith("A rehearsal: nothing is excluded, purged or changed by it.\n")
    assert "supposed  of account acct-good\n          opted_out = true (it is false)\n" in told
    assert "ttl_seconds = not known (it is not known)" in told
    assert f"that a purge would take out of run {record.run_id}: 4" in told
    assert command(world, *asked, "--out", world.out, "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["rehearsal"] is True
    assert result["supposed"]["facts"]["opted_out"] == {"was": [False], "supposed": True}
    assert (result["newly_excluded"], result["purge"]["transcripts"]) == (4, 4)
    assert everything(world.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--account", "acct-good"), "say what with --set FACT=VALUE, of training_permitted, "),
        (("--set", "opted_out=true"), "name it with --account"),
        (("--account", "acct-good", "--set", "opted_out"), "must be FACT=VALUE"),
        (("--account", "acct-good", "--set", "optedout=true"), "is no fact of an account; these"),
        (("--account", "acct-good", "--set", "account_id=x"), "is no fact of an account; these"),
        (("--account", "acct-good", "--set", "region=eu"), "is no fact of an account; these"),
        (("--account", "acct-good", "--set", "opted_out=perhaps"), "must be true or false, or"),
        (("--account", "acct-good", "--set", "opted_out=\udcff"), "must be true or false, or"),
        (("--account", "acct-good", "--set", "opted_out_at=2026-01-01"), "with an offset, as in"),
        (("--account", "acct-good", "--set", "ttl_seconds=-1.5"), "a whole number of seconds"),
        (
            ("--account", "acct-good", "--set", "opted_out=true", "--set", "opted_out=false"),
            "is set twice",
        ),
        (("--account", "ACCT-good", "--set", "opted_out=true"), "no account of exactly this id"),
        (("--account", "", "--set", "opted_out=true"), "no account of exactly this id"),
        (("--account", "\udcff", "--set", "opted_out=true"), "no account of exactly this id"),
        (("--account", "a\x1b[31m" * 99, "--set", "opted_out=true"), "no account of exactly this"),
        (
            ("--account", "acct-good", "--set", "opted_out=true", "--decisions", "x"),
            "leave out --against and --account",
        ),
    ],
)
def test_what_cannot_be_supposed_is_told_with_what_is_expected(
    world: World, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert command(world, *arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert all(c.isprintable() or c == "\n" for c in told)
    assert len(told) < 1000


def test_everything_wrong_is_told_at_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ("--set", "nope=1", "--set", "opted_out=x", "--set", "ttl_seconds=x")
    assert command(world, "--account", "acct-good", *wrong) == 2
    assert capsys.readouterr().err.count(" → ") == 3
