"""Whole runs whose registry is a query of a database."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.cli.retention.sweep import _kept_files
from clearshard.config import load_config
from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.run.forecast.what_if import proposed
from clearshard.run.options import RunOptions
from clearshard.sources.databases.registry import DatabaseRegistry

from ..sources.databases.making import make
from .world import ACCOUNT_COLUMNS, World, small_world

SECRET = "hunter2"
LIVE = [name for name in ACCOUNT_COLUMNS if name != "exported_at"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.clock = lambda: datetime.now(UTC)
    asked(world, registry="accounts.db", query=f"SELECT {', '.join(LIVE)} FROM accounts")
    fill(world)
    return world


def asked(world: World, registry: str, query: str, more: str = "registry_is_live = true") -> None:
    """Has the registry asked by a query."""
    world.write()
    text = world.config.read_text().replace(
        'registry = "accounts.csv"',
        f'registry = "{registry}"\nregistry_query = "{query}"\n{more}',
    )
    world.config.write_text(text)


def fill(world: World) -> None:
    rows = [[account[name] or None for name in LIVE] for account in world.accounts]
    make(world.root / "accounts.db", rows, LIVE)


def opt_out(world: World) -> None:
    with closing(sqlite3.connect(world.root / "accounts.db")) as database:
        database.execute("UPDATE accounts SET opted_out = 'true' WHERE account_id = 'acct-other'")
        database.commit()


def result(world: World) -> object:
    return world.result(RunOptions(world.out, datetime.now(UTC), 1, dry_run=False))


def test_a_run_and_a_night_in_which_nothing_changed(world: World) -> None:
    first = world.result(RunOptions(world.out, datetime.now(UTC), 1, dry_run=False))
    record = first.record
    assert record.counts.written > 0
    for snapshot in (record.registry, record.registry_at_publish):
        assert snapshot.taken_at is not None
        assert snapshot.newest_exported_at == snapshot.taken_at
    assert record.registry.sha256 == record.registry_at_publish.sha256
    # Every row is of another moment, and nothing is new.
    again = world.result(RunOptions(world.out, datetime.now(UTC), 1, dry_run=False))
    assert again.unchanged
    kept = json.loads((world.out / "runs" / f"{record.run_id}.json").read_text())
    assert kept["registry"]["taken_at"] == record.registry.taken_at


def test_who_opts_out_during_the_run_is_taken_out(world: World) -> None:
    world.progress.meanwhile.append(lambda: opt_out(world))
    record = world.result(RunOptions(world.out, datetime.now(UTC), 1, dry_run=False)).record
    assert world.decisions(record)["other-0"] == ("excluded", ["opted_out"])
    assert record.taken_out == 1
    assert record.registry.sha256 != record.registry_at_publish.sha256


def test_who_opts_out_while_decisions_are_written_is_taken_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens: list[Callable[[World], None]] = [opt_out]
    ask = DatabaseRegistry.unchanged_since

    def late(self: DatabaseRegistry, *args: object) -> bool:
        if happens:
            happens.pop()(world)
        return ask(self, *args)  # type: ignore[arg-type] # handed on as they are

    monkeypatch.setattr(DatabaseRegistry, "unchanged_since", late)
    record = world.result(RunOptions(world.out, datetime.now(UTC), 1, dry_run=False)).record
    assert world.decisions(record)["other-0"] == ("excluded", ["opted_out"])


def test_a_database_that_is_gone_before_publication_publishes_nothing(world: World) -> None:
    world.progress.meanwhile.append(lambda: (world.root / "accounts.db").unlink())
    with pytest.raises(SourceUnavailable, match=r"accounts\.db: cannot be read"):
        result(world)
    assert not list((world.out / "runs").glob("*.json"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT account_id FROM accounts", "column training_permitted"),
        ("SELECT * FROM nobody", "no table of a name"),
        ("SELECT * FROM accounts WHERE 0", "gives no rows"),
        ("DELETE FROM accounts", "write one SELECT"),
    ],
)
@pytest.mark.parametrize("command", ["gate", "run"])
def test_a_query_that_is_none_of_a_registry_ends_with_4(
    world: World, query: str, said: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(world, "accounts.db", query)
    out = ["--out", str(world.out)] if command == "run" else []
    assert _exit_code([command, "--config", str(world.config), *out]) == 4
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (world.out / "runs").exists()
    assert not (world.out / "shards").exists()


def test_half_of_the_accounts_is_no_registry(world: World) -> None:
    """The guards of exports hold for a query too."""
    world.config.write_text(
        world.config.read_text().replace("max_drop_share = 1.0", "max_drop_share = 0.1")
    )
    result(world)
    shards = sorted((world.out / "shards").rglob("*.parquet"))
    asked(world, "accounts.db", f"SELECT {', '.join(LIVE)} FROM accounts LIMIT 1")
    world.config.write_text(
        world.config.read_text().replace("max_drop_share = 1.0", "max_drop_share = 0.1")
    )
    assert _exit_code(["run", "--config", str(world.config), "--out", str(world.out)]) == 3
    assert sorted((world.out / "shards").rglob("*.parquet")) == shards


@pytest.mark.parametrize(
    ("registry", "more"),
    [
        (f"postgresql://ada:{SECRET}@db.example/crm", ""),
        (f"postgresql://db.example/crm?password={SECRET}", ""),
        (f"postgresql+psycopg2://ada:{SECRET}@db.example/crm", ""),
        (f"sqlite:///{SECRET}/x.db", ""),
        ("accounts.db", "registry_timeout_seconds = 0"),
    ],
)
def test_what_no_configuration_may_say(world: World, registry: str, more: str) -> None:
    asked(world, registry, "SELECT 1", more)
    with pytest.raises(ConfigError) as raised:
        load_config(world.config)
    assert "sources.registry" in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "setting",
    ['registry = "postgresql://db.example/crm"', 'registry = "a.csv"\nregistry_is_live = true'],
)
def test_a_database_without_a_query(world: World, setting: str) -> None:
    text = f'[sources]\nmanifest = "f.csv"\ntranscripts = "t"\n{setting}\n'
    world.config.write_text(text)
    with pytest.raises(ConfigError, match="registry_query is required"):
        load_config(world.config)


def test_a_database_elsewhere_is_spoken_to_over_tls_or_not_at_all(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(world, "postgresql://db.example/crm?sslmode=require", "SELECT 1")
    assert _exit_code(["gate", "--config", str(world.config)]) == 2
    assert "verify-full" in capsys.readouterr().err


def test_without_the_package_it_says_which(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"clearshard\[databases\]"):
        result(world)


def test_another_registry_that_is_proposed_is_a_file(world: World) -> None:
    config = proposed(load_config(world.config), None, world.root / "accounts.csv")
    assert config.sources.registry_query is None
    assert config.sources.registry == str(world.root / "accounts.csv")


def test_no_sweep_deletes_the_registry_or_what_is_beside_it(world: World) -> None:
    kept = {path.name for path in _kept_files(load_config(world.config))}
    assert {"accounts.db", "accounts.db-wal", "accounts.db-shm", "accounts.db-journal"} <= kept
    asked(world, "postgresql://localhost/crm", "SELECT 1")
    assert not [path for path in _kept_files(load_config(world.config)) if "crm" in str(path)]
