"""When a run judges: the clock and the moment asked for, and what changes while it redacts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import MARKER
from clearshard.audit.verify import verify
from clearshard.errors import OutputUnusable, RegistryStale, SourceUnavailable
from clearshard.records.run import RunRecord
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions

from .world import AS_OF, World, small_world, transcript

DAY = timedelta(days=1)
PAST = AS_OF - 3 * DAY


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = small_world(tmp_path)
    made.clock = lambda: AS_OF
    return made


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _run(world: World, as_of: datetime = AS_OF, *, replay: bool = False) -> RunResult:
    return world.result(RunOptions(world.out, as_of, 1, dry_run=False, replay=replay))


def _row(world: World, file_id: str) -> dict[str, str]:
    [row] = [row for row in world.files if row["file_id"] == file_id]
    return row


# --- the moment ---


def test_a_file_that_expired_since_the_moment_asked_for_is_not_written(world: World) -> None:
    _row(world, "good-1")["expires_at"] = _text(AS_OF - 2 * DAY)
    world.write()
    record = _run(world, PAST).record
    assert world.decisions(record)["good-1"] == ("excluded", ["retention_expired"])
    assert record.counts.written == 4
    # What is recorded is the moment that was judged at.
    assert record.as_of == _text(AS_OF)
    assert record.run_id.startswith("20261122T120000Z")
    assert not record.rehearsal


def test_a_ttl_that_ran_out_since_the_moment_asked_for_counts(world: World) -> None:
    world.accounts[0]["ttl_seconds"] = str(20 * 86_400)  # of files of 2026-11-01
    world.write()
    record = _run(world, datetime(2026, 11, 10, tzinfo=UTC)).record
    assert world.decisions(record)["good-0"] == ("excluded", ["retention_expired"])


def test_a_registry_that_was_fresh_at_the_moment_asked_for_is_stale(world: World) -> None:
    world.clock = lambda: AS_OF + 10 * DAY
    with pytest.raises(RegistryStale, match="Export it again"):
        _run(world)
    assert not world.out.exists()


def test_a_moment_in_the_future_makes_nothing_known_and_lets_all_expire(world: World) -> None:
    _row(world, "good-0")["submitted_at"] = _text(AS_OF + DAY)
    _row(world, "good-1")["expires_at"] = _text(AS_OF + DAY)
    world.write()
    states = world.decisions(_run(world, AS_OF + 2 * DAY).record)
    assert states["good-0"] == ("excluded", ["unknown_submitted_at"])
    assert states["good-1"] == ("excluded", ["retention_expired"])
    assert states["good-2"][0] == "written"


# --- facts of the future ---


def test_an_export_of_the_future_does_not_make_its_row_fresh(world: World) -> None:
    world.accounts[0]["exported_at"] = "2099-01-01T00:00:00Z"
    world.write()
    record = _run(world).record
    assert world.decisions(record)["good-0"] == ("excluded", ["unknown_exported_at"])
    assert world.decisions(record)["other-0"][0] == "written"
    assert record.registry_at_publish.newest_exported_at == "2026-11-22T00:00:00Z"


def test_one_row_of_the_future_does_not_make_a_stale_registry_fresh(world: World) -> None:
    for account in world.accounts:
        account["exported_at"] = "2026-10-01T00:00:00Z"
    world.accounts[-1]["exported_at"] = "2099-01-01T00:00:00Z"
    world.write()
    with pytest.raises(RegistryStale):
        _run(world)


def test_a_registry_of_the_future_alone_is_refused(world: World) -> None:
    for account in world.accounts:
        account["exported_at"] = "2099-01-01T00:00:00Z"
    world.write()
    with pytest.raises(SourceUnavailable, match="in the future"):
        _run(world)
    assert not world.out.exists()


@pytest.mark.parametrize(("skew_seconds", "state"), [(600, "written"), (599, "excluded")])
def test_clocks_may_differ_as_far_as_configured(
    world: World, skew_seconds: int, state: str
) -> None:
    late = AS_OF + timedelta(seconds=600)
    _row(world, "good-0")["submitted_at"] = _text(late)
    world.accounts[1]["exported_at"] = _text(late)  # of other-0
    world.write(f"[policy]\nclock_skew_seconds = {skew_seconds}\n")
    record = _run(world).record
    assert record.clock_skew_seconds == skew_seconds
    states = world.decisions(record)
    assert [states[name][0] for name in ("good-0", "other-0")] == [state] * 2


# --- what changes while files are redacted ---


def test_what_expires_during_the_run_is_taken_out(world: World) -> None:
    _row(world, "good-0")["expires_at"] = _text(AS_OF + timedelta(hours=1))
    world.accounts[1]["ttl_seconds"] = str(21 * 86_400 + 1)  # of other-0, of 2026-11-01
    world.write()
    later = AS_OF + timedelta(hours=2)
    world.progress.meanwhile = [lambda: setattr(world, "clock", lambda: later)]
    record = _run(world).record
    states = world.decisions(record)
    assert states["good-0"] == ("excluded", ["retention_expired"])
    assert states["other-0"] == ("excluded", ["retention_expired"])
    assert (record.taken_out, record.counts.written, record.as_of) == (2, 3, _text(later))
    assert len(world.texts()) == 3
    assert verify(world.out).faults == ()


def test_what_expires_while_a_run_finds_nothing_to_do_is_taken_out(world: World) -> None:
    _row(world, "good-0")["expires_at"] = _text(AS_OF + timedelta(hours=1))
    world.write()
    _run(world)
    later = AS_OF + timedelta(hours=2)
    world.progress.meanwhile = [lambda: setattr(world, "clock", lambda: later)]
    result = _run(world)
    assert not result.unchanged
    assert world.decisions(result.record)["good-0"] == ("excluded", ["retention_expired"])
    assert len(world.texts()) == 4


def test_a_registry_that_becomes_stale_during_the_run_publishes_nothing(world: World) -> None:
    world.progress.meanwhile = [lambda: setattr(world, "clock", lambda: AS_OF + 8 * DAY)]
    with pytest.raises(RegistryStale):
        _run(world)
    assert not (world.out / "runs").exists()
    assert not (world.out / "shards").exists()


def _gone(world: World) -> None:
    world.files.remove(_row(world, "good-0"))


def _shared(world: World) -> None:
    world.files.append({**_row(world, "good-0"), "file_id": "new-0"})


def _twice(world: World) -> None:
    world.files.append({**_row(world, "good-0"), "transcript_uri": "other-0.json"})


def _other_transcript(world: World) -> None:
    content = json.dumps(transcript("a new one", "about yellow benches"))
    (world.root / "transcripts" / "elsewhere.json").write_text(content)
    _row(world, "good-0")["transcript_uri"] = "elsewhere.json"


def _write(world: World, change: Callable[[World], None]) -> None:
    change(world)
    world.write()


_EXCLUDED = {
    "deletion_requested": {"deletion_requested_at": "2026-11-22T11:59:00Z"},
    "eu_server": {"region": "eu"},
    "retention_expired": {"expires_at": "2026-11-22T11:59:00Z"},
    "opted_out": {"account_id": "acct-out"},
    "unknown_account": {"account_id": "acct-new"},
    "unknown_product": {"product": "fax"},
}


@pytest.mark.slow
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("reason", _EXCLUDED)
def test_a_manifest_that_changes_during_the_run_decides(
    world: World, reason: str, *, again: bool
) -> None:
    """Of a first run, and of one that would find nothing to do."""
    if again:
        _run(world)

    def change() -> None:
        _row(world, "good-0").update(_EXCLUDED[reason])
        world.write()

    world.progress.meanwhile = [change]
    result = _run(world)
    assert not result.unchanged
    assert world.decisions(result.record)["good-0"] == ("excluded", [reason])
    assert not any("0 green chairs" in text for text in world.texts())
    _is_of_the_new_manifest(world, result.record)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_gone, {"good-0": None}),
        (_shared, {"good-0": "quarantined", "new-0": "quarantined"}),
        (_twice, {"good-0": "quarantined", "other-0": "quarantined"}),
        (_other_transcript, {"good-0": "written"}),
    ],
)
def test_rows_that_go_or_share_during_the_run_are_not_written(
    world: World, change: Callable[[World], None], expected: dict[str, str | None]
) -> None:
    world.progress.meanwhile = [lambda: _write(world, change)]
    record = _run(world).record
    states = world.decisions(record)
    assert {name: states.get(name, (None,))[0] for name in expected} == expected
    assert not any("0 green chairs" in text for text in world.texts())
    _is_of_the_new_manifest(world, record)


def _is_of_the_new_manifest(world: World, record: RunRecord) -> None:
    assert record.counts.reconciles
    assert record.counts.seen == record.manifest.row_count == len(world.files)
    assert len(world.texts()) == record.counts.written
    assert verify(world.out).faults == ()
    assert list((world.out / ".staging").iterdir()) == []
    # The shards are those of a run that has never seen the manifest before.
    fresh = world.root / "fresh"
    world.result(RunOptions(fresh, AS_OF, 1, dry_run=False))
    assert sorted(world.texts()) == sorted(world.texts(fresh))


def test_what_was_redacted_is_not_redacted_again(world: World) -> None:
    world.progress.meanwhile = [lambda: _write(world, _gone)]
    record = _run(world).record
    before, after, _ = " ".join(world.progress.notes).split("finishing")
    assert "redacted 5 0" in before
    assert "4 transcripts are as they were and are not redacted again" in after
    # It is work of this run all the same.
    assert (record.counts.written, record.reused) == (4, 0)


def test_a_dry_run_decides_again_too(world: World) -> None:
    world.progress.meanwhile = [lambda: _write(world, _gone)]
    record = world.run(dry_run=True)
    assert (record.counts.seen, record.counts.written) == (7, 4)
    assert not world.out.exists()


@pytest.mark.parametrize("content", [None, b"", b"file_id,account_id,prod", b"\x00\xff"])
def test_a_manifest_that_is_not_whole_before_publication_publishes_nothing(
    world: World, content: bytes | None
) -> None:
    path = world.root / "files.csv"

    def spoil() -> None:
        path.unlink()
        if content is not None:
            path.write_bytes(content)

    world.progress.meanwhile = [spoil]
    with pytest.raises(SourceUnavailable, match=r"files\.csv"):
        _run(world)
    assert not (world.out / "runs").exists()
    assert not (world.out / "shards").exists()


def test_a_manifest_that_changes_all_the_time_publishes_nothing(world: World) -> None:
    path = world.root / "files.csv"

    def grows() -> None:
        with path.open("a") as file:
            file.write(f"new,acct-good,async,us,2026-11-01T12:00:00Z,{path.stat().st_size},,,\n")

    world.progress.meanwhile = [grows] * 9
    with pytest.raises(SourceUnavailable, match="changes all the time"):
        _run(world)
    assert not (world.out / "runs").exists()
    names = [event.event for event in Ledger(world.out / "audit" / "ledger.jsonl").read()]
    assert names == ["run_started", "run_failed"]


def test_a_change_while_the_decisions_are_written_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are looked at after the last decision: nothing lies between it and the record."""
    end = DecisionsWriter.__exit__
    left = [1]

    def then(*arguments: Any) -> None:
        end(*arguments)
        if left:
            left.pop()
            _row(world, "good-0").update(_EXCLUDED["eu_server"])
            world.accounts[1]["opted_out"] = "true"
            world.write()

    monkeypatch.setattr(DecisionsWriter, "__exit__", then)
    states = world.decisions(_run(world).record)
    assert states["good-0"] == ("excluded", ["eu_server"])
    assert states["other-0"] == ("excluded", ["opted_out"])


# --- rehearsals ---


def test_a_rehearsal_judges_everything_at_its_moment_and_says_so(world: World) -> None:
    _row(world, "good-0")["expires_at"] = _text(PAST + DAY)  # past by now, not then
    for account in world.accounts:
        account["exported_at"] = _text(PAST - DAY)
    world.write()
    record = _run(world, PAST, replay=True).record
    assert world.decisions(record)["good-0"][0] == "written"
    assert record.rehearsal
    assert record.as_of == _text(PAST)
    assert "rehearsal" in (world.out / "README.md").read_text()
    events = list(Ledger(world.out / "audit" / "ledger.jsonl").read())
    assert [(e.event, e.data["rehearsal"]) for e in events] == [
        ("run_started", True),
        ("run_finished", True),
    ]
    again = _run(world, PAST, replay=True)
    assert again.unchanged
    *_, last = Ledger(world.out / "audit" / "ledger.jsonl").read()
    assert (last.event, last.data["rehearsal"], last.data["as_of"]) == (
        "run_unchanged",
        True,
        _text(PAST),
    )
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("rehearsed_first", [False, True])
def test_no_folder_holds_both_runs_and_rehearsals(world: World, *, rehearsed_first: bool) -> None:
    first = _run(world, replay=rehearsed_first).record
    before = sorted((p, p.read_bytes()) for p in world.out.rglob("*") if p.is_file())
    with pytest.raises(OutputUnusable, match="Name another folder with --out") as refused:
        _run(world, replay=not rehearsed_first)
    assert refused.value.exit_code == 2
    assert sorted((p, p.read_bytes()) for p in world.out.rglob("*") if p.is_file()) == before
    assert first.rehearsal is rehearsed_first


def test_work_of_a_killed_rehearsal_is_not_taken_up_by_a_run(world: World) -> None:
    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    world.progress.meanwhile = [killed]
    with pytest.raises(Killed):
        _run(world, replay=True)
    assert any((world.out / ".checkpoints").iterdir())
    with pytest.raises(OutputUnusable, match="holds rehearsals"):
        _run(world)
    assert verify(world.out).faults == ()


def test_a_marker_that_was_exchanged_lets_no_run_continue_a_rehearsal(world: World) -> None:
    _run(world, replay=True)
    marker = world.out / ".clearshard.json"
    marker.write_bytes(MARKER)
    assert [fault.location for fault in verify(world.out).faults] == [".clearshard.json"]
    with pytest.raises(OutputUnusable, match="holds rehearsals"):
        _run(world)
    marker.write_bytes(b"{}")
    with pytest.raises(OutputUnusable, match="was edited"):
        _run(world)


def test_a_clock_that_goes_back_during_a_run_makes_nothing_young_again(world: World) -> None:
    _row(world, "good-0")["expires_at"] = _text(AS_OF - timedelta(hours=1))
    world.write()
    world.progress.meanwhile = [lambda: setattr(world, "clock", lambda: AS_OF - DAY)]
    record = _run(world).record
    assert world.decisions(record)["good-0"] == ("excluded", ["retention_expired"])
    assert record.as_of == _text(AS_OF)


def test_a_clock_that_went_back_since_the_last_run_makes_nothing_young_again(world: World) -> None:
    _row(world, "good-1")["expires_at"] = _text(AS_OF - timedelta(hours=1))
    _row(world, "good-2")["submitted_at"] = _text(AS_OF - timedelta(hours=1))
    world.write()
    first = _run(world).record
    assert world.decisions(first)["good-2"] == ("written", [])
    back = AS_OF - timedelta(hours=3)
    world.clock = lambda: back
    record = _run(world, back).record
    assert world.decisions(record)["good-1"] == ("excluded", ["retention_expired"])
    # What can have happened yet is as uncertain as the clock.
    assert world.decisions(record)["good-2"] == ("excluded", ["unknown_submitted_at"])
    assert record.as_of == first.as_of
    assert verify(world.out).faults == ()
