"""What a run leaves is its user's alone, but for what may be given away; whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.config import load_config
from clearshard.errors import ClearshardError
from clearshard.run.decide import decide

from .watching import at_stage
from .world import AS_OF, World, small_world

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(root: Path) -> set[str]:
    """Top folders and files of an output in which something is open to others."""
    return {
        path.relative_to(root).parts[0]
        for path in root.rglob("*")
        if path.lstat().st_mode & OTHERS and not path.is_symlink()
    }


@pytest.mark.usefixtures("processes")
def test_a_run_leaves_nothing_open_but_shards_and_card(world: World, umask: int) -> None:
    os.umask(0o022)
    world.write()
    os.umask(umask)
    world.out.mkdir(mode=0o755)
    world.out.chmod(0o755)
    world.run()
    assert os.umask(umask) == umask
    allowed = {"shards", "README.md"}
    assert open_to_others(world.out) == (set() if umask == 0o077 else allowed)
    for path in world.out.rglob("*"):
        shared = path.relative_to(world.out).parts[0] in allowed
        whole = 0o777 if path.is_dir() else 0o666
        expected = whole & ~umask if shared else whole & 0o700
        assert stat.S_IMODE(path.lstat().st_mode) == expected, path


@pytest.mark.usefixtures("processes")
def test_a_run_that_dies_leaves_nothing_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staging, checkpoints and scratch of a run in progress, from within."""
    seen = []

    def dies() -> None:
        seen.append(sorted(p.name for p in world.out.rglob("*")))
        assert open_to_others(world.out) == set()
        raise KeyboardInterrupt

    before = os.umask(0)
    try:
        at_stage(monkeypatch, "announce", dies)
        with pytest.raises(KeyboardInterrupt):
            world.run(workers=2)
    finally:
        os.umask(before)
    assert any(name.startswith("decisions-") for name in seen[0])
    assert any(name.startswith("part-") for name in seen[0])
    assert any(name.startswith("unit-") for name in seen[0])


def test_what_an_earlier_version_left_open_is_closed(world: World) -> None:
    world.run()
    for path in world.out.rglob("*"):
        path.chmod(path.stat().st_mode | (0o077 if path.is_dir() else 0o066))
    (world.out / ".checkpoints").mkdir(mode=0o777, exist_ok=True)
    world.run()
    assert open_to_others(world.out) == {"shards", "README.md"}


def test_what_cannot_be_closed_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run()
    (world.out / "audit").chmod(0o755)

    def not_ours(path: Path, mode: int) -> None:
        raise PermissionError(1, "not permitted")

    monkeypatch.setattr(Path, "chmod", not_ours)
    with pytest.raises(ClearshardError, match="permissions"):
        world.run()


def test_decisions_of_the_gate_are_private(world: World, umask: int, tmp_path: Path) -> None:
    folder = tmp_path / "decisions"
    os.umask(umask)
    decide(load_config(world.config), AS_OF, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
