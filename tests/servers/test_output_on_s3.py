"""The life of an output in a bucket of a real server, by the commands that people type."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.cli.entry import _exit_code
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Store

from ..run.bucket.kept import files, objects
from ..run.world import World, small_world, transcript
from .s3 import BUCKET, S3Server

pytestmark = pytest.mark.servers


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def prefix(s3: S3Server) -> str:
    return s3.new_prefix()


@pytest.fixture
def store(s3: S3Server, prefix: str) -> Store:
    return ObjectStore(s3.client(), prefix)


@pytest.fixture
def world(s3_folder: Path, prefix: str) -> World:
    world = small_world(s3_folder)
    world.clock = lambda: datetime.now(UTC)
    world.export_now()
    world.write(_output(prefix))
    return world


def _output(prefix: str) -> str:
    return (
        f'[output]\nfolder = "s3://{BUCKET}/{prefix}"\nmirror = "out"\nencryption = "aes-256"\n'
        "[housekeeping]\nkeep_shards_hours = 0\n"
    )


def test_an_output_lives_in_a_bucket(
    world: World, store: Store, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = ("--config", world.config)
    assert run("run", *job, "--workers", 1, "--quiet") == 0
    first = objects(store)
    assert first == files(world.out)
    # Nothing is new: the ledger alone goes on.
    assert run("run", *job, "--workers", 1, "--quiet") == 0
    assert {key for key, data in objects(store).items() if first.get(key) != data} <= {
        layout.LEDGER,
        layout.LEDGER_COPY,
    }
    # A night.
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write(_output(prefix))
    assert run("run", *job, "--workers", 1, "--quiet") == 0
    # Another machine, which has the keys and no mirror yet.
    other = world.copy(tmp_path / "other")
    shutil.rmtree(other.out)
    assert run("audit", "verify", "--config", other.config) == 0
    assert files(other.out) == objects(store)
    assert run("mirror", f"s3://{BUCKET}/{prefix}", other.out) == 0
    assert run("purge", "execute", *job, "--file", "good-0") == 0
    assert run("audit", "explain", "good-0", *job) == 0
    assert run("keys", "rotate", *job) == 0
    assert run("run", *job, "--workers", 1, "--quiet") == 0
    assert run("audit", "verify", *job) == 0
    assert objects(store) == files(world.out)
    # The mirror is only a copy.
    shutil.rmtree(world.out)
    assert run("audit", "verify", *job) == 0
    assert objects(store) == files(world.out)
    assert "unreadworthy" not in capsys.readouterr().out
