"""What is told of a file that was purged, what is verified, and what a bundle holds."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.account import account_report
from clearshard.audit.bundle.pack import pack
from clearshard.audit.explain import Explanation, explain
from clearshard.audit.report.page import account_page
from clearshard.audit.tombstones import Kind
from clearshard.audit.verify import Known, verify
from clearshard.cli.entry import _exit_code
from clearshard.run.tombstones import one_id

from ..test_tombstones import PURGE, place
from ..world import World
from .test_lift import lifted
from .worlds import FILES, SETTINGS, newest, purge


def told(world: World, file_id: str) -> Explanation:
    found = explain(world.out, file_id, one_id)
    assert found is not None
    return found


def test_a_purge_its_tombstone_and_its_receipt_are_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    purge(world, "ACCT-A")
    run_id = newest(world).run_id
    found = told(world, "a-1")
    assert [verdict.state for verdict in found.verdicts] == ["written", "written", "excluded"]
    last = found.verdicts[-1]
    assert (last.run_id, last.purge) == (run_id, "account")
    assert last.receipt == layout.receipt(run_id)
    assert [why.reason for why in last.reasons] == ["deletion_requested"]
    written = found.verdicts[0].written
    assert written is not None
    assert "shards_removed" in {one.event for one in written.events}
    of_file, of_account = found.tombstones
    assert (of_account.kind, of_account.id, of_account.purge) == (Kind.ACCOUNT, "ACCT-A", run_id)
    assert (of_file.kind, of_file.id, of_file.account_id) == (Kind.FILE, "a-1", "acct-a")
    assert _exit_code(["audit", "explain", "a-1", "--out", str(world.out)]) == 0
    said = capsys.readouterr().out
    assert f"account ACCT-A was purged by {run_id}" in said
    assert layout.receipt(run_id) in said


def test_the_report_of_an_account_tells_what_was_purged_and_stays_out(world: World) -> None:
    purge(world, "ACCT-A")
    run_id = newest(world).run_id
    found = account_report(world.out, "acct-a", one_id)
    [tombstone] = found.tombstones
    assert (tombstone.id, tombstone.purge, tombstone.lifted_at) == ("ACCT-A", run_id, None)
    assert found.receipts == {run_id: layout.receipt(run_id)}
    assert found.taken_out == found.files_kept_out == len(found.files) > 0
    page = account_page(found, None, "0")
    assert "Kept out." in page
    assert layout.receipt(run_id) in page
    lifted(world, Kind.ACCOUNT, "acct-a")
    found = account_report(world.out, "acct-a", one_id)
    assert found.tombstones[0].lifted_at is not None
    assert found.files_kept_out == 0
    assert "Let in again." in account_page(found, None, "0")
    purge(world, files=("A-1",))
    assert account_report(world.out, "acct-a", one_id).files_kept_out == 1
    other = account_report(world.out, "acct-b", one_id)
    assert (other.tombstones, other.receipts, other.files_kept_out) == ((), {}, 0)


def test_nothing_but_a_lift_brings_back_what_the_registry_has_purged(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for account in world.accounts:
        account["opted_out"] = str(account["account_id"] == "acct-a").lower()
    world.write(SETTINGS)
    purge(world)
    run_id = newest(world).run_id
    *earlier, last = told(world, "a-1").verdicts
    assert (last.remedy.outcome, last.remedy.obstacles) == ("lift", (run_id,))
    assert {one.remedy.outcome for one in earlier} == {"written"}
    assert [why.reason for why in last.reasons] == ["opted_out"]
    assert _exit_code(["audit", "explain", "a-1", "--out", str(world.out)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"eligible not while purge {run_id} keeps it out" in said
    assert f"Nothing brings it back while purge {run_id} keeps it out. After `clearshard" in said
    lifted(world, None, run_id)
    assert told(world, "a-1").verdicts[-1].remedy.outcome == "facts"


def test_of_others_a_purge_has_decided_nothing(world: World) -> None:
    purge(world, "acct-a")
    found = told(world, "b-1")
    assert [verdict.purge for verdict in found.verdicts] == [None, None]
    assert found.tombstones == ()


def test_what_was_lifted_is_told_with_its_reason(world: World) -> None:
    purge(world, files=("B-1",))
    lifted(world, Kind.FILE, "b-1")
    [tombstone] = told(world, "b-1").tombstones
    assert (tombstone.id, tombstone.lifted_because) == ("B-1", "they asked us to")


def test_a_file_that_went_with_its_account_is_lifted_with_it(world: World) -> None:
    purge(world, "ACCT-A")
    lifted(world, Kind.ACCOUNT, "acct-A")
    assert [one.lifted_because for one in told(world, "a-1").tombstones] == ["they asked us to"] * 2
    world.run()
    assert told(world, "a-1").verdicts[-1].state == "written"
    assert verify(world.out).faults == ()


def test_who_was_purged_before_any_run_is_told_too(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    purge(world, files=("never-seen",))
    assert told(world, "Never-Seen").verdicts == ()
    assert _exit_code(["audit", "explain", "never-seen", "--out", str(world.out)]) == 0
    assert "was purged by" in capsys.readouterr().out


def test_a_run_that_loses_a_file_tells_its_receipt(world: World) -> None:
    world.files = [row for row in world.files if row["file_id"] != "b-1"]
    for account in world.accounts:
        if account["account_id"] == "acct-c":
            account["opted_out"] = "true"
    world.write(SETTINGS)
    record = world.run()
    assert told(world, "c-1").verdicts[-1].receipt == layout.receipt(record.run_id)
    assert told(world, "d-1").verdicts[-1].receipt is None


def test_a_file_that_is_in_the_shards_though_purged_is_a_fault(world: World) -> None:
    place(world, Kind.FILE, "b-1", "c-1")
    place_later = [fault.message for fault in verify(world.out).faults]
    assert len(place_later) == 1
    assert place_later[0].startswith("2 file(s) are written, though")
    lifted(world, Kind.FILE, "B-1")
    assert verify(world.out).faults[0].message.startswith("1 file(s) are written, though")
    world.run()
    assert verify(world.out).faults == ()


def test_verification_knows_ids_in_every_spelling(world: World) -> None:
    place(world, Kind.FILE, "B-1", "c\u20101")
    [fault] = verify(world.out, Known(same=one_id)).faults
    assert fault.message.startswith("2 file(s) are written, though")
    (world.out / layout.tombstones(PURGE)).unlink()
    [fault] = verify(world.out, Known(same=one_id)).faults
    assert fault.message.startswith("is missing, and the ledger names it. Restore it from a backup")
    assert "run again" not in fault.message


def test_a_bundle_holds_tombstones_and_receipts(world: World, tmp_path: Path) -> None:
    purge(world, "acct-a")
    run_id = newest(world).run_id
    with (tmp_path / "bundle.zip").open("wb") as file:
        packed = pack(world.out, file, Known(), "0")
    assert packed.verification.sound
    with zipfile.ZipFile(tmp_path / "bundle.zip") as zipped:
        zipped.extractall(tmp_path)
    folder = tmp_path / "clearshard-evidence"
    receipt = folder / "output" / layout.receipt(run_id)
    assert json.loads(receipt.read_text())["files"] == FILES + 1
    assert (folder / "output" / layout.tombstones(run_id)).exists()
    check = [sys.executable, "-I", str(folder / "check.py")]
    assert subprocess.run(check, capture_output=True).returncode == 0
