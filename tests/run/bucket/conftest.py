"""A world whose output is in a bucket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.run.output.binding import bind
from clearshard.storage.store import Store
from clearshard.storage.uris import named_in_memory

from ..world import World, small_world
from .kept import BUCKET, InBucket


@pytest.fixture
def bucket() -> Iterator[Store]:
    with named_in_memory("kept") as store:
        yield store


@pytest.fixture
def world(tmp_path: Path, bucket: Store) -> World:
    small = small_world(tmp_path / "one")
    world = InBucket(small.root, small.accounts, small.files)
    world.write()
    bind(world.out, BUCKET)
    return world


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
