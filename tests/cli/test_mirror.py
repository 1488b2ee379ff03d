"""Outputs in buckets as people and schedulers meet them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.cli.entry import _exit_code
from clearshard.storage.store import Store
from clearshard.storage.uris import named_in_memory

from ..run.world import World, small_world


@pytest.fixture
def bucket() -> Iterator[Store]:
    with named_in_memory("cli") as store:
        yield store


@pytest.fixture
def world(tmp_path: Path, bucket: Store) -> World:
    world = small_world(tmp_path)
    world.export_now()
    world.write('[output]\nfolder = "memory://cli"\nmirror = "mirror"\n')
    return world


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def test_a_bucket_is_run_into_and_audited_from_anywhere(
    world: World, bucket: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run("gate", "--config", world.config, "--account", "acct-good", "--set", "opted_out=true")
        == 0
    )
    assert run("run", "--config", world.config, "--workers", 1, "--quiet") == 0
    assert bucket.head(layout.CARD) is not None
    assert run("audit", "verify", "--config", world.config) == 0
    other = tmp_path / "other"
    assert run("mirror", "memory://cli", other) == 0
    assert "is what the bucket is now" in capsys.readouterr().out
    assert run("audit", "verify", "--out", other) == 0
    assert run("mirror", "memory://cli", other) == 0
    assert oct((other / layout.RUNS).stat().st_mode)[-3:] == "700"


@pytest.mark.parametrize(
    ("bucket_named", "code", "told"),
    [
        ("out", 2, "must be an address"),
        ("s3://", 2, "names no bucket"),
        ("memory://nobody", 2, "means no store"),
    ],
)
def test_what_is_no_bucket_is_refused(
    bucket_named: str, code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mirror", bucket_named, tmp_path / "other") == code
    assert told in capsys.readouterr().err


def test_a_folder_of_something_else_stays(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mirror", "memory://cli", world.root) == 2
    assert "is not empty" in capsys.readouterr().err
    # Nothing was put there yet.
    assert run("mirror", "memory://cli", tmp_path / "new") == 2
    assert "holds no output" in capsys.readouterr().err


def test_a_bucket_that_does_not_answer_ends_with_4(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from clearshard.errors import StoreUnavailable

    def gone(*_: object) -> Store:
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr("clearshard.run.output.mirror.open_store", gone)
    assert run("run", "--config", world.config, "--workers", 1) == 4
    assert "does not answer" in capsys.readouterr().err
    assert not (world.root / "mirror" / layout.RUNS).exists()
