"""Whole runs over tables whose columns or quotes are not what they should be."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.errors import SourceUnavailable
from clearshard.records.run import RunRecord
from clearshard.run.job import run
from clearshard.run.options import RunOptions

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


#: A column, what an export made of its values, and how the message says they are to be written.
ILLEGIBLE = [
    ("accounts", "training_permitted", "ja", "write true or false"),
    ("accounts", "opted_out", "-", "write true or false"),
    ("accounts", "exported_at", "2026-11-22 00:00:00", "sources.timezone"),
    ("accounts", "ttl_seconds", "1 h", "write 3600"),
    ("files", "region", "United States", "also_called.region"),
    ("files", "region", "moon-1", "also_called.region"),
    ("files", "product", "batch", "async, streaming or llm_gateway"),
    ("files", "submitted_at", "2026-11-01 12:00:00", "sources.timezone"),
    ("files", "expires_at", "1767225600", "2026-11-28T09:30:00Z"),
    ("files", "deletion_requested_at", "never", "2026-11-28T09:30:00Z"),
]


@pytest.mark.parametrize(("table", "column", "value", "told"), ILLEGIBLE)
def test_a_column_in_which_nothing_can_be_read_leaves_the_last_run_as_it_is(
    world: World, table: str, column: str, value: str, told: str
) -> None:
    before = world.run()
    for row in getattr(world, table):
        row[column] = value
    world.write()
    with pytest.raises(SourceUnavailable) as caught:
        world.run()
    message = str(caught.value)
    assert f"column {column}" in message
    assert told in message
    assert value not in message or value == "-"
    assert [run.run_id for run in visible_runs(world.out)] == [before.run_id]
    assert len(world.texts()) == before.counts.written


@pytest.mark.parametrize(
    ("table", "column"), [("accounts", "opted_out"), ("files", "region"), ("files", "account_id")]
)
def test_nor_does_a_column_that_is_empty_but_must_not_be(
    world: World, table: str, column: str
) -> None:
    for row in getattr(world, table):
        row[column] = ""
    world.write()
    with pytest.raises(SourceUnavailable, match=f"column {column} is empty in every row"):
        world.run()


def test_one_value_that_cannot_be_read_denies_its_own_file_alone(world: World) -> None:
    world.files[0]["deletion_requested_at"] = "soon"
    world.files[1]["region"] = "moon-1"
    world.write()
    decided = world.decisions(world.run())
    assert decided["good-0"] == ("excluded", ["unknown_deletion_requested_at"])
    assert decided["good-1"] == ("excluded", ["unknown_region"])
    assert decided["good-2"][0] == "written"


def test_tables_as_a_warehouse_writes_them(world: World) -> None:
    flags = {"true": "t", "false": "f"}
    for account in world.accounts:
        for name in ("training_permitted", "baa_executed", "opted_out"):
            account[name] = flags[account[name]]
        account["exported_at"] = "2026-11-22 00:00:00+00"
    for file in world.files:
        file["region"] = {"us": "US-West-2", "eu": "eu-central-1"}[file["region"]]
        file["submitted_at"] = "2026-11-01 12:00:00"
    world.files[0]["deletion_requested_at"] = "2026-11-20 00:00:00"
    sources = '[sources]\ntimezone = "America/New_York"\n'
    world.write()
    world.config.write_text(world.config.read_text().replace("[sources]\n", sources))
    decided = world.decisions(world.run())
    assert {name for name, (state, _) in decided.items() if state == "written"} == {
        *("good-1", "good-2", "good-3", "other-0")
    }
    assert decided["eu-0"] == ("excluded", ["eu_server"])
    assert decided["good-0"] == ("excluded", ["deletion_requested"])


def test_a_time_zone_that_nobody_knows_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    text = world.config.read_text().replace("[sources]\n", '[sources]\ntimezone = "Berlin"\n')
    world.config.write_text(text)
    assert _exit_code(["gate", "--config", str(world.config)]) == 2
    assert "sources.timezone → no time zone of this name" in capsys.readouterr().err


@pytest.mark.parametrize("column", ["submitted_at", "transcript_uri", "content_sha256"])
def test_no_fact_is_a_version(
    world: World, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    """It stays as it is when a transcript changes."""
    text = world.config.read_text()
    named = f'[sources]\nversion_column = "{column}"\n'
    world.config.write_text(text.replace("[sources]\n", named))
    assert _exit_code(["gate", "--config", str(world.config)]) == 2
    assert "sources.version_column → is a column that is read" in capsys.readouterr().err


def test_tables_in_parts_are_one_table(world: World) -> None:
    for name in ("files", "accounts"):
        header, *rows = (world.root / f"{name}.csv").read_text().splitlines()
        folder = world.root / name
        folder.mkdir()
        for number, part in enumerate((rows[::2], rows[1::2])):
            text = "\n".join((header, *part)) + "\n"
            (folder / f"part-{number}.csv.gz").write_bytes(gzip.compress(text.encode()))
        (folder / "_SUCCESS").touch()
    text = world.config.read_text()
    text = text.replace('"files.csv"', '"files/*.csv.gz"').replace('"accounts.csv"', '"accounts"')
    world.config.write_text(text)
    record = world.run()
    assert (record.counts.seen, record.counts.written) == (8, 5)
    # A part that comes later is another table: what was decided on is decided again.
    (world.root / "accounts" / "part-2.csv.gz").write_bytes(
        gzip.compress((header + "\nacct-good,true,false,true,2026-11-22T00:00:00Z,\n").encode())
    )
    assert world.run().counts.written == 1
