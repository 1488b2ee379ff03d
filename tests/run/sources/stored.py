"""Worlds whose sources are in a store."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from clearshard.storage.store import Found, Listed, Store, Unlisted

from ..world import World


def deliver(world: World, client: Any, below: str = "") -> None:
    """Puts the sources of a world into a bucket as they are in its folder, and names them there."""
    for path in sorted((world.root / "transcripts").rglob("*")):
        if path.is_file():
            key = path.relative_to(world.root).as_posix()
            client.put(f"{below}{key}", path.read_bytes())
    for name in ("files.csv", "accounts.csv"):
        client.put(f"{below}{name}", (world.root / name).read_bytes())


def name_sources(world: World, address: str) -> None:
    """Has the configuration of a world name what is at an address."""
    text = world.config.read_text("utf-8")
    for name in ("files.csv", "accounts.csv", "transcripts"):
        text = text.replace(f'= "{name}"', f'= "{address}{name}"')
    world.config.write_text(text, "utf-8")


class Counting:
    """A store that says what was asked of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.heads: list[str] = []
        self.reads: list[str] = []
        self.listings = 0
        #: What becomes of what it lists.
        self.listed: Callable[[Listed], Iterator[Listed]] = lambda one: iter((one,))

    def head(self, key: str) -> Found | None:
        self.heads.append(key)
        return self._store.head(key)

    def read(self, key: str, max_bytes: int) -> Any:
        self.reads.append(key)
        return self._store.read(key, max_bytes)

    def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
        self.listings += 1
        for one in self._store.find_below(folder):
            yield from self.listed(one) if isinstance(one, Listed) else [one]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def packed(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)
