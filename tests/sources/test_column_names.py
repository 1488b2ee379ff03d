"""Columns whose names are almost, or not at all, those that are read, in tables of every format."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.errors import SourceUnavailable
from clearshard.sources.column_names import ColumnRules, shown_name
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.sources.registry import FileRegistry

FILE = {
    "file_id": "f1",
    "account_id": "a",
    "product": "async",
    "region": "us",
    "submitted_at": "2026-01-01T00:00:00Z",
    "transcript_uri": "f1.json",
}
ACCOUNT = {
    "account_id": "a",
    "training_permitted": "true",
    "baa_executed": "false",
    "opted_out": "false",
    "exported_at": "2026-01-01T00:00:00Z",
}
FORMATS = ("csv", "jsonl", "parquet")
#: Spellings of optional columns of the manifest: each would lose a denial in silence.
FILE_COLUMNS = [
    ("deletion_requested_at", "deletionRequestedAt"),
    ("deletion_requested_at", "deletion-requested-at"),
    ("deletion_requested_at", "deletion requested at"),
    ("deletion_requested_at", "DELETION.REQUESTED.AT"),
    ("deletion_requested_at", "deletion_requested_at\u200b"),
    ("deletion_requested_at", "\ufeffdeletion_requested_at"),
    ("deletion_requested_at", "deletion\u00ad_requested\u2060_at"),
    ("deletion_requested_at", "deletion\u00a0requested\u00a0at"),
    ("deletion_requested_at", "\uff44\uff45letion_requested_at"),
    ("deletion_requested_at", "d\u0435letion_r\u0435quested_at"),  # Cyrillic
    ("deletion_requested_at", "dele\u0301tion_requested_at"),
    ("deletion_requested_at", "'deletion_requested_at'"),
    ("deletion_requested_at", "deletion_reqeusted_at"),
    ("deletion_requested_at", "deletion_requestd_at"),
    ("deletion_requested_at", "deletion_request_at"),
    ("deletion_requested_at", "delete_requested_at"),
    ("deletion_requested_at", "deletion_requested"),
    ("deletion_requested_at", "deletion_requested_on"),
    ("expires_at", "expiresAt"),
    ("expires_at", " expires_at"),
    ("expires_at", "EXPIRES_AT"),
    ("expires_at", "expires_at\t"),
    ("expires_at", "expire_at"),
    ("expires_at", "expires_on"),
    ("expires_at", "expires"),
    ("expires_at", "xepires_at"),
    ("gateway_provider", "gatewayProvider"),
    ("gateway_provider", "gateway_provder"),
]
ACCOUNT_COLUMNS = [
    ("opted_out", "optedOut"),
    ("opted_out", "opt_out"),
    ("opted_out", "opted_uot"),
    ("opted_out_at", "optedOutAt"),
    ("opted_out_at", "opted out at"),
    ("baa_executed_at", "baaExecutedAt"),
    ("baa_executed_at", "baa_excuted_at"),
    ("ttl_seconds", "ttlSeconds"),
    ("ttl_seconds", "TTL (seconds)"),
    ("ttl_seconds", "ttl_second"),
    ("training_permitted", "training_permited"),
]
#: What warehouses have beside the columns that are read.
ORDINARY = (
    "account_name",
    "account_no",
    "account_type",
    "account_owner",
    "account_status",
    "account_manager",
    "file_size",
    "file_name",
    "file_type",
    "region_name",
    "region_id",
    "opted_in",
    "opted_in_at",
    "opt_in",
    "created_at",
    "updated_at",
    "deleted_at",
    "imported_at",
    "loaded_at",
    "completed_at",
    "exported_by",
    "exported_to",
    "submitted_by",
    "submitted_to",
    "requested_at",
    "deletion_reason",
    "deletion_requested_by",
    "opted_out_by",
    "opted_out_reason",
    "baa_executed_by",
    "baa_version",
    "baa_required",
    "product_id",
    "product_name",
    "transcript_id",
    "transcript_language",
    "retention_days",
    "duration_seconds",
    "provider",
    "gateway",
    "provider_name",
    "model",
    "status",
    "language",
    "customer_id",
    "tenant",
    "note",
    "metadata",
    "_fivetran_synced",
    "регион",
    "地域",
)


def _write(folder: Path, form: str, row: dict[str, Any], name: str = "table") -> Path:
    path = folder / f"{name}.{form}"
    if form == "csv":
        cells = ['"' + str(cell).replace('"', '""') + '"' for cell in (*row, *row.values())]
        lines = [",".join(cells[: len(row)]), ",".join(cells[len(row) :])]
        path.write_text("\n".join(lines), "utf-8", newline="")
    elif form == "jsonl":
        path.write_text(json.dumps(row) + "\n")
    else:
        pq.write_table(pa.Table.from_pylist([row]), path)
    return path


def _read(path: Path, rules: ColumnRules | None = None) -> tuple[str, ...]:
    table = open_manifest(path, rules)
    assert [row["file_id"] for batch in manifest_batches(table) for row in batch.to_pylist()]
    return table.unread_columns


def _refused(path: Path, rules: ColumnRules | None = None) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        _read(path, rules)
    assert caught.value.exit_code == 4
    assert str(caught.value).removeprefix(f"file manifest {path}").isprintable()
    return str(caught.value)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("column", "name"), FILE_COLUMNS)
def test_a_column_that_is_almost_one_that_is_read_is_an_error(
    tmp_path: Path, form: str, column: str, name: str
) -> None:
    late = "2025-12-31T00:00:00Z"
    told = _refused(_write(tmp_path, form, {**FILE, name: late}))
    assert f"column {shown_name(name)} is called almost {column}, but not quite: rename it" in told
    # With the column itself there are two spellings of one fact, and they can differ.
    both = _write(tmp_path, form, {name: late, **FILE, column: late})
    assert "called almost" in _refused(both)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("column", "name"), ACCOUNT_COLUMNS)
def test_a_column_of_the_registry_too(tmp_path: Path, form: str, column: str, name: str) -> None:
    path = _write(tmp_path, form, {**ACCOUNT, name: "true"})
    with pytest.raises(SourceUnavailable, match=f"called almost {column}"):
        FileRegistry(path).read()


def test_keys_of_json_are_read_with_their_escapes(tmp_path: Path) -> None:
    path = tmp_path / "files.jsonl"
    for name in (r"deletion\u005frequested_at_", r"\u0065xpiresAt", r"expires_at\u200b"):
        path.write_text(json.dumps(FILE)[:-1] + f', "{name}": "x"}}\n')
        assert "called almost" in _refused(path)
    # Also in a row far behind the first, and in one that says nothing else that is new.
    path.write_text("".join(json.dumps({**FILE, **more}) + "\n" for more in ({}, {"expiresAt": 1})))
    assert "(row 2)" in _refused(path)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ORDINARY)
def test_other_columns_are_kept_by_name(tmp_path: Path, form: str, name: str) -> None:
    assert _read(_write(tmp_path, form, {**FILE, name: "x"})) == (name,)
    account = _write(tmp_path, form, {**ACCOUNT, name: "x"}, "accounts")
    assert FileRegistry(account).read().snapshot.unread_columns == (name,)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "name", ["deletion_requested_at_utc", "fileDeletionRequestedAt", "meta.deletion_requested_at"]
)
def test_a_longer_name_is_an_error_where_the_column_itself_is_not_there(
    tmp_path: Path, form: str, name: str
) -> None:
    told = _refused(_write(tmp_path, form, {**FILE, name: "2025-12-31T00:00:00Z"}))
    assert f"column deletion_requested_at is not there, but {name} is" in told
    both = {**FILE, name: "2025-12-31T00:00:00Z", "deletion_requested_at": ""}
    assert _read(_write(tmp_path, form, both)) == (name,)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize(
    "value",
    [
        {"deletion_requested_at": "2025-12-31T00:00:00Z"},
        {"lifecycle": {"deletionRequestedAt": "2025-12-31T00:00:00Z"}},
        [{"deletion_requested_at": "2025-12-31T00:00:00Z"}],
    ],
)
def test_an_optional_column_inside_another_is_an_error(
    tmp_path: Path, form: str, value: object
) -> None:
    assert "stands inside the value" in _refused(_write(tmp_path, form, {**FILE, "meta": value}))
    # One that must be there is read where it belongs, whatever else is called like it.
    ordinary = {**FILE, "request": {"region": "eu", "regions": "eu", "account_id": "b"}}
    assert _read(_write(tmp_path, form, ordinary)) == ("request",)


def _decided(folder: Path) -> Iterator[tuple[Path, str]]:
    for form in FORMATS:
        yield _write(folder, form, {**FILE, "expiresAt": "x", "note_1": "x", "size": "x"}), form


def test_what_a_person_has_listed(tmp_path: Path) -> None:
    for path, _ in _decided(tmp_path):
        rules = ColumnRules(ignored=("expiresAt",))
        assert _read(path, rules) == ("expiresAt", "note_1", "size")
        # A pattern says nothing about the one column that it was not made for.
        for pattern in ("expires*", "*", "expiresA?", "EXPIRESAT", "expires_at"):
            assert "called almost" in _refused(path, ColumnRules(ignored=(pattern,)))


def test_strict_columns_refuse_what_is_not_listed(tmp_path: Path) -> None:
    for path, _ in _decided(tmp_path):
        told = _refused(path, ColumnRules(strict=True, ignored=("expiresAt", "note_*")))
        assert "column size is not read, and sources.strict_columns is true" in told
        listed = ColumnRules(strict=True, ignored=("expiresAt", "note_?", "s*"))
        assert _read(path, listed) == ("expiresAt", "note_1", "size")
        plain = _write(tmp_path, "csv", FILE, "plain")
        assert _read(plain, ColumnRules(strict=True)) == ()


@pytest.mark.parametrize("form", FORMATS)
def test_names_are_inert_and_bounded(tmp_path: Path, form: str) -> None:
    odd = {"a\x1b[31mb": "x", "\u202etupni": "x", "x" * 500: "x", "caf\u00e9 size": "x"}
    expected = ("a\\u001b[31mb", "\\u202etupni", "x" * 80 + "…", "caf\u00e9 size")
    assert _read(_write(tmp_path, form, {**FILE, **odd})) == expected
    many = {f"column {n}": "x" for n in range(1200)}
    assert "more than 1,000 columns" in _refused(_write(tmp_path, form, {**FILE, **many}))
    assert "more than 1,000 columns" in _refused(_write(tmp_path, form, {**FILE, "x" * 2000: "x"}))
    hidden = "\u200b" * 900 + "expires_at"
    assert "almost expires_at" in _refused(_write(tmp_path, form, {**FILE, hidden: "x"}))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_called_one(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "files.csv"
    path.write_text(delimiter.join(FILE) + "\n" + delimiter.join(FILE.values()))
    assert f"divided by {delimiter!r}, not by ','" in _refused(path)
    path = path.rename(path.with_suffix(".tsv"))
    if delimiter == "\t":
        assert _read(path) == ()
    else:
        assert f"divided by {delimiter!r}, not by '\\t'" in _refused(path)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('file_id,"account\n_id",x', "header is not CSV in UTF-8, on one line"),
        ('file_id,"account_id,x', "header is not CSV"),
        ("file_id,account_id", "column transcript_uri, product, region, submitted_at is missing"),
        (",".join(FILE).replace("region", "Region"), "is missing (row 1): column Region is called"),
        (",".join([*FILE, "product"]), "column product is there twice"),
        (",".join([*FILE, "Product"]), "column Product is called almost product"),
    ],
)
def test_headers_that_cannot_be_used(tmp_path: Path, content: str, part: str) -> None:
    path = tmp_path / "files.csv"
    path.write_text(content + "\n" + ",".join(FILE.values()))
    assert part in _refused(path)


def test_a_header_and_a_column_that_is_there_twice_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "files.csv"
    names = ["note", *FILE, "note", ""]
    path.write_text(",".join(names) + "\r" + ",".join(["x", *FILE.values(), "y", "z"]) + "\r")
    assert _read(path) == ("note", "")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_text_of_every_kind_in_parquet(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "files.parquet"
    table = pa.table({name: pa.array([value], pa.string()) for name, value in FILE.items()})
    pq.write_table(table.cast(pa.schema([(name, kind) for name in FILE])), path)
    assert _read(path) == ()
    encoded = pa.table(
        {name: column.dictionary_encode() for name, column in zip(FILE, table.columns, strict=True)}
    )
    pq.write_table(encoded, path)
    assert _read(path) == ()
    twice = pa.Table.from_arrays([*table.columns, table.column(0)], [*FILE, "file_id"])
    pq.write_table(twice, path)
    assert "file_id is there twice" in _refused(path)
