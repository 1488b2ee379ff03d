"""A transcript whose version stands is not opened; whatever changes about it gives it another."""

import gc
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.records.states import Quarantine
from clearshard.run.job import RunResult
from clearshard.run.resume import matching
from clearshard.run.resume.wishes import Wishes

from ..world import World, transcript
from .making import (
    SETTINGS,
    as_they_are,
    fresh,
    look_the_same,
    other_redactor,
    rows,
    rows_in,
    shards,
    tomorrow_ns,
    write,
)
from .making import go as go_by_any_clock

#: As a night after the day on which files came.
go = partial(go_by_any_clock, disk_now_ns=tomorrow_ns)
CALLS = {f"file-{number}.json" for number in range(24)} | {"broken.json"}


def again(world: World, opened: list[str], **how: Any) -> RunResult:
    opened.clear()
    return go(world, **how)


def content(world: World, name: str, *turns: str) -> None:
    text = json.dumps({"id": name, **transcript(*turns)})
    (world.root / "transcripts" / f"{name}.json").write_text(text)


def test_nothing_is_opened_on_a_night_with_nothing_new(world: World, opened: list[str]) -> None:
    first = go(world)
    assert set(opened) == CALLS
    result = again(world, opened)
    assert opened == []
    assert result.unchanged
    assert result.record == first.record


def test_of_a_night_the_new_files_are_opened_and_no_others(world: World, opened: list[str]) -> None:
    go(world)
    world.file("new", "acct-good", transcript("here i am"))
    world.accounts[1]["opted_out"] = "true"
    write(world)
    result = again(world, opened)
    assert opened == ["new.json"]
    assert result.record.counts.written == 13
    assert result.record.reused == 12
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_versions_go_from_night_to_night(world: World, opened: list[str]) -> None:
    """Those of what is taken over as well as those of what is new."""
    go(world)
    for number in range(3):
        world.file(f"new-{number}", "acct-good", transcript("here i am"))
        write(world)
        again(world, opened)
        assert opened == [f"new-{number}.json"]
    assert again(world, opened).unchanged
    assert opened == []


def test_a_file_that_was_changed_just_now_is_read_again(world: World, opened: list[str]) -> None:
    """It could be changed once more before the clock of its disk ticks."""
    record = go_by_any_clock(world).record
    assert {row["version"] for row in rows(world, record).values()} == {None}
    opened.clear()
    assert go_by_any_clock(world).unchanged
    assert set(opened) == CALLS


def test_many_versions_are_worth_a_record_and_few_are_not(
    world: World, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_by_any_clock(world)
    assert again(world, opened).unchanged
    # What that run stood on is kept, and would do.
    (world.out / layout.STANDSTILL).unlink()
    monkeypatch.setattr(matching, "WORTH_A_RECORD", 24)
    result = again(world, opened)
    assert set(opened) == CALLS
    assert not result.unchanged
    assert again(world, opened).unchanged
    assert opened == []


def test_what_never_gets_a_version_is_worth_no_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or every night would make one: deleted, too large, or not there."""
    monkeypatch.setattr(matching, "WORTH_A_RECORD", 0)
    said = {"id": "file-5", "status": "completed", "text": "Deleted by user."}
    (world.root / "transcripts" / "file-5.json").write_text(json.dumps(said))
    (world.root / "transcripts" / "file-7.json").write_bytes(b" " * 5_000)
    (world.root / "transcripts" / "file-9.json").unlink()
    write(world, SETTINGS + "\n[limits]\nmax_transcript_bytes = 4000\n")
    go(world)
    assert go(world).unchanged


def _touched(world: World) -> None:
    path = world.root / "transcripts" / "file-3.json"
    os.utime(path, ns=(1, 1))


def _set_back(world: World) -> None:
    """Other content of the same length, with the times of the first."""
    path = world.root / "transcripts" / "file-3.json"
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"lamp", b"desk"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _replaced(world: World) -> None:
    path = world.root / "transcripts" / "file-3.json"
    copy = path.with_suffix(".new")
    shutil.copy2(path, copy)
    copy.rename(path)


def _moved(world: World) -> None:
    path = world.root / "transcripts" / "file-3.json"
    path.rename(path.with_name("else.json"))
    world.files[3]["transcript_uri"] = "else.json"
    write(world)


@pytest.mark.parametrize(
    ("change", "at", "is_new"),
    [
        (_touched, "file-3.json", False),
        (_set_back, "file-3.json", True),
        (_replaced, "file-3.json", False),
        (_moved, "else.json", False),
    ],
)
def test_what_has_another_version_is_read_again(
    world: World,
    opened: list[str],
    redacted: list[str],
    change: Callable[[World], None],
    at: str,
    is_new: bool,
) -> None:
    """And is redacted again only if its content is new."""
    go(world)
    redacted.clear()
    change(world)
    again(world, opened)
    assert set(opened) == {at}
    assert redacted == (["file-3"] if is_new else [])
    assert shards(world) == fresh(world)


def test_everything_can_be_read_again(world: World, opened: list[str]) -> None:
    go(world)
    path = world.config
    path.write_text(path.read_text().replace("[sources]\n", '[sources]\nreread = "all"\n'))
    assert again(world, opened).unchanged
    assert set(opened) == CALLS


def test_a_file_of_another_account_is_another_file(
    world: World, opened: list[str], redacted: list[str]
) -> None:
    go(world)
    redacted.clear()
    world.files[3]["account_id"] = "acct-good"
    write(world)
    again(world, opened)
    assert redacted == ["file-3"]
    assert shards(world) == fresh(world)


def test_under_another_limit_everything_is_read_again(world: World, opened: list[str]) -> None:
    go(world)
    write(world, SETTINGS + "\n[limits]\nmax_transcript_words = 3\n")
    record = again(world, opened).record
    assert set(opened) == CALLS
    assert record.counts.written == 0
    assert record.reasons["too_large"] == 24


def test_a_folder_that_became_a_link_is_not_followed(world: World, opened: list[str]) -> None:
    """The file is the same, with the same times; but it could not be opened any more."""
    folder = world.root / "transcripts" / "inner"
    folder.mkdir()
    (world.root / "transcripts" / "file-3.json").rename(folder / "file-3.json")
    world.files[3]["transcript_uri"] = "inner/file-3.json"
    write(world)
    go(world)
    folder.rename(world.root / "elsewhere")
    folder.symlink_to(world.root / "elsewhere")
    record = again(world, opened).record
    assert rows(world, record)["file-3"]["error_type"] == "OutsideRoot"
    assert shards(world) == fresh(world)


def test_after_an_upgrade_everything_is_looked_at_once(
    world: World, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who redacted it may not have known what this one knows, of deletions for one."""
    go(world)
    other_redactor(monkeypatch)
    result = again(world, opened)
    assert set(opened) == CALLS
    assert (result.unchanged, result.stale) == (False, 24)
    result = again(world, opened)
    assert opened == []
    assert (result.unchanged, result.stale) == (True, 24)


def test_what_was_refused_stays_refused_unopened(world: World, opened: list[str]) -> None:
    record = go(world).record
    assert rows(world, record)["broken"]["version"] is not None
    again(world, opened, wishes=Wishes(retry_quarantined=True))
    assert set(opened) == {"broken.json"}


def test_of_what_is_not_kept_there_is_no_version(world: World, opened: list[str]) -> None:
    """Of excluded files, deleted ones, and those that could not be read."""
    said = {"id": "file-5", "status": "completed", "text": "Deleted by user."}
    path = world.root / "transcripts" / "file-5.json"
    path.write_text(json.dumps(said))
    (world.root / "transcripts" / "file-7.json").unlink()
    record = go(world).record
    found = rows(world, record)
    assert found["file-5"]["state"] == "excluded"
    assert {name for name, row in found.items() if row["version"] is None} == {
        "out",
        "file-5",
        "file-7",
    }


def test_a_deleted_transcript_needs_no_worker_to_say_so_again(
    world: World, opened: list[str], redacted: list[str]
) -> None:
    said = {"id": "file-5", "status": "completed", "text": "Deleted by user."}
    (world.root / "transcripts" / "file-5.json").write_text(json.dumps(said))
    go(world)
    redacted.clear()
    assert again(world, opened).unchanged
    assert (opened, redacted) == (["file-5.json"], [])


def test_a_container_is_not_opened_while_its_version_stands(
    world: World, opened: list[str], redacted: list[str]
) -> None:
    lines = [
        json.dumps({"id": f"file-{number}", **transcript("hello there", f"call {number}")})
        for number in range(24)
    ]
    container = world.root / "transcripts" / "all.jsonl"
    container.write_text("\n".join(lines))
    for entry in world.files[:24]:
        entry["transcript_uri"] = "all.jsonl"
    write(world)
    go(world)
    assert again(world, opened).unchanged
    assert opened == []
    lines[3] = lines[3].replace("call 3", "call three")
    container.write_text("\n".join(lines))
    redacted.clear()
    again(world, opened)
    assert set(opened) == {"all.jsonl"}
    assert redacted == ["file-3"]
    assert shards(world) == fresh(world)


def test_another_record_of_a_container_is_another_transcript(world: World) -> None:
    lines = [json.dumps({"id": name, **transcript(f"this is {name}")}) for name in ("one", "two")]
    (world.root / "transcripts" / "all.jsonl").write_text("\n".join(lines))
    for record_id in ("one", "two"):
        world.files[3]["transcript_uri"] = f"all.jsonl#{record_id}"
        write(world)
        go(world)
        assert f"this is {record_id}" in world.texts()
        assert shards(world) == fresh(world)


def test_a_version_that_lies_can_cost_a_stale_row_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk whose times somebody sets back: all files are other ones, and look the same."""
    go(world)
    before = rows_in(shards(world))
    was = as_they_are(world.root / "transcripts", CALLS)
    for number in range(24):
        content(world, f"file-{number}", f"something else of call {23 - number}")
    look_the_same(monkeypatch, was)
    assert go(world).unchanged
    assert rows_in(shards(world)) == before
    world.config.write_text(
        world.config.read_text().replace("[sources]\n", '[sources]\nreread = "all"\n')
    )
    go(world)
    assert shards(world) == fresh(world)


def test_of_what_is_not_there_nothing_stays_in_memory(world: World) -> None:
    """A folder that is not mounted is millions of files that cannot be read."""
    for path in (world.root / "transcripts").iterdir():
        path.unlink()
    gc.collect()
    # Other tests of this process may have left some.
    others = [one for one in gc.get_objects() if isinstance(one, Quarantine)]
    gc.disable()  # what holds itself would stay until somebody looks for it
    try:
        go(world)
        there = [one for one in gc.get_objects() if isinstance(one, Quarantine)]
    finally:
        gc.enable()
    assert [one for one in there if not any(one is other for other in others)] == []
