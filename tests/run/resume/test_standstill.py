"""A run that stands on what the newest one stood on does nothing; on anything else it works."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from clearshard import layout
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import default_policy_text, load_config
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import IntegrityError
from clearshard.keys import PseudonymKey
from clearshard.records.run import RunRecord
from clearshard.records.schemas import CONTENT_KEY_BYTES
from clearshard.records.tasks import Row
from clearshard.run import job
from clearshard.run.intake import read_accounts, tables_of
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions
from clearshard.run.purged_contents import PurgedContents
from clearshard.run.resume.grounds import Grounds, read_standstill
from clearshard.run.resume.wishes import NO_WISHES, Wishes
from clearshard.run.stages import assemble
from clearshard.run.stages.stage import Observer, nobody
from clearshard.run.stages.this_run import ThisRun
from clearshard.storage.files import sha256_file

from ..watching import at_stage
from ..world import AS_OF, World, transcript, world_clock
from .making import SETTINGS, Killed, dies, events, fresh, go, rows, shards, tomorrow_ns, write

POLICY = parse_policy(default_policy_text(), "default")
#: The stages of a run that looks nothing up.
SHORT = ["settle", "decide", "remember", "receipt", "sweep"]


def begun(world: World, *, after: timedelta = timedelta(), wishes: Wishes = NO_WISHES) -> list[str]:
    """The stages of a night's run, as they begin."""
    found: list[str] = []
    run(world, found.append, after, wishes)
    return found


def run(
    world: World,
    observer: Observer = nobody,
    after: timedelta = timedelta(),
    wishes: Wishes = NO_WISHES,
    *,
    dry: bool = False,
) -> RunResult:
    return job.run(
        load_config(world.config),
        RunOptions(world.out, AS_OF, 1, dry, wishes),
        world.progress,
        lambda: world_clock() + after,
        disk_now_ns=tomorrow_ns,
        observer=observer,
    )


def newest_of(world: World) -> RunRecord:
    return visible_runs(world.out)[-1].record


def kept(world: World) -> Path:
    return world.out / layout.STANDSTILL


def transcript_of(world: World, name: str) -> Path:
    return world.root / "transcripts" / f"{name}.json"


@pytest.fixture
def settled(world: World) -> World:
    """A world in which a first run has been."""
    run(world)
    return world


def test_a_run_after_a_first_one_looks_nothing_up(settled: World, opened: list[str]) -> None:
    before, newest = shards(settled), newest_of(settled)
    told = events(settled)
    assert begun(settled) == SHORT
    assert begun(settled) == SHORT
    assert (opened, shards(settled)) == ([], before)
    assert events(settled) == [*told, "run_unchanged", "run_unchanged"]
    assert newest_of(settled) == newest
    assert verify(settled.out).faults == ()


def test_so_does_one_after_a_night(settled: World) -> None:
    settled.file("new", "acct-good", transcript("here i am"))
    write(settled)
    assert "publish" in begun(settled)
    assert begun(settled) == SHORT


def test_a_newer_export_of_the_registry_that_says_the_same_is_nothing_new(settled: World) -> None:
    for account in settled.accounts:
        account["exported_at"] = "2026-11-22T06:00:00Z"
    settled.accounts.reverse()
    write(settled)
    assert begun(settled) == SHORT


def account(name: str, **facts: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        [one] = (one for one in world.accounts if one["account_id"] == name)
        one.update(facts)
        write(world)

    return change


def file(name: str, **facts: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        [one] = (one for one in world.files if one["file_id"] == name)
        one.update(facts)
        write(world)

    return change


def other_words(world: World) -> None:
    """Of the same length, at the same time."""
    path = transcript_of(world, "file-3")
    was = path.stat()
    path.write_text(path.read_text().replace("lamp", "sofa"))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def second_name(world: World) -> None:
    """An eligible file that is one of a customer who has opted out."""
    path = transcript_of(world, "file-3")
    path.unlink()
    os.link(transcript_of(world, "out"), path)


def settings(extra: str) -> Callable[[World], None]:
    return lambda world: write(world, SETTINGS + extra)


def damaged_shard(world: World) -> None:
    path = next((world.out / "shards").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")


def no_account(world: World) -> None:
    world.accounts.pop(0)
    write(world)


def no_file(world: World) -> None:
    world.files.pop(3)
    write(world)


def mended(world: World) -> None:
    content = {"id": "broken", **transcript("here i am")}
    transcript_of(world, "broken").write_text(json.dumps(content))


def added(world: World) -> None:
    world.file("new", "acct-good", transcript("here i am"))
    write(world)


CHANGES: dict[str, Callable[[World], None]] = {
    "a file": added,
    "an account opts out": account("acct-good", opted_out="true"),
    "an account signs": account("acct-good", baa_executed="true"),
    "an account may train no more": account("acct-other", training_permitted="false"),
    "a fact that decides nothing": account("acct-good", ttl_seconds="99999999"),
    "an account that is gone": no_account,
    "an account that comes in": account("acct-out", opted_out="false"),
    "a region": file("file-3", region="eu"),
    "a request": file("file-3", deletion_requested_at="2026-11-20T00:00:00Z"),
    "another account": file("file-3", account_id="acct-good"),
    "a file that is gone": no_file,
    "other words": other_words,
    "a transcript that is gone": lambda world: transcript_of(world, "file-3").unlink(),
    "a transcript that is whole now": mended,
    "a second name": second_name,
    "a score": settings("score_threshold = 0.9\n"),
    "fewer words": settings("[limits]\nmax_transcript_words = 5\n"),
    "smaller shards": lambda world: write(world, SETTINGS.replace("4000", "3000")),
    "a shard that is damaged": damaged_shard,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_new_is_worked_on(settled: World, change: Callable[[World], None]) -> None:
    """And ends as if nothing had been kept."""
    change(settled)
    other = settled.copy(settled.root.with_name(f"{settled.root.name}-without"))
    kept(other).unlink()
    stages: list[str] = []
    found, expected = run(settled, stages.append), run(other)
    assert stages[:4] == ["settle", "decide", "remember", "match"]
    assert found.unchanged == expected.unchanged
    assert _said(found.record) == _said(expected.record)
    assert shards(settled) == shards(other)


def test_decisions_that_are_damaged_end_it(settled: World) -> None:
    path = next((settled.out / layout.DECISIONS).rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(IntegrityError, match="is not what was recorded"):
        run(settled)


def _said(record: RunRecord) -> object:
    return record.counts, record.reasons, record.stale, [one.name for one in record.shards]


def test_one_more_reason_is_something_new(world: World) -> None:
    """Of a file that is out anyway."""
    later = (AS_OF + timedelta(days=1)).isoformat()
    world.file("expires", "acct-out", transcript("here i am"), expires_at=later)
    write(world)
    run(world)
    assert begun(world) == SHORT
    reasons = run(world, after=timedelta(days=2)).record.reasons
    assert reasons == {"malformed": 1, "opted_out": 2, "retention_expired": 1}


def test_a_policy_that_reads_otherwise_is_something_new(world: World) -> None:
    policy = world.root / "policy.toml"
    policy.write_text(default_policy_text())
    write(world, f'{SETTINGS}\n[policy]\nfile = "policy.toml"\n')
    run(world)
    rule = """
[[rules]]
id = "early"
reason = "too_early"
fact = "submitted_at"
denies = { older_than_seconds = 31622400 }
description = "None is."
source = "A test."
"""
    policy.write_text(default_policy_text() + rule)
    assert begun(world)[3] == "match"


def test_time_that_passes_is_something_new(world: World) -> None:
    """A file expires, and one is of a time that has not come."""
    later = (AS_OF + timedelta(days=1)).isoformat()
    world.file("expires", "acct-good", transcript("here i am"), expires_at=later)
    write(world)
    run(world)
    assert begun(world) == SHORT
    assert "publish" in begun(world, after=timedelta(days=2))


def test_what_expires_while_a_run_looks_is_taken_out(world: World) -> None:
    """The time is taken again at the end, as by a run that works."""
    later = (AS_OF + timedelta(days=1)).isoformat()
    world.file("expires", "acct-good", transcript("here i am"), expires_at=later)
    write(world)
    run(world)
    stages: list[str] = []
    result = job.run(
        load_config(world.config),
        RunOptions(world.out, AS_OF, 1, False),
        world.progress,
        lambda: world_clock() + timedelta(days=2 if "remember" in stages else 0),
        disk_now_ns=tomorrow_ns,
        observer=stages.append,
    )
    assert "match" in stages
    assert result.record.reasons == {"malformed": 1, "opted_out": 1, "retention_expired": 1}


def test_a_time_that_has_come_is_something_new(world: World) -> None:
    """Nothing is decided otherwise, but something is known that was not."""
    later = (AS_OF + timedelta(days=1)).isoformat()
    world.file("ahead", "acct-out", transcript("here i am"), submitted_at=later)
    write(world)
    was = run(world).record
    assert begun(world) == SHORT
    run(world, after=timedelta(days=2))
    assert newest_of(world) != was
    assert rows(world, was)["ahead"]["facts"]["submitted_at"] is None


@pytest.mark.parametrize("wishes", [Wishes(retry_quarantined=True), Wishes(redo_stale=True)])
def test_a_wish_is_looked_into(settled: World, wishes: Wishes) -> None:
    assert begun(settled, wishes=wishes)[3] == "match"


def test_whoever_wants_all_read_again_gets_it(world: World, opened: list[str]) -> None:
    world.write(SETTINGS)
    text = world.config.read_text().replace("[sources]\n", '[sources]\nreread = "all"\n')
    world.config.write_text(text)
    run(world)
    opened.clear()
    assert begun(world)[3] == "match"
    assert len(set(opened)) == 25


def test_what_a_killed_run_has_left_is_looked_into(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = settled.out / layout.CHECKPOINTS
    checkpoints.mkdir()
    (checkpoints / "torn").write_bytes(b"")
    assert begun(settled)[3] == "match"


def test_another_redactor_is_looked_into(settled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearshard.run.fingerprint.redactor_digest", lambda _: "e" * 64)
    assert begun(settled)[3] == "match"


@pytest.mark.parametrize("name", ["run_id", "manifest_sha256", "digest"])
def test_nobody_without_the_key_can_make_a_run_stand_still(settled: World, name: str) -> None:
    """Here by what was kept of an earlier state, under the names of this one."""
    old = json.loads(kept(settled).read_bytes())
    account("acct-good", opted_out="true")(settled)
    run(settled)
    new = json.loads(kept(settled).read_bytes())
    assert old["digest"] != new["digest"]
    account("acct-good", opted_out="false")(settled)
    kept(settled).write_text(json.dumps({**new, name: old[name]}))
    assert run(settled).record.counts.written == 24
    assert shards(settled) == fresh(settled)


def test_it_cannot_be_said_of_another_manifest_either(settled: World) -> None:
    """One by which the same is decided, of other accounts."""
    old = json.loads(kept(settled).read_bytes())
    file("file-3", account_id="acct-good")(settled)
    sha256 = sha256_file(settled.root / "files.csv")
    kept(settled).write_text(json.dumps({**old, "manifest_sha256": sha256}))
    assert begun(settled)[3] == "match"


def test_all_that_decisions_follow_from_is_in_the_digest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what no run differs in alone: names of files that change without a change of the file,
    and times that no rule asks for."""
    digests: list[str] = []

    def spy(
        run: ThisRun, run_id: str, grounds: Grounds, _: Path, looks: Path, linked: set[Row]
    ) -> None:
        def digest(grounds: Grounds, linked: set[Row] | frozenset[Row] = frozenset(linked)) -> None:
            digests.append(grounds.standstill(run_id, looks, linked).digest)

        intake = grounds.intake
        accounts, _registry = read_accounts(tables_of(run.given.config), POLICY, run.moments.now())
        months_ago = Moment.at(AS_OF - timedelta(days=90), 60)
        digest(grounds)
        digest(replace(grounds, key=PseudonymKey(bytes(32))))
        digest(grounds, {(0, 1)})
        digest(grounds, {(0, 2), (0, 1)})
        digest(grounds, {(1, 1)})
        gate = Gate(POLICY, accounts, months_ago)
        digest(replace(grounds, intake=replace(intake, gate=gate)))

    monkeypatch.setattr(assemble, "note_standstill", spy)
    run(world)
    assert len(digests) == len(set(digests)) == 6


def test_files_that_were_changed_just_now_are_opened_again(world: World, opened: list[str]) -> None:
    go(world)
    assert not kept(world).exists()
    opened.clear()
    go(world)
    assert len(set(opened)) == 25


def test_a_wrong_digest_is_told_of_every_night(world: World) -> None:
    write(world)
    lines = (world.root / "files.csv").read_text().splitlines()
    digests = ["content_sha256", *["0" * 64] * (len(lines) - 1)]
    text = "\n".join(f"{line},{digest}" for line, digest in zip(lines, digests, strict=True))
    (world.root / "files.csv").write_text(text)
    for _ in range(3):
        world.progress.notes.clear()
        run(world)
        assert any("have another SHA-256" in note for note in world.progress.notes)


@pytest.mark.parametrize("name", ["kept_out", "lifted"])
def test_what_purged_files_held_is_asked(
    settled: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    true = ThisRun.purged
    held = pa.array([b"0" * CONTENT_KEY_BYTES], pa.binary(CONTENT_KEY_BYTES))

    def purged(self: ThisRun, key: PseudonymKey) -> PurgedContents:
        files = np.zeros(int(name == "lifted"), np.uint64)
        return replace(true(self, key), **{name: held}, lifted_files=files)

    monkeypatch.setattr(ThisRun, "purged", purged)
    assert begun(settled)[3] == "match"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"run_id": 1}', b"\xff"])
def test_what_cannot_be_read_is_as_if_it_were_not_there(settled: World, content: bytes) -> None:
    kept(settled).write_bytes(content)
    assert begun(settled)[3] == "match"
    assert begun(settled) == SHORT


def test_a_registry_that_changes_during_the_run_is_read_again(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        at_stage(patch, "remember", partial(account("acct-good", opted_out="true"), settled))
        result = job.run(
            load_config(settled.config),
            RunOptions(settled.out, AS_OF, 1, False),
            settled.progress,
            world_clock,
            disk_now_ns=tomorrow_ns,
        )
    assert result.record.counts.written == 12


def test_of_a_run_whose_registry_changed_nothing_is_kept(world: World) -> None:
    """Its decisions are partly of the first reading, partly of the last one."""
    world.progress.meanwhile = [partial(account("acct-good", ttl_seconds="99999999"), world)]
    run(world)
    assert not kept(world).exists()
    account("acct-good", ttl_seconds="")(world)
    assert begun(world)[3] == "match"


def test_a_rehearsal_without_traces_keeps_nothing(world: World) -> None:
    run(world, dry=True)
    assert not kept(world).exists()


def test_of_a_run_that_was_killed_nothing_is_believed(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(settled)
    monkeypatch.setattr("clearshard.run.stages.events.forget", lambda *_: None)
    with pytest.raises(Killed):
        run(settled, lambda stage: dies() if stage == "announce" else None)
    newest = read_standstill(kept(settled))
    assert newest is not None
    assert newest.run_id != newest_of(settled).run_id
    result = run(settled)
    assert (result.unchanged, result.record.counts.written) == (False, 25)
