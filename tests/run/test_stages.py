"""A run is the list of its stages, and can end before each of them."""

import pkgutil
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.run import job, stages
from clearshard.run.options import RunOptions
from clearshard.run.stages.stage import Stage

from .watching import at_stage, tidy_nothing
from .world import AS_OF, World, small_world

NAMES = [stage.name for stage in job.STAGES]


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def entered(world: World, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool = False) -> list[str]:
    """The stages of a run as they begin."""
    begun: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(job, "run", partial(job.run, observer=begun.append))
        world.result(RunOptions(world.out, AS_OF, 1, dry_run))
    return begun


def test_a_run_goes_through_its_stages_in_their_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entered(world, monkeypatch, dry_run=True) == NAMES[: NAMES.index("announce")]
    assert entered(world, monkeypatch) == NAMES
    # Kept of the run before if its files were not written just now.
    (world.out / layout.STANDSTILL).unlink(missing_ok=True)
    assert entered(world, monkeypatch) == [*NAMES[: NAMES.index("assemble")], "receipt", "sweep"]


def _stages() -> Iterator[Stage[Any, ..., Any]]:
    for module in pkgutil.iter_modules(stages.__path__, f"{stages.__name__}."):
        found = vars(import_module(module.name)).values()
        yield from (one for one in found if isinstance(one, Stage))


def test_every_stage_is_in_the_list() -> None:
    assert set(_stages()) == set(job.STAGES)
    assert len(set(NAMES)) == len(NAMES) == len(job.STAGES)


@pytest.mark.parametrize("stage", NAMES)
def test_a_run_that_is_killed_before_a_stage_leaves_no_trace(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def dies() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        at_stage(patch, stage, dies)
        tidy_nothing(patch)
        with pytest.raises(Killed):
            world.run()
    record = world.run()
    assert [path.stem for path in (world.out / "runs").iterdir()] == [record.run_id]
    assert [*(world.out / ".staging").iterdir()] == []
    assert len(world.texts()) == 5
    assert verify(world.out).faults == ()
