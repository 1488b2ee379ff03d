"""A value of a table is what it plainly says, or it is not known."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.errors import SourceUnavailable
from clearshard.sources import columns
from clearshard.sources.registry import FileRegistry

from .tables import ACCOUNTS, FILES, jsonl, rows_of, typed, write_csv


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
    path.write_bytes(jsonl([{**FILES[0], "submitted_at": v, "expires_at": v} for v in given]))
    *good, bad = rows_of(path)
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
    path.write_bytes(jsonl([{**FILES[0], "submitted_at": value}]))
    assert rows_of(path)[0]["submitted_at"] == datetime.fromisoformat(expected)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_beyond_the_calendar_are_unreadable(unit: str) -> None:
    given = pa.array([0, 2**62, -(2**62), None], pa.timestamp(unit, tz="UTC"))
    found, unreadable = columns.times(given)
    near = unit == "ns"  # 2**62 nanoseconds are 146 years
    assert unreadable.tolist() == [False, not near, not near, False]
    assert found.is_valid().to_pylist() == [True, near, near, False]
    assert found[0].as_py() == datetime(1970, 1, 1, tzinfo=UTC)


def test_values_of_the_wrong_type_are_unknown_and_match_nothing(tmp_path: Path) -> None:
    path = tmp_path / "files.jsonl"
    odd = {"account_id": ["x"], "product": 1.5, "region": {"us": 1}, "submitted_at": 12}
    path.write_bytes(jsonl([{**FILES[0], **odd}]))
    (row,) = rows_of(path)
    assert [row[name] for name in odd] == [None] * 4
    accounts = tmp_path / "accounts.jsonl"
    accounts.write_bytes(jsonl([{**ACCOUNTS[0], "account_id": ["x"]}, ACCOUNTS[1]]))
    with pytest.raises(SourceUnavailable, match=r"account_id cannot be read in 1 row"):
        FileRegistry(accounts).read()


@pytest.mark.parametrize(
    "value",
    ["si", "2", " true", "", "TRUE ", "\uff54\uff52\uff55\uff45", "null", "-1", "nan", "0.5"],
)
def test_a_flag_is_true_false_or_not_known(tmp_path: Path, value: str) -> None:
    path = tmp_path / "accounts.csv"
    write_csv(path, [{**ACCOUNTS[0], "opted_out": value}, {**ACCOUNTS[1], "opted_out": "False"}])
    column = FileRegistry(path).read().table.column("opted_out")
    assert column.to_pylist() == [None, False]


@pytest.mark.parametrize("value", ["-1", "1.5", "1.00", ".0", "1e3", "x", "9" * 19, "\uff11"])
def test_seconds_that_are_no_whole_number_are_unreadable(tmp_path: Path, value: str) -> None:
    path = tmp_path / "accounts.csv"
    write_csv(path, [{**ACCOUNTS[0], "ttl_seconds": value}, {**ACCOUNTS[1], "ttl_seconds": "7"}])
    table = FileRegistry(path).read().table
    assert table.column("ttl_seconds").to_pylist() == [None, 7]
    assert table.column("ttl_seconds_unreadable").to_pylist() == [True, False]


def test_parquet_text_that_is_not_utf_8_is_malformed(tmp_path: Path) -> None:
    table = typed(FILES[:3], pa.string(), "us")
    bad = pa.array([b"ok", b"\xff\xfe", b"fine"], pa.binary())
    lying = pa.Array.from_buffers(pa.string(), 3, bad.buffers())
    for name in ("file_id", "transcript_uri", "product"):
        place = table.schema.get_field_index(name)
        pq.write_table(table.set_column(place, name, lying), tmp_path / "f.parquet")
        rows = rows_of(tmp_path / "f.parquet")
        assert [r["malformed"] for r in rows] == [False, True, False]
