"""What was altered since is not believed, but done again; or it ends the run."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.errors import IntegrityError

from ...audit.reference import decisions_of
from ...inline import ENGINE, InlineEngine
from ..watching import at_stage, tidy_nothing
from ..world import World, transcript
from .making import KEY, Killed, dies, fresh, go, shards, write


@pytest.mark.parametrize("what", ["shard", "shard_missing"])
def test_what_was_altered_is_not_believed_but_redone(world: World, what: str) -> None:
    go(world)
    whole = shards(world)
    path = sorted((world.out / "shards").rglob("*.parquet"))[1]
    if what == "shard_missing":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    again = go(world)
    assert not again.unchanged
    assert again.record.reused < 24
    assert shards(world) == whole


@pytest.mark.parametrize(
    "what", ["decisions", "decisions_cut", "decisions_missing", "accounts", "record"]
)
def test_no_run_goes_on_where_nobody_can_tell_what_must_stay_out(world: World, what: str) -> None:
    record = go(world).record
    whole = shards(world)
    path = world.out / "runs" / f"{record.run_id}.json"
    if what != "record":
        holds = what.partition("_")[0]
        path = next((world.out / "audit" / "decisions").rglob(f"{holds}-*.parquet"))
    content = path.read_bytes()
    if what == "record":
        path.write_text(path.read_text().replace('"taken_out": 0', '"taken_out": 1'))
    elif what == "decisions_missing":
        path.unlink()
    elif what == "decisions_cut":
        path.write_bytes(content[:100])
    else:
        table = pq.read_table(path)  # still a table of decisions, but not the one that was recorded
        pq.write_table(table, path, compression="none")
    with pytest.raises(IntegrityError) as error:
        go(world)
    assert path.name in str(error.value)
    assert error.value.exit_code == 5
    path.write_bytes(content)
    assert go(world).unchanged
    assert shards(world) == whole


def test_no_run_goes_on_beside_a_ledger_that_knows_a_newer_one(world: World) -> None:
    """Nothing of that is left: whoever takes away all of it takes away what it keeps out."""
    record = go(world).record
    (world.out / "runs" / f"{record.run_id}.json").unlink()
    shutil.rmtree(world.out / "audit" / "decisions" / f"run={record.run_id}")
    shutil.rmtree(world.out / "shards")
    with pytest.raises(IntegrityError, match=f"{record.run_id}.json is missing"):
        go(world)


def test_a_copy_does_not_come_in_for_decisions_that_are_damaged(world: World) -> None:
    """Whoever forgets what the excluded file held would write it under the other name."""
    world.file("theirs", "acct-other", transcript("this must not be read"))
    path = world.root / "transcripts" / "theirs.json"
    nameless = {k: v for k, v in json.loads(path.read_text()).items() if k != "id"}
    path.write_bytes(speech := json.dumps(nameless).encode())
    write(world)
    go(world)
    newest = visible_runs(world.out)[-1]
    for entry in world.files:
        if entry["file_id"] == "theirs":
            entry["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    world.file("copy", "acct-good", speech)
    write(world)
    damaged = newest.decisions_paths[0]
    content = damaged.read_bytes()
    damaged.write_bytes(content + b"x")
    with pytest.raises(IntegrityError, match=r"Restore it from a backup.*--out"):
        go(world)
    assert visible_runs(world.out)[-1].run_id == newest.run_id
    damaged.write_bytes(content)
    rows = decisions_of(world.out, go(world).record.run_id)
    assert [row["error_type"] for row in rows if row["file_id"] == "copy"] == ["ExcludedContent"]


@pytest.mark.parametrize("how", ["rewritten", "removed"])
def test_what_is_altered_while_a_run_works_is_in_no_shard(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Hours can lie between the look at a shard and the moment that its rows are taken."""
    go(world)
    world.files = [f for f in world.files if f["file_id"] != "file-0"]
    write(world)

    def alters() -> None:
        for path in (world.out / "shards").rglob("*.parquet"):
            table = pq.read_table(path)
            text = pa.array(["my name is Maria Lopez"] * table.num_rows)
            planted = table.set_column(table.column_names.index("text"), "text", text)
            path.unlink() if how == "removed" else pq.write_table(planted, path)

    at_stage(monkeypatch, "assemble", alters)
    with pytest.raises(IntegrityError, match="during the run"):
        go(world)
    monkeypatch.undo()
    monkeypatch.setenv("CLEARSHARD_KEY", KEY)
    monkeypatch.setattr(ENGINE, InlineEngine)
    go(world)
    assert not any("Maria" in text for text in world.texts())


def test_a_damaged_shard_is_made_again_even_if_the_run_that_does_it_is_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions and contents are those of the visible run then; its shards are not."""
    go(world)
    whole = shards(world)
    for path in (world.out / "shards").rglob("*.parquet"):
        path.write_bytes(b"damaged")
    with monkeypatch.context() as patch:
        at_stage(patch, "assemble", dies)
        tidy_nothing(patch)
        with pytest.raises(Killed):
            go(world)
    result = go(world)
    assert (result.unchanged, result.record.reused) == (False, 24)
    assert shards(world) == whole
    assert verify(world.out).faults == ()


def test_a_row_is_taken_only_for_the_file_that_it_was_made_of(world: World) -> None:
    """Two files with the same transcript are two rows."""
    path = world.root / "transcripts" / "file-0.json"
    nameless = {k: v for k, v in json.loads(path.read_text()).items() if k != "id"}
    path.write_text(json.dumps(nameless))
    world.file("twin", "acct-good", path.read_bytes())
    write(world)
    go(world)
    world.files = [f for f in world.files if f["file_id"] != "file-0"]
    write(world)
    result = go(world)
    assert result.record.counts.written == 24
    assert shards(world) == fresh(world)
