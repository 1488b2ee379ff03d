"""Nobody comes in under another spelling: whole runs."""

from pathlib import Path

import pytest

from .world import World, transcript

KEPT = transcript("hello there", "a green chair please")
GONE = transcript("this must not be read", "unreadworthy")
STOCK = '[redaction]\nprofile = "stock"\n'


@pytest.mark.parametrize(
    "spelling", ["ACCT-1", "acct-1 ", "acct\u200b-1", "\ufeffacct-1", "acct\u00a0-1", "acct\u20111"]
)
def test_an_account_that_opted_out_under_another_spelling(tmp_path: Path, spelling: str) -> None:
    world = World(tmp_path)
    world.account("other")
    world.account(spelling, opted_out="true")
    world.account("acct-1")
    world.file("kept", "other", KEPT)
    world.file("gone", "acct-1", GONE)
    world.write(STOCK)
    decided = world.decisions(world.run())
    assert decided["kept"] == ("written", [])
    assert decided["gone"] == ("excluded", ["conflicting_registry_rows"])
    assert len(world.texts()) == 1


@pytest.mark.parametrize("spelling", ["FILE-1", "file\u200b-1", "file\u00a0-1", "ﬁle-1"])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_deletion_that_is_requested_under_another_spelling(
    tmp_path: Path, spelling: str, swapped: bool
) -> None:
    world = World(tmp_path)
    world.account("acct-1")
    world.file("kept", "acct-1", KEPT)
    deleted, other = ("file-1", spelling) if swapped else (spelling, "file-1")
    world.file(deleted, "acct-1", GONE, deletion_requested_at="2026-11-20T00:00:00Z")
    world.file(other, "acct-1", GONE)
    world.write(STOCK)
    decided = world.decisions(world.run())
    assert decided["kept"] == ("written", [])
    assert decided[deleted] == ("excluded", ["deletion_requested"])
    assert decided[other] == ("quarantined", ["duplicate_file_id"])
    assert len(world.texts()) == 1


@pytest.mark.parametrize(
    "spelling", ["file-1\t", "\x1ffile-1", "FILE-1\x7f", 'fi"le-1', 'file-1"', 'fi"le\u200b-1']
)
def test_a_deletion_whose_id_holds_what_no_id_may_hold(tmp_path: Path, spelling: str) -> None:
    world = World(tmp_path)
    world.account("acct-1")
    world.file("kept", "acct-1", KEPT)
    world.file("file-1", "acct-1", GONE)
    world.write(STOCK)
    with (world.root / "files.csv").open("a") as manifest:
        manifest.write(
            f"{spelling},acct-1,async,us,2026-11-01T00:00:00Z,gone.json,2026-11-20T00:00:00Z,,\n"
        )
    record = world.run()
    assert (record.counts.written, record.counts.quarantined) == (1, 2)
    assert len(world.texts()) == 1
