"""Shards that runs share, and those that the newest run does not list any more."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearshard.audit.faults import Fault
from clearshard.audit.reading import visible_runs
from clearshard.audit.replaced import replaced_shards, with_rows_gone
from clearshard.audit.verify import verify
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.vault.vault import PLAIN

from .building import Output, Row, excluded, quarantined, shard_row
from .verifying import below, faults_of, flip, only

TWO = (Row("f1"), Row("f2", part=1))
STILL_THERE = (
    "is still there, though run new replaced it and has not all of its rows: an interrupted "
    "removal, which the next run ends"
)


def replaced_by(output: Output, rows: Sequence[Row], **more: Any) -> tuple[Path, Path]:
    """The two shards of a run, which another has replaced."""
    output.publish("old", TWO)
    output.publish("new", rows, superseded=["old"], **more)
    first, second = output.shard_paths("old")
    return first, second


def test_of_which_all_rows_stay_is_tolerated(output: Output) -> None:
    paths = replaced_by(output, [*TWO, Row("f3")])
    assert not set(paths) & set(output.shard_paths("new"))
    assert faults_of(output) == ()
    assert verify(output.out).checked.shards == 2  # those in force


@pytest.mark.parametrize(
    "f2",
    [
        None,
        excluded("f2", "opted_out", opted_out=True),
        quarantined("f2", "residual_pii", "ResidualPii"),
    ],
)
def test_with_a_row_that_is_gone_is_a_fault(output: Output, f2: Row | None) -> None:
    _, second = replaced_by(output, [Row("f1"), *([f2] if f2 else [])])
    only(output, below(output, second), STILL_THERE)
    second.unlink()
    second.parent.rmdir()
    assert faults_of(output) == ()


def test_each_with_a_row_that_is_gone_is_named(output: Output) -> None:
    paths = replaced_by(output, [])
    assert faults_of(output) == tuple(Fault(below(output, path), STILL_THERE) for path in paths)


def test_that_was_redacted_to_another_promise_is_a_fault(output: Output) -> None:
    paths = replaced_by(output, TWO, record={"promise_digest": "e" * 64})
    message = STILL_THERE.replace("has not all of its rows", "was asked to redact otherwise")
    assert faults_of(output) == tuple(Fault(below(output, path), message) for path in paths)


def test_a_row_is_sought_in_any_period(output: Output) -> None:
    """A file whose time of submission was corrected is in another shard, and goes on being used."""
    replaced_by(output, [Row("f1", part=2), Row("f2", part=1)])
    assert faults_of(output) == ()


def test_that_was_edited_is_a_fault(output: Output) -> None:
    _, second = replaced_by(output, TWO)
    flip(second)
    only(output, below(output, second), "its SHA-256 differs")


def test_that_was_edited_and_has_a_row_that_is_gone_is_one_fault(output: Output) -> None:
    _, second = replaced_by(output, TWO[:1])
    flip(second)
    only(output, below(output, second), "its SHA-256 differs")


def link_to_it(path: Path) -> None:
    aside = path.parents[3] / "aside"
    path.rename(aside)
    path.symlink_to(aside)


def dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("put", [link_to_it, dangling_link, folder, pipe])
def test_what_is_no_file_in_its_place(output: Output, put: Callable[[Path], None]) -> None:
    _, second = replaced_by(output, TWO)
    put(second)
    faults = verify(output.out).faults
    assert (below(output, second), True) in [
        (fault.location, "is not a file of its own but a link or folder" in fault.message)
        for fault in faults
    ]


def test_a_row_without_a_key_counts_as_gone(output: Output) -> None:
    schema = pa.schema([field.with_nullable(True) for field in SHARD_SCHEMA])
    held = output.write_shard(0, [shard_row(TWO[0].key, doc_key=None)], schema)
    output.publish("old", TWO[:1], shards={}, record={"shards": (held,)})
    output.publish("new", TWO[:1], superseded=["old"])
    only(output, f"shards/{held.name}", STILL_THERE)


def test_what_cannot_be_read_counts_as_gone_and_hides_no_other(output: Output) -> None:
    first, second = replaced_by(output, TWO)
    names = [f"{path.parent.name}/{path.name}" for path in (first, second)]
    newest = visible_runs(output.out)[-1]
    assert with_rows_gone(newest, names, PLAIN) == frozenset()
    second.write_bytes(b"junk")
    assert with_rows_gone(newest, names, PLAIN) == {names[1]}
    second.unlink()
    assert with_rows_gone(newest, names, PLAIN) == {names[1]}


def test_of_a_run_without_decisions_none_stays(output: Output) -> None:
    replaced_by(output, (), record={"decisions": ()})
    names = [one.name for one in replaced_shards(output.out, visible_runs(output.out))]
    assert with_rows_gone(visible_runs(output.out)[-1], names, PLAIN) == set(names)


def test_decisions_that_cannot_be_relied_on_say_nothing_of_it(output: Output) -> None:
    replaced_by(output, TWO[:1])
    path = output.decisions_paths("new")[0]
    flip(path)
    only(output, below(output, path), "its SHA-256 differs")


def test_a_shard_that_was_carried_over_is_in_force(output: Output) -> None:
    first, second = replaced_by(output, [Row("f1"), Row("f3", part=1)], texts_of="old")
    new_first, new_second = output.shard_paths("new")
    assert (first, second != new_second) == (new_first, True)
    only(output, below(output, second), STILL_THERE)
    output.remove_shards("old")
    assert faults_of(output) == ()
    checked = verify(output.out).checked
    assert (checked.shards, checked.transcripts) == (2, 2)
    flip(first)
    only(output, below(output, first), "its SHA-256 differs")
    first.unlink()
    only(output, below(output, first), "is missing")


def test_a_run_that_carries_everything_over(output: Output) -> None:
    replaced_by(output, [*TWO, excluded("f3", "eu_server", region="eu")], texts_of="old")
    assert output.shard_paths("old") == output.shard_paths("new")
    assert faults_of(output) == ()
    assert replaced_shards(output.out, visible_runs(output.out)) == []


def test_a_carried_over_shard_with_a_row_too_many(output: Output) -> None:
    """What a run takes over it answers for, whoever wrote it."""
    output.publish("old", TWO)
    output.publish(
        "new",
        [Row("f1")],
        superseded=["old"],
        texts_of="old",
        record={"shards": output.record("old").shards},
    )
    only(output, below(output, output.shard_paths("old")[1]), "1 row(s) belong to no file")


@pytest.mark.parametrize(
    ("texts", "replaced"),
    [
        ("aaa", []),
        ("aab", ["c"]),
        ("aba", ["c"]),  # what b wrote; a's is in force again
        ("abb", ["b"]),
        ("abc", ["b", "c"]),
    ],
)
def test_since_when(output: Output, texts: str, replaced: list[str]) -> None:
    """Each from the end of the run that did not list it any more."""
    for number, (run, text) in enumerate(zip("abc", texts, strict=True)):
        output.publish(run, [Row("f1")], superseded="abc"[:number], texts_of=text)
    runs = visible_runs(output.out)
    ends = {run.finished_at: run.run_id for run in runs}
    found = replaced_shards(output.out, runs)
    assert sorted(ends[one.replaced_at] for one in found) == replaced
    assert {one.name for one in found}.isdisjoint(shard.name for shard in runs[-1].record.shards)
    for one in found:
        (output.out / "shards" / one.name).unlink()
    assert replaced_shards(output.out, runs) == []


def test_a_shard_that_no_record_lists_is_not_one_of_them(output: Output) -> None:
    replaced_by(output, TWO)
    other = Output(output.out.parent / "other")
    other.publish("x", [Row("f1")], shards={0: [shard_row(Row("f1").key, language="xx")]})
    [stranger] = other.shard_paths("x")
    path = output.out / "shards" / "2026-01" / stranger.name
    path.write_bytes(stranger.read_bytes())
    only(output, below(output, path), "is in no record")
