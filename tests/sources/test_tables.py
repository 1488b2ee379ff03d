"""Manifests and registries of every format: the same rows, bad ones marked, none lost."""

import csv
import gzip
import json
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from clearshard.eligibility.accounts import index_accounts
from clearshard.errors import SourceUnavailable
from clearshard.records.schemas import MANIFEST_SCHEMA, REGISTRY_SCHEMA
from clearshard.sources import columns, csv_rows, json_rows, streams
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.sources.registry import FileRegistry

FILES = [
    {
        "file_id": f"call-{i}",
        "account_id": "acct-ä" if i % 3 else f"acct-{i}",
        "product": ["async", "streaming", "llm_gateway"][i % 3],
        "region": "us" if i % 2 else None,
        "submitted_at": f"2026-05-{i % 28 + 1:02d}T10:00:00{'Z' if i % 2 else '.250+02:00'}",
        "transcript_uri": f"2026/call {i}, part.json",
        "deletion_requested_at": "2026-05-30T00:00:00Z" if i == 7 else None,
        "expires_at": None,
        "gateway_provider": "openai" if i % 3 == 2 else None,
    }
    for i in range(50)
]
ACCOUNTS: list[dict[str, Any]] = [
    {
        "account_id": f"acct-{i}",
        "training_permitted": [True, False, None][i % 3],
        "baa_executed": i % 5 == 0,
        "opted_out": None if i == 4 else i % 7 == 0,
        "exported_at": "2026-05-31T00:00:00Z",
        "baa_executed_at": "2025-05-31T00:00:00Z" if i % 5 == 0 else None,
        "opted_out_at": None,
        "ttl_seconds": 3600 if i % 4 == 0 else None,
    }
    for i in range(30)
]
HEADER = ",".join(FILES[0])
Rows = list[dict[str, Any]]


def _csv(path: Path, rows: Rows, **options: Any) -> None:
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), **options)
        writer.writeheader()
        writer.writerows(
            {k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()}
            for row in rows
        )


def _jsonl(rows: Rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _typed(rows: Rows, string: pa.DataType, unit: str) -> pa.Table:
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name.endswith("_at"):
            moments = [v and datetime.fromisoformat(v).astimezone(UTC) for v in values]
            columns[name] = pa.array(moments, pa.timestamp(unit, tz="UTC"))
        else:
            text = any(isinstance(v, str) for v in values)
            columns[name] = pa.array(values, string if text else None)
    return pa.table(columns)


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
    _csv(path, rows)


@_format(".CSV")
def windows_csv(path: Path, rows: Rows) -> None:
    _csv(path, rows, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


@_format(".csv.gz")
def gz_csv_of_two_members(path: Path, rows: Rows) -> None:
    _csv(path, rows)
    content = path.read_bytes()
    path.write_bytes(gzip.compress(content[:999]) + gzip.compress(content[999:]))


@_format(".tsv")
def plain_tsv(path: Path, rows: Rows) -> None:
    _csv(path, rows, delimiter="\t")


@_format(".tsv.zst")
def zst_tsv(path: Path, rows: Rows) -> None:
    _csv(path, rows, dialect="excel-tab", quoting=csv.QUOTE_ALL)
    path.write_bytes(zstandard.ZstdCompressor().compress(path.read_bytes()))


@_format("")
def folder_of_parts(path: Path, rows: Rows) -> None:
    (path / "day=1").mkdir(parents=True)
    (path / "day=2").mkdir()
    _csv(path / "day=1" / "part-0.csv", rows[:5])
    path.joinpath("day=2", "part-1.jsonl").write_bytes(_jsonl(rows[5:9]))
    pq.write_table(_typed(rows[9:], pa.string(), "us"), path / "part-2.parquet")
    pq.write_table(_typed(rows[9:], pa.string(), "us")[:0], path / "part-3.parquet")
    for name in ("_SUCCESS", ".part-2.parquet.crc", "_temporary/0/part-9.csv"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text("no table")


@_format(".jsonl")
def plain_jsonl(path: Path, rows: Rows) -> None:
    path.write_bytes(_jsonl(rows))


@_format(".jsonl")
def jsonl_without_nulls_or_last_line_end(path: Path, rows: Rows) -> None:
    sparse = [{k: v for k, v in row.items() if v is not None} for row in rows]
    path.write_bytes(_jsonl(sparse).replace(b"\n", b"\r\n\r\n").rstrip())


@_format(".jsonl.gz")
def gz_of_two_members(path: Path, rows: Rows) -> None:
    path.write_bytes(gzip.compress(_jsonl(rows[:9])) + gzip.compress(_jsonl(rows[9:])))


@_format(".jsonl.zst")
def zst_of_two_frames(path: Path, rows: Rows) -> None:
    made = zstandard.ZstdCompressor()
    path.write_bytes(made.compress(_jsonl(rows[:9])) + made.compress(_jsonl(rows[9:])))


@_format(".parquet")
def typed_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(_typed(rows, pa.string(), "us"), path, row_group_size=7)


@_format(".parquet")
def large_dictionary_parquet(path: Path, rows: Rows) -> None:
    table = _typed(rows, pa.large_string(), "ms")
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


def _read(path: Path) -> Rows:
    table = open_manifest(path)
    batches = [batch.select(MANIFEST_SCHEMA.names) for batch in manifest_batches(table)]
    kinds = [(field.name, field.type) for field in MANIFEST_SCHEMA]
    assert all([(f.name, f.type) for f in batch.schema] == kinds for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("name", FORMATS)
def test_optional_columns_may_be_missing_and_others_are_ignored(tmp_path: Path, name: str) -> None:
    optional = ("deletion_requested_at", "expires_at", "gateway_provider")
    rows = [{k: v for k, v in row.items() if k not in optional} for row in FILES]
    read = _read(FORMATS[name](tmp_path, [{"note": "x", **row} for row in rows]))
    assert read == [_expected({**row, **dict.fromkeys(optional)}) for row in rows]


def _expected(row: dict[str, Any]) -> dict[str, Any]:
    times = {k: v and datetime.fromisoformat(v) for k, v in row.items() if k.endswith("_at")}
    marks = ("deletion_requested_at_unreadable", "expires_at_unreadable", "malformed")
    return {**row, **times, **dict.fromkeys(marks, False)}


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


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_files(tmp_path: Path, name: str) -> None:
    assert _read(FORMATS[name](tmp_path, FILES)) == [_expected(row) for row in FILES]


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
        assert _read(FORMATS[name](tmp_path, FILES)) == [_expected(row) for row in FILES], name


GOOD = b"f%d,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n"


def _csv_rows(tmp_path: Path, body: bytes) -> Rows:
    path = tmp_path / "files.csv"
    path.write_bytes(HEADER.encode() + b"\n" + body)
    return _read(path)


def _malformed(rows: Rows) -> list[str | None]:
    return sorted((r["file_id"] for r in rows if r["malformed"]), key=str)


def _fine(rows: Rows) -> list[str]:
    return sorted(r["file_id"] for r in rows if not r["malformed"])


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        (b"f2,a,async\n", ["f2"]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,,,\n", ["f2"]),
        (b",a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"f2,\xff,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"f2,a,as\xc3ync,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,caf\xe9.json,,,\n", ["f2"]),
        # What is left of an id without what cannot be read or shown in it.
        (b"f\xff,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f"]),
        (b"f2,\xff,async\n", ["f2"]),
        (b"\xff,a,async\n", [None]),
        (b"f2\x1b[1m,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2[1m"]),
        (b"f2\x00,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"\x00\t,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"x" * 1025 + b",a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,x\n", ["f2"]),
        # A quote within a value, or text behind one, is nothing that a table of facts has.
        (b'f2,a,async,us,2026-01-01T00:00:00Z,u".json,,,\n', ["f2"]),
        (b'"f"2,"a",async,"us"x",2026-01-01T00:00:00Z,u.json,,,\n', ["f2"]),
        # What only Python takes for the end of a line is none.
        ("f2,a\x0b\x0c\x1c\x85\u2028\u2029f9,b\n".encode(), ["f2"]),
        (b'"f""2",a,async\n', ["f2"]),
        (b'f2",a"b,async\n', ["f2"]),
        (b'f"2,a,async\n', ["f2"]),
        (b" \n", [" "]),
        (b",,\n", [None]),
    ],
)
def test_a_bad_row_is_marked_and_never_lost(
    tmp_path: Path, row: bytes, keys: list[str | None]
) -> None:
    rows = _csv_rows(tmp_path, GOOD % 1 + row + GOOD % 3)
    assert _malformed(rows) == sorted(keys, key=str)
    assert _fine(rows) == [f for f in ("f1", "f3") if f not in keys]


@pytest.mark.parametrize("block", [400, 401, 402, 403, 450, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\n\r"])
def test_bad_rows_at_the_ends_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, end: bytes
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", block)
    quoted = b'q%d,a,async,us,2026-01-01T00:00:00Z,"u,.json",,,\n'
    bad = b"b%d,\xc3,async\n"
    body = b"".join((GOOD % i) + (quoted % i) + (bad % i) + "é,ü\n".encode() for i in range(30))
    rows = _csv_rows(tmp_path, body.replace(b"\n", end))
    assert _fine(rows) == sorted(f"{kind}{i}" for i in range(30) for kind in "fq")
    assert _malformed(rows) == sorted([*(f"b{i}" for i in range(30)), *["é"] * 30])


#: Every place of a table with a column that is not read where there can be a quote too many.
_NOTED = HEADER.encode() + b",note\n"


def _noted(number: int, note: bytes = b"") -> bytes:
    return (GOOD % number)[:-1] + b"," + note + b"\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    ("row", "number"),
    [
        (_noted(2, b'"swallows'), 3),
        (_noted(2, b'"swallows') + _noted(3) + _noted(4, b'x"'), 3),
        (_noted(2, b'"two\nlines"'), 3),
        (_noted(2) + _noted(3, b'"""'), 4),
        (_noted(2, b'"x" "') + _noted(3, b'"y'), 4),
        (_noted(2, b'"swallows') + _noted(3, b'"a"') + _noted(4, b'"b"'), 3),
        (b'f2,"a,async,us,2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'f2,a,async,"us\n",2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'f2,a,async,us,2026-01-01T00:00:00Z,"u\nf5,.json",,,,\n', 3),
        (b'f2,"a\n\n\nb",async\n', 3),
        (b'f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,"x\nf8,a,b\nf9,a,"\n', 3),
    ],
)
def test_a_value_over_several_lines_is_an_error_in_any_column(
    tmp_path: Path, row: bytes, number: int, end: bytes
) -> None:
    """Which rows such a quote swallows, nobody can tell: one could be a request for deletion."""
    path = tmp_path / "files.csv"
    path.write_bytes((_NOTED + _noted(1) + row + _noted(8) + _noted(9)).replace(b"\n", end))
    assert f"(row {number})" in _fails(path)


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize(
    ("last", "is_whole"),
    [
        ('"259', False),
        ('"', False),
        ('"259""', False),
        ('"a"",b', False),
        ('"a,""', False),
        ("259", True),
        ('"259"', True),
        ('""', True),
        ('"a,"', True),
        ('"x,""y"', True),
        ('"x"y', True),
        ('5" pipe', True),
    ],
)
def test_a_table_that_is_cut_off_within_quotes_is_an_error(
    tmp_path: Path, last: str, is_whole: bool, end: str
) -> None:
    """What is left of a number of seconds would be another number of seconds."""
    path = tmp_path / "files.csv"
    path.write_bytes(_NOTED + _noted(1) + _noted(2, last.encode())[:-1] + end.encode())
    if is_whole:
        assert _fine(_read(path)) == ["f1", "f2"]
    else:
        assert "(row 3)" in _fails(path)


@pytest.mark.parametrize("block", [300, 301, 302, 303, 500])
def test_a_value_over_several_lines_is_an_error_at_the_ends_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", block)
    path = tmp_path / "files.csv"
    for place in range(2, 30):
        body = [_noted(i) for i in range(30)]
        body[place] = _noted(place, b'"swallows')
        body[place + 1 : place + 1] = [_noted(99, b'this"')]
        path.write_bytes(_NOTED + b"".join(body))
        assert f"(row {place + 2})" in _fails(path)


@pytest.mark.parametrize(
    "note",
    [
        '5" pipe',
        'a "b" c',
        '"a ""b"" c"',
        '"x"y',
        '""',
        "\x00",
        "a\x85b\u2028c\x0bd\x0ce",
        "\ufeff",
    ],
)
def test_whatever_stands_on_one_line_in_a_column_that_is_not_read_changes_nothing(
    tmp_path: Path, note: str
) -> None:
    path = tmp_path / "files.csv"
    path.write_bytes(_NOTED + _noted(1, note.encode()) + _noted(2) + b"\n \n")
    rows = _read(path)
    assert (_fine(rows), _malformed(rows)) == (["f1", "f2"], [" "])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("name,{}", "Smith, John,acct-7,false,true,true,2026-05-31T00:00:00Z,,,"),
        ("{}", "acct,-7,true,false,true,2026-05-31T00:00:00Z,,,"),
        ("{}", 'acct"-7,true,false,true,2026-05-31T00:00:00Z,,,'),
        ("{}", '"acct"-7",true,false,true,2026-05-31T00:00:00Z,,,'),
        ("{}", 'acct-7",true,false'),
        ("{}", "acct-"),
        ("{}", "acct-\n7,true,false,true,2026-05-31T00:00:00Z,,,"),
        ("{}", ""),
        ("{}", "acct\udcff-7,true,false,true,2026-05-31T00:00:00Z,,,"),
    ],
)
def test_an_account_that_is_not_certain_is_nobodys(tmp_path: Path, header: str, row: str) -> None:
    """Under a wrong name an opt-out would be missing under the right one."""
    columns = header.format(",".join(ACCOUNTS[0]))
    other = ",".join("x" for _ in columns.split(","))
    path = tmp_path / "accounts.csv"
    path.write_text(f"{columns}\n{other}\n{row or ',' * 7}\n", "utf-8", "surrogateescape")
    with pytest.raises(SourceUnavailable, match=r"account_id cannot be read in 1 row"):
        FileRegistry(path).read()


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T00:00:00",
        "2026-01-01",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:00+2",
        "2026-01-01T00:00:00+0260",
        "2026-01-01T00:00:00  UTC",
        "2026-01-01T00:00:00 CET",
        "2026-01-01T00:00:00UTC+1",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00-00:60",
        "2026-01-01T00:00:00-09:99",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1767225600",
        "tomorrow",
        " 2026-01-01T00:00:00Z",
        "\uff12\uff1026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
    ],
)
@pytest.mark.parametrize("others", [["2026-01-01T00:00:00Z"], ["2026-01-01T00:00:00.5-05:00"], []])
def test_what_is_not_rfc_3339_with_an_offset_is_unreadable(
    tmp_path: Path, value: str, others: list[str]
) -> None:
    path = tmp_path / "files.jsonl"
    given = [*others, value]
    path.write_bytes(_jsonl([{**FILES[0], "submitted_at": v, "expires_at": v} for v in given]))
    *good, bad = _read(path)
    assert bad["submitted_at"] is None
    assert bad["expires_at_unreadable"]
    assert all(r["submitted_at"] and not r["expires_at_unreadable"] for r in good)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-01t00:00:00z", "2026-01-01T00:00:00+00:00"),
        ("2026-01-01 01:00:00+01:00", "2026-01-01T00:00:00+00:00"),
        ("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456+00:00"),
        ("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_rfc_3339_in_all_its_forms(tmp_path: Path, value: str, expected: str) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(_jsonl([{**FILES[0], "submitted_at": value}]))
    assert _read(path)[0]["submitted_at"] == datetime.fromisoformat(expected)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_beyond_the_calendar_are_unreadable(unit: str) -> None:
    given = pa.array([0, 2**62, -(2**62), None], pa.timestamp(unit, tz="UTC"))
    found, unreadable = columns.times(given)
    near = unit == "ns"  # 2**62 nanoseconds are 146 years
    assert unreadable.tolist() == [False, not near, not near, False]
    assert found.is_valid().to_pylist() == [True, near, near, False]
    assert found[0].as_py() == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (b"{bad\n", [None]),
        (b"[1]\n", [None]),
        (b"null\n", [None]),
        (b'{"file_id": 1.5}\n', [None]),
        (b'{"file_id": {"x": 1}}\n', [None]),
        (b'{"file_id": "\xff"}\n', [None]),
        (rb'{"file_id": "\ud800"}' + b"\n", [None]),
        (b'{"file_id": ' + b"[" * 100_000 + b"\n", [None]),
        (b'{"file_id": "x", "other": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", ["x"]),
        (b'{"file_id": "x", "region": "us"\n', ["x"]),
        (b'{"file_id": "x", "region": "eu", "region": "us"}\n', ["x"]),
        (rb'{"file_id": "x", "re\u0067ion": "us"}' + b"\n", ["x"]),
        (b'{"file_id": "x", "file_id": "y"}\n', [None]),
        (rb'{"file_id": "x", "file\u005fid": "y"}' + b"\n", [None]),
        (rb'{"file_id": "x", "region": "eu", "\u0072egion": "us"}' + b"\n", ["x"]),
        (b'{"file_id": "x", "cost": NaN, "note": "a\\n"}\n', ["x"]),
        (b'{"file_id": "x", "cost": -Infinity}\n', ["x"]),
        (b'{"file_id": "x"}, \n', ["x"]),
        (b'[{"file_id": "x"}]\n', ["x"]),
        (b'[{"file_id": "x"}, {"file_id": "y"}]\n', [None]),
        (b'{"job": {"file_id": "j"}, "region": "us"\n', [None]),
        (rb'{"region": "us", "file_id"": "x\u200by", "a": 1}' + b"\n", ["x\u200by"]),
        (b'{"region": "us", "file_id": ""x", "a": 1}\n', ["x"]),
        (b'{"region": "us", ""file_id": "x", "old_file_id": "y", "a": 1}\n', [None]),
        (b'{"job": {"file_id": "j"}, "file_id": "x", "region": NaN}\n', ["x"]),
        (b'{"note": "\\"file_id\\": \\"j\\"", "file_id": "x", \n', ["x"]),
        (b'{"note": "\\"file_id\\": \\"j\\"", "fi\n', [None]),
        (b'{"file_id": "x", "re": ["\\u000a", ": y"]\n', ["x"]),
        (b'{"file_id": "x\n', [None]),
        (b'{"file_id": 7, "file": "x"\n', [None]),
        (b'{"file_id": ' + b"9" * 5000 + b"}\n", [None]),
        (b'{"file_id": ' + b"9" * 1200 + b"}\n", [None]),
        (b'{"file_id": "' + b"x" * 5_000_000 + b'"}\n', [None]),
        (b'\xef\xbb\xbf{"file_id": "x"}\n', ["x"]),
    ],
)
def test_a_bad_line_is_marked_and_never_lost(
    tmp_path: Path, line: bytes, keys: list[str | None]
) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(_jsonl(FILES[:1]) + line + _jsonl(FILES[1:2]))
    rows = _read(path)
    assert _malformed(rows) == keys
    assert _fine(rows) == ["call-0", "call-1"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"file_id": "x"}{"file_id": "y"}',
        b'{"file_id": "x"}, {"file_id": "y"}',
        b'{"file_id": "x"} {bad',
        b'{"file_id": "x"}\r{"file_id": "y"}\r{"file_id": "z"}\r',
        b'{bad\r{"file_id": "y"}',
    ],
)
def test_a_line_that_holds_several_rows_is_an_error(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(_jsonl(FILES[:1]) + line + b"\n")
    assert "more than one row" in _fails(path)


def test_values_of_the_wrong_type_are_unknown_and_match_nothing(tmp_path: Path) -> None:
    path = tmp_path / "files.jsonl"
    odd = {"account_id": ["x"], "product": 1.5, "region": {"us": 1}, "submitted_at": 12}
    path.write_bytes(_jsonl([{**FILES[0], **odd}]))
    (row,) = _read(path)
    assert [row[name] for name in odd] == [None] * 4
    accounts = tmp_path / "accounts.jsonl"
    accounts.write_bytes(_jsonl([{**ACCOUNTS[0], "account_id": ["x"]}, ACCOUNTS[1]]))
    with pytest.raises(SourceUnavailable, match=r"account_id cannot be read in 1 row"):
        FileRegistry(accounts).read()


def test_a_broken_registry_row_does_not_leave_its_account_to_an_older_row(tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    broken = _jsonl([{**ACCOUNTS[0], "opted_out": True}]).rstrip().removesuffix(b"}") + b"\n"
    path.write_bytes(_jsonl([ACCOUNTS[0]]) + broken)
    assert index_accounts(FileRegistry(path).read().table).conflicting.tolist() == [True]


@pytest.mark.parametrize(
    "value",
    ["si", "2", " true", "", "TRUE ", "\uff54\uff52\uff55\uff45", "null", "-1", "nan", "0.5"],
)
def test_a_flag_is_true_false_or_not_known(tmp_path: Path, value: str) -> None:
    path = tmp_path / "accounts.csv"
    _csv(path, [{**ACCOUNTS[0], "opted_out": value}, {**ACCOUNTS[1], "opted_out": "False"}])
    column = FileRegistry(path).read().table.column("opted_out")
    assert column.to_pylist() == [None, False]


@pytest.mark.parametrize("value", ["-1", "1.5", "1.00", ".0", "1e3", "x", "9" * 19, "\uff11"])
def test_seconds_that_are_no_whole_number_are_unreadable(tmp_path: Path, value: str) -> None:
    path = tmp_path / "accounts.csv"
    _csv(path, [{**ACCOUNTS[0], "ttl_seconds": value}, {**ACCOUNTS[1], "ttl_seconds": "7"}])
    table = FileRegistry(path).read().table
    assert table.column("ttl_seconds").to_pylist() == [None, 7]
    assert table.column("ttl_seconds_unreadable").to_pylist() == [True, False]


def test_parquet_text_that_is_not_utf_8_is_malformed(tmp_path: Path) -> None:
    table = _typed(FILES[:3], pa.string(), "us")
    bad = pa.array([b"ok", b"\xff\xfe", b"fine"], pa.binary())
    lying = pa.Array.from_buffers(pa.string(), 3, bad.buffers())
    for name in ("file_id", "transcript_uri", "product"):
        place = table.schema.get_field_index(name)
        pq.write_table(table.set_column(place, name, lying), tmp_path / "f.parquet")
        rows = _read(tmp_path / "f.parquet")
        assert [r["malformed"] for r in rows] == [False, True, False]


SECRET = "Hildegard Ostermann"


def _fails(path: Path) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        _read(path)
    assert caught.value.exit_code == 4
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


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
        ("f.jsonl.gz", _jsonl(FILES), "further than row 0"),
        ("f.jsonl.gz", gzip.compress(_jsonl(FILES))[:-9], "further than row"),
        ("f.jsonl.zst", _jsonl(FILES), "further than row 0"),
        ("f.jsonl.zst", zstandard.compress(_jsonl(FILES))[:-3], "further than row"),
        (
            "f.jsonl.zst",
            zstandard.compress(_jsonl(FILES)) + zstandard.compress(_jsonl(FILES))[:9],
            "further than row 50",
        ),
        ("f.parquet", b"", "not a Parquet file (row 1)"),
        ("f.parquet", b"PAR1" + SECRET.encode() + b"PAR1", "not a Parquet file (row 1)"),
        ("f.txt", _jsonl(FILES), "must be .csv"),
    ],
)
def test_a_table_that_cannot_be_used_is_an_error(
    tmp_path: Path, name: str, content: bytes, part: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert part in _fails(tmp_path / name)


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
    table = _typed(FILES, pa.string(), "us")
    table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, tmp_path / "f.parquet")
    assert f"column {name} has the wrong type (row 1)" in _fails(tmp_path / "f.parquet")


def test_parquet_without_rows_or_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    table = _typed(FILES, pa.string(), "us")
    pq.write_table(table.slice(0, 0), path)
    assert "no rows" in _fails(path)
    pq.write_table(table, path)
    content = bytearray(path.read_bytes())
    content[10:200] = b"\xff" * 190
    path.write_bytes(content)
    assert "damaged Parquet file (after row 0)" in _fails(path)


def test_a_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "cannot be read" in _fails(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "no file that could be a part" in _fails(tmp_path / "folder.csv")


def test_a_table_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "files.csv"
    path.write_bytes(HEADER.encode() + b"\n" + GOOD % 1)
    table = open_manifest(path)
    path.write_bytes(HEADER.encode() + b"\n" + GOOD % 1 + GOOD % 2)
    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        list(manifest_batches(table))


def test_a_line_that_never_ends_is_not_kept() -> None:
    chunks = (b"x" * 1000 for _ in range(1000))
    assert list(streams.lines(chunks, 5_000)) == [None]
    mixed = [b"ab", b"c\n", b"defgh", b"ijk\nlm", b"\n\n", b"n"]
    assert list(streams.lines(mixed, 5)) == [b"abc", None, b"lm", b"", b"n"]
