"""What the tests of resumed runs share: runs of a world, and ways to die."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.ledger import Ledger
from clearshard.config import load_config
from clearshard.engines.engine import Job
from clearshard.records.run import RunRecord
from clearshard.run import fingerprint, job
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions
from clearshard.run.resume.wishes import NO_WISHES, Wishes

from ...audit.reference import decisions_of
from ...inline import ENGINE, chosen
from ..watching import tidy_nothing
from ..world import AS_OF, World, in_force, just_now_ns, world_clock

#: Small shards, so that there are several; the light recognizers, so that a run is quick.
SETTINGS = '\n[output]\ntarget_shard_bytes = 4000\n\n[redaction]\nprofile = "stock"\n'
KEY = bytes(range(126, 158)).hex()


class Killed(BaseException):
    """Stands for SIGKILL where a test must know the exact moment."""


def write(world: World, extra: str = SETTINGS) -> None:
    world.write(extra)


def tomorrow_ns() -> int:
    """A clock by which nothing in a world was written just now."""
    return time.time_ns() + 86_400 * 10**9


def go(
    world: World,
    out: str = "out",
    *,
    workers: int = 1,
    wishes: Wishes = NO_WISHES,
    disk_now_ns: Callable[[], int] = just_now_ns,
) -> RunResult:
    options = RunOptions(world.root / out, AS_OF, workers, False, wishes)
    config = load_config(world.config)
    return job.run(config, options, world.progress, world_clock, disk_now_ns=disk_now_ns)


def shards(world: World, out: str = "out") -> dict[str, bytes]:
    """Name and bytes of each shard in force."""
    root = world.root / out
    return {p.relative_to(root / "shards").as_posix(): p.read_bytes() for p in in_force(root)}


def rows_in(shards: dict[str, bytes]) -> list[dict[str, Any]]:
    """The rows of some shards, but for the policy that was in force when each was written."""
    tables = [pq.read_table(pa.BufferReader(content)) for content in shards.values()]
    rows = pa.concat_tables(tables).drop_columns("policy_digest")
    found: list[dict[str, Any]] = rows.sort_by("doc_key").to_pylist()
    return found


def events(world: World) -> list[str]:
    return [e.event for e in Ledger(world.out / "audit" / "ledger.jsonl").read()]


def rows(world: World, record: RunRecord) -> dict[str, dict[str, Any]]:
    return {row["file_id"]: row for row in decisions_of(world.out, record.run_id)}


def fresh(world: World) -> dict[str, bytes]:
    """What a first run into a new folder makes of the world as it is."""
    shutil.rmtree(world.root / "fresh", ignore_errors=True)
    go(world, "fresh")
    return shards(world, "fresh")


def kill_after(monkeypatch: pytest.MonkeyPatch, units: int) -> None:
    """Ends the run after so many units of work and one that is lost, with nothing tidied up."""

    class Dying(chosen()):  # type: ignore[misc]  # known only when a test runs
        def map(self, job: Job[Any, Any], source: Iterable[Any]) -> Iterator[Any]:
            for number, result in enumerate(super().map(job, source)):
                if number == units:
                    raise Killed
                yield result

    monkeypatch.setattr(ENGINE, Dying)
    tidy_nothing(monkeypatch)


def killed(world: World, monkeypatch: pytest.MonkeyPatch, wishes: Wishes = NO_WISHES) -> list[Path]:
    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.units._UNIT_FILES", 4)
        kill_after(patch, units=4)
        with pytest.raises(Killed):
            go(world, wishes=wishes)
    return sorted((world.out / ".checkpoints").iterdir())


def other_redactor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade: the same promise, another redactor."""
    monkeypatch.setattr(fingerprint, "redactor_digest", lambda _: "e" * 64)


def dies() -> None:
    raise Killed


def as_they_are(root: Path, uris: Iterable[str]) -> dict[str, os.stat_result]:
    """What files look like from outside, by their paths."""
    return {f"{root}/{uri}": os.lstat(root / uri) for uri in uris}


def look_the_same(monkeypatch: pytest.MonkeyPatch, was: Mapping[str, os.stat_result]) -> None:
    """Files go on looking as they did, whatever becomes of them."""
    true = os.lstat
    monkeypatch.setattr(
        os, "lstat", lambda path, **named: was.get(str(path)) or true(path, **named)
    )
