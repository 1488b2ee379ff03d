"""A server that is killed while a run is published, and started again on what it has."""

from contextlib import suppress
from pathlib import Path

from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import StoreUnavailable
from clearshard.run.asked import output_folder
from clearshard.storage.objects import ObjectStore

from ..run.bucket.kept import files, objects
from ..run.sources.stored import deliver, name_sources
from ..run.world import World, small_world
from .proxy import Forward, Proxy, Request
from .s3 import BUCKET, S3Server


def in_bucket(world: World, server: S3Server) -> ObjectStore:
    """Puts the sources of a world into a bucket, and names another prefix as its output."""
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


def try_to_kill(server: S3Server, proxy: Proxy, folder: Path, number: int, *, before: bool) -> None:
    """Kills the server in a run, and sees that the next run ends as one that nothing disturbs."""
    world = small_world(folder)
    undisturbed = world.root / "undisturbed"
    world.run(undisturbed)
    made = {key: data for key, data in files(undisturbed).items() if key.startswith("shards/")}
    store = in_bucket(world, server)
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
