"""Unchanged, new, renamed, moved: what is the same is not done again, and nothing else is kept."""

import json
import os
import random
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.run.agent import this_agent
from clearshard.run.assigned import read_content
from clearshard.run.job import run
from clearshard.run.options import RunOptions

from ...inline import with_processes
from ..world import AS_OF, Silent, World, transcript, world_clock
from .making import SETTINGS, events, fresh, go, killed, rows, rows_in, shards, write


def test_an_unchanged_second_run_does_nothing(world: World, redacted: list[str]) -> None:
    first = go(world)
    before = shards(world)
    told = events(world)
    stamps = {p: p.stat().st_mtime_ns for p in (world.out / "shards").rglob("*")}
    redacted.clear()
    second = go(world)
    assert second.unchanged
    assert second.record == first.record
    assert redacted == []
    assert {p: p.stat().st_mtime_ns for p in (world.out / "shards").rglob("*")} == stamps
    assert shards(world) == before
    assert events(world) == [*told, "run_unchanged"]
    assert len(list((world.out / "runs").iterdir())) == 1
    assert not (world.out / ".checkpoints").exists()
    assert list((world.out / ".staging").iterdir()) == []
    assert verify(world.out).faults == ()


def test_the_ledger_says_what_an_unchanged_run_has_read(world: World) -> None:
    first = go(world)
    go(world)
    last = list(Ledger(world.out / "audit" / "ledger.jsonl").read())[-1]
    judged_at = datetime.fromisoformat(last.data.pop("as_of"))
    assert AS_OF <= judged_at <= world_clock()
    assert last.data == {
        "rehearsal": False,
        "visible_run": first.record.run_id,
        "manifest_sha256": first.record.manifest.sha256,
        "registry_sha256": first.record.registry.sha256,
        **this_agent().to_dict(),
    }


def test_a_newer_export_that_says_the_same_changes_nothing(world: World) -> None:
    go(world)
    for account in world.accounts:
        account["exported_at"] = "2026-11-22T06:00:00Z"
    write(world)
    assert go(world).unchanged


def test_another_fact_is_recorded_even_if_no_decision_changes(world: World) -> None:
    go(world)
    world.accounts[0]["ttl_seconds"] = "99999999"
    write(world)
    before = shards(world)
    result = go(world)
    assert not result.unchanged
    assert shards(world) == before
    assert rows(world, result.record)["file-0"]["facts"]["ttl_seconds"] == 99999999


def test_only_new_files_are_redacted(world: World, redacted: list[str]) -> None:
    go(world)
    redacted.clear()
    world.file("new-1", "acct-good", transcript("a new call", "from Berlin"))
    write(world)
    result = go(world)
    assert redacted == ["new-1"]
    assert (result.unchanged, result.record.reused) == (False, 24)
    assert 0 < result.redacted_words < 12 < result.record.word_count
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_only_changed_files_are_redacted(world: World, redacted: list[str]) -> None:
    """Also where size and time say that nothing has changed."""
    go(world)
    redacted.clear()
    path = world.root / "transcripts" / "file-3.json"
    status = path.stat()
    path.write_text(path.read_text().replace("lamp", "sofa"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    go(world)
    assert redacted == ["file-3"]
    assert sum("sofa" in text for text in world.texts()) == 1
    assert shards(world) == fresh(world)


def test_a_renamed_file_is_known_and_a_swapped_one_is_not(
    world: World, redacted: list[str]
) -> None:
    go(world)
    folder = world.root / "transcripts"
    (folder / "file-1.json").rename(folder / "elsewhere.json")
    world.files[1]["transcript_uri"] = "elsewhere.json"
    (folder / "file-4.json").rename(folder / "swap")
    (folder / "file-5.json").rename(folder / "file-4.json")
    (folder / "swap").rename(folder / "file-5.json")
    write(world)
    redacted.clear()
    go(world)
    assert redacted == ["file-4", "file-5"]
    assert shards(world) == fresh(world)


def test_a_file_of_another_account_is_made_again(world: World, redacted: list[str]) -> None:
    """Its row names the account by its pseudonym: a purge would not find it."""
    go(world)
    world.files[0]["account_id"] = "acct-other"
    write(world)
    redacted.clear()
    go(world)
    assert redacted == ["file-0"]
    assert shards(world) == fresh(world)


def test_what_is_not_eligible_any_more_vanishes_unopened(
    world: World, redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go(world)
    redacted.clear()
    world.accounts[0]["opted_out"] = "true"
    write(world)
    opened: list[str] = []

    def spy(task: Any, config: Any) -> Any:
        opened.append(task.file_id)
        return read_content(task, config)

    monkeypatch.setattr("clearshard.run.resume.matching.read_content", spy)
    result = go(world)
    assert redacted == []
    assert set(opened) == {f"file-{n}" for n in range(1, 24, 2)}
    assert result.record.counts.written == 12
    row = rows(world, result.record)["file-0"]
    assert (row["state"], row["content_sha256"], row["redactor_digest"]) == ("excluded", None, None)
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_a_changed_policy_decides_again_and_redacts_nothing(
    world: World, redacted: list[str]
) -> None:
    first = go(world)
    text, _ = load_config(world.config).policy_text()
    changed = text.replace("604800", "604700")
    assert changed != text
    (world.root / "policy.toml").write_text(changed)
    write(world, SETTINGS + '\n[policy]\nfile = "policy.toml"\n')
    redacted.clear()
    result = go(world)
    assert redacted == []
    assert not result.unchanged
    # Nothing is written again either: which policy is in force, the record says.
    assert result.record.shards == first.record.shards
    assert rows_in(shards(world)) == rows_in(fresh(world))
    assert verify(world.out).faults == ()


def test_shards_of_another_size_are_made_of_the_same_rows(
    world: World, redacted: list[str]
) -> None:
    go(world)
    redacted.clear()
    write(world, SETTINGS.replace("4000", "9000"))
    go(world)
    assert redacted == []
    assert shards(world) == fresh(world)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2, pytest.param(8, marks=pytest.mark.soak)])
def test_history_workers_and_order_leave_no_trace_in_the_bytes(world: World, workers: int) -> None:
    """Without a process (0), and with so many."""
    whole = fresh(world)
    assert len(whole) > 3
    everything = list(world.files)
    chance = random.Random(workers)
    for share in (8, 17, 26):
        world.files = chance.sample(everything, share)
        write(world)
        with with_processes() if workers else nullcontext():
            go(world, workers=workers or 1)
        assert verify(world.out).faults == ()
    assert shards(world) == whole


def test_a_missing_file_is_looked_for_every_time(world: World, redacted: list[str]) -> None:
    world.file("late", "acct-good", None)
    write(world)
    record = go(world).record
    assert rows(world, record)["late"]["content_sha256"] is None
    redacted.clear()
    assert go(world).unchanged
    assert redacted == []
    content = json.dumps(transcript("better late than never"))
    (world.root / "transcripts" / "late.json").write_text(content)
    assert go(world).record.counts.written == 25
    assert redacted == ["late"]


def test_a_limit_of_words_counts_for_what_was_made_before(
    world: World, redacted: list[str]
) -> None:
    go(world)
    limits = "\n[limits]\nmax_transcript_words = 12\nmax_quarantined_share = 1\n"
    write(world, SETTINGS + limits)
    result = go(world)
    assert result.record.reasons["too_large"] == 24
    assert shards(world) == fresh(world)
    redacted.clear()
    assert go(world).unchanged
    assert redacted == []
    write(world)
    assert go(world).record.counts.written == 24
    assert shards(world) == fresh(world)


def test_records_of_containers_are_known_again(world: World, redacted: list[str]) -> None:
    lines = []
    for entry in world.files[:10]:
        entry["transcript_uri"] = "all.jsonl"
        record = transcript("some words", "more words", id=entry["file_id"])
        lines.append(json.dumps(record))
    (world.root / "transcripts" / "all.jsonl").write_text("\n".join(lines))
    write(world)
    go(world)
    redacted.clear()
    assert go(world).unchanged
    lines.append(json.dumps(transcript("one more", id="added")))
    (world.root / "transcripts" / "all.jsonl").write_text("\n".join(reversed(lines)))
    world.file("added", "acct-good", None, transcript_uri="all.jsonl")
    write(world)
    go(world)
    assert redacted == ["added"]
    assert shards(world) == fresh(world)


def test_a_dry_run_uses_what_is_there_and_leaves_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed(world, monkeypatch)
    options = RunOptions(world.out, AS_OF, 1, dry_run=True)
    result = run(load_config(world.config), options, Silent(), world_clock)
    assert result.record.reused >= 12
    assert sorted((world.out / ".checkpoints").iterdir()) == left
    assert not (world.out / "runs").exists()


def test_registry_that_changes_meanwhile_is_no_unchanged_run(world: World) -> None:
    # Without the broken file: it is quarantined now, and would be excluded the next time.
    world.files = [f for f in world.files if f["file_id"] != "broken"]
    write(world)
    go(world)

    def opt_out() -> None:
        world.accounts[0]["opted_out"] = "true"
        write(world)

    world.progress.meanwhile = [opt_out]
    result = go(world)
    assert not result.unchanged
    assert result.record.taken_out == 12
    row = rows(world, result.record)["file-0"]
    assert (row["state"], row["content_sha256"]) == ("excluded", None)
    assert verify(world.out).faults == ()
    # Shards were cut before the files were taken out; the next run cuts them as they should be.
    assert not go(world).unchanged
    assert shards(world) == fresh(world)
    assert go(world).unchanged
