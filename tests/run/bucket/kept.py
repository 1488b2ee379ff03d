"""An output in a bucket that is in memory, and mirrors of it."""

import shutil
from pathlib import Path

from clearshard import layout
from clearshard.run.output.binding import bind
from clearshard.storage.store import Listed, Store

from ..world import World

BUCKET = "memory://kept"
OUTPUT = f'[output]\nfolder = "{BUCKET}"\nmirror = "out"\n'
#: Of one machine, and in no bucket.
OWN = {layout.LOCK, layout.MIRROR, layout.SEEN_SHARDS, layout.STANDSTILL}


class InBucket(World):
    """A world whose configuration names the bucket, if nothing else is written into it."""

    def write(self, extra: str = "") -> None:
        super().write(extra if "[output]" in extra else f"{extra}\n{OUTPUT}")


def objects(store: Store) -> dict[str, bytes]:
    keys = sorted(one.key for one in store.find_below() if isinstance(one, Listed))
    return {key: store.read(key, 1 << 30).data for key in keys}


def files(out: Path) -> dict[str, bytes]:
    paths = (path for path in out.rglob("*") if path.is_file() and path.name not in OWN)
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}
    return {key: data for key, data in found.items() if not key.startswith(".clearshard-")}


def elsewhere(world: World, root: Path) -> World:
    """The same sources and keys on another machine, which has no mirror yet."""
    other = world.copy(root)
    shutil.rmtree(other.out)
    bind(other.out, BUCKET)
    return other


class Dying:
    """A store that ends the process, or does not answer, at one of its calls."""

    def __init__(self, store: Store, calls: int, ends: BaseException, *, before: bool) -> None:
        self._store, self._left, self._ends, self._before = store, calls, ends, before

    def __getattr__(self, name: str) -> object:
        method = getattr(self._store, name)
        if name not in ("put_if_absent", "replace_if_unchanged", "delete"):
            return method

        def call(*arguments: object) -> object:
            self._left -= 1
            if self._left == 0 and self._before:
                raise self._ends
            result = method(*arguments)
            if self._left == 0:
                raise self._ends
            return result

        return call


class Killed(BaseException):
    """As by SIGKILL: nobody handles it."""
