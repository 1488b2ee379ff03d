"""A night's decisions are kept as what has changed, and are those of a run over everything."""

from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.explain import explain
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.errors import IntegrityError
from clearshard.records.run import Holds, RunRecord
from clearshard.run.options import RunOptions

from ..audit.building import NO_LIMITS
from ..audit.reference import decisions_of
from .watching import before_each
from .world import AS_OF, World, small_world, transcript

STOCK = '[redaction]\nprofile = "stock"\n'
#: What differs between runs that see the same, each by itself.
_OF_RUN = ("decided_at",)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A small world whose nights are always kept as changes."""
    monkeypatch.setattr("clearshard.run.output.keeping.LIMITS", NO_LIMITS)
    # Of a file that has just been written no version is kept, and in the next night it is: that
    # would be a change, or none, as time goes on.
    monkeypatch.setattr("clearshard.run.resume.looks.GRANULE_NS", -(10**18))
    world = small_world(tmp_path)
    world.write(STOCK)
    return world


def account(world: World, account_id: str) -> dict[str, str]:
    return next(one for one in world.accounts if one["account_id"] == account_id)


def export_anew(world: World) -> None:
    """Every account is dated anew, as an export does."""
    for one in world.accounts:
        one["exported_at"] = "2026-11-22T06:00:00Z"


def night(world: World) -> None:
    export_anew(world)
    account(world, "acct-other")["opted_out"] = "true"
    world.files = [file for file in world.files if file["file_id"] != "good-1"]
    world.file("new", "acct-good", transcript("good evening", "a lamp please"))
    world.write(STOCK)


def kept(record: RunRecord) -> list[tuple[str, int]]:
    own = [file for file in record.decisions if file.run_id == record.run_id]
    return [(file.holds, file.row_count) for file in own]


def said(out: Path, record: RunRecord) -> list[dict[str, Any]]:
    rows = decisions_of(out, record.run_id)
    return sorted(({k: v for k, v in r.items() if k not in _OF_RUN} for r in rows), key=repr)


def test_a_night_writes_what_has_changed(world: World) -> None:
    first = world.run()
    assert kept(first) == [(Holds.TABLE, 8), (Holds.ACCOUNTS, 5)]
    night(world)
    second = world.run()
    # The new file and that of the account; and where they were, and the one that went.
    assert kept(second) == [(Holds.CHANGES, 2), (Holds.REPLACED, 2), (Holds.ACCOUNTS, 5)]
    assert second.decisions[0] == first.decisions[0]
    whole = world.run(out=world.root / "whole")
    assert said(world.out, second) == said(world.root / "whole", whole)
    assert verify(world.out).faults == ()
    assert world.result(RunOptions(world.out, AS_OF, 1, dry_run=False)).unchanged


def test_a_newer_export_that_says_the_same_is_nothing_new_of_files(world: World) -> None:
    world.run()
    export_anew(world)
    world.file("new", "acct-good", transcript("good evening", "a lamp please"))
    world.write(STOCK)
    record = world.run()
    assert kept(record) == [(Holds.CHANGES, 1), (Holds.ACCOUNTS, 5)]
    explained = explain(world.out, "good-0")
    assert explained is not None
    exported = [verdict.facts["exported_at"] for verdict in explained.verdicts]
    assert exported == ["2026-11-22T00:00:00Z", "2026-11-22T06:00:00Z"]


def test_files_keep_the_reading_that_decided_them(world: World) -> None:
    """What was excluded at the start is not decided again; what would be written is."""

    def opts_out() -> None:
        export_anew(world)
        account(world, "acct-other")["opted_out"] = "true"
        world.write(STOCK)

    world.progress.meanwhile.append(opts_out)
    record = world.run()
    exported = {
        row["file_id"]: row["facts"]["exported_at"].hour
        for row in decisions_of(world.out, record.run_id)
    }
    assert exported["good-0"] == exported["other-0"] == 6
    assert exported["eu-0"] == exported["baa-0"] == exported["out-0"] == 0
    # Another such night is none of files that are as they were.
    world.file("new", "acct-good", transcript("good evening", "a lamp please"))
    world.write(STOCK)
    assert (Holds.CHANGES, 2) in kept(world.run())  # the new one, and `other-0`, as from the start


def test_nothing_follows_a_damaged_table_until_it_is_restored(world: World) -> None:
    first = world.run()
    night(world)
    path = world.out / "audit" / "decisions" / first.decisions[0].name
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(IntegrityError, match="Restore it"):
        world.run()
    path.write_bytes(content)
    assert world.run().decisions[0].run_id == first.run_id


@pytest.mark.slow
@pytest.mark.parametrize("last", range(0, 14, 2))
def test_a_killed_publication_of_changes_is_finished(
    world: World, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    """Before each other operation of its commit, of which it has about as many."""
    world.run()
    night(world)
    world.file("more", "acct-good", transcript("good evening", "two lamps"))
    world.write(STOCK)
    seen = 0

    def dies(_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > last:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        before_each(patch, dies)
        with pytest.raises(KeyboardInterrupt):
            world.run()
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    world.result(options)
    assert world.result(options).unchanged
    assert verify(world.out).faults == ()
    newest = visible_runs(world.out)[-1].record
    assert len(decisions_of(world.out, newest.run_id)) == newest.counts.seen == 9
    assert newest.decisions[0].run_id != newest.run_id
