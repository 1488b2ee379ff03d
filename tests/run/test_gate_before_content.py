"""Invariant 2: the content of an excluded file is never opened."""

import json
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from clearshard.config import load_config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.run.assigned import read_content
from clearshard.run.container_rows import ContainerRows, in_containers
from clearshard.run.intake import tables_of, take_in
from clearshard.run.links import Links
from clearshard.run.resume.looks import Looker
from clearshard.run.units import units_of
from clearshard.sources.containers import read_records
from clearshard.storage import sources as inside

from .world import AS_OF, World, small_world, transcript


def _everything_opened(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    """Files opened, and transcripts handed on to be decoded, while every unit of work is read."""
    opened: set[str] = set()
    handed_on: set[str] = set()
    open_inside = inside.open_inside

    def spy(root: Path, uri: str) -> BinaryIO:
        opened.add(uri)
        return open_inside(root, uri)

    monkeypatch.setattr(inside, "open_inside", spy)

    config = load_config(world.config)
    scratch = world.root / "scratch"
    scratch.mkdir()
    policy = parse_policy(*config.policy_text())
    intake = take_in(tables_of(config), policy, Moment.at(AS_OF, 0), scratch)
    root = world.root / "transcripts"
    looker = Looker(root, Links(root, b"key"), config.limits, time.time_ns())
    notes = np.dtype([("nothing", "?")])
    records = ContainerRows(scratch / "records", notes, 100)
    for number, batch in enumerate(intake.batches()):
        looks = looker.look(number, batch)
        packed = in_containers(batch, looks.rows)
        records.add(number, batch, looks.rows[packed], "month", np.zeros(packed.sum(), notes))
        for unit in units_of(number, batch, looks, "month", looks.rows[~packed]):
            for task in unit.tasks:
                handed_on.add(json.loads(read_content(task, config))["id"])
    for one in records.read(partial(read_records, partial(spy, root)), 1 << 20):
        assert isinstance(one.found, bytes)
        handed_on.add(json.loads(one.found)["id"])
    return opened, handed_on


def test_only_eligible_transcripts_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = _everything_opened(small_world(tmp_path), monkeypatch)
    assert opened == {f"good-{n}.json" for n in range(4)} | {"other-0.json"}


def test_of_a_container_only_eligible_records_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world(tmp_path)
    lines = []
    for entry in world.files:
        entry["transcript_uri"] = "all.jsonl"
        record = transcript("some words", "more words", id=entry["file_id"])
        lines.append(json.dumps(record))
    (tmp_path / "transcripts" / "all.jsonl").write_text("\n".join(lines))
    world.write()
    opened, handed_on = _everything_opened(world, monkeypatch)
    assert opened == {"all.jsonl"}
    assert handed_on == {f"good-{n}" for n in range(4)} | {"other-0"}


def test_an_excluded_file_may_be_anything_at_all(tmp_path: Path) -> None:
    """A named pipe would block whoever opens it; broken content would be noticed."""
    world = small_world(tmp_path)
    (tmp_path / "transcripts" / "baa-0.json").write_bytes(b"\xff{broken")
    (tmp_path / "transcripts" / "out-0.json").unlink()
    started = datetime.now(UTC)
    states = world.decisions(world.run())
    assert states["baa-0"] == ("excluded", ["baa_executed"])
    assert states["out-0"] == ("excluded", ["opted_out"])
    assert (datetime.now(UTC) - started).total_seconds() < 60
