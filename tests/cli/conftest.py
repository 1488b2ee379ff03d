"""A store with something due in it, an output folder beside it, and a world for a run."""

from pathlib import Path

import pytest

from ..audit.building import Output, Row
from ..audit.signers import SECRET
from ..run.world import World, small_world
from .keeping import Keeping, keeping
from .sweeping import ROOTS


@pytest.fixture
def kept(tmp_path: Path) -> Keeping:
    made = keeping(tmp_path)
    made.configure(ROOTS)
    return made


@pytest.fixture
def output(kept: Keeping) -> Output:
    """An output folder beside it, with a ledger."""
    made = Output(kept.folder / "out")
    made.publish("a", [Row("f")])
    (kept.folder / "clearshard-signing.key").write_text(SECRET.hex())
    (kept.folder / "clearshard-signing.key").chmod(0o600)
    kept.configure(f'[output]\nfolder = "out"\n{ROOTS}')
    return made


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)
