"""The stores that the behaviour suite runs over."""

from collections.abc import Callable
from pathlib import Path

from obstore.store import MemoryStore

from clearshard.storage.local import LocalStore
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Store


def _local(folder: Path) -> Store:
    root = folder / "root"
    root.mkdir()
    return LocalStore(root)


def _memory(_: Path) -> Store:
    return ObjectStore(MemoryStore())


def _memory_below_a_prefix(_: Path) -> Store:
    client = MemoryStore()
    for name in ("a", "kept", "kept-not", "kept/here-not/a", "z"):
        client.put(name, b"of somebody else")
    return ObjectStore(client, "kept/here")


#: Name → a new, empty store; it may use the folder.
STORES: dict[str, Callable[[Path], Store]] = {
    "local": _local,
    "memory": _memory,
    "memory below a prefix": _memory_below_a_prefix,
}
