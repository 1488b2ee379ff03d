"""What a worker is made of."""

from pathlib import Path

import pytest

from clearshard.config import load_config
from clearshard.errors import RunFailed
from clearshard.keys import PseudonymKey
from clearshard.run.work import WorkSettings, make_work
from clearshard.shards.staging import Seal

from .world import small_world


def test_a_worker_that_has_loaded_another_redactor_does_no_work(tmp_path: Path) -> None:
    """Another copy of the code, or one that was replaced while the run was at work."""
    world = small_world(tmp_path)
    seal = Seal(PseudonymKey(bytes(range(32))), "e" * 64, "p" * 64)
    with pytest.raises(RunFailed, match="another redactor"):
        make_work(WorkSettings(load_config(world.config), tmp_path, seal))
