"""Resume and increments: what is the same is not done again, and nothing else is kept."""

import json
import os
import random
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.audit.ledger import Ledger
from pipeline.audit.verify import verify
from pipeline.config import Config, PseudonymKey, load_config
from pipeline.engines.local import Job
from pipeline.engines.stopping import Stop
from pipeline.records import RunRecord
from pipeline.redaction.redactor import Redactor
from pipeline.run import job
from pipeline.run.finish import Finisher
from pipeline.run.job import RunOptions, RunResult, run
from pipeline.run.outcomes import OutcomeWriter
from pipeline.run.recall import NO_WISHES, Wishes
from pipeline.run.units import WorkUnit
from pipeline.run.work import UnitResult, process, read_content

from .world import AS_OF, Silent, World, transcript

#: Small shards, so that there are several; the light recognizers, so that a run is quick.
SETTINGS = '\n[output]\ntarget_shard_bytes = 4000\n\n[redaction]\nprofile = "stock"\n'
KEY = "7e" * 32


class Killed(BaseException):
    """Stands for SIGKILL where a test must know the exact moment."""


@pytest.fixture(autouse=True)
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_KEY", KEY)


_redactors: dict[str, Redactor] = {}


def redactor_of(config: Config) -> Redactor:
    """One for each configuration: loading it takes longer than all the work of a test."""
    settings = config.redaction.model_dump_json()
    if settings not in _redactors:
        _redactors[settings] = Redactor(config, PseudonymKey(bytes.fromhex(KEY)))
    return _redactors[settings]


class InlineEngine:
    """Does in this process what workers do; whether workers matter is tested with real ones."""

    def __init__(self, workers: int, stop: Stop) -> None:
        pass

    def map(
        self, job: Job[WorkUnit, UnitResult], units: Iterable[WorkUnit]
    ) -> Iterator[UnitResult]:
        (settings,) = job.arguments
        for unit in units:
            yield process(unit, redactor_of(settings.config), settings)


@pytest.fixture(autouse=True)
def _no_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "workers" not in request.fixturenames:
        monkeypatch.setattr(job, "LocalEngine", InlineEngine)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    for account in ("acct-good", "acct-other"):
        world.account(account)
    world.account("acct-out", opted_out="true")
    for number in range(24):
        account = ("acct-good", "acct-other")[number % 2]
        text = f"my name is Maria Lopez and call number {number} is about a lamp"
        world.file(f"file-{number}", account, transcript("hello there", text))
    world.file("broken", "acct-good", b"{not json")
    world.file("out", "acct-out", transcript("unreadworthy"))
    write(world)
    return world


def write(world: World, extra: str = SETTINGS) -> None:
    world.write(extra)


def go(
    world: World, out: str = "out", *, workers: int = 1, wishes: Wishes = NO_WISHES
) -> RunResult:
    options = RunOptions(world.root / out, AS_OF, workers, False, wishes)
    return run(load_config(world.config), options, Silent(), lambda: datetime.now(UTC))


def shards(world: World, out: str = "out") -> dict[str, bytes]:
    """Name and bytes of each visible shard; the name of the run is no part of it."""
    paths = sorted((world.root / out / "shards").rglob("*.parquet"))
    return {path.name: path.read_bytes() for path in paths}


def events(world: World) -> list[str]:
    return [e.event for e in Ledger(world.out / "audit" / "ledger.jsonl").read()]


def rows(world: World, record: RunRecord) -> dict[str, dict[str, Any]]:
    folder = world.out / "audit" / "decisions" / f"run={record.run_id}"
    table = duckdb.read_parquet(str(folder / "*.parquet")).to_arrow_table()
    return {row["file_id"]: row for row in table.to_pylist()}


@pytest.fixture
def redacted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """File ids that were given to workers."""
    given: list[str] = []
    units = job._Job._units

    def spy(*arguments: Any) -> Any:
        for unit in units(*arguments):
            given.extend(task.file_id for task in unit.tasks)
            yield unit

    monkeypatch.setattr(job._Job, "_units", spy)
    return given


def fresh(world: World) -> dict[str, bytes]:
    """What a first run into a new folder makes of the world as it is."""
    shutil.rmtree(world.root / "fresh", ignore_errors=True)
    go(world, "fresh")
    return shards(world, "fresh")


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
    assert last.data == {
        "as_of": "2026-11-22T12:00:00Z",
        "visible_run": first.record.run_id,
        "manifest_sha256": first.record.manifest.sha256,
        "registry_sha256": first.record.registry.sha256,
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

    monkeypatch.setattr("pipeline.run.confirm.read_content", spy)
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
    go(world)
    text, _ = load_config(world.config).policy_text()
    changed = text.replace("604800", "604700")
    assert changed != text
    (world.root / "policy.toml").write_text(changed)
    write(world, SETTINGS + '\n[policy]\nfile = "policy.toml"\n')
    redacted.clear()
    result = go(world)
    assert redacted == []
    assert not result.unchanged
    assert shards(world) == fresh(world)
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


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_history_workers_and_order_leave_no_trace_in_the_bytes(world: World, workers: int) -> None:
    whole = fresh(world)
    assert len(whole) > 3
    everything = list(world.files)
    chance = random.Random(workers)
    for share in (8, 17, 26):
        world.files = chance.sample(everything, share)
        write(world)
        go(world, workers=workers)
        assert verify(world.out).faults == ()
    assert shards(world) == whole


def test_a_killed_run_is_continued(
    world: World, redacted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = killed(world, monkeypatch)
    assert len(left) == 5
    assert not (world.out / "shards").exists()
    redacted.clear()
    result = go(world)
    assert len(redacted) == 5
    assert (result.record.reused, result.record.counts.written) == (20, 24)
    assert shards(world) == fresh(world)
    assert not (world.out / ".checkpoints").exists()
    assert verify(world.out).faults == ()


def kill_after(monkeypatch: pytest.MonkeyPatch, units: int) -> None:
    """Ends the run in the middle of redaction, with nothing tidied up."""
    add = OutcomeWriter.add
    seen = 0

    def dies(self: Any, result: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > units:
            raise Killed
        add(self, result)

    monkeypatch.setattr(OutcomeWriter, "add", dies)
    monkeypatch.setattr(job._Job, "forget", lambda *_: None)


def killed(world: World, monkeypatch: pytest.MonkeyPatch, wishes: Wishes = NO_WISHES) -> list[Path]:
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.run.units._UNIT_FILES", 4)
        kill_after(patch, units=4)
        with pytest.raises(Killed):
            go(world, wishes=wishes)
    return sorted((world.out / ".checkpoints").iterdir())


@pytest.mark.parametrize("damage", ["torn", "flipped", "renamed", "foreign"])
def test_a_checkpoint_that_is_not_what_was_written_is_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    left = killed(world, monkeypatch)
    for path in left:
        content = bytearray(path.read_bytes())
        if damage == "torn":
            path.write_bytes(content[: len(content) // 2])
        elif damage == "flipped":
            content[len(content) // 3] ^= 1
            path.write_bytes(content)
        elif damage == "renamed":
            path.rename(path.with_name("unit-" + "0" * 31 + path.name[5] + ".arrow"))
        else:
            path.with_name(".unit.arrow.tmp").write_bytes(b"half")
            path.unlink()
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def test_checkpoints_of_another_key_are_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(world, monkeypatch)
    monkeypatch.setenv("CLEARSHARD_KEY", "ab" * 32)
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)


@pytest.mark.parametrize(
    "changed",
    [
        'entities = ["PERSON"]',
        'keep_entities = ["PERSON"]',
        'operator = "mask"',
        'operators = { PERSON = "mask" }',
        "score_threshold = 0.9",
    ],
)
@pytest.mark.parametrize("interrupted", [False, True])
def test_what_was_made_to_another_promise_is_never_used(
    world: World, monkeypatch: pytest.MonkeyPatch, changed: str, interrupted: bool
) -> None:
    if interrupted:
        killed(world, monkeypatch)
    else:
        go(world)
    write(world, SETTINGS + changed + "\n")
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()


def other_redactor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade: the same promise, another redactor."""
    monkeypatch.setattr(job, "redactor_digest", lambda _: "e" * 64)


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
        def map(
            self, job: Job[WorkUnit, UnitResult], units: Iterable[WorkUnit]
        ) -> Iterator[UnitResult]:
            for unit in units:
                for task in unit.tasks:
                    tried.append(task.file_id)
                    alone = WorkUnit(unit.batch, (task,), unit.known)
                    if task.file_id in ("file-3", "gone"):
                        (world.root / "transcripts" / "gone.json").unlink(missing_ok=True)
                        yield job.give_up(alone, "crashed")
                    else:
                        yield from super().map(job, [alone])

    monkeypatch.setattr(job, "LocalEngine", Crashing)
    world.file("gone", "acct-good", transcript("gone when it is looked at again"))
    write(world)
    with monkeypatch.context() as patch:
        patch.setattr(Finisher, "finish", lambda *_: dies())
        patch.setattr(job._Job, "forget", lambda *_: None)
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
    monkeypatch.setattr(job, "LocalEngine", InlineEngine)
    assert go(world, wishes=Wishes(retry_quarantined=True)).record.counts.written == 24
    assert verify(world.out).faults == ()


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


@pytest.mark.parametrize("what", ["shard", "shard_missing", "decisions", "record"])
def test_what_was_altered_is_not_believed_but_redone(world: World, what: str) -> None:
    record = go(world).record
    whole = shards(world)
    if what == "record":
        path = world.out / "runs" / f"{record.run_id}.json"
    elif what == "decisions":
        path = next((world.out / "audit" / "decisions").rglob("*.parquet"))
    else:
        path = sorted((world.out / "shards").rglob("*.parquet"))[1]
    if what == "record":
        path.write_text(path.read_text().replace('"taken_out": 0', '"taken_out": 1'))
    elif what == "shard_missing":
        path.unlink()
    elif what == "decisions":
        table = pq.read_table(path)  # still a table of decisions, but not the one that was recorded
        pq.write_table(table, path, compression="none")
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    again = go(world)
    assert not again.unchanged
    assert again.record.reused == (0 if what in ("record", "decisions") else again.record.reused)
    assert again.record.reused < 24
    assert shards(world) == whole


def test_a_damaged_shard_is_made_again_even_if_the_run_that_does_it_is_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions and contents are those of the visible run then; its shards are not."""
    go(world)
    whole = shards(world)
    for path in (world.out / "shards").rglob("*.parquet"):
        path.write_bytes(b"damaged")
    with monkeypatch.context() as patch:
        patch.setattr(Finisher, "finish", lambda *_: dies())
        patch.setattr(job._Job, "forget", lambda *_: None)
        with pytest.raises(Killed):
            go(world)
    result = go(world)
    assert (result.unchanged, result.record.reused) == (False, 24)
    assert shards(world) == whole
    assert verify(world.out).faults == ()


def dies() -> None:
    raise Killed


def test_a_row_is_taken_only_for_the_file_that_it_was_made_of(world: World) -> None:
    """Two files with the same transcript are two rows."""
    twin = json.loads((world.root / "transcripts" / "file-0.json").read_text())
    world.file("twin", "acct-good", twin)
    write(world)
    go(world)
    world.files = [f for f in world.files if f["file_id"] != "file-0"]
    write(world)
    result = go(world)
    assert result.record.counts.written == 24
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
    result = run(load_config(world.config), options, Silent(), lambda: datetime.now(UTC))
    assert result.record.reused >= 12
    assert sorted((world.out / ".checkpoints").iterdir()) == left
    assert not (world.out / "runs").exists()


def test_registry_that_changes_meanwhile_is_no_unchanged_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the broken file: it is quarantined now, and would be excluded the next time.
    world.files = [f for f in world.files if f["file_id"] != "broken"]
    write(world)
    go(world)
    redact = job._Job._redact

    def opt_out_meanwhile(*arguments: Any) -> Any:
        done = redact(*arguments)
        world.accounts[0]["opted_out"] = "true"
        write(world)
        return done

    monkeypatch.setattr(job._Job, "_redact", opt_out_meanwhile)
    result = go(world)
    assert not result.unchanged
    assert result.record.taken_out == 12
    row = rows(world, result.record)["file-0"]
    assert (row["state"], row["content_sha256"]) == ("excluded", None)
    assert verify(world.out).faults == ()
    # Shards were cut before the files were taken out; the next run cuts them as they should be.
    monkeypatch.setattr(job._Job, "_redact", redact)
    assert not go(world).unchanged
    assert shards(world) == fresh(world)
    assert go(world).unchanged


def test_old_checkpoints_are_swept_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed(world, monkeypatch)
    old = (datetime.now(UTC) - timedelta(days=8)).timestamp()
    for path in left[1:]:
        os.utime(path, (old, old))
    assert go(world).record.reused == 4
    swept = [e for e in Ledger(world.out / "audit" / "ledger.jsonl").read() if "swept" in e.event]
    assert [e.event for e in swept] == ["checkpoints_swept"]
    assert swept[0].data["files"] == len(left) - 1
    assert verify(world.out).faults == ()
