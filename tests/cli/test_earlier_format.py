"""A folder that an earlier version wrote is refused by every command, with what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clearshard
from clearshard import layout
from clearshard.audit.explain import explain
from clearshard.audit.marker import MARKER, REHEARSALS_MARKER
from clearshard.audit.reading import picked_runs, visible_runs
from clearshard.audit.summary import summarise
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text
from clearshard.errors import OutputUnusable

from ..audit.building import Output
from ..run.world import World, small_world

AS_OF = ("--as-of", "2026-11-22T12:00:00Z")
VERBS: tuple[tuple[str, ...], ...] = (
    ("audit", "summary"),
    ("audit", "list"),
    ("audit", "explain", "f1"),
    ("audit", "diff", "a", "b"),
    ("audit", "query", "SELECT 1"),
    ("audit", "report"),
    ("audit", "bundle"),
    ("audit", "verify"),
    ("audit", "verify", "--without-shards"),
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """As version 1 left it: another marker, shards in folders of runs, records of another form."""
    output = Output(tmp_path / "old")
    for run, superseded in (("a", ()), ("b", ("a",))):
        output.publish(run, superseded=superseded)
        path = output.record_path(run)
        record: dict[str, Any] = json.loads(path.read_bytes())
        folder = output.out / "shards" / f"run={run}"
        folder.mkdir()
        for number, shard in enumerate(record["shards"]):
            digest = shard["sha256"]
            (output.out / "shards" / shard["name"]).rename(
                folder / f"part-{number:05d}-{digest[:12]}.parquet"
            )
            known = {name: shard[name] for name in ("sha256", "row_count", "size_bytes")}
            name = f"part-{number:05d}-{digest[:12]}.parquet"
            record["shards"][number] = {"name": name, "first_key": "0", "last_key": "f", **known}
        path.write_text(json.dumps(record))
    (output.out / layout.MARKER).write_bytes(earlier(MARKER))
    (output.out / ".lock").touch()
    return output.out


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "world"
    folder.mkdir()
    return small_world(folder)


def earlier(marker: bytes, number: int = 1) -> bytes:
    assert b'"format": 3' in marker
    return marker.replace(b'"format": 3', b'"format": %d' % number)


def contents(folder: Path) -> dict[str, bytes]:
    """All but the lock, which says who held it last."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != ".lock")
    return {str(p): p.read_bytes() for p in files}


def refused(out: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
    before = contents(out)
    capsys.readouterr()
    assert _exit_code([str(argument) for argument in arguments]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"{out} was written by an earlier version of clearshard" in said
    assert "Name a new folder with --out" in said
    assert "read this one with the version that wrote it" in said
    assert contents(out) == before


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize("marker", [MARKER, REHEARSALS_MARKER], ids=["runs", "rehearsals"])
def test_by_what_reads_it(
    out: Path, marker: bytes, verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (out / layout.MARKER).write_bytes(earlier(marker))
    made = out.parent / "made"
    to = ("--output", made) if verb[1] in ("report", "bundle") else ()
    refused(out, capsys, *verb, "--out", out, *to)
    assert not made.exists()


@pytest.mark.parametrize(
    "question", [summarise, visible_runs, picked_runs, verify, lambda out: explain(out, "f1")]
)
def test_by_what_a_program_calls(out: Path, question: Callable[[Path], object]) -> None:
    with pytest.raises(OutputUnusable, match="earlier version"):
        question(out)


@pytest.mark.parametrize("marker", [MARKER, REHEARSALS_MARKER], ids=["runs", "rehearsals"])
def test_of_the_version_that_kept_all_decisions_of_each_run(out: Path, marker: bytes) -> None:
    (out / layout.MARKER).write_bytes(earlier(marker, 2))
    with pytest.raises(OutputUnusable, match="earlier version"):
        visible_runs(out)


def test_by_what_would_write_into_it(
    out: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(out, capsys, "run", "--config", world.config, *AS_OF, "--replay", "--out", out)
    with pytest.raises(OutputUnusable, match="earlier version"):
        clearshard.run(world.config, out=out, workers=1)


def proposed(world: World) -> tuple[object, ...]:
    policy = world.root / "next.toml"
    policy.write_text(default_policy_text())
    return ("gate", "--config", world.config, *AS_OF, "--against", policy)


@pytest.mark.parametrize("named", [True, False])
def test_by_what_asks_what_a_purge_would_take(
    out: Path, world: World, named: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the configuration names it: an answer without the purge looks like "nothing"."""
    if not named:
        world.write(f'[output]\nfolder = "{out}"\n')
    refused(out, capsys, *proposed(world), *(("--out", out) if named else ()))


def test_a_configured_folder_that_no_run_has_made_is_none(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write('[output]\nfolder = "yet to come"\n')
    assert _exit_code([str(argument) for argument in proposed(world)]) == 0
    assert "there is no visible run that a purge could touch" in capsys.readouterr().out


@pytest.mark.parametrize("length", [0, 10, 1_000_000])
def test_a_marker_of_another_kind_is_not_called_an_earlier_one(
    out: Path, length: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / layout.MARKER).write_bytes(earlier(MARKER)[:10].ljust(length, b" ")[:length])
    assert _exit_code(["audit", "verify", "--out", str(out)]) == 5
    assert "earlier version" not in capsys.readouterr().err
