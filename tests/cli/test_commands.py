"""The command as users and schedulers meet it: exit codes, the JSON line, errors that help."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearshard.cli import entry, run_gate
from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text

from ..run.watching import at_stage
from ..run.world import World, small_world, transcript

AS_OF = ("--as-of", "2026-11-22T12:00:00Z")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def _last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def _job(world: World) -> tuple[object, ...]:
    return ("--config", world.config, "--out", world.out, "--workers", 1, *AS_OF, "--replay")


def test_run_then_audit(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("run", *_job(world), "--json") == 0
    result = _last_line(capsys)
    assert result["status"] == "done"
    assert result["counts"] == {"seen": 8, "written": 5, "excluded": 3, "quarantined": 0}

    assert _run("audit", "summary", "--out", world.out, "--json") == 0
    assert _last_line(capsys)["total"]["written"] == 5
    assert _run("audit", "list", "--out", world.out, "--state", "excluded") == 0
    assert "baa-0" in capsys.readouterr().out
    assert _run("audit", "explain", "baa-0", "--out", world.out) == 0
    told = capsys.readouterr().out
    assert "Business Associate Addendum" in told
    assert "baa_executed = true" in told
    assert _run("audit", "explain", "no-such", "--out", world.out) == 0
    assert _run("audit", "verify", "--out", world.out, "--json") == 0
    verified = _last_line(capsys)
    assert verified["sound"] is True
    # What a log keeps of a run is enough to notice later that its folder was put back.
    assert verified["head"] == result["ledger_head"]


def test_a_second_run_says_that_nothing_has_changed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.root / "transcripts" / "good-0.json").write_text("{")
    world.write("\n[limits]\nmax_quarantined_share = 0.5\n")
    assert _run("run", *_job(world), "--json") == 0
    first = _last_line(capsys)
    assert (first["unchanged"], first["reused"], first["stale"]) == (False, 0, 0)
    assert _run("run", *_job(world), "--json") == 0
    second = _last_line(capsys)
    assert (second["status"], second["exit_code"], second["unchanged"]) == ("unchanged", 0, True)
    assert second["run_id"] == first["run_id"]
    assert _run("run", *_job(world)) == 0
    assert f"nothing has changed since run {first['run_id']}" in capsys.readouterr().out
    assert first["redacted_words"] > 0
    assert second["redacted_words"] == 0
    # What was quarantined stays so until a fix, and still counts against the configured share.
    world.write()
    assert _run("run", *_job(world), "--retry-quarantined", "--json") == 3
    assert _last_line(capsys)["status"] == "too_many_quarantined"


def test_the_rate_is_of_what_was_redacted_now(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("run", *_job(world)) == 0
    told = capsys.readouterr().out
    assert re.search(r"(\d+) words, \1 of them redacted now, in [\d.]+ s \([\d,]+ words/s\)", told)
    # One file less: written anew, and nothing redacted.
    world.files.pop()
    world.write()
    assert _run("run", *_job(world)) == 0
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
    assert _run("run", *job, "--json") == 0
    result = _last_line(capsys)
    assert result["reasons"]["retention_expired"] == 1
    assert (result["counts"]["written"], result["rehearsal"]) == (4, False)
    assert result["as_of"] >= now.isoformat()[:19]
    # A registry that was exported before that moment, and is too old by now.
    for account in world.accounts:
        account["exported_at"] = (now - timedelta(days=8)).isoformat()
    world.write()
    assert _run("run", *job) == 4
    assert "Export it again" in capsys.readouterr().err


def test_a_rehearsal_says_so_everywhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("run", *_job(world)) == 0
    told = capsys.readouterr()
    assert "REHEARSAL as of 2026-11-22T12:00:00Z, for no training" in told.out
    assert "a rehearsal: everything is judged as if it were 2026-11-22T12:00:00Z" in told.err
    assert _run("run", *_job(world)) == 0
    assert "REHEARSAL as of" in capsys.readouterr().out
    assert _run("run", *_job(world), "--json") == 0
    assert _last_line(capsys)["rehearsal"] is True
    assert _run("audit", "summary", "--out", world.out) == 0
    assert "REHEARSAL, for no training: run 20261122T120000Z-" in capsys.readouterr().out
    assert _run("audit", "explain", "good-0", "--out", world.out) == 0
    assert "\nrehearsal 20261122T120000Z-" in capsys.readouterr().out
    report = world.root / "report.html"
    assert _run("audit", "report", "--out", world.out, "--output", report) == 0
    assert "A rehearsal, for no training." in report.read_text()
    assert _run("audit", "verify", "--out", world.out) == 0


def test_no_run_goes_where_rehearsals_are(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("run", *_job(world), "--quiet") == 0
    world.export_now()
    world.write()
    job = ("--config", world.config, "--workers", 1)
    assert _run("run", *job, "--out", world.out) == 2
    assert "holds rehearsals" in capsys.readouterr().err
    elsewhere = ("--out", world.root / "real")
    assert _run("run", *job, *elsewhere) == 0
    capsys.readouterr()
    assert _run("run", *job, *elsewhere, *AS_OF, "--replay") == 2
    assert "Name another folder with --out" in capsys.readouterr().err


def test_a_rehearsal_needs_its_moment(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("run", "--config", world.config, "--out", world.out, "--replay") == 2
    assert "--as-of" in capsys.readouterr().err
    assert not world.out.exists()


def test_a_flipped_byte_in_a_shard_is_exit_5(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("run", *_job(world), "--quiet") == 0
    (shard,) = world.out.rglob("part-*.parquet")
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    capsys.readouterr()
    assert _run("audit", "verify", "--out", world.out) == 5
    assert shard.name in capsys.readouterr().out


def test_gate_decides_without_opening_anything(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (world.root / "transcripts").iterdir():
        path.unlink()
    folder = world.root / "decisions"
    assert _run("gate", "--config", world.config, *AS_OF, "--decisions", folder, "--json") == 0
    result = _last_line(capsys)
    assert (result["eligible"], result["excluded"]) == (5, 3)
    assert result["reasons"] == {"baa_executed": 1, "eu_server": 1, "opted_out": 1}
    assert [path.name for path in folder.iterdir()] == ["decisions-00000.parquet"]
    assert _run("gate", "--config", world.config, *AS_OF, "--decisions", folder) == 2


def test_no_command_but_run_writes_into_an_output_folder(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all places it is `shards/` that is given away."""
    assert _run("run", *_job(world), "--quiet") == 0
    policy = world.root / "policy.toml"
    policy.write_text(default_policy_text())
    before = sorted(world.out.rglob("*"))
    (world.root / "link").symlink_to(world.out)
    gate, source = ("gate", "--config", world.config, *AS_OF), world.root / "in.jsonl"
    source.write_text("")
    for folder in (world.out / "shards", world.root / "link"):
        for arguments in (
            (*gate, "--decisions", folder / "x" / "y"),
            (*gate, "--against", policy, "--output", folder / "x.csv"),
            ("audit", "list", "--out", world.out, "--output", folder / "x.csv"),
            ("audit", "report", "--out", world.out, "--output", folder / "x.html"),
            ("detect", source, folder / "x.jsonl"),
        ):
            assert _run(*arguments) == 2
            assert "is inside the output folder" in capsys.readouterr().err
    assert sorted(world.out.rglob("*")) == before


def test_gate_says_that_a_run_has_another_clock(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    now = world.export_now()
    world.write()
    assert _run("gate", "--config", world.config) == 0
    assert capsys.readouterr().err == ""
    tomorrow = (now + timedelta(days=1)).isoformat()
    assert _run("gate", "--config", world.config, "--as-of", tomorrow, "--json") == 0
    assert "A run judges by its clock" in capsys.readouterr().err


def test_more_quarantined_than_allowed_is_exit_3_and_visible(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.file("broken", "acct-good", b"{")
    world.write()
    assert _run("run", *_job(world), "--json") == 3
    result = _last_line(capsys)
    assert (result["status"], result["exit_code"]) == ("too_many_quarantined", 3)
    assert result["counts"]["quarantined"] == 1
    assert len(list((world.out / "runs").iterdir())) == 1


def test_all_errors_of_a_configuration_are_told_at_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.config.write_text(
        '[sources]\nmanifest = 3\n[limits]\nmax_quarantined_share = "lots"\nspeed = 1\n[nonsense]\n'
    )
    assert _run("run", *_job(world)) == 2
    told = capsys.readouterr().err
    for location in (
        "sources.manifest →",
        "sources.registry → is required",
        "limits.max_quarantined_share →",
        "limits.speed → unknown key",
        "nonsense → unknown key",
    ):
        assert location in told
    assert not world.out.exists()


@pytest.mark.parametrize(
    "setting",
    [
        "limits.max_transcript_bytes = 9223372036854775807",
        "limits.max_transcript_words = 9223372036854775807",
        "limits.worker_memory_bytes = 999999999999999999999999999999",
        "limits.seconds_per_file = 100000000",
        "limits.seconds_per_file = inf",
        "housekeeping.keep_checkpoints_days = 1000000",
        "housekeeping.keep_runs_days = nan",
        "housekeeping.keep_runs_days = -inf",
        "redaction.recognizers = nan",
        "redaction.entities = inf",
        "policy.file = nan",
        "policy.file = 2026-01-01",
        "redaction.keep_entities = [2026-01-01T00:00:00Z]",
        "output.folder = 12:00:00",
    ],
)
def test_what_is_set_is_used_or_refused(
    world: World, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    """Not taken for what was not set, and no number that is a defect later."""
    sources = world.config.read_text().partition("[limits]")[0]
    world.config.write_text(f"{setting}\nlimits.speed = 1\n{sources}")
    assert _run("run", *_job(world)) == 2
    told = capsys.readouterr().err
    assert f"  {setting.partition(' ')[0]}" in told
    assert "limits.speed → unknown key" in told
    assert not world.out.exists()


@pytest.mark.parametrize(
    ("extra", "location"),
    [
        ('[redaction]\nspacy_model = "no_such_model"\n', "redaction.spacy_model"),
        ('[redaction]\nentities = ["SHOE_SIZE"]\n', "SHOE_SIZE"),
        ('[redaction]\nrecognizers = "absent.yaml"\n', "absent.yaml"),
        ('[redaction]\noperator = "shred"\n', "redaction.operator"),
        ('[policy]\nfile = "absent.toml"\n', "absent.toml"),
    ],
)
def test_what_a_configuration_names_must_be_there(
    world: World, capsys: pytest.CaptureFixture[str], extra: str, location: str
) -> None:
    world.write(extra)
    assert _run("run", *_job(world)) == 2
    assert location in capsys.readouterr().err
    assert not world.out.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "--config", "absent.toml", "--out", "x"),
        ("no-such-command",),
        ("audit", "verify"),
        ("audit", "verify", "--out", "absent"),
        ("policy", "check", "absent.toml"),
    ],
)
def test_usage_errors_are_exit_2(arguments: tuple[str, ...]) -> None:
    assert _run(*arguments) == 2


@pytest.mark.parametrize("as_of", ["yesterday", "2026-11-22T12:00:00", "2026-13-01T00:00:00Z"])
def test_a_moment_without_an_offset_is_an_error(world: World, as_of: str) -> None:
    job = ("--config", world.config, "--out", world.out, "--as-of", as_of)
    assert _run("run", *job) == 2
    assert not world.out.exists()


def test_a_registry_that_is_too_old_is_exit_4(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    job = ("--config", world.config, "--out", world.out)
    assert _run("run", *job, "--as-of", "2027-01-01T00:00:00Z") == 4
    assert "Export it again" in capsys.readouterr().err
    assert not world.out.exists()


def test_unexpected_errors_show_their_type_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode() -> None:
        raise ValueError("my card is 4111 1111 1111 1111")

    at_stage(monkeypatch, "decide", explode)
    assert _run("run", *_job(world)) == 1
    told = "".join(capsys.readouterr())
    assert "ValueError" in told
    assert "4111" not in told


def test_detect_and_eval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "hello\nplease write to maria@example.com today"
    start = text.index("maria")
    gold = {
        "id": "d1",
        "text": text,
        "spans": [{"start": start, "end": start + 17, "label": "EMAIL_ADDRESS"}],
    }
    source = tmp_path / "gold.jsonl"
    source.write_text(json.dumps(gold) + "\n")
    target = tmp_path / "found.jsonl"
    assert _run("detect", source, target, "--workers", 1) == 0
    (line,) = [json.loads(line) for line in target.read_text().splitlines()]
    assert line["id"] == "d1"
    email = [span for span in line["spans"] if span["label"] == "EMAIL_ADDRESS"]
    assert (email[0]["start"], email[0]["end"]) == (start, start + 17)
    assert {"score", "recognizer"} <= email[0].keys()
    capsys.readouterr()
    assert _run("eval", source, "--workers", 1, "--json") == 0
    result = _last_line(capsys)
    assert result["core"]["leak_rate"] == 0.0
    assert result["unscanned"] == 0


def test_detect_does_not_call_an_unscanned_document_clean(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "d1", "text": "x" * 5000}) + "\n")
    target = tmp_path / "out.jsonl"
    assert _run("detect", source, target, "--workers", 1) == 3
    assert json.loads(target.read_text())["error"] == "detector_failed"


def test_detect_does_not_overwrite_its_input(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "d1", "text": "hello"}) + "\n")
    assert _run("detect", source, source, "--workers", 1) == 2
    assert "hello" in source.read_text()


def test_transcripts_that_are_no_folder_do_not_replace_a_good_run(world: World) -> None:
    assert _run("run", *_job(world), "--quiet") == 0
    world.write()
    world.config.write_text(
        world.config.read_text().replace('"transcripts"', '"transcript"'), "utf-8"
    )
    assert _run("run", *_job(world), "--quiet") == 4
    assert len(world.texts()) == 5


def test_policy_show_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("policy", "show") == 0
    shown = capsys.readouterr().out
    assert "utilizing our European servers" in shown
    assert _run("policy", "check", "--json") == 0
    assert _last_line(capsys)["status"] == "sound"
    assert _run("policy", "check") == 0
    [line] = [one for one in capsys.readouterr().out.splitlines() if one.startswith("openai ")]
    assert line.split()[:2] == ["openai", "yes"]
    weak = tmp_path / "weak.toml"
    weak.write_text('version = 1\ntitle = "anything goes"\nrules = []\n')
    assert _run("policy", "check", weak) == 2


def test_policy_check_tells_when_providers_were_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    text = default_policy_text()
    day = (datetime.now(UTC) - timedelta(days=100)).date()
    mine.write_text(text.replace("checked_on = 2026-11-30", f"checked_on = {day}"))
    assert _run("policy", "check", mine, "--json") == 0
    providers = _last_line(capsys)["providers"]
    assert {one["days"] for one in providers.values()} == {100}
    assert providers["google"]["training_opted_out"] is True
    assert _run("policy", "show", mine) == 0
    assert f"google: training is opted out, checked on {day}" in capsys.readouterr().out
    mine.write_text(text.replace("checked_on = 2026-11-30", "checked_on = 2999-01-01"))
    assert _run("policy", "check", mine) == 2
    assert "providers.openai.checked_on" in capsys.readouterr().err


def test_hostile_ids_are_inert_in_the_terminal(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "[bold]=cmd|' /C calc'!A0\u202e"
    world.file("harmless", "acct-good", transcript("hello there", "hi", id=hostile))
    world.files[-1]["file_id"] = hostile
    world.write()
    assert _run("run", *_job(world), "--quiet") == 0
    capsys.readouterr()
    assert _run("audit", "list", "--out", world.out, "--limit", 20) == 0
    assert _run("audit", "explain", hostile, "--out", world.out) == 0
    told = capsys.readouterr().out
    assert "\u202e" not in told
    assert "[bold]" in told


def test_in_a_process_of_its_own_a_run_leaves_out_pandas(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out: list[bool] = []
    monkeypatch.setattr(run_gate, "leave_out_pandas", lambda: left_out.append(True))
    arguments = ["run", *map(str, _job(world))]
    assert _exit_code(arguments) == 0
    assert left_out == []
    monkeypatch.setattr(sys, "argv", ["clearshard", *arguments])
    monkeypatch.setattr(entry, "SIGNALS", ())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 0
    assert left_out == [True]


_LOADING = """\
import atexit, gc, sys
from clearshard.__main__ import main

usual = gc.get_threshold()

class Watch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "clearshard.cli.entry":
            print("loading", gc.get_threshold()[0])

def ended():
    print("spacy" in sys.modules, gc.get_threshold() == usual)

sys.meta_path.insert(0, Watch)
atexit.register(ended)
sys.argv[1:] = ["--version"]
main()
"""


def test_help_is_quick_and_does_not_load_the_model() -> None:
    """Garbage is looked for seldom while all is loaded, and as usual from then on.

    A run makes some that holds itself for each file: it would fill the memory.
    """
    done = subprocess.run(
        [sys.executable, "-c", _LOADING],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    loading, _, ended = done.stdout.splitlines()
    assert (loading, ended) == ("loading 100000", "False True")


@pytest.mark.parametrize("place", ["manifest", "registry", "transcripts"])
def test_an_address_of_a_store_is_no_path(
    world: World, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    text = world.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith(f"{place} ="))
    world.config.write_text(text.replace(line, f'{place} = "ftp://bucket/exports"'))
    assert _run("gate", "--config", world.config) == 2
    assert f"sources.{place} → is the address of a store" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["s3://bucket/out", "gs://bucket", "s3:/bucket/out", "http://a"]
)
def test_nor_does_one_become_a_folder_here(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.chdir(world.root)
    before = sorted(world.root.iterdir())
    assert _run("run", "--config", world.config, "--out", address, *AS_OF, "--replay") == 2
    assert "is the address of a store" in capsys.readouterr().err
    world.write(f'[output]\nfolder = "{address}"\n')
    assert _run("run", "--config", world.config, *AS_OF, "--replay") == 2
    told = capsys.readouterr().err
    needs_a_mirror = address.startswith(("s3://", "gs://"))
    assert ("mirror is a folder" if needs_a_mirror else "is the address of a store") in told
    assert sorted(world.root.iterdir()) == before


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    "command", [(), ("run",), ("audit",), ("audit", "list"), ("policy", "show")]
)
def test_help_by_either_name(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], option: str
) -> None:
    assert _run(*command, option) == 0
    assert "Usage: clearshard" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--version") == 0
    assert re.fullmatch(r"clearshard \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_ids_in_a_table_that_goes_into_a_pipe_are_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that `audit list | grep ID` finds them."""
    world = World(tmp_path)
    world.account("4e3f2c1a-8f6d-4f0e-9b1c-3f2a1b0c9d8e-of-a-customer-with-a-long-id")
    name = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d-and-a-suffix-of-the-recording"
    world.file(name, world.accounts[0]["account_id"], transcript("hello there"), region="eu")
    world.write()
    assert _run("run", *_job(world), "--quiet") == 0
    capsys.readouterr()
    assert _run("audit", "list", "--out", world.out) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if name in line]
    assert world.accounts[0]["account_id"] in row
    assert "eu_server" in row
