"""A transcript that says that its customer has deleted it is excluded; nothing of it is kept."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text
from clearshard.records.run import RunRecord
from clearshard.run import fingerprint
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions
from clearshard.run.resume.wishes import NO_WISHES, Wishes
from clearshard.sources import transcripts

from ..audit.reference import decisions_of
from .world import AS_OF, World, small_world, transcript, units_seen

DELETED = {
    "status": "completed",
    "language_code": "en_us",
    "audio_url": "http://deleted_by_user",
    "text": "Deleted by user.",
    "words": None,
    "utterances": None,
}
SPEECH = transcript("my lamp is broken", "which of the green ones")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _put(world: World, file_id: str, made: dict[str, Any]) -> None:
    path = world.root / "transcripts" / f"{file_id}.json"
    path.write_text(json.dumps(made))


def _delete(world: World, *file_ids: str) -> None:
    for file_id in file_ids:
        _put(world, file_id, {"id": file_id, **DELETED})


def _result(world: World, wishes: Wishes = NO_WISHES, *, dry_run: bool = False) -> RunResult:
    return world.result(RunOptions(world.out, AS_OF, 1, dry_run, wishes))


def _rows(world: World, record: RunRecord) -> dict[str, dict[str, Any]]:
    return {row["file_id"]: row for row in decisions_of(world.out, record.run_id)}


def _kinds(world: World, record: RunRecord) -> dict[str, tuple[str, list[str], str | None]]:
    rows = _rows(world, record).items()
    return {name: (row["state"], row["reasons"], row["error_type"]) for name, row in rows}


EXCLUDED = ("excluded", ["deletion_requested"], "TranscriptDeleted")


def test_it_is_excluded_and_nothing_of_it_is_kept(world: World) -> None:
    _delete(world, "good-0", "other-0")
    record = world.run()
    rows = _rows(world, record)
    for file_id in ("good-0", "other-0"):
        assert _kinds(world, record)[file_id] == EXCLUDED
        nothing = ("doc_key", "account_key", "period", "content_sha256", "redactor_digest")
        assert {rows[file_id][name] for name in nothing} == {None}
        assert rows[file_id]["facts"]["deletion_requested_at"] is None
    counts = record.counts
    assert (counts.seen, counts.written, counts.excluded, counts.quarantined) == (8, 3, 5, 0)
    assert record.reasons["deletion_requested"] == 2
    assert len(world.texts()) == 3
    assert verify(world.out).faults == ()


def test_the_next_run_has_nothing_to_do_and_starts_no_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _delete(world, "good-0")
    first = _result(world)
    given = units_seen(monkeypatch)
    assert _result(world).unchanged
    assert _result(world, Wishes(retry_quarantined=True)).unchanged
    assert given == []
    # It has been restored.
    _put(world, "good-0", {"id": "good-0", **SPEECH})
    again = _result(world)
    assert given == ["good-0"]
    assert _kinds(world, again.record)["good-0"] == ("written", [], None)
    assert again.record.reused == first.record.counts.written


def test_what_was_written_goes_and_does_not_come_back(world: World) -> None:
    before = world.run()
    assert _kinds(world, before)["good-0"][0] == "written"
    _delete(world, "good-0")
    text = world.config.read_text()
    world.config.write_text(text.replace("max_drop_share = 1.0", "max_drop_share = 0.0"))
    record = world.run()
    assert _kinds(world, record)["good-0"] == EXCLUDED
    assert record.gone == {}  # it was meant to go
    assert record.reused == 4
    assert not any("0 green chairs" in text for text in world.texts())
    assert _result(world).unchanged
    assert verify(world.out).faults == ()


def test_what_an_earlier_version_took_for_speech_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _delete(world, "good-0")
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "redactor_digest", lambda _: "e" * 64)
        patch.setattr(transcripts, "says_deleted", lambda *_, **__: False)
        assert _kinds(world, world.run())["good-0"][0] == "written"
    record = world.run()
    assert record.stale == record.reused == 4
    assert _kinds(world, record)["good-0"] == EXCLUDED
    assert not any("Deleted" in text for text in world.texts())


def test_a_copy_of_what_it_held_does_not_come_in_for_it(world: World) -> None:
    """As with a deletion that the manifest tells of, and for as long."""
    speech = json.dumps(SPEECH)
    for file_id in ("good-0", "good-1"):
        (world.root / "transcripts" / f"{file_id}.json").write_text(speech)
    assert world.run().counts.written == 5
    _delete(world, "good-0")
    copy = ("quarantined", ["duplicate_file_id"], "ExcludedContent")
    for _ in range(2):
        record = _result(world).record
        assert _kinds(world, record)["good-0"] == EXCLUDED
        assert _kinds(world, record)["good-1"] == copy
    (world.root / "transcripts" / "good-2.json").write_text(speech)
    assert _kinds(world, _result(world).record)["good-2"] == copy
    assert not any("lamp is broken" in t and "green ones" in t for t in world.texts())


def test_two_accounts_whose_transcripts_are_deleted_share_nothing(world: World) -> None:
    for file_id in ("good-0", "other-0"):
        _put(world, file_id, DELETED)
    path = world.root / "transcripts"
    (path / "good-1.json").unlink()
    (path / "good-1.json").hardlink_to(path / "good-0.json")
    kinds = _kinds(world, world.run())
    assert kinds["good-0"] == kinds["other-0"] == kinds["good-1"] == EXCLUDED


def test_of_a_container_too(world: World) -> None:
    records = [{"id": "good-0", **DELETED}, {"id": "good-1", **SPEECH}]
    columns = {name: [r.get(name) for r in records] for name in ("id", *DELETED)}
    columns["words"] = columns["utterances"] = [None, None]
    columns["text"] = ["My name is Ann.", "My lamp is broken."]  # the address alone says it
    pq.write_table(pa.table(columns), world.root / "transcripts" / "c.parquet")
    lines = "\n".join(json.dumps({**r, "id": f"good-{n}"}) for n, r in enumerate(records, 2))
    (world.root / "transcripts" / "c.jsonl").write_text(lines)
    for entry in world.files[:4]:
        name = "c.parquet" if entry["file_id"] in ("good-0", "good-1") else "c.jsonl"
        entry["transcript_uri"] = name
    world.write()
    kinds = _kinds(world, world.run())
    assert kinds["good-0"] == kinds["good-2"] == EXCLUDED
    assert kinds["good-1"][0] == kinds["good-3"][0] == "written"


def test_every_other_reason_stays(world: World) -> None:
    """Of what changes while the run is at work, and whatever the policy asks."""
    _delete(world, "good-0")
    rule = default_policy_text()
    start = rule.index('[[rules]]\nid = "deletion-request"')
    without = rule[:start] + rule[rule.index("[[rules]]", start + 1) :]
    (world.root / "policy.toml").write_text(without)
    world.write(
        '[policy]\nfile = "policy.toml"\n'
        '[[policy.below_published]]\nrule = "deletion-request"\nreason = "a test"\n'
    )

    def opts_out() -> None:
        for account in world.accounts:
            account["opted_out"] = "true"
        configured = world.config.read_text()
        world.write()
        world.config.write_text(configured)

    world.progress.meanwhile = [opts_out]
    record = world.run()
    state, reasons, detail = _kinds(world, record)["good-0"]
    assert (state, set(reasons), detail) == (
        "excluded",
        {"opted_out", "deletion_requested"},
        "TranscriptDeleted",
    )
    assert _rows(world, record)["good-0"]["facts"]["opted_out"] is True
    assert record.counts.excluded == record.counts.seen


def test_the_audit_says_that_the_transcript_says_so(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _delete(world, "good-0")
    record = world.run()
    out = ("--out", str(world.out))
    assert _exit_code(["audit", "explain", "good-0", *out]) == 0
    said = capsys.readouterr().out
    assert "deletion_requested: The transcript itself says that its customer has deleted it" in said
    assert "detail    TranscriptDeleted" in said
    assert "whatever else were so: deletion_requested" in said
    listed = ("audit", "list", "--state", "excluded", "--reason", "deletion_requested", "--json")
    assert _exit_code([*listed, *out]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["file_id"], row["error_type"]) == ("good-0", "TranscriptDeleted")
    assert _exit_code(["audit", "summary", *out, "--run", record.run_id]) == 0
    assert "deletion_requested" in capsys.readouterr().out


def test_a_dry_run_says_the_same(world: World) -> None:
    _delete(world, "good-0")
    record = _result(world, dry_run=True).record
    assert record.reasons["deletion_requested"] == 1
    assert record.counts.written == 4
