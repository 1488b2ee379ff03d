"""Runs on a cluster that an operator has started: two nodes, one of which may go."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.surroundings import PSEUDONYM_VARIABLE

from ..run.sources.stored import deliver, name_sources
from ..run.test_poison import ROOT, command, poisoned_world, wait_until
from ..run.world import World, in_force, small_world
from .ray_cluster import StandingCluster, standing
from .s3 import BUCKET, S3Server

pytestmark = pytest.mark.servers

SECRET = bytes(range(32)).hex()
#: What Ray writes first into the log of a process that becomes a member.
_MEMBER = b":actor_name:Shell"


@contextmanager
def _standing(*processors: int, log: Path | None = None) -> Iterator[StandingCluster]:
    """A cluster with so many processors on each node, the head's first."""
    of_nodes = {PSEUDONYM_VARIABLE: SECRET, "PYTHONPATH": str(ROOT)}
    of_nodes |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    if log is not None:
        of_nodes["CLEARSHARD_TEST_LOG"] = str(log)
    # Short, since Ray's sockets lie there.
    with (
        tempfile.TemporaryDirectory(prefix="t.", ignore_cleanup_errors=True) as folder,
        standing(Path(folder), of_nodes) as cluster,
    ):
        head, *others = processors
        cluster.start_head(head)
        for other in others:
            cluster.start_node(other)
        yield cluster


def _environment(cluster: StandingCluster, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        **cluster.environment,
        "RAY_ADDRESS": cluster.address,
        PSEUDONYM_VARIABLE: SECRET,
        **more,
    }


def _members(cluster: StandingCluster) -> int:
    """How many there ever were."""
    logs = (cluster.folder / "r").rglob("worker-*.out")
    return sum(_MEMBER in log.read_bytes() for log in logs)


def test_a_run_from_and_to_a_bucket(s3: S3Server, s3_folder: Path) -> None:
    world = small_world(s3_folder)
    world.write('[output]\nfolder = "PLACE"\nmirror = "MIRROR"\n')
    prefix = s3.new_prefix()
    deliver(world, s3.client(), f"{prefix}/")
    name_sources(world, f"s3://{BUCKET}/{prefix}/")
    shutil.rmtree(world.root / "transcripts")
    with _standing(1, 1) as cluster:
        shards = []
        for kind in ("local", "ray"):
            place = s3.new_prefix()
            ran = _run(world, kind, f"s3://{BUCKET}/{place}", cluster)
            assert ran.returncode == 0, ran.stderr
            shards.append([path.read_bytes() for path in in_force(world.root / kind)])
            assert verify(world.root / kind).faults == ()
        assert shards[0]
        assert shards[0] == shards[1]
        assert _members(cluster) == 2
        # Nothing is new: the cluster is reached, and nobody is asked to work.
        again = _run(world, "ray", f"s3://{BUCKET}/{place}", cluster)
        assert "nothing has changed" in again.stdout
        assert _members(cluster) == 2


def _run(
    world: World, kind: str, place: str, cluster: StandingCluster
) -> subprocess.CompletedProcess[str]:
    job = world.root / f"{kind}.toml"
    job.write_text(world.config.read_text().replace("PLACE", place).replace("MIRROR", kind))
    return subprocess.run(
        [
            *(sys.executable, "-m", "clearshard", "run", "--config", job, "--quiet"),
            *("--engine", kind, "--workers", "2", "--replay", "--as-of", "2026-11-22T12:00:00Z"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(cluster),
    )


def test_a_run_outlives_a_stop_a_node_and_then_the_head(tmp_path: Path) -> None:
    """What is done counts; whoever is left works on, and what others had in hand comes to him."""
    log = tmp_path / "log"
    slow = [f"slow-{number}" for number in range(20)]
    world = poisoned_world(tmp_path, *slow, good=1, apart=True)

    def begun() -> int:
        return len(log.read_text().split()) if log.exists() else 0

    with _standing(0, 1, 1, log=log) as cluster:
        with _command(world, cluster) as process:
            wait_until(lambda: begun() >= 4)
            process.send_signal(signal.SIGTERM)
            told, _ = process.communicate(timeout=300)
            assert process.returncode == 1
            assert "Interrupted" in told
        with _command(world, cluster) as process:
            wait_until(lambda: begun() >= 8)
            cluster.kill(2)
            wait_until(lambda: begun() >= 12)
            cluster.kill(0)
            told, _ = process.communicate(timeout=300)
            assert process.returncode == 0, told
            assert "are as they were" in told
    assert len(world.texts()) == 21
    assert verify(world.out).faults == ()


@contextmanager
def _command(world: World, cluster: StandingCluster) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command(world, "--engine", "ray", workers=2),
        cwd=ROOT,
        env=_environment(cluster),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
