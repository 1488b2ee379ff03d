"""Terms below the published policy or the default redaction are never silent: whole runs."""

import json
import zipfile
from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text, load_config
from clearshard.errors import ConfigError
from clearshard.run.job import RunResult, run
from clearshard.run.options import RunOptions

from .world import AS_OF, Silent, World, small_world, world_clock

REASON = "agreed with counsel on 3 May, see \u202e LEGAL-7"
STOCK = 'profile = "stock"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    text = default_policy_text()
    start = text.index('[[rules]]\nid = "expired"')
    end = text.index("[[rules]]", start + 1)
    (tmp_path / "mine.toml").write_text(text[:start] + text[end:])
    return world


def _waived(*names: str, reason: str = REASON) -> str:
    lines = ", ".join(f'{{ rule = "{name}", reason = "{reason}" }}' for name in names)
    return f'[policy]\nfile = "mine.toml"\nbelow_published = [{lines}]\n'


def _run(world: World) -> tuple[RunResult, list[str]]:
    progress = Silent()
    options = RunOptions(world.out, AS_OF, 1, False)
    result = run(load_config(world.config), options, progress, world_clock)
    return result, progress.notes


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's clock is that of the worlds."""
    monkeypatch.setattr("clearshard.cli.run.now", world_clock)


def _command(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def test_a_policy_without_a_published_rule_is_refused(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write(f'[policy]\nfile = "mine.toml"\n[redaction]\n{STOCK}')
    with pytest.raises(ConfigError, match="no rule says as much as expired"):
        world.run()
    assert not world.texts()
    for command in (["run", "--out", world.out], ["gate"], ["policy", "check"]):
        assert _command(*command, "--config", world.config) == 2
        assert "policy.below_published" in capsys.readouterr().err
    assert _command("policy", "check", world.root / "mine.toml") == 2


@pytest.mark.parametrize("extra", ["expired", "opt-out", "expiry", "ttl"])
def test_naming_what_is_not_below_is_refused(world: World, extra: str) -> None:
    world.write(_waived("expired", extra))
    with pytest.raises(ConfigError, match=r"policy\.below_published\.1"):
        world.run()


@pytest.mark.parametrize("reason", ["", "  "])
def test_there_must_be_a_reason(world: World, reason: str) -> None:
    world.write(_waived("expired", reason=reason))
    with pytest.raises(ConfigError, match="reason"):
        world.run()


def test_what_is_acknowledged_is_kept_and_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write(f"{_waived('expired')}[redaction]\n{STOCK}")
    result, notes = _run(world)
    assert any("published rule expired" in note and "LEGAL-7" in note for note in notes)
    (waived,) = result.record.below_published
    assert (waived.rule, waived.reason) == ("expired", REASON)
    started, _ = Ledger(world.out / "audit" / "ledger.jsonl").read()
    assert started.data["below_published"] == [{"rule": "expired", "reason": REASON}]

    # Again with nothing to do, and then with another reason: that is another record.
    again, notes = _run(world)
    assert again.unchanged
    assert any("published rule expired" in note for note in notes)
    *_, unchanged = Ledger(world.out / "audit" / "ledger.jsonl").read()
    assert unchanged.data["below_published"] == [{"rule": "expired", "reason": REASON}]
    world.write(f"{_waived('expired', reason='agreed anew')}[redaction]\n{STOCK}")
    other, _ = _run(world)
    assert not other.unchanged
    assert other.record.below_published[0].reason == "agreed anew"
    assert verify(world.out).faults == ()

    # On each run, also where only warnings are shown; in what the commands print; in the evidence.
    arguments = ("--config", world.config, "--as-of", "2026-11-22T12:00:00Z")
    assert _command("run", *arguments, "--out", world.out, "--quiet") == 0
    assert "BELOW THE PUBLISHED POLICY expired: agreed anew" in capsys.readouterr().err
    assert _command("gate", *arguments) == 0
    assert "published rule expired" in capsys.readouterr().err
    assert _command("policy", "check", "--config", world.config) == 0
    assert "below the published rule expired: agreed anew" in capsys.readouterr().out
    page = world.root / "report.html"
    assert _command("audit", "report", "--out", world.out, "--output", page) == 0
    assert "Below the published policy" in page.read_text()
    assert "agreed anew" in page.read_text()
    bundle = world.root / "bundle.zip"
    assert _command("audit", "bundle", "--out", world.out, "--output", bundle) == 0
    with zipfile.ZipFile(bundle) as packed:
        name = next(n for n in packed.namelist() if n.endswith(f"{other.record.run_id}.json"))
        record = json.loads(packed.read(name))
    assert record["below_published"] == [{"rule": "expired", "reason": "agreed anew"}]


LESS = [
    ('entities = ["CRYPTO"]', "people, places and addresses, mail addresses"),
    ('entities = ["LOCATION"]', "PERSON"),
    ('keep_entities = ["PERSON"]', "people stay in the text"),
    ('keep_entities = ["person_name", "url"]', "URL"),
    ("score_threshold = 1.0", "people stay in the text"),
    ("score_threshold = 0.5", "what scores less"),
]


@pytest.mark.parametrize(("setting", "told"), LESS)
def test_less_redaction_than_by_default_is_kept_and_told(
    world: World, setting: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write(f"[redaction]\n{STOCK}{setting}\n")
    result, notes = _run(world)
    profile, line = result.record.below_default
    assert profile.startswith("redaction.profile = stock")
    assert line.startswith(f"redaction.{setting.split(' ')[0]}")
    assert told in line
    assert {profile, line} <= set(notes)
    started, _ = Ledger(world.out / "audit" / "ledger.jsonl").read()
    assert started.data["below_default"] == [profile, line]
    page = world.root / "report.html"
    assert _command("audit", "report", "--out", world.out, "--output", page) == 0
    assert "Less than by default" in page.read_text()
    assert (
        _command(
            "run",
            "--config",
            world.config,
            "--out",
            world.out,
            "--quiet",
            "--as-of",
            "2026-11-22T12:00:00Z",
        )
        == 0
    )
    assert line in capsys.readouterr().err


def test_a_region_that_the_published_policy_does_not_know_is_admitted_by_name_only(
    world: World,
) -> None:
    text = default_policy_text().replace('us = ["us-east-1"', 'us = ["na1", "us-east-1"')
    (world.root / "mine.toml").write_text(text)
    world.files[0]["region"] = "NA1"
    world.write(f'[policy]\nfile = "mine.toml"\n[redaction]\n{STOCK}')
    with pytest.raises(ConfigError, match="does not know na1"):
        world.run()
    assert not world.texts()
    world.write(f"{_waived('also_called')}[redaction]\n{STOCK}")
    result, notes = _run(world)
    assert world.decisions(result.record)["good-0"] == ("written", [])
    assert [waived.rule for waived in result.record.below_published] == ["also_called"]
    assert any("also_called" in note and "LEGAL-7" in note for note in notes)
