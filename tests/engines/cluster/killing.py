"""Kills members of a cluster while a run goes on: its output is what it would have been."""

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.engines.choice import Choice
from clearshard.engines.cluster.actors import RayCluster
from clearshard.run.options import RunOptions

from ...audit.reference import decisions_of
from ...run.test_poison import poisoned_world
from ...run.world import AS_OF, World, in_force
from .processes import below


def run(world: World, out: Path, kind: Any, workers: int = 2) -> dict[str, bytes]:
    """Runs, and returns all that readers get, and what was decided."""
    world.result(RunOptions(out, AS_OF, workers, dry_run=False, engine=Choice(kind)))
    assert verify(out).faults == ()
    return {path.name: path.read_bytes() for path in in_force(out)}


def decided(out: Path) -> list[dict[str, Any]]:
    """What its newest run has decided on each file."""
    [*_, newest] = visible_runs(out)
    # Not the rest: that says when it was decided, and by which run.
    names = ("file_id", "state", "reasons", "error_type", "content_sha256", "doc_key")
    rows = [{name: row.get(name) for name in names} for row in decisions_of(out, newest.run_id)]
    return sorted(rows, key=lambda row: str(row["file_id"]))


class _Killing:
    """Kills members while a run goes on, at random, each time that a unit is done."""

    def __init__(
        self, kills: int, seed: int, monkeypatch: pytest.MonkeyPatch, world: World
    ) -> None:
        self.left = kills
        self._random = random.Random(seed)
        self._hands: list[Any] = []
        hire = RayCluster.hire

        def hired(cluster: RayCluster) -> Any:
            self._hands.append(hire(cluster))
            return self._hands[-1]

        monkeypatch.setattr(RayCluster, "hire", hired)
        monkeypatch.setattr(world.progress, "redacted", self._redacted)

    def _redacted(self, *_: int) -> None:
        import ray

        if not self.left or self._random.random() < 0.3:
            return
        self.left -= 1
        if self._random.random() < 0.5:
            ray.kill(self._random.choice(self._hands[-2:]))
            return
        members = [p.pid for p in below(os.getpid()) if p.name.startswith("ray::Shell")]
        if members:
            os.kill(self._random.choice(members), signal.SIGKILL)


def survives(
    kills: int, files: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = poisoned_world(tmp_path, good=files, apart=True)
    reference = run(world, tmp_path / "reference", "local")
    killing = _Killing(kills, seed, monkeypatch, world)
    assert run(world, tmp_path / "out", "ray") == reference
    assert killing.left == 0
