"""A purge reads what it touches; where it may not believe that, it looks at everything."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from clearshard import layout
from clearshard.audit import decisions
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import with_rows_gone
from clearshard.audit.stored import finding
from clearshard.audit.stored.index import MarksOfRows
from clearshard.audit.verify import Known, verify
from clearshard.errors import IntegrityError
from clearshard.run.known_files import Named, as_announced, known_files, written_rows
from clearshard.run.output import publish, replaced, writer
from clearshard.run.output.folder import encode_record
from clearshard.run.purge import job
from clearshard.run.row_marks import marks_of_rows
from clearshard.run.stages.stage import nobody
from clearshard.vault.vault import Vault

from ..world import World, transcript
from .test_killed import ASKED, Killed, dies_at, is_finished
from .worlds import FILES, SETTINGS, holding, make_world, newest, observed, purge, word

NAMED = (
    Named(accounts=["acct-a"]),
    Named(accounts=["ACCT-B", "acct-c", "nobody"]),
    Named(accounts=["аcct-a"]),  # noqa: RUF001 - the first letter is Cyrillic
    Named(files=["a-1", "D - 2", "nothing"]),
    Named(files=["late-0"], accounts=["acct-e"]),
    Named(),
)


def looked_at_everything(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Names of the shards that somebody held against all decisions."""
    asked: list[Sequence[str]] = []

    def told(newest: VisibleRun, names: Sequence[str], vault: Vault) -> frozenset[str]:
        asked.append(names)
        return with_rows_gone(newest, names, vault)

    monkeypatch.setattr(replaced, "with_rows_gone", told)
    return asked


@pytest.mark.parametrize("named", NAMED)
def test_by_an_index_the_same_is_found_as_without(world: World, named: Named) -> None:
    purge(world, "acct-e")
    runs = visible_runs(world.out)
    assert all(file.index for run in runs for file in run.record.decisions if file.holds in _ROWS)
    without = as_announced(runs, {})
    assert not any(file.index for run in without for file in run.record.decisions)
    assert known_files(runs, named) == known_files(without, named)
    columns = ["file_id", "account_id", "doc_key", "file", "row"]
    for run, plain in zip(runs, without, strict=True):
        assert written_rows(run, named, columns).equals(written_rows(plain, named, columns))


_ROWS = ("decisions", "changes")


def test_a_record_that_was_edited_has_no_say(world: World) -> None:
    """Whoever can write to it could name an index in which an account is missing."""
    run = visible_runs(world.out)[-1]
    files = tuple(replace(file, index=file.index and "0" * 64) for file in run.record.decisions)
    edited = encode_record(replace(run.record, decisions=files))
    (world.out / layout.record(run.run_id)).write_bytes(edited)
    assert purge(world, "acct-a").plan.files == FILES + 1
    assert holding(world, word("a")) == []


def test_an_index_that_is_not_what_was_recorded_ends_a_purge(world: World) -> None:
    run = visible_runs(world.out)[-1]
    [path, *_] = run.table.rows
    footer = pq.read_metadata(path).metadata[b"clearshard.index"]
    path.write_bytes(path.read_bytes().replace(footer, footer.replace(b"1", b"2", 1)))
    with pytest.raises(IntegrityError):
        purge(world, "acct-a")


def test_an_index_that_hides_an_account_is_found_by_verify(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verify(world.out, Known(marks=marks_of_rows)).faults == ()

    def hiding(rows: pa.RecordBatch) -> MarksOfRows:
        found = dict(marks_of_rows(rows))
        marks, known = found["account_id"]
        theirs = pc.equal(rows.column("account_id"), "acct-a")
        found["account_id"] = marks, known & ~theirs.to_numpy(zero_copy_only=False)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(writer, "marks_of_rows", hiding)
        patch.setattr("clearshard.run.output.keeping.marks_of_rows", hiding)
        (tmp_path / "lying").mkdir()
        lying = make_world(tmp_path / "lying")
    assert known_files(visible_runs(lying.out), Named(accounts=["acct-a"])) == {}
    faults = verify(lying.out, Known(marks=marks_of_rows)).faults
    assert {"its index is not that of its rows" in fault.message for fault in faults} == {True}


def test_only_row_groups_and_shards_that_hold_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_ROWS_PER_GROUP", 1)
    world = make_world(tmp_path)
    run = visible_runs(world.out)[-1]
    groups = sum(pq.read_metadata(path).num_row_groups for path in run.table.rows)
    read = 0
    some = finding._some

    def counting(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> pa.RecordBatch:
        nonlocal read
        read += 1
        batch = some(file, group, columns)
        if "account_id" in columns:
            assert batch.column("account_id").to_pylist() == ["acct-a"]
        return batch

    monkeypatch.setattr(finding, "_some", counting)
    purge(world, "acct-a")
    assert groups > 5 * FILES
    assert read
    assert holding(world, word("a")) == []


def test_after_a_clean_end_nobody_looks_at_all_decisions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = looked_at_everything(monkeypatch)
    # The run before has replaced shards, which are kept for readers.
    made = purge(world, "acct-b").receipt
    assert made is not None
    assert made.searched > len(made.written)
    assert asked == []
    assert holding(world, word("b")) == []


@pytest.mark.parametrize("stage", ["remove", "receipt", "sweep"])
def test_after_an_interrupted_end_all_is_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    asked = looked_at_everything(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(job, "forget", lambda *_: None)
        with pytest.raises(Killed):
            observed(world, ASKED, dies_at(stage))
    assert asked == []
    if stage == "remove":
        # And whoever comes next is killed while it is about to look: the one after that looks.
        with monkeypatch.context() as patch:

            def die(*_: object) -> None:
                raise Killed

            patch.setattr(publish, "remove_replaced", die)
            with pytest.raises(Killed):
                observed(world, ASKED, nobody)
    observed(world, ASKED, nobody)
    assert bool(asked) == (stage == "remove")
    is_finished(world)


def test_the_places_of_a_record_say_which_shards_are_planned_again(world: World) -> None:
    """All others are listed as they were, in their order."""
    before = newest(world)
    purge(world, files=("a-1",))
    after = newest(world)
    assert list(after.shards) == sorted(
        after.shards, key=lambda shard: (shard.leaf.period, shard.leaf.first_place)
    )
    same = {shard.name for shard in before.shards} & {shard.name for shard in after.shards}
    assert len(same) >= len(before.shards) - 2


def test_what_is_stored_in_another_spelling_is_found(world: World) -> None:
    world.account("ACCT-Ü")
    world.file("LATE-Ü", "ACCT-Ü", transcript("good day", "this is about umbrellas"))
    world.write(SETTINGS)
    world.run()
    for named in (Named(accounts=["acct-ü"]), Named(files=["late-ü"])):
        assert [*known_files(visible_runs(world.out), named)] == ["late-ü"]
    assert purge(world, "acct-ü").plan.files == 1
    assert holding(world, "umbrellas") == []


def test_a_record_is_read_anew_where_its_bytes_are_others(world: World) -> None:
    run = visible_runs(world.out)[-1]
    assert visible_runs(world.out)[-1] is run
    path = world.out / layout.record(run.run_id)
    path.write_bytes(encode_record(replace(run.record, stale=7)))
    assert visible_runs(world.out)[-1].record.stale == 7
    path.write_bytes(b"{}")
    with pytest.raises(IntegrityError):
        visible_runs(world.out)
