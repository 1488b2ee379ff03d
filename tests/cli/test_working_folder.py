"""What lies in the folder that the command is called from is no part of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..run.world import World, small_world

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("clearshard")
#: This program, what finds and replaces, and what every process of Python imports first.
PACKAGES = (
    "clearshard",
    "pipeline",
    "presidio_analyzer",
    "spacy",
    "regex",
    "multiprocessing",
    "signal",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.export_now()
    world.write('\n[redaction]\nprofile = "stock"\n')
    return world


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project of somebody else, with packages of the same names."""
    folder = tmp_path / "elsewhere"
    for name in PACKAGES:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(
            f"open({str(folder / 'imported')!r}, 'a').write({name!r})\n"
        )
    return folder


def test_no_code_is_taken_from_the_working_folder(world: World, elsewhere: Path) -> None:
    out = ("--out", str(world.out))
    for arguments in (
        ("run", "--config", str(world.config), *out, "--workers", "1"),
        ("audit", "query", "SELECT count(*) FROM decisions", *out),
    ):
        ended = subprocess.run(
            [COMMAND, *arguments],
            cwd=elsewhere,
            env={k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"},
            capture_output=True,
            text=True,
        )
        assert not (elsewhere / "imported").exists()
        assert ended.returncode == 0, ended.stderr
    assert len(world.texts()) == 5
