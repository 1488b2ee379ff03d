"""Whatever a command writes is its user's alone, but for shards and their card."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.cli.entry import _exit_code

from ..run.purge.worlds import make_world
from .keeping import ONE_OF_EACH, THEN, keeping

_GIVEN_AWAY = frozenset(("shards", "README.md"))


@pytest.fixture(autouse=True)
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def run(*arguments: object) -> None:
    assert _exit_code([str(argument) for argument in arguments]) == 0, arguments


def open_to_others(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in folder.rglob("*")
        if not path.is_symlink() and path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    }


@pytest.mark.slow
def test_what_commands_leave_is_private(tmp_path: Path) -> None:
    folder, made = tmp_path / "world", tmp_path / "made"
    folder.mkdir()
    world = make_world(folder)
    made.mkdir(mode=0o700)
    job, out = ("--config", world.config, "--out", world.out), ("--out", world.out)
    run("audit", "report", *out, "--output", made / "report.html")
    run("audit", "report", *out, "--account", "acct-a", "--output", made / "account.html")
    run("audit", "bundle", *out, "--output", made / "evidence.zip")
    for form in ("csv", "jsonl", "parquet"):
        run("audit", "list", *out, "--output", made / f"rows.{form}")
    run("export", "record", "asr-1", *job)
    run("purge", "execute", *job, "--account", "acct-a")
    (made / "texts.jsonl").write_text('{"id": "a", "text": "call 415 555 0132"}\n')
    (made / "texts.jsonl").chmod(0o600)
    run("detect", made / "texts.jsonl", made / "spans.jsonl")
    assert open_to_others(made) == {}
    left = {name.split("/")[0] for name in open_to_others(world.out)}
    assert left <= _GIVEN_AWAY


def test_what_a_sweep_leaves_is_private(tmp_path: Path) -> None:
    kept = keeping(tmp_path)
    kept.configure('\n[retention]\nroots = ["kept"]\n')
    for row in ONE_OF_EACH:
        (kept.store / f"{row['artefact_id']}.json").write_bytes(b"what was said")
    inventory = kept.inventory(
        [{**row, "uri": f"{row['artefact_id']}.json"} for row in ONE_OF_EACH]
    )
    before = {path.name for path in tmp_path.iterdir()}
    run("retention", "sweep", inventory, "--config", kept.config, *THEN, "--execute")
    run(
        "retention",
        "plan",
        inventory,
        "--config",
        kept.config,
        *THEN,
        "--output",
        tmp_path / "p.csv",
    )
    made = {path.name for path in tmp_path.iterdir()} - before
    assert "retention-receipts" in made
    assert {n for n in open_to_others(tmp_path) if n.split("/")[0] in made} == set()
