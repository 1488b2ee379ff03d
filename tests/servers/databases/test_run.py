"""A whole run whose registry is a table of PostgreSQL, asked as a user who may do nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.run.options import RunOptions

from ...run.world import ACCOUNT_COLUMNS, World, small_world
from .making import put
from .postgres import PASSWORD, READER, Server

pytestmark = pytest.mark.servers
LIVE = [name for name in ACCOUNT_COLUMNS if name != "exported_at"]


@pytest.fixture
def world(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> World:
    world = small_world(tmp_path)
    world.clock = lambda: datetime.now(UTC)
    put(server, world.accounts, LIVE)
    server.do(f"GRANT SELECT ON accounts TO {READER}")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    world.config.write_text(
        world.config.read_text().replace(
            'registry = "accounts.csv"',
            f'registry = "{server.address(user=READER)}"\nregistry_is_live = true\n'
            f'registry_query = "SELECT {", ".join(LIVE)} FROM accounts"',
        )
    )
    return world


def options(world: World) -> RunOptions:
    return RunOptions(world.out, datetime.now(UTC), 1, dry_run=False)


def test_a_run_an_opt_out_and_a_night_in_which_nothing_is_new(world: World, server: Server) -> None:
    first = world.result(options(world)).record
    assert first.registry.taken_at is not None
    assert world.result(options(world)).unchanged
    server.do("UPDATE accounts SET opted_out = 'true' WHERE account_id = 'acct-other'")
    again = world.result(options(world)).record
    assert world.decisions(again)["other-0"] == ("excluded", ["opted_out"])
    assert verify(world.out).faults == ()


def test_no_secret_is_in_anything_that_is_written_or_said(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["run", "--config", str(world.config), "--out", str(world.out), "--workers", "1"]
    assert _exit_code(command) == 0
    monkeypatch.setenv("PGPASSWORD", f"{PASSWORD}-wrong")
    assert _exit_code(command) == 4
    told = capsys.readouterr()
    assert "refuses this user" in " ".join(told.err.split())
    assert PASSWORD not in told.out + told.err
    for path in world.root.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


def test_a_registry_that_cannot_be_asked_leaves_what_was_published(
    world: World, server: Server
) -> None:
    command = ["run", "--config", str(world.config), "--out", str(world.out), "--workers", "1"]
    assert _exit_code(command) == 0
    before = {p: p.read_bytes() for p in (world.out / "runs").iterdir()}
    server.do(f"REVOKE SELECT ON accounts FROM {READER}")
    assert _exit_code(command) == 4
    assert _exit_code(["gate", "--config", str(world.config)]) == 4
    assert {p: p.read_bytes() for p in (world.out / "runs").iterdir()} == before
