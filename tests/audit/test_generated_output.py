"""The benchmark's output folder in small: it is what a run leaves, and the answers are right."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.explain import explain
from clearshard.audit.listing import decisions_on, list_decisions
from clearshard.audit.reading import Pick, visible_runs
from clearshard.audit.summary import summarise
from clearshard.audit.verify import verify
from clearshard.records.schemas import ROW_SCHEMA

from ..benchmarks.audit_output import CHUNK, Size, file_ids, generate
from .reference import decisions_of

pytestmark = pytest.mark.slow

SIZE = Size(runs=2, files=CHUNK + 5_000, new_files=1_000, accounts=500)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("generated") / "out"
    generate(folder, SIZE)
    return folder


@cache
def rows_of(out: Path, run_id: str) -> list[dict[str, Any]]:
    """Read without any of the code that is tested."""
    return decisions_of(out, run_id)


def test_it_is_what_runs_leave(out: Path) -> None:
    report = verify(out)
    places = {fault.location for fault in report.faults}
    # Only the shards were never made.
    assert all(place.startswith("shards") for place in places), places
    assert report.checked.decisions == 2 * SIZE.files


def test_it_is_the_same_each_time(out: Path, tmp_path: Path) -> None:
    again = generate(tmp_path / "out", SIZE)
    digests = [[file.sha256 for file in run.record.decisions] for run in visible_runs(out)]
    assert [[file.sha256 for file in record.decisions] for record in again] == digests


def test_summary_counts_what_is_there(out: Path) -> None:
    runs = [rows_of(out, run.run_id) for run in visible_runs(out)]
    rows = [row for of_run in runs for row in of_run]
    summary = summarise(out, Pick.ALL, accounts=5)
    states = Counter(row["state"] for row in rows)
    total = summary.total
    assert states == {
        "written": total.written,
        "excluded": total.excluded,
        "quarantined": total.quarantined,
    }
    assert min(states.values()) > 100
    assert [part.funnel.seen for part in summary.by_run] == [len(of_run) for of_run in runs]
    reasons = Counter((row["state"], reason) for row in rows for reason in row["reasons"])
    assert {(c.state.value, c.reason): c.files for c in summary.by_reason} == reasons
    assert len(reasons) > 15
    accounts = Counter(row["account_id"] for row in rows)
    largest = sorted(accounts.items(), key=lambda item: (-item[1], item[0]))[:5]
    assert [(part.name, part.funnel.seen) for part in summary.by_account] == largest
    assert summary.other_accounts.accounts == len(accounts) - 5


def test_the_second_run_has_written_changes(out: Path) -> None:
    first, second = (run.record for run in visible_runs(out))
    assert [file.holds for file in first.decisions] == ["decisions", "accounts"]
    assert [file.holds for file in second.decisions] == [
        *("decisions", "changes", "replaced", "accounts")
    ]
    assert second.decisions[0] == first.decisions[0]
    size = sum(run.stat().st_size for run in visible_runs(out)[0].decisions_folder.iterdir())
    more = sum(run.stat().st_size for run in visible_runs(out)[1].decisions_folder.iterdir())
    assert more < size / 10


def test_listing_is_in_the_order_of_the_files(out: Path) -> None:
    run = visible_runs(out)[-1]
    listed = [row["file_id"] for row in list_decisions(out)]
    assert listed == [row["file_id"] for row in rows_of(out, run.run_id)]
    assert len(listed) == SIZE.files


@pytest.mark.parametrize(
    "place", [0, 999, 1_000, 30_000, CHUNK - 1, CHUNK, CHUNK + 4_999, CHUNK + 5_999]
)
def test_explain_finds_every_decision(out: Path, place: int) -> None:
    file_id = file_ids(place // CHUNK)[place % CHUNK].as_py()
    there = [
        (run.run_id, row["state"], row["reasons"])
        for run in visible_runs(out)
        for row in rows_of(out, run.run_id)
        if row["file_id"] == file_id
    ]
    explanation = explain(out, file_id)
    assert explanation is not None
    assert there == [
        (v.run_id, v.state.value, [why.reason for why in v.reasons]) for v in explanation.verdicts
    ]
    for verdict in explanation.verdicts:
        assert verdict.written is None or verdict.written.shard is not None
    assert len(there) == (2 if 1_000 <= place < CHUNK + 5_000 else 1)
    assert explain(out, file_id[:-1] + ("0" if file_id[-1] != "0" else "1")) is None


def test_a_row_that_was_replaced_is_not_found_again(out: Path) -> None:
    """Also in a row group before which none is read, since their filters rule the id out."""
    first, second = visible_runs(out)
    base = first_rows(out).column("file_id").to_pylist()
    replaced = pq.ParquetFile(second.table.replaced[0]).read().column("row").to_pylist()
    now = {row["file_id"]: row for row in rows_of(out, second.run_id)}
    changed = [base[row] for row in replaced if row >= CHUNK and base[row] in now]
    assert changed
    for file_id in changed[:3]:
        before, after = decisions_on((first, second), file_id)
        assert before["file_id"] == after["file_id"] == file_id
        assert (before["state"], before["reasons"]) != (after["state"], after["reasons"])
        assert (after["state"], after["reasons"]) == (
            now[file_id]["state"],
            now[file_id]["reasons"],
        )


def test_row_groups_have_filters_and_one_size(out: Path) -> None:
    for path in (visible_runs(out)[0].decisions_paths[0],):
        metadata = pq.read_metadata(path)
        sizes = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
        assert sizes == [CHUNK, SIZE.files - CHUNK]
        # As another reader sees it: a value that is there is never ruled out.
        import duckdb

        ids = pq.ParquetFile(path).read(["file_id"]).column("file_id")
        for row in (0, CHUNK - 1, CHUNK, SIZE.files - 1):
            probed = duckdb.sql(
                "SELECT row_group_id, bloom_filter_excludes FROM "
                "parquet_bloom_probe($path, 'file_id', $id)",
                params={"path": str(path), "id": ids[row].as_py()},
            ).fetchall()
            assert dict(probed)[row // CHUNK] is False
        absent = duckdb.sql(
            "SELECT count(*) FROM parquet_bloom_probe($path, 'file_id', 'no such file') "
            "WHERE bloom_filter_excludes",
            params={"path": str(path)},
        ).fetchall()
        assert absent[0][0] >= 1


def first_rows(out: Path) -> pa.Table:
    return pq.ParquetFile(visible_runs(out)[0].decisions_paths[0]).read()


@pytest.mark.parametrize("batch_rows", [1, 7, 1_000, 70_000])
def test_files_do_not_depend_on_the_size_of_batches(
    out: Path, tmp_path: Path, batch_rows: int
) -> None:
    rows = first_rows(out).slice(CHUNK - 50, 3_000)
    files = []
    for number, size in enumerate((batch_rows, len(rows))):
        folder = tmp_path / str(number) / "same"
        with DecisionsWriter(folder, schema=ROW_SCHEMA) as writer:
            for batch in rows.to_batches(max_chunksize=size):
                writer.write(batch)
        files.append(writer.files)
    assert files[0] == files[1]
    assert [file.row_count for file in files[0]] == [3_000]


def test_files_are_of_bounded_size(out: Path, tmp_path: Path) -> None:
    rows = first_rows(out)
    with DecisionsWriter(tmp_path / "d", CHUNK + 1_000, schema=ROW_SCHEMA) as writer:
        for batch in rows.to_batches(max_chunksize=500):
            writer.write(batch)
    assert [file.row_count for file in writer.files][1:] == [len(rows) - writer.files[0].row_count]
    assert CHUNK + 1_000 <= writer.files[0].row_count < CHUNK + 1_500
    again = [pq.read_table(tmp_path / file.name) for file in writer.files]
    assert [t.num_rows for t in again] == [file.row_count for file in writer.files]
    ids = [i for t in again for i in t.column("file_id").to_pylist()]
    assert ids == rows.column("file_id").to_pylist()
