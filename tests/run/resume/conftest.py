from pathlib import Path
from typing import Any

import pytest

from clearshard.run import job

from ..world import World, transcript
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
    given: list[str] = []
    units = job._Job._units

    def spy(*arguments: Any) -> Any:
        for unit in units(*arguments):
            given.extend(task.file_id for task in unit.tasks)
            yield unit

    monkeypatch.setattr(job._Job, "_units", spy)
    return given
