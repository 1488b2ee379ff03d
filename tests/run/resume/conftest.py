from pathlib import Path
from typing import Any, BinaryIO

import pytest

from clearshard.run.containers import ContainerReader
from clearshard.storage import sources
from clearshard.storage.sources import open_inside

from ..world import World, transcript, units_seen
from .making import KEY, write


@pytest.fixture(autouse=True)
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_KEY", KEY)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    for account in ("acct-good", "acct-other"):
        world.account(account)
    world.account("acct-out", opted_out="true")
    for number in range(24):
        account = ("acct-good", "acct-other")[number % 2]
        text = f"my name is Maria Lopez and call number {number} is about a lamp"
        world.file(f"file-{number}", account, transcript("hello there", text))
    world.file("broken", "acct-good", b"{not json")
    world.file("out", "acct-out", transcript("unreadworthy"))
    write(world)
    return world


@pytest.fixture
def redacted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """File ids that were given to workers."""
    return units_seen(monkeypatch)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths below the transcripts folder, each time that one is opened."""
    paths: list[str] = []

    def spy(root: Path, uri: str) -> BinaryIO:
        paths.append(uri)
        return open_inside(root, uri)

    read = ContainerReader.read

    def spy_on_containers(self: ContainerReader, path: str, *how: Any) -> Any:
        paths.append(path)  # it is opened in a process of its own
        return read(self, path, *how)

    monkeypatch.setattr(sources, "open_inside", spy)
    monkeypatch.setattr(ContainerReader, "read", spy_on_containers)
    return paths
