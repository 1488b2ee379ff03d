"""A server that is killed while a run is published, and started again on what it has."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import StoreUnavailable
from clearshard.run.asked import output_folder
from clearshard.storage import clients
from clearshard.storage.objects import ObjectStore

from ..run.bucket.kept import files, objects
from ..run.sources.stored import deliver, name_sources
from ..run.world import World, small_world, transcript
from .proxy import Forward, Proxy, Request, between
from .s3 import BUCKET, S3Server, running, speak_as

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server of these tests alone."""
    with running(tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def proxy(mortal: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with between(mortal.endpoint) as proxy:
        speak_as(monkeypatch, mortal.environment(endpoint=proxy.endpoint))
        # Nobody starts it again meanwhile.
        monkeypatch.setattr(clients, "RETRIES", {"max_retries": 1})
        yield proxy


def _in_bucket(world: World, server: S3Server) -> ObjectStore:
    prefix, out = server.new_prefix(), server.new_prefix()
    deliver(world, server.client(), f"{prefix}/")
    name_sources(world, f"s3://{BUCKET}/{prefix}/")
    text = world.config.read_text("utf-8")
    world.config.write_text(
        f'{text}\n[output]\nfolder = "s3://{BUCKET}/{out}"\nmirror = "out"\n', "utf-8"
    )
    return ObjectStore(server.client(), out)


class _Killing:
    """Kills the server at one of the requests that write, before or after it is answered."""

    def __init__(self, server: S3Server, number: int, *, before: bool) -> None:
        self._server, self._left, self._before = server, number, before
        self.has_killed = False

    def __call__(self, request: Request, forward: Forward, client: object) -> bytes | None:
        if request.method not in ("PUT", "DELETE"):
            return None
        self._left -= 1
        if self._left != 0:
            return None
        answer = b"" if self._before else forward()
        self._server.kill()
        self.has_killed = True
        return answer


def _try(server: S3Server, proxy: Proxy, folder: Path, number: int, *, before: bool) -> None:
    world = small_world(folder)
    undisturbed = world.root / "undisturbed"
    world.run(undisturbed)
    made = {key: data for key, data in files(undisturbed).items() if key.startswith("shards/")}
    store = _in_bucket(world, server)
    proxy.fault = killing = _Killing(server, number, before=before)
    with suppress(StoreUnavailable):
        world.run(output_folder(load_config(world.config), None))
    proxy.fault = None
    if killing.has_killed:
        server.start()
    world.run(output_folder(load_config(world.config), None))
    there = objects(store)
    assert {key: data for key, data in there.items() if key.startswith("shards/")} == made
    assert there == files(world.out)
    assert verify(world.out).faults == ()


@pytest.mark.parametrize(
    ("number", "before"), [(5, True), (7, False), (9, True), (10, False), (12, True)]
)
def test_what_a_killed_server_has_left_is_settled(
    mortal: S3Server, proxy: Proxy, s3_folder: Path, number: int, *, before: bool
) -> None:
    _try(mortal, proxy, s3_folder, number, before=before)


@pytest.mark.soak
def test_a_server_may_be_killed_fifty_times(mortal: S3Server, proxy: Proxy, tmp_path: Path) -> None:
    choose = random.Random(20261130)
    for attempt in range(50):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        _try(mortal, proxy, folder, choose.randrange(1, 24), before=choose.random() < 0.5)


def test_a_server_that_hangs_for_a_while_is_waited_for(
    mortal: S3Server, proxy: Proxy, s3_folder: Path
) -> None:
    """What is under way when it stops is answered when it goes on."""
    import threading

    world = small_world(s3_folder)
    store = _in_bucket(world, mortal)
    hung = threading.Event()

    def hanging(request: Request, forward: Forward, client: object) -> bytes | None:
        if request.method == "PUT" and "/shards/" in request.path and not hung.is_set():
            hung.set()
            with mortal.stopped():
                threading.Event().wait(0.5)
        return None

    proxy.fault = hanging
    world.run(output_folder(load_config(world.config), None))
    assert hung.is_set()
    assert objects(store) == files(world.out)


def test_of_two_commands_at_once_one_is_published(
    mortal: S3Server, proxy: Proxy, s3_folder: Path, tmp_path: Path
) -> None:
    """Both are processes, with a mirror each; a third one takes what is there for sound."""
    world = small_world(s3_folder)
    world.clock = lambda: datetime.now(UTC)
    world.export_now()
    world.file("more", "acct-good", transcript("good morning", "a lamp again"))
    world.write()
    store = _in_bucket(world, mortal)
    first = world.run(output_folder(load_config(world.config), None))
    other = world.copy(tmp_path / "other")
    (other.root / "clearshard.key").chmod(0o600)
    for one in (world, other):
        text = one.config.read_text("utf-8").replace("transcripts", "transcripts", 1)
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
