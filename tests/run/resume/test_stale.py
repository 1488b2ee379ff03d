"""Stale and quarantined files are kept as they are, until somebody asks for them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from clearshard.audit.verify import verify
from clearshard.engines.engine import Job
from clearshard.records.tasks import WorkUnit
from clearshard.run.resume.wishes import Wishes

from ...inline import ENGINE, InlineEngine
from ..watching import at_stage, tidy_nothing
from ..world import World, transcript
from .making import (
    Killed,
    dies,
    fresh,
    go,
    killed,
    other_redactor,
    rows,
    shards,
    write,
)


def test_a_changed_redactor_says_what_is_stale_and_keeps_it(
    world: World, redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = go(world).record
    before = shards(world)
    other_redactor(monkeypatch)
    redacted.clear()
    # The broken file was refused by the earlier redactor, so this one tries it.
    result = go(world)
    assert redacted == ["broken"]
    assert (result.stale, result.record.stale) == (24, 24)
    assert shards(world) == before
    row = rows(world, result.record)["file-0"]
    assert row["redactor_digest"] == first.redactor_digest
    assert verify(world.out).faults == ()
    # And once more, with nothing left to try.
    again = go(world)
    assert again.unchanged
    assert again.stale == 24


def test_stale_transcripts_are_redone_on_request(
    world: World, redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go(world)
    other_redactor(monkeypatch)
    world.file("new", "acct-good", transcript("a new call"))
    write(world)
    assert go(world).stale == 24
    assert verify(world.out).faults == ()
    redacted.clear()
    result = go(world, wishes=Wishes(redo_stale=True))
    assert len(redacted) == 24
    assert (result.stale, result.record.reused) == (0, 1)
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_redoing_what_is_stale_is_continued_without_being_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(world)
    other_redactor(monkeypatch)
    killed(world, monkeypatch, Wishes(redo_stale=True))
    result = go(world)
    assert 0 < result.stale < 24
    assert verify(world.out).faults == ()


def test_quarantined_files_are_remembered_until_asked_for(
    world: World, redacted: list[str]
) -> None:
    go(world)
    redacted.clear()
    assert go(world).unchanged
    assert redacted == []
    assert go(world, wishes=Wishes(retry_quarantined=True)).unchanged
    assert redacted == ["broken"]
    # A changed file is tried by itself.
    (world.root / "transcripts" / "broken.json").write_text(json.dumps(transcript("mended now")))
    redacted.clear()
    result = go(world)
    assert redacted == ["broken"]
    assert result.record.counts.written == 25
    assert shards(world) == fresh(world)


def test_a_file_that_no_worker_survives_is_remembered_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    class Crashing(InlineEngine):
        def map(self, job: Job[Any, Any], units: Iterable[Any]) -> Iterator[Any]:
            for unit in units:
                for task in unit.tasks:
                    tried.append(task.file_id)
                    alone = WorkUnit((task,), unit.known)
                    if task.file_id in ("file-3", "gone"):
                        (world.root / "transcripts" / "gone.json").unlink(missing_ok=True)
                        yield job.give_up(alone, "crashed")
                    else:
                        yield from super().map(job, [alone])

    monkeypatch.setattr(ENGINE, Crashing)
    world.file("gone", "acct-good", transcript("gone when it is looked at again"))
    write(world)
    with monkeypatch.context() as patch:
        at_stage(patch, "assemble", dies)
        tidy_nothing(patch)
        with pytest.raises(Killed):
            go(world)
    tried.clear()
    found = rows(world, go(world).record)
    assert tried == []
    assert (found["file-3"]["state"], found["file-3"]["error_type"]) == (
        "quarantined",
        "Worker_crashed",
    )
    assert len(found["file-3"]["content_sha256"]) == 64
    assert (found["gone"]["reasons"], found["gone"]["content_sha256"]) == (["missing"], None)
    assert go(world).unchanged
    monkeypatch.setattr(ENGINE, InlineEngine)
    assert go(world, wishes=Wishes(retry_quarantined=True)).record.counts.written == 24
    assert verify(world.out).faults == ()
