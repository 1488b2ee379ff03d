"""A cluster of Ray on this machine, started as the engine starts one."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clearshard.surroundings import PSEUDONYM_VARIABLE, SIGNING_VARIABLE

from . import jobs

if TYPE_CHECKING:  # it takes most of a second to import Ray, and most tests need none
    from clearshard.engines.cluster.actors import RayCluster

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def cluster() -> Iterator["RayCluster"]:
    """One for all tests: an engine that finds it connected does not end it."""
    from clearshard.engines.cluster.actors import RayCluster

    with pytest.MonkeyPatch.context() as patch:
        # What its nodes have in their environment.
        patch.setenv(PSEUDONYM_VARIABLE, jobs.KEY.secret.hex())
        patch.setenv("PYTHONPATH", str(_ROOT))
        # What they have not.
        patch.setenv(SIGNING_VARIABLE, bytes(range(32, 64)).hex())
        here = RayCluster(None, 2)
    yield here
    here.close()
