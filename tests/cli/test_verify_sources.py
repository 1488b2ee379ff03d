"""`audit verify --sources` on the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.run.check_sources import SourcesChecked

from ..run.resume.making import SETTINGS
from ..run.world import World, small_world


def command(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.export_now()
    world.clock = lambda: datetime.now(UTC)
    world.write(SETTINGS)
    world.run()
    return world


def test_it_says_how_much_was_read(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("audit", "verify", "--config", world.config, "--out", world.out, "--sources")
    assert command(*asked) == 0
    assert "read 5 transcripts again; 0 have changed" in capsys.readouterr().out
    (world.root / "transcripts" / "good-0.json").unlink()
    assert command(*asked, "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    expected = {"read": 5, "changed": ["good-0"], "hidden": [], "misdeclared": []}
    assert told["sources"] == expected
    assert told["sound"]


def test_a_version_that_lies_is_a_fault(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SourcesChecked(5, (), ("good-1",))
    monkeypatch.setattr("clearshard.run.check_sources.check_sources", lambda *_: found)
    asked = ("audit", "verify", "--config", world.config, "--out", world.out, "--sources")
    assert command(*asked) == 5
    told = capsys.readouterr()
    assert "FAULT transcript of good-1: is not the one" in told.out
    assert 'sources.reread = "all"' in told.err


def test_what_is_declared_wrongly_is_told_and_no_fault(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SourcesChecked(5, (), (), ("good-1",))
    monkeypatch.setattr("clearshard.run.check_sources.check_sources", lambda *_: found)
    asked = ("audit", "verify", "--config", world.config, "--out", world.out, "--sources")
    assert command(*asked) == 0
    assert "NOTE transcript of good-1: is not the one whose content_sha256" in (
        capsys.readouterr().out
    )


def test_it_asks_where_they_are(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("audit", "verify", "--out", world.out, "--sources") == 2
    assert "--sources" in capsys.readouterr().err
