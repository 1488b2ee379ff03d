"""Manifests and registries of every format: the same rows."""

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from clearshard.records.schemas import REGISTRY_SCHEMA
from clearshard.sources import csv_rows, json_rows, streams
from clearshard.sources.registry import FileRegistry

from .tables import ACCOUNTS, FILES, Rows, jsonl, rows_of, typed, write_csv

FORMATS: dict[str, Callable[[Path, Rows], Path]] = {}


def _format(suffix: str) -> Callable[[Callable[[Path, Rows], None]], None]:
    def register(write: Callable[[Path, Rows], None]) -> None:
        def made(folder: Path, rows: Rows) -> Path:
            path = folder / f"table{suffix}"
            write(path, rows)
            return path

        FORMATS[write.__name__] = made

    return register


@_format(".csv")
def plain_csv(path: Path, rows: Rows) -> None:
    write_csv(path, rows)


@_format(".CSV")
def windows_csv(path: Path, rows: Rows) -> None:
    write_csv(path, rows, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


@_format(".csv.gz")
def gz_csv_of_two_members(path: Path, rows: Rows) -> None:
    write_csv(path, rows)
    content = path.read_bytes()
    path.write_bytes(gzip.compress(content[:999]) + gzip.compress(content[999:]))


@_format(".tsv")
def plain_tsv(path: Path, rows: Rows) -> None:
    write_csv(path, rows, delimiter="\t")


@_format(".tsv.zst")
def zst_tsv(path: Path, rows: Rows) -> None:
    write_csv(path, rows, dialect="excel-tab", quoting=csv.QUOTE_ALL)
    path.write_bytes(zstandard.ZstdCompressor().compress(path.read_bytes()))


@_format("")
def folder_of_parts(path: Path, rows: Rows) -> None:
    (path / "day=1").mkdir(parents=True)
    (path / "day=2").mkdir()
    write_csv(path / "day=1" / "part-0.csv", rows[:5])
    path.joinpath("day=2", "part-1.jsonl").write_bytes(jsonl(rows[5:9]))
    pq.write_table(typed(rows[9:], pa.string(), "us"), path / "part-2.parquet")
    pq.write_table(typed(rows[9:], pa.string(), "us")[:0], path / "part-3.parquet")
    for name in ("_SUCCESS", ".part-2.parquet.crc", "_temporary/0/part-9.csv"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text("no table")


@_format(".jsonl")
def plain_jsonl(path: Path, rows: Rows) -> None:
    path.write_bytes(jsonl(rows))


@_format(".jsonl")
def jsonl_without_nulls_or_last_line_end(path: Path, rows: Rows) -> None:
    sparse = [{k: v for k, v in row.items() if v is not None} for row in rows]
    path.write_bytes(jsonl(sparse).replace(b"\n", b"\r\n\r\n").rstrip())


@_format(".jsonl.gz")
def gz_of_two_members(path: Path, rows: Rows) -> None:
    path.write_bytes(gzip.compress(jsonl(rows[:9])) + gzip.compress(jsonl(rows[9:])))


@_format(".jsonl.zst")
def zst_of_two_frames(path: Path, rows: Rows) -> None:
    made = zstandard.ZstdCompressor()
    path.write_bytes(made.compress(jsonl(rows[:9])) + made.compress(jsonl(rows[9:])))


@_format(".parquet")
def typed_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(typed(rows, pa.string(), "us"), path, row_group_size=7)


@_format(".parquet")
def large_dictionary_parquet(path: Path, rows: Rows) -> None:
    table = typed(rows, pa.large_string(), "ms")
    table = table.set_column(0, table.schema.names[0], table.column(0).dictionary_encode())
    pq.write_table(table, path, use_dictionary=False)


@_format(".parquet")
def text_parquet(path: Path, rows: Rows) -> None:
    def text(value: object) -> str | None:
        return (
            None if value is None else str(value).lower() if value in (True, False) else str(value)
        )

    columns = {n: pa.array([text(row[n]) for row in rows], pa.string()) for n in rows[0]}
    pq.write_table(pa.table(columns), path)


@pytest.mark.parametrize("name", FORMATS)
def test_optional_columns_may_be_missing_and_others_are_ignored(tmp_path: Path, name: str) -> None:
    optional = ("deletion_requested_at", "expires_at", "gateway_provider")
    rows = [{k: v for k, v in row.items() if k not in optional} for row in FILES]
    read = rows_of(FORMATS[name](tmp_path, [{"note": "x", **row} for row in rows]))
    assert read == [_expected({**row, **dict.fromkeys(optional)}) for row in rows]


def _expected(row: dict[str, Any]) -> dict[str, Any]:
    times = {k: v and datetime.fromisoformat(v) for k, v in row.items() if k.endswith("_at")}
    marks = ("deletion_requested_at_unreadable", "expires_at_unreadable", "malformed")
    return {**row, **times, **dict.fromkeys(marks, False)}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_files(tmp_path: Path, name: str) -> None:
    assert rows_of(FORMATS[name](tmp_path, FILES)) == [_expected(row) for row in FILES]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_accounts(tmp_path: Path, name: str) -> None:
    registry = FileRegistry(FORMATS[name](tmp_path, ACCOUNTS)).read()
    assert registry.table.schema.names == REGISTRY_SCHEMA.names
    for row, account in zip(registry.table.to_pylist(), ACCOUNTS, strict=True):
        times = {k: v and datetime.fromisoformat(v) for k, v in account.items() if k[-3:] == "_at"}
        assert {k: row[k] for k in account} == {**account, **times}
        assert not any(value for key, value in row.items() if key.endswith("_unreadable"))
    assert registry.snapshot.row_count == 30
    assert registry.snapshot.newest_exported_at == "2026-05-31T00:00:00Z"


def test_columns_and_rows_across_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 512)
    monkeypatch.setattr(json_rows, "_BATCH_ROWS", 3)
    monkeypatch.setattr(streams, "_CHUNK_BYTES", 37)
    for name in (
        "plain_csv",
        "windows_csv",
        "plain_jsonl",
        "gz_of_two_members",
        "zst_of_two_frames",
    ):
        assert rows_of(FORMATS[name](tmp_path, FILES)) == [_expected(row) for row in FILES], name
