"""`run` as users and schedulers meet it: exit codes, the JSON line, and what `audit` says of it."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from clearshard.cli import entry
from clearshard.cli.entry import _exit_code

from ..run.watching import at_stage
from ..run.world import World, transcript
from .running import last_line, replayed, run


def test_run_then_audit(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", *replayed(world), "--json") == 0
    result = last_line(capsys)
    assert result["status"] == "done"
    assert result["counts"] == {"seen": 8, "written": 5, "excluded": 3, "quarantined": 0}

    assert run("audit", "summary", "--out", world.out, "--json") == 0
    assert last_line(capsys)["total"]["written"] == 5
    assert run("audit", "list", "--out", world.out, "--state", "excluded") == 0
    assert "baa-0" in capsys.readouterr().out
    assert run("audit", "explain", "baa-0", "--out", world.out) == 0
    told = capsys.readouterr().out
    assert "Business Associate Addendum" in told
    assert "baa_executed = true" in told
    assert run("audit", "explain", "no-such", "--out", world.out) == 0
    assert run("audit", "verify", "--out", world.out, "--json") == 0
    verified = last_line(capsys)
    assert verified["sound"] is True
    # What a log keeps of a run is enough to notice later that its folder was put back.
    assert verified["head"] == result["ledger_head"]


def test_a_second_run_says_that_nothing_has_changed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.root / "transcripts" / "good-0.json").write_text("{")
    world.write("\n[limits]\nmax_quarantined_share = 0.5\n")
    assert run("run", *replayed(world), "--json") == 0
    first = last_line(capsys)
    assert (first["unchanged"], first["reused"], first["stale"]) == (False, 0, 0)
    assert run("run", *replayed(world), "--json") == 0
    second = last_line(capsys)
    assert (second["status"], second["exit_code"], second["unchanged"]) == ("unchanged", 0, True)
    assert second["run_id"] == first["run_id"]
    assert run("run", *replayed(world)) == 0
    assert f"nothing has changed since run {first['run_id']}" in capsys.readouterr().out
    assert first["redacted_words"] > 0
    assert second["redacted_words"] == 0
    # What was quarantined stays so until a fix, and still counts against the configured share.
    world.write()
    assert run("run", *replayed(world), "--retry-quarantined", "--json") == 3
    assert last_line(capsys)["status"] == "too_many_quarantined"


def test_the_rate_is_of_what_was_redacted_now(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", *replayed(world)) == 0
    told = capsys.readouterr().out
    assert re.search(r"(\d+) words, \1 of them redacted now, in [\d.]+ s \([\d,]+ words/s\)", told)
    # One file less: written anew, and nothing redacted.
    world.files.pop()
    world.write()
    assert run("run", *replayed(world)) == 0
    told = capsys.readouterr().out
    assert re.search(r"\d+ words, none of them redacted now, in [\d.]+ s\n", told)


def test_a_run_in_the_past_writes_nothing_that_has_expired(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    now = world.export_now()
    world.files[0]["submitted_at"] = (now - timedelta(days=9)).isoformat()
    world.files[0]["expires_at"] = (now - timedelta(days=2)).isoformat()
    world.write()
    past = (now - timedelta(days=3)).isoformat()
    job = ("--config", world.config, "--out", world.out, "--workers", 1, "--as-of", past)
    assert run("run", *job, "--json") == 0
    result = last_line(capsys)
    assert result["reasons"]["retention_expired"] == 1
    assert (result["counts"]["written"], result["rehearsal"]) == (4, False)
    assert result["as_of"] >= now.isoformat()[:19]
    # A registry that was exported before that moment, and is too old by now.
    for account in world.accounts:
        account["exported_at"] = (now - timedelta(days=8)).isoformat()
    world.write()
    assert run("run", *job) == 4
    assert "Export it again" in capsys.readouterr().err


def test_a_flipped_byte_in_a_shard_is_exit_5(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", *replayed(world), "--quiet") == 0
    (shard,) = world.out.rglob("part-*.parquet")
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    capsys.readouterr()
    assert run("audit", "verify", "--out", world.out) == 5
    assert shard.name in capsys.readouterr().out


def test_more_quarantined_than_allowed_is_exit_3_and_visible(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.file("broken", "acct-good", b"{")
    world.write()
    assert run("run", *replayed(world), "--json") == 3
    result = last_line(capsys)
    assert (result["status"], result["exit_code"]) == ("too_many_quarantined", 3)
    assert result["counts"]["quarantined"] == 1
    assert len(list((world.out / "runs").iterdir())) == 1


def test_a_registry_that_is_too_old_is_exit_4(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    job = ("--config", world.config, "--out", world.out)
    assert run("run", *job, "--as-of", "2027-01-01T00:00:00Z") == 4
    assert "Export it again" in capsys.readouterr().err
    assert not world.out.exists()


def test_unexpected_errors_show_their_type_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode() -> None:
        raise ValueError("my card is 4111 1111 1111 1111")

    at_stage(monkeypatch, "decide", explode)
    assert run("run", *replayed(world)) == 1
    told = "".join(capsys.readouterr())
    assert "ValueError" in told
    assert "4111" not in told


def test_transcripts_that_are_no_folder_do_not_replace_a_good_run(world: World) -> None:
    assert run("run", *replayed(world), "--quiet") == 0
    world.write()
    world.config.write_text(
        world.config.read_text().replace('"transcripts"', '"transcript"'), "utf-8"
    )
    assert run("run", *replayed(world), "--quiet") == 4
    assert len(world.texts()) == 5


def test_hostile_ids_are_inert_in_the_terminal(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "[bold]=cmd|' /C calc'!A0\u202e"
    world.file("harmless", "acct-good", transcript("hello there", "hi", id=hostile))
    world.files[-1]["file_id"] = hostile
    world.write()
    assert run("run", *replayed(world), "--quiet") == 0
    capsys.readouterr()
    assert run("audit", "list", "--out", world.out, "--limit", 20) == 0
    assert run("audit", "explain", hostile, "--out", world.out) == 0
    told = capsys.readouterr().out
    assert "\u202e" not in told
    assert "[bold]" in told


def test_in_a_process_of_its_own_a_run_leaves_out_pandas(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out: list[bool] = []
    monkeypatch.setattr("clearshard.cli.run.leave_out_pandas", lambda: left_out.append(True))
    arguments = ["run", *map(str, replayed(world))]
    assert _exit_code(arguments) == 0
    assert left_out == []
    monkeypatch.setattr(sys, "argv", ["clearshard", *arguments])
    monkeypatch.setattr(entry, "SIGNALS", ())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 0
    assert left_out == [True]


def test_ids_in_a_table_that_goes_into_a_pipe_are_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that `audit list | grep ID` finds them."""
    world = World(tmp_path)
    world.account("4e3f2c1a-8f6d-4f0e-9b1c-3f2a1b0c9d8e-of-a-customer-with-a-long-id")
    name = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d-and-a-suffix-of-the-recording"
    world.file(name, world.accounts[0]["account_id"], transcript("hello there"), region="eu")
    world.write()
    assert run("run", *replayed(world), "--quiet") == 0
    capsys.readouterr()
    assert run("audit", "list", "--out", world.out) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if name in line]
    assert world.accounts[0]["account_id"] in row
    assert "eu_server" in row
