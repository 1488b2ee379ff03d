"""Hints in manifests of every format: read where they can be, and never in anybody's way."""

import csv
import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.schemas import MANIFEST_SCHEMA
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.hints import DIGEST, IS_UNUSABLE, VERSION, HintsFound
from clearshard.sources.manifest import manifest_batches, open_manifest

FILE = {
    "file_id": "f1",
    "account_id": "a",
    "product": "async",
    "region": "us",
    "submitted_at": "2026-01-01T00:00:00Z",
    "transcript_uri": "f1.json",
}
SHA = hashlib.sha256(b"a transcript").hexdigest()
FORMATS = ("csv", "jsonl", "parquet")
Rows = list[dict[str, Any]]


def _write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)


def _write_jsonl(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


WRITERS: dict[str, Callable[[Path, Rows], None]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(rows), path),
}


def written(tmp_path: Path, kind: str, *hints: dict[str, Any]) -> Path:
    path = tmp_path / f"files.{kind}"
    rows = [{**FILE, "file_id": f"f{number}", **one} for number, one in enumerate(hints)]
    WRITERS[kind](path, rows)
    return path


def read(path: Path, version_column: str | None = None, **how: Any) -> list[tuple[Any, Any, bool]]:
    """The hints of each row, of which none may be malformed."""
    table = open_manifest(path, version_column=version_column, **how)
    rows = [row for batch in manifest_batches(table) for row in batch.to_pylist()]
    assert not any(row["malformed"] or row["file_id"] is None for row in rows)
    assert not {"content_sha256", version_column} & {*table.unread_columns}
    return [(row[DIGEST], row[VERSION], row[IS_UNUSABLE]) for row in rows]


def version(value: str, column: str = "etag") -> str:
    return hashlib.blake2b(f"{column}\0\0{value}".encode(), digest_size=16).hexdigest()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_value_is_of_its_column(tmp_path: Path, kind: str) -> None:
    """Who names another column has everything read again, also if it says the same."""
    path = written(tmp_path, kind, {"etag": "1", "rev": "1"})
    versions = {name: read(path, name)[0][1] for name in ("etag", "rev")}
    assert versions == {name: version("1", name) for name in versions}
    assert len(set(versions.values())) == 2


def test_a_number_of_another_unit_is_another_version(tmp_path: Path) -> None:
    found = set()
    for unit in ("s", "ms"):
        column = pa.array([5], pa.timestamp(unit))
        path = tmp_path / f"{unit}.parquet"
        pq.write_table(pa.table({n: [v] for n, v in FILE.items()} | {"v": column}), path)
        found.add(read(path, "v")[0][1])
    assert len(found) == 2


@pytest.mark.parametrize("value", [" ", "NULL ", "\u00a0", "\tn/a", "#N/A", "0000-00-00"])
def test_a_padded_nothing_is_nothing(tmp_path: Path, value: str) -> None:
    """As a version it would be the same for ever, whatever became of the transcript."""
    path = written(tmp_path, "jsonl", {"etag": value})
    assert read(path, "etag") == [(None, None, False)]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_digest_is_read_wherever_it_is_there(tmp_path: Path, kind: str) -> None:
    hints = [{"content_sha256": value} for value in (SHA, SHA.upper(), None)]
    found = read(written(tmp_path, kind, *hints))
    assert found == [(SHA, None, False), (SHA, None, False), (None, None, False)]


@pytest.mark.parametrize("kind", FORMATS)
def test_without_hints_there_are_none(tmp_path: Path, kind: str) -> None:
    assert read(written(tmp_path, kind, {})) == [(None, None, False)]
    assert read(written(tmp_path, kind, {}), "etag") == [(None, None, False)]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "value", [SHA[1:], SHA + "0", "g" + SHA[1:], f" {SHA}", f"sha256:{SHA}", "=" * 64, SHA + "\n"]
)
def test_what_is_no_digest_is_as_if_it_were_not_there(
    tmp_path: Path, kind: str, value: str
) -> None:
    if kind == "csv" and "\n" in value:
        return  # no row of any table goes over several lines
    assert read(written(tmp_path, kind, {"content_sha256": value})) == [(None, None, True)]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_column_that_is_named_is_a_version(tmp_path: Path, kind: str) -> None:
    """An ETag has quotes; what an export writes for nothing is nothing."""
    etag = '"9b2cf535f27731c974343645a3985328"'
    hints = [{"etag": one} for one in (etag, etag, "W/1", None, "", "NULL", "None", "n/a", "-")]
    path = written(tmp_path, kind, *hints)
    found = read(path, "etag")
    assert found[:3] == [(None, version(one), False) for one in (etag, etag, "W/1")]
    assert set(found[3:]) == {(None, None, False)}
    table = open_manifest(path)
    assert {row[VERSION] for batch in manifest_batches(table) for row in batch.to_pylist()} == {
        None
    }
    assert table.unread_columns == ("etag",)


def test_values_of_other_types_are_versions_too(tmp_path: Path) -> None:
    path = written(tmp_path, "jsonl", *({"v": one} for one in (7, 2**80, True, "7")))
    assert [one for _, one, _ in read(path, "v")] == [
        version(one, "v") for one in ("7", str(2**80), "true", "7")
    ]
    moment = datetime(2026, 1, 1, 0, 0, 0, 1, UTC)
    for value in (7, moment, moment.replace(tzinfo=None), date(2026, 1, 1), True):
        (_, found, unusable) = read(written(tmp_path, "parquet", {"v": value}), "v")[0]
        assert (len(found), unusable) == (32, False)
    names = pa.array(["one"] * 3).dictionary_encode()
    pq.write_table(
        pa.table({n: [v] * 3 for n, v in FILE.items()} | {"v": names}), tmp_path / "d.parquet"
    )
    assert {one for _, one, _ in read(tmp_path / "d.parquet", "v")} == {version("one", "v")}


def test_no_two_times_are_one_version(tmp_path: Path) -> None:
    values = pa.array([1, 2], pa.timestamp("ns", "UTC"))
    table = pa.table({**{n: [v] * 2 for n, v in FILE.items()}, "v": values})
    pq.write_table(table, tmp_path / "files.parquet")
    assert len({one for _, one, _ in read(tmp_path / "files.parquet", "v")}) == 2


@pytest.mark.parametrize("value", [0.5, 1e300, ["a"], {"a": "b"}])
def test_what_is_no_version_is_as_if_it_were_not_there(tmp_path: Path, value: object) -> None:
    """Of numbers with fractions two could be one."""
    for kind in ("jsonl", "parquet"):
        assert read(written(tmp_path, kind, {"v": value}), "v") == [(None, None, True)]
        as_digest = written(tmp_path, kind, {"content_sha256": value})
        assert read(as_digest) == [(None, None, True)]


def test_a_digest_in_bytes_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet", {"content_sha256": bytes.fromhex(SHA)})
    assert read(path) == [(None, None, True)]


def test_two_versions_that_are_not_utf_8_are_not_one(tmp_path: Path) -> None:
    header = ",".join(FILE) + ",v\n"
    row = ",".join(FILE.values())
    (tmp_path / "files.csv").write_bytes(f"{header}{row},".encode() + b"\xff\n")
    assert read(tmp_path / "files.csv", "v") == [(None, None, True)]
    table = pa.table({**{n: [v] for n, v in FILE.items()}, "v": _not_utf_8()})
    pq.write_table(table, tmp_path / "files.parquet")
    assert read(tmp_path / "files.parquet", "v") == [(None, None, True)]


def _not_utf_8() -> pa.Array:
    return pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )


@pytest.mark.parametrize(
    "tail",
    [
        f'"content_sha256": "{SHA}", "content_sha256": "{"0" * 64}"',
        f'"content_\\u0073ha256": "{SHA}"',
        '"content_sha256": 1e400',
        f'"content_sha256": 1{"0" * 5000}',
    ],
)
def test_a_row_of_json_is_read_whatever_its_hint_is(tmp_path: Path, tail: str) -> None:
    """Also behind a row that was fine."""
    row = json.dumps(FILE)[:-1]
    lines = f'{row}, "content_sha256": "{SHA}"}}\n{row}, {tail}}}\n'
    (tmp_path / "files.jsonl").write_text(lines)
    assert read(tmp_path / "files.jsonl") == [(SHA, None, False), (None, None, False)]
    (tmp_path / "files.jsonl").write_text("".join(reversed(lines.splitlines(keepends=True))))
    assert read(tmp_path / "files.jsonl") == [(None, None, False), (SHA, None, False)]


def test_a_hint_that_is_there_twice_is_not_there(tmp_path: Path) -> None:
    header = ",".join((*FILE, "content_sha256", "content_sha256"))
    row = ",".join((*FILE.values(), SHA, "0" * 64))
    (tmp_path / "files.csv").write_text(f"{header}\n{row}\n")
    assert read(tmp_path / "files.csv") == [(None, None, False)]
    columns = [pa.array([value]) for value in (*FILE.values(), SHA, "0" * 64)]
    table = pa.Table.from_arrays(columns, names=[*FILE, "content_sha256", "content_sha256"])
    pq.write_table(table, tmp_path / "files.parquet")
    assert read(tmp_path / "files.parquet") == [(None, None, False)]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "name",
    ["audio_content_sha256", "contentSha256", "content_sha265", "content_sha256_hex", "e-tag"],
)
def test_no_column_is_taken_for_a_misspelt_hint(tmp_path: Path, kind: str, name: str) -> None:
    path = written(tmp_path, kind, {name: SHA})
    assert read(path, "etag") == [(None, None, False)]
    with pytest.raises(SourceUnavailable, match="strict_columns"):
        read(path, rules=ColumnRules(strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_hints_are_columns_that_are_read(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, {"content_sha256": SHA, "etag": "1"})
    assert read(path, "etag", rules=ColumnRules(strict=True)) == [(SHA, version("1"), False)]


@pytest.mark.parametrize("ignored", ["content_sha256", "content_*"])
def test_a_digest_that_is_listed_as_of_no_use_is_of_none(tmp_path: Path, ignored: str) -> None:
    path = written(tmp_path, "csv", {"content_sha256": SHA})
    table = open_manifest(path, ColumnRules(ignored=(ignored,)))
    [row] = [row for batch in manifest_batches(table) for row in batch.to_pylist()]
    assert row[DIGEST] is None
    assert table.unread_columns == ("content_sha256",)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_fact_is_lost_by_naming_its_misspelt_column_a_version(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, {"deletionRequestedAt": "2026-01-01T00:00:00Z"})
    with pytest.raises(SourceUnavailable, match="is called almost deletion_requested_at"):
        read(path, "deletionRequestedAt")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_column_can_be_a_fact_of_a_policy_and_a_version(tmp_path: Path, kind: str) -> None:
    own = (OwnColumn("stage", "etag", "text", required=True),)
    found = read(written(tmp_path, kind, {"etag": "one"}, {"etag": "two"}), "etag", own=own)
    assert found == [(None, version(one), False) for one in ("one", "two")]


def test_a_time_can_be_a_fact_of_a_policy_and_a_version(tmp_path: Path) -> None:
    own = (OwnColumn("touched", "touched_at", "time", required=True),)
    moments = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    path = written(tmp_path, "parquet", *({"touched_at": one} for one in moments))
    assert len({one for _, one, _ in read(path, "touched_at", own=own)}) == 2


#: Bytes of a CSV file, and of a JSON value, of which nothing is known but that a table has them.
_CELLS = (b'"', b'""', b"\xff", b"\x00", b"\x1a", b"x", b",", b"'", b"\xef\xbb\xbf", b"\\", b" ")
_VALUES = (
    '"x"',
    "1",
    "-1",
    "1e9",
    "1e400",
    "null",
    "true",
    "{}",
    '{"a": [1]}',
    "[[]]",
    '"\\u00e9"',
)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_whatever_a_hint_holds_its_table_says_what_it_said(tmp_path: Path, kind: str) -> None:
    """With hints that are read, as with ones that are ignored: the same rows, or the same error."""
    draw = random.Random(7)
    path = tmp_path / f"files.{kind}"
    outcomes = set()
    for _ in range(100):
        if kind == "csv":
            lines = [",".join((*FILE, "content_sha256", "etag")).encode()]
            for _ in range(3):
                cells = [b"".join(draw.choices(_CELLS, k=draw.randrange(4))) for _ in range(2)]
                lines.append(b",".join([value.encode() for value in FILE.values()] + cells))
        else:
            row = json.dumps(FILE)[:-1]
            names = [draw.choice(("content_sha256", "etag", "etag ")) for _ in range(6)]
            hints = [f'"{name}": {draw.choice(_VALUES)}' for name in names]
            lines = [f"{row}, {', '.join(hints[at : at + 2])}}}".encode() for at in (0, 2, 4)]
        path.write_bytes(b"\n".join(lines))
        ignored = ColumnRules(ignored=("content_sha256",))
        said = _said(path, ColumnRules(), "etag")
        assert said == _said(path, ignored, None)
        outcomes.add(type(said))
    assert list in outcomes


def _said(path: Path, rules: ColumnRules, version_column: str | None) -> object:
    table = open_manifest(path, rules, version_column=version_column)
    try:
        batches = [batch.select(MANIFEST_SCHEMA.names) for batch in manifest_batches(table)]
    except SourceUnavailable as error:
        return str(error)
    return [row for batch in batches for row in batch.to_pylist()]


def test_what_is_wrong_with_hints_is_told() -> None:
    assert HintsFound(3, 0, 0).told == []
    assert HintsFound(3, 2, 0, "etag").told == []
    [said] = HintsFound(3, 2, 4, "etag").told
    assert "4 rows have a value in content_sha256 or etag" in said
    [said] = HintsFound(3, 0, 0, "etag").told
    assert "column etag (sources.version_column) is not there" in said
