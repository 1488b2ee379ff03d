"""A rehearsal says so everywhere, and is kept apart from every run."""

import pytest

from ..run.world import World
from .running import AS_OF, last_line, replayed, run


def test_a_rehearsal_says_so_everywhere(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", *replayed(world)) == 0
    told = capsys.readouterr()
    assert "REHEARSAL as of 2026-11-22T12:00:00Z, for no training" in told.out
    assert "a rehearsal: everything is judged as if it were 2026-11-22T12:00:00Z" in told.err
    assert run("run", *replayed(world)) == 0
    assert "REHEARSAL as of" in capsys.readouterr().out
    assert run("run", *replayed(world), "--json") == 0
    assert last_line(capsys)["rehearsal"] is True
    assert run("audit", "summary", "--out", world.out) == 0
    assert "REHEARSAL, for no training: run 20261122T120000Z-" in capsys.readouterr().out
    assert run("audit", "explain", "good-0", "--out", world.out) == 0
    assert "\nrehearsal 20261122T120000Z-" in capsys.readouterr().out
    report = world.root / "report.html"
    assert run("audit", "report", "--out", world.out, "--output", report) == 0
    assert "A rehearsal, for no training." in report.read_text()
    assert run("audit", "verify", "--out", world.out) == 0


def test_no_run_goes_where_rehearsals_are(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", *replayed(world), "--quiet") == 0
    world.export_now()
    world.write()
    job = ("--config", world.config, "--workers", 1)
    assert run("run", *job, "--out", world.out) == 2
    assert "holds rehearsals" in capsys.readouterr().err
    elsewhere = ("--out", world.root / "real")
    assert run("run", *job, *elsewhere) == 0
    capsys.readouterr()
    assert run("run", *job, *elsewhere, *AS_OF, "--replay") == 2
    assert "Name another folder with --out" in capsys.readouterr().err


def test_a_rehearsal_needs_its_moment(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "--config", world.config, "--out", world.out, "--replay") == 2
    assert "--as-of" in capsys.readouterr().err
    assert not world.out.exists()
