"""What lies in the folder of a store, and which version of an object."""

from pathlib import Path

from clearshard.storage.local import LocalStore
from clearshard.storage.store import VersionTag


def files_of(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def visible_in(root: Path) -> list[str]:
    return [name for name in files_of(root) if ".clearshard-" not in name]


def tag_of(store: LocalStore, key: str) -> VersionTag:
    found = store.head(key)
    assert found is not None
    return found.tag
