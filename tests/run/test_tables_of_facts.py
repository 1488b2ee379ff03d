"""Whole runs over tables whose columns or quotes are not what they should be."""

import json
from pathlib import Path

import msgspec
import pytest

from pipeline.audit.verify import verify
from pipeline.cli.entry import _exit_code
from pipeline.config import load_config
from pipeline.errors import SourceUnavailable
from pipeline.records import RunRecord
from pipeline.run.job import RunOptions, run

from .world import AS_OF, Silent, World, small_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _rename(path: Path, column: str, name: str) -> None:
    path.write_text(path.read_text().replace(column, name, 1))


@pytest.mark.parametrize(
    ("table", "column", "name"),
    [
        ("files.csv", "deletion_requested_at", "deletionRequestedAt"),
        ("files.csv", "expires_at", "expires_at\u200b"),
        ("files.csv", "gateway_provider", "gateway-provider "),
        ("accounts.csv", "ttl_seconds", "ttlSeconds"),
    ],
)
def test_a_misspelled_column_stops_the_command(
    world: World, table: str, column: str, name: str
) -> None:
    """The denial under it would be seen by nobody."""
    world.files[0]["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    world.write()
    _rename(world.root / table, column, name)
    job = ["--config", str(world.config), "--as-of", "2026-11-22T12:00:00Z"]
    assert _exit_code(["gate", *job]) == 4
    assert _exit_code(["run", *job, "--replay", "--out", str(world.out)]) == 4
    assert not (world.out / "runs").exists()


def test_columns_that_are_not_read_are_told_once_and_recorded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for table, names, cells in (
        ("files.csv", "size,note\u202e", "1,2"),
        ("accounts.csv", "name", "x"),
    ):
        path = world.root / table
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([f"{header},{names}", *(f"{row},{cells}" for row in rows)]))
    progress = Silent()
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    record = run(load_config(world.config), options, progress, lambda: AS_OF).record
    told = [note for note in progress.notes if "not read" in note]
    assert [note.partition(". ")[0] for note in told] == [
        "file manifest: columns that are not read, and decide nothing: size, note\\u202e",
        "account registry: columns that are not read, and decide nothing: name",
    ]
    assert record.manifest.unread_columns == ("size", "note\\u202e")
    assert record.registry.unread_columns == record.registry_at_publish.unread_columns == ("name",)
    stored = msgspec.json.decode(
        (world.out / "runs" / f"{record.run_id}.json").read_bytes(), type=RunRecord
    )
    assert stored == record
    assert verify(world.out).faults == ()

    job = ["--config", str(world.config), "--as-of", "2026-11-22T12:00:00Z"]
    capsys.readouterr()
    assert _exit_code(["gate", *job]) == 0
    assert capsys.readouterr().err.count("columns that are not read") == 2
    assert _exit_code(["gate", *job, "--json"]) == 0
    unread = {"manifest": ["size", "note\\u202e"], "registry": ["name"]}
    assert json.loads(capsys.readouterr().out)["unread_columns"] == unread

    listed = 'strict_columns = true\nignored_columns = ["n*", "siz?"]\n'
    _sources(world, listed)
    progress = Silent()
    run(load_config(world.config), options, progress, lambda: AS_OF)
    assert not [note for note in progress.notes if "not read" in note]
    _sources(world, listed.replace("siz?", "other"))
    with pytest.raises(SourceUnavailable, match="column size is not read"):
        run(load_config(world.config), options, progress, lambda: AS_OF)


def _sources(world: World, extra: str) -> None:
    folder = 'transcripts = "transcripts"\n'
    text = world.config.read_text().partition(folder)
    world.config.write_text(text[0] + text[1] + extra)


def test_a_stray_quote_in_a_column_that_is_not_read_swallows_nothing(world: World) -> None:
    """It took the row of an opt-out, or of a deletion, and nothing was counted."""
    path = world.root / "accounts.csv"
    header, *rows = path.read_text().splitlines()
    noted = [f"{header},note", *(f"{row}," for row in rows)]
    place = next(n for n, row in enumerate(noted) if row.startswith("acct-out"))
    older = noted[place].replace("false,true", "false,false")
    noted[place : place + 1] = [older, f'{noted[1]}"so called', f'{noted[place]}a" note']
    path.write_text("\n".join(noted) + "\n")
    with pytest.raises(SourceUnavailable, match=rf"several lines.*\(row {place + 2}\)"):
        world.run()
    assert not (world.out / "runs").exists()
