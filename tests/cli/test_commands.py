"""Commands as users and schedulers meet them: exit codes, the JSON line, errors that help."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearshard.config import default_policy_text

from ..run.world import World
from .running import AS_OF, last_line, replayed, run


def test_gate_decides_without_opening_anything(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (world.root / "transcripts").iterdir():
        path.unlink()
    folder = world.root / "decisions"
    assert run("gate", "--config", world.config, *AS_OF, "--decisions", folder, "--json") == 0
    result = last_line(capsys)
    assert (result["eligible"], result["excluded"]) == (5, 3)
    assert result["reasons"] == {"baa_executed": 1, "eu_server": 1, "opted_out": 1}
    assert [path.name for path in folder.iterdir()] == ["decisions-00000.parquet"]
    assert run("gate", "--config", world.config, *AS_OF, "--decisions", folder) == 2


def test_no_command_but_run_writes_into_an_output_folder(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all places it is `shards/` that is given away."""
    assert run("run", *replayed(world), "--quiet") == 0
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
            assert run(*arguments) == 2
            assert "is inside the output folder" in capsys.readouterr().err
    assert sorted(world.out.rglob("*")) == before


def test_gate_says_that_a_run_has_another_clock(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    now = world.export_now()
    world.write()
    assert run("gate", "--config", world.config) == 0
    assert capsys.readouterr().err == ""
    tomorrow = (now + timedelta(days=1)).isoformat()
    assert run("gate", "--config", world.config, "--as-of", tomorrow, "--json") == 0
    assert "A run judges by its clock" in capsys.readouterr().err


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
    assert run(*arguments) == 2


@pytest.mark.parametrize("as_of", ["yesterday", "2026-11-22T12:00:00", "2026-13-01T00:00:00Z"])
def test_a_moment_without_an_offset_is_an_error(world: World, as_of: str) -> None:
    job = ("--config", world.config, "--out", world.out, "--as-of", as_of)
    assert run("run", *job) == 2
    assert not world.out.exists()


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
    assert run("detect", source, target, "--workers", 1) == 0
    (line,) = [json.loads(line) for line in target.read_text().splitlines()]
    assert line["id"] == "d1"
    email = [span for span in line["spans"] if span["label"] == "EMAIL_ADDRESS"]
    assert (email[0]["start"], email[0]["end"]) == (start, start + 17)
    assert {"score", "recognizer"} <= email[0].keys()
    capsys.readouterr()
    assert run("eval", source, "--workers", 1, "--json") == 0
    result = last_line(capsys)
    assert result["core"]["leak_rate"] == 0.0
    assert result["unscanned"] == 0


def test_detect_does_not_call_an_unscanned_document_clean(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "d1", "text": "x" * 5000}) + "\n")
    target = tmp_path / "out.jsonl"
    assert run("detect", source, target, "--workers", 1) == 3
    assert json.loads(target.read_text())["error"] == "detector_failed"


def test_detect_does_not_overwrite_its_input(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "d1", "text": "hello"}) + "\n")
    assert run("detect", source, source, "--workers", 1) == 2
    assert "hello" in source.read_text()


def test_policy_show_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("policy", "show") == 0
    shown = capsys.readouterr().out
    assert "utilizing our European servers" in shown
    assert run("policy", "check", "--json") == 0
    assert last_line(capsys)["status"] == "sound"
    assert run("policy", "check") == 0
    [line] = [one for one in capsys.readouterr().out.splitlines() if one.startswith("openai ")]
    assert line.split()[:2] == ["openai", "yes"]
    weak = tmp_path / "weak.toml"
    weak.write_text('version = 1\ntitle = "anything goes"\nrules = []\n')
    assert run("policy", "check", weak) == 2


def test_policy_check_tells_when_providers_were_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    text = default_policy_text()
    day = (datetime.now(UTC) - timedelta(days=100)).date()
    mine.write_text(text.replace("checked_on = 2026-11-30", f"checked_on = {day}"))
    assert run("policy", "check", mine, "--json") == 0
    providers = last_line(capsys)["providers"]
    assert {one["days"] for one in providers.values()} == {100}
    assert providers["google"]["training_opted_out"] is True
    assert run("policy", "show", mine) == 0
    assert f"google: training is opted out, checked on {day}" in capsys.readouterr().out
    mine.write_text(text.replace("checked_on = 2026-11-30", "checked_on = 2999-01-01"))
    assert run("policy", "check", mine) == 2
    assert "providers.openai.checked_on" in capsys.readouterr().err


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


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    "command", [(), ("run",), ("audit",), ("audit", "list"), ("policy", "show")]
)
def test_help_by_either_name(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], option: str
) -> None:
    assert run(*command, option) == 0
    assert "Usage: clearshard" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert re.fullmatch(r"clearshard \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)
