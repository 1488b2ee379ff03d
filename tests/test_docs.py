"""What the documentation says is what the program does."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from clearshard.cli.entry import app
from clearshard.config import Config, default_policy_text
from clearshard.eligibility.policy import parse_policy
from clearshard.records.states import QuarantineReason
from clearshard.redaction.steps import STEPS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_decision_is_dated_and_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    expected = []
    for page in sorted(folder.glob("0*.md")):
        made = re.match(r"# (\d+)\. (.+)\n\nDecided (\d{4}-\d\d-\d\d)\.", page.read_text("utf-8"))
        assert made, f"{page.name} begins with its number, title and date"
        assert page.name.startswith(f"{int(made[1]):04}-")
        expected.append((made[1], made[2], page.name, made[3]))
    index = (folder / "README.md").read_text("utf-8")
    assert re.findall(r"^\| (\d+) \| \[(.+?)\]\((.+?)\).* \| (\S+) \|$", index, re.M) == expected


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{prefix}{name}.")
        elif not field.exclude:
            yield prefix + name


def test_every_setting_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    documented = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.MULTILINE)
    assert documented == list(_keys(Config))


def test_documented_defaults_are_the_defaults() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_]+)\.([a-z_]+)` \| ([0-9.]+) \|", page, re.MULTILINE)
    assert len(rows) >= 7
    for section, name, value in rows:
        model = Config.model_fields[section].annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        assert model.model_fields[name].default == float(value)


def test_every_reason_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    policy = parse_policy(default_policy_text(), "default policy")
    assert documented == {*policy.reasons, *map(str, QuarantineReason)}


def test_every_step_after_detection_is_documented_in_order() -> None:
    page = (ROOT / "docs" / "detection.md").read_text("utf-8")
    documented = re.findall(r"^\| `([a-z_]+)` \| ([a-z]+) \| ([a-z, ]+) \| .+ \|$", page, re.M)
    assert documented == [
        (step.name, step.kind, "every" if "stock" in step.profiles else "strict, balanced")
        for step in STEPS
    ]
    assert {len(step.profiles) for step in STEPS} <= {2, 3}


@pytest.mark.parametrize("name", ["invariants.md", "threat-model.md"])
def test_every_promise_names_tests_that_exist(name: str) -> None:
    page = (ROOT / "docs" / name).read_text("utf-8")
    paths = re.findall(r"`((?:tests|pipeline)/[a-z_/.]+)`", page)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_claim_of_the_threat_model_names_a_test() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    tables = re.findall(r"^\| claim \| shown by \|\n\| --- \| --- \|\n((?:\|.*\n)+)", page, re.M)
    rows = [row for table in tables for row in table.splitlines()]
    assert len(rows) > 25
    assert [row for row in rows if not re.search(r"\| `tests/[a-z_/]+", row)] == []


def _commands(group: object, prefix: str) -> Iterator[tuple[str, str]]:
    for name, command in sorted(getattr(group, "commands", {}).items()):
        if getattr(command, "commands", None):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", f"{command.help} {command.epilog}"


def test_help_of_every_command_states_its_exit_codes() -> None:
    commands = dict(_commands(get_command(app), ""))
    assert {"run", "gate", "detect", "eval", "audit verify", "policy check"} <= commands.keys()
    assert [name for name, text in commands.items() if "Exit codes: 0" not in text] == []


def _helps(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    context = command.make_context("clearshard", ["--help"], resilient_parsing=True)
    context.terminal_width = context.max_content_width = 80
    yield " ".join(words), command.get_help(context)
    for name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, (*words, name))


def test_no_help_is_cut() -> None:
    helps = dict(_helps(get_command(app)))
    assert {"", "audit", "policy", "run"} <= helps.keys()
    for name, text in helps.items():
        *_, told = text.split("[ARGS]...")
        assert not re.search(r"\.\.\.|…", told), name


def test_commands_of_the_readme_exist() -> None:
    commands = dict(_commands(get_command(app), ""))
    said = re.findall(
        r"clearshard ([a-z]+(?: (?:summary|explain|verify|show|list|check|diff|query|report"
        r"|bundle|plan|sweep|confirm|execute|lift|record))?)",
        (ROOT / "README.md").read_text("utf-8"),
    )
    used = {command for command in said if command.split()[0] in {c.split()[0] for c in commands}}
    assert used
    assert used <= commands.keys()


def test_the_version_of_the_package_has_a_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## Unreleased" in changelog or f"## {project['version']}" in changelog


def test_the_lock_holds_hashes_and_no_address() -> None:
    for lock in (ROOT / "configs" / "lock").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
    assert isinstance(app, typer.Typer)


def test_the_demonstration_shows_what_it_says() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (explained,) = re.findall(r"audit explain (\S+)", makefile)
    (count,) = re.findall(r"(\d+) calls of customers", makefile)
    samples = (ROOT / "data" / "samples" / "expected.jsonl").read_text("utf-8").splitlines()
    states = {row["file_id"]: row["state"] for row in map(json.loads, samples)}
    assert states[explained] == "excluded"
    assert len(samples) == int(count)
