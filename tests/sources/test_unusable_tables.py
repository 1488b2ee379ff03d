"""A table that cannot be used is an error that says where, and quotes nothing."""

import gzip
import json
import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from clearshard.errors import SourceUnavailable
from clearshard.sources.manifest import manifest_batches, open_manifest

from .tables import FILES, GOOD, HEADER, SECRET, failure_of, jsonl, typed


def test_a_table_is_a_file(tmp_path: Path) -> None:
    """Nobody may ever write into a pipe, and a run that waits for it holds its lock."""

    def waits(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, waits)
    signal.alarm(30)
    try:
        path = tmp_path / "files.csv"
        for make in (os.mkfifo, lambda p: p.symlink_to("/dev/null")):
            make(path)
            with pytest.raises(SourceUnavailable, match="is not a file"):
                open_manifest(path)
            path.rename(tmp_path / f"{path.stat().st_ino}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("f.csv", b"", "empty (row 1)"),
        ("f.csv", b"\n\n", "empty (row 1)"),
        ("f.csv", HEADER.encode(), "no rows (row 1)"),
        ("f.csv", HEADER.encode() + b"\n\n", "no rows (row 1)"),
        (
            "f.csv",
            b"file_id,region\n" + SECRET.encode() + b",us\n",
            "column account_id, transcript_uri",
        ),
        ("f.csv", f"{HEADER},region\n".encode(), "column region is there twice (row 1)"),
        ("f.csv", b"\xff\xfe" + HEADER.encode("utf-16-le"), "not as UTF-16"),
        ("f.csv", HEADER.encode("utf-16-be"), "not UTF-8 text (row 1)"),
        ("f.csv", f'{HEADER}\n"{SECRET}'.encode() + b"\nx" * 5_000_000, "4 MiB (row 2)"),
        ("f.jsonl", b"", "no rows (row 1)"),
        ("f.jsonl", b"\n \n", "no rows (row 1)"),
        ("f.jsonl", f"{SECRET}\n".encode() * 3, "JSON object with its columns (row 1)"),
        (
            "f.jsonl",
            json.dumps({"file_id": SECRET}).encode(),
            "column account_id, transcript_uri",
        ),
        ("f.jsonl.gz", jsonl(FILES), "further than row 0"),
        ("f.jsonl.gz", gzip.compress(jsonl(FILES))[:-9], "further than row"),
        ("f.jsonl.zst", jsonl(FILES), "further than row 0"),
        ("f.jsonl.zst", zstandard.compress(jsonl(FILES))[:-3], "further than row"),
        (
            "f.jsonl.zst",
            zstandard.compress(jsonl(FILES)) + zstandard.compress(jsonl(FILES))[:9],
            "further than row 50",
        ),
        ("f.parquet", b"", "not a Parquet file (row 1)"),
        ("f.parquet", b"PAR1" + SECRET.encode() + b"PAR1", "not a Parquet file (row 1)"),
        ("f.txt", jsonl(FILES), "must be .csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_an_error(
    tmp_path: Path, name: str, content: bytes, part: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert part in failure_of(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("submitted_at", pa.array([1] * 50)),
        ("account_id", pa.array([1.5] * 50)),
        ("region", pa.array([["us"]] * 50)),
        ("product", pa.array([b"async"] * 50, pa.binary())),
    ],
)
def test_a_column_of_the_wrong_type_is_an_error(
    tmp_path: Path, name: str, column: pa.Array
) -> None:
    table = typed(FILES, pa.string(), "us")
    table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, tmp_path / "f.parquet")
    assert f"column {name} has the wrong type (row 1)" in failure_of(tmp_path / "f.parquet")


def test_parquet_without_rows_or_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    table = typed(FILES, pa.string(), "us")
    pq.write_table(table.slice(0, 0), path)
    assert "no rows" in failure_of(path)
    pq.write_table(table, path)
    content = bytearray(path.read_bytes())
    content[10:200] = b"\xff" * 190
    path.write_bytes(content)
    assert "damaged Parquet file (after row 0)" in failure_of(path)


def test_a_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "cannot be read" in failure_of(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "no file that could be a part" in failure_of(tmp_path / "folder.csv")


def test_a_table_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "files.csv"
    path.write_bytes(HEADER.encode() + b"\n" + GOOD % 1)
    table = open_manifest(path)
    path.write_bytes(HEADER.encode() + b"\n" + GOOD % 1 + GOOD % 2)
    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        list(manifest_batches(table))
