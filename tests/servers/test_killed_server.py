"""A server that is killed while a run is published, and started again on what it has."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.run.asked import output_folder

from ..run.bucket.kept import files, objects
from ..run.world import small_world, transcript
from .killing import in_bucket, try_to_kill
from .proxy import Forward, Proxy, Request
from .s3 import S3Server

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(("number", "before"), [(5, True), (9, True), (10, False)])
def test_what_a_killed_server_has_left_is_settled(
    mortal: S3Server, before_mortal: Proxy, s3_folder: Path, number: int, *, before: bool
) -> None:
    try_to_kill(mortal, before_mortal, s3_folder, number, before=before)


def test_a_server_that_hangs_for_a_while_is_waited_for(
    mortal: S3Server, before_mortal: Proxy, s3_folder: Path
) -> None:
    """What is under way when it stops is answered when it goes on."""
    world = small_world(s3_folder)
    store = in_bucket(world, mortal)
    hung = threading.Event()

    def hanging(request: Request, forward: Forward, client: object) -> bytes | None:
        if request.method == "PUT" and "/shards/" in request.path and not hung.is_set():
            hung.set()
            with mortal.stopped():
                threading.Event().wait(0.5)
        return None

    before_mortal.fault = hanging
    world.run(output_folder(load_config(world.config), None))
    assert hung.is_set()
    assert objects(store) == files(world.out)


def test_of_two_commands_at_once_one_is_published(
    mortal: S3Server, before_mortal: Proxy, s3_folder: Path, tmp_path: Path
) -> None:
    """Both are processes, with a mirror each; a third one takes what is there for sound."""
    world = small_world(s3_folder)
    world.clock = lambda: datetime.now(UTC)
    world.export_now()
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    store = in_bucket(world, mortal)
    first = world.run(output_folder(load_config(world.config), None))
    other = world.copy(tmp_path / "other")
    (other.root / "clearshard.key").chmod(0o600)
    for one in (world, other):
        text = one.config.read_text("utf-8")
        one.config.write_text(f'{text}shard_period = "day"\n', "utf-8")
    command = (sys.executable, "-m", "clearshard", "run", "--workers", "1", "--quiet", "--config")
    begun = [
        subprocess.Popen([*command, str(one.config)], stdout=subprocess.DEVNULL)
        for one in (world, other)
    ]
    codes = sorted(one.wait(timeout=120) for one in begun)
    assert codes in ([0, 0], [0, 6])
    world.run(output_folder(load_config(world.config), None))
    assert first.counts.written == 6
    assert objects(store) == files(world.out)
    assert verify(world.out).faults == ()
