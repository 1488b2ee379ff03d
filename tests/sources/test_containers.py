"""Records of containers: each wanted one exactly once, no other one touched."""

import gzip
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.sources import containers
from clearshard.sources.containers import read_records
from clearshard.sources.streams import lines
from clearshard.sources.transcripts import read_transcript
from clearshard.storage.sources import open_inside

from .transcript import Json, transcript

RECORDS = [transcript(f"Hello number {i}.", "Hi.", id=f"r{i}") for i in range(20)]
LIMIT = 10_000


def _lines(records: list[Json]) -> bytes:
    return "".join(json.dumps(r) + "\n" for r in records).encode()


def _write(root: Path, name: str, records: list[Json]) -> str:
    path = root / name
    match path.suffix:
        case ".jsonl":
            path.write_bytes(_lines(records))
        case ".gz":
            path.write_bytes(gzip.compress(_lines(records)))
        case ".zst":
            path.write_bytes(zstandard.compress(_lines(records)))
        case _:
            pq.write_table(pa.Table.from_pylist(records), path, row_group_size=6)
    return name


NAMES = ("c.jsonl", "c.jsonl.gz", "c.jsonl.zst", "c.parquet")


def _found(root: Path, name: str, *wanted: str, limit: int = LIMIT) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for record_id, found in read_records(partial(open_inside, root), name, set(wanted), limit):
        assert record_id not in out
        out[record_id] = found
    assert set(out) == set(wanted)
    return out


def _reasons(found: dict[str, Any]) -> dict[str, str]:
    return {k: str(v.reason) for k, v in found.items() if isinstance(v, Quarantine)}


@pytest.mark.parametrize("name", NAMES)
def test_wanted_records_are_found_in_every_format(tmp_path: Path, name: str) -> None:
    found = _found(tmp_path, _write(tmp_path, name, RECORDS), "r3", "r17", "nobody")
    for record_id in ("r3", "r17"):
        expected = read_transcript(json.dumps(RECORDS[int(record_id[1:])]).encode(), 100, None)
        assert read_transcript(found[record_id], 100, None) == expected
    assert _reasons(found) == {"nobody": "missing"}


@pytest.mark.parametrize("name", NAMES)
def test_an_id_that_occurs_twice_is_ambiguous(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, [*RECORDS, RECORDS[3]])
    assert _reasons(_found(tmp_path, name, "r3", "r4")) == {"r3": "malformed"}


@pytest.mark.parametrize("name", NAMES)
def test_a_record_above_the_limit_is_too_large(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, [transcript("word " * 500, id="big"), *RECORDS])
    assert _reasons(_found(tmp_path, name, "r3", "big", limit=5_000)) == {"big": "too_large"}


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_container_quarantines_what_is_wanted(tmp_path: Path, name: str) -> None:
    _write(tmp_path, name, RECORDS)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) - 40])
    found = _found(tmp_path, name, "r0", "r19")
    assert _reasons(found)["r19"] == "malformed"


def test_a_container_that_is_not_there_or_outside_is_missing(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    _write(tmp_path, "c.jsonl", RECORDS)
    (root / "link.jsonl").symlink_to(tmp_path / "c.jsonl")
    for name in ("none.jsonl", "../c.jsonl", str(tmp_path / "c.jsonl"), "link.jsonl"):
        assert _reasons(_found(root, name, "r1")) == {"r1": "missing"}


@pytest.mark.parametrize(
    "bad",
    [b"{\n", b'{"id": 7}\n', b'{"id": "\xff"}\n', b'{"id": "x", "y": ' + b"[" * 100_000 + b"\n"],
)
def test_an_id_that_is_not_found_may_be_in_a_line_that_cannot_be_read(
    tmp_path: Path, bad: bytes
) -> None:
    (tmp_path / "c.jsonl").write_bytes(_lines(RECORDS) + bad)
    found = _found(tmp_path, "c.jsonl", "r1", "nobody", limit=1_000_000)
    assert _reasons(found) == {"nobody": "malformed"}


def test_a_line_without_an_end_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(b"x" * 3_000_000 + b"\n" + _lines(RECORDS))
    assert _reasons(_found(tmp_path, "c.jsonl", "r1", "nobody")) == {"nobody": "too_large"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("then", ["gone", "damaged", "fewer", "doubled"])
def test_a_container_that_changes_between_the_passes_raises_nothing(
    tmp_path: Path, name: str, then: str
) -> None:
    _write(tmp_path, name, RECORDS)
    passes = 0

    def change_then_open(path: str) -> BinaryIO:
        nonlocal passes
        passes += 1
        match then if passes == 2 else "as it was":
            case "gone":
                (tmp_path / name).unlink()
            case "damaged":
                (tmp_path / name).write_bytes(b"PAR1 \xff\xff {")
            case "fewer":
                _write(tmp_path, name, RECORDS[:10])
            case "doubled":
                _write(tmp_path, name, [*RECORDS, *RECORDS])
        return open_inside(tmp_path, path)

    found = dict(read_records(change_then_open, name, {"r2", "r15"}, LIMIT))
    assert set(found) == {"r2", "r15"}
    reasons = _reasons(found)
    assert passes == 2
    expected = {"fewer": {"r15"}, "doubled": set[str]()}.get(then, {"r2", "r15"})
    assert set(reasons) == expected
    assert set(reasons.values()) <= {"missing", "malformed"}


def test_a_quarantine_in_the_middle_of_the_second_pass_leaves_none_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "c.jsonl", RECORDS)
    passes = 0

    def failing(chunks: Iterator[bytes], limit: int) -> Iterator[bytes | None]:
        nonlocal passes
        passes += 1
        for number, line in enumerate(lines(chunks, limit)):
            if passes == 2 and number == 10:
                raise Quarantine(QuarantineReason.MALFORMED, "ZstdError")
            yield line

    monkeypatch.setattr(containers, "lines", failing)
    found = _found(tmp_path, "c.jsonl", "r2", "r15")
    assert isinstance(found["r2"], bytes)
    assert _reasons(found) == {"r15": "malformed"}


def test_no_other_record_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = pa.array([b"ok", b"\xff\xfe"], pa.binary())
    lying = pa.Array.from_buffers(pa.string(), 2, bad.buffers())
    table = pa.table({"id": ["r0", "excluded"], "text": lying, "status": ["completed"] * 2})
    pq.write_table(table, tmp_path / "c.parquet")
    asked: list[str] = []
    encode = containers._row_json

    def spy(record_id: str, row: Any) -> Any:
        asked.append(record_id)
        return encode(record_id, row)

    monkeypatch.setattr(containers, "_row_json", spy)
    assert isinstance(_found(tmp_path, "c.parquet", "r0")["r0"], bytes)
    assert asked == ["r0"]
    # The other one could not even be decoded, and only says so when it is wanted.
    assert _reasons(_found(tmp_path, "c.parquet", "excluded")) == {"excluded": "malformed"}


def test_parquet_without_text_ids_is_malformed(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2]}), tmp_path / "c.parquet")
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "d.parquet")
    for name in ("c.parquet", "d.parquet"):
        assert _reasons(_found(tmp_path, name, "1")) == {"1": "malformed"}


def test_a_nan_is_not_taken_for_nothing(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": ["a"], "audio_duration": [float("nan")]}), tmp_path / "c.parquet"
    )
    assert _reasons(_found(tmp_path, "c.parquet", "a")) == {"a": "malformed"}


def test_a_line_of_two_ids_is_nobodys(tmp_path: Path) -> None:
    """Whichever of them the reader takes, what it hands out is not decoded."""
    line = json.dumps({**RECORDS[0], "id": "mine"})
    (tmp_path / "c.jsonl").write_text('{"id": "theirs", ' + line[1:])
    for record_id in ("mine", "theirs"):
        found = _found(tmp_path, "c.jsonl", record_id)[record_id]
        if isinstance(found, bytes):
            with pytest.raises(Quarantine) as caught:
                read_transcript(found, 100, record_id)
            assert caught.value.error_type == "DuplicateKey"


@pytest.mark.parametrize("name", ["id", "text", "status"])
def test_a_column_that_is_there_twice_is_malformed(tmp_path: Path, name: str) -> None:
    names = ["id", "status", "text", name]
    pq.write_table(pa.table([["a"], ["completed"], ["x"], ["a"]], names), tmp_path / "c.parquet")
    assert _reasons(_found(tmp_path, "c.parquet", "a")) == {"a": "malformed"}


def _packed(kind: pa.DataType, text: pa.DataType, many: Any) -> pa.DataType:
    """A type of Arrow with other strings and lists in it."""
    if pa.types.is_string(kind):
        return text
    if pa.types.is_list(kind):
        return many(_packed(kind.value_type, text, many))
    if pa.types.is_struct(kind):
        fields = (kind.field(i) for i in range(kind.num_fields))
        return pa.struct([pa.field(f.name, _packed(f.type, text, many)) for f in fields])
    return kind


@pytest.mark.parametrize("many", [pa.list_, pa.large_list])
@pytest.mark.parametrize(
    "text",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
)
def test_parquet_as_other_libraries_pack_it(tmp_path: Path, text: pa.DataType, many: Any) -> None:
    """pandas 3 and Polars write 64-bit strings, views, dictionaries and large lists."""
    plain = pa.Table.from_pylist(RECORDS)
    # Nothing here can write the others within a list.
    inside = text if pa.types.is_large_string(text) else pa.string()
    schema = pa.schema(
        [
            pa.field(f.name, text if pa.types.is_string(f.type) else _packed(f.type, inside, many))
            for f in plain.schema
        ]
    )
    packed = pa.Table.from_pylist(RECORDS, schema)
    pq.write_table(packed, tmp_path / "c.parquet", row_group_size=6)
    found = _found(tmp_path, "c.parquet", "r3", "r17", "none")
    assert _reasons(found) == {"none": "missing"}
    for name in ("r3", "r17"):
        read = read_transcript(found[name], 100, name)
        assert read == read_transcript(json.dumps(RECORDS[int(name[1:])]).encode(), 100, name)
