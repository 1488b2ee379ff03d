"""A world that has run twice, copied for each test."""

from pathlib import Path

import pytest

from ..world import World
from .worlds import make_world


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("purged"))


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)
