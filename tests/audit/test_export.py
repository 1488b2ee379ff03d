"""Rows as CSV, JSON lines and Parquet: exact for programs, inert for people."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.audit.cells import cell, recovered
from clearshard.audit.export import Format, as_json, export
from clearshard.audit.listing import LISTING_SCHEMA
from clearshard.records.schemas import FACTS_TYPE

from .building import Row, decision

#: What spreadsheets and terminals act on.
ACTIVE = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0b1",
    "'=1",
    "''",
    "\x1b[31m",
    "\x00",
    "\x7f",
    "\x9b31m",
    "\u202e",
    "\u2066\u200f",
    "\u2028\u2029\u0085",
    "\ufeff",
    "\\n",
    "\\",
    'a"b,c;d',
    "\U000e0001",
    "x" * 1_000_000,
    "",
]
texts = st.text() | st.sampled_from(ACTIVE[:-2]) | st.text("=+-@\t\r\n'\\ nxu0e2\x1b\u202e")


@given(texts)
def test_a_cell_is_inert_and_can_be_recovered(text: str) -> None:
    made = cell(text)
    assert recovered(made) == text
    assert made.isprintable()
    assert made[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20")
    assert made.lstrip()[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@given(st.lists(texts, max_size=5))
def test_two_texts_never_share_a_cell(some: list[str]) -> None:
    assert len({cell(text) for text in some}) == len(set(some))


@pytest.mark.parametrize("text", ["call-0012", "acct_1", "a b", "0", "\u05d0\u05d1", "caf\u00e9"])
def test_an_ordinary_id_is_as_it_was(text: str) -> None:
    assert cell(text) == text


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=LISTING_SCHEMA)


def written(rows: list[dict[str, Any]], form: Format) -> bytes:
    to = io.BytesIO()
    assert export(LISTING_SCHEMA, [batch(rows[:1]), batch(rows[1:])], form, to) == len(rows)
    assert not to.closed
    return to.getvalue()


def rows_with(ids: list[str]) -> list[dict[str, Any]]:
    row = Row("f", "excluded", ("eu_server", "opted_out"))
    return [{**decision(row), "run_id": "r", "file_id": i, "account_id": i} for i in ids]


@given(st.lists(texts, max_size=4))
def test_csv_holds_every_id_and_nothing_active(ids: list[str]) -> None:
    content = written(rows_with(ids), Format.CSV).decode("utf-8")
    assert all(c.isprintable() or c in "\r\n" for c in content)
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert [recovered(row[header.index("file_id")]) for row in rows] == ids
    assert all(row[header.index("reasons")] == "eu_server;opted_out" for row in rows)
    assert len(content.split("\r\n")) == len(ids) + 2


def test_csv_has_a_column_for_each_fact_in_its_place() -> None:
    content = written(rows_with(["f"]), Format.CSV).decode()
    [row] = csv.DictReader(io.StringIO(content))
    facts = {n.removeprefix("facts."): v for n, v in row.items() if n.startswith("facts.")}
    assert list(facts) == [FACTS_TYPE.field(i).name for i in range(FACTS_TYPE.num_fields)]
    assert facts["baa_executed"] == "false"
    assert facts["submitted_at"] == "2026-03-01T12:00:00Z"
    assert facts["ttl_seconds"] == ""


@given(st.lists(texts, max_size=4))
def test_json_lines_and_parquet_are_exact(ids: list[str]) -> None:
    rows = rows_with(ids)
    lines = written(rows, Format.JSONL)
    assert lines.isascii()
    assert [json.loads(line)["file_id"] for line in lines.splitlines()] == ids
    table = pq.read_table(io.BytesIO(written(rows, Format.PARQUET)))
    assert table.schema.equals(LISTING_SCHEMA)
    assert table.column("file_id").to_pylist() == ids


def test_values_of_all_kinds_become_json() -> None:
    made = pa.RecordBatch.from_pydict(
        {
            "naive": pa.array([0], pa.timestamp("ns")),
            "zoned": pa.array([1_500_000], pa.timestamp("us", "Europe/Vienna")),
            "nan": pa.array([float("nan")]),
            "bytes": pa.array([b"\xff"]),
            "nested": pa.array([{"a": [0.5, None]}]),
            "duration": pa.array([1], pa.duration("s")),
        }
    )
    [row] = as_json([made])
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert (row["naive"], row["zoned"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01.500000Z")
    assert row["nested"] == {"a": [0.5, None]}
