"""An index finds every row that is there, and is not believed if it is not what was recorded."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.audit import decisions
from clearshard.audit.decisions import DecisionsWriter
from clearshard.audit.stored import index
from clearshard.audit.stored.finding import Finder, index_lies, rows_at
from clearshard.audit.stored.index import FOOTER_KEY, KEYS, MarksOfRows, UInt64
from clearshard.audit.stored.table import table_of
from clearshard.errors import IntegrityError
from clearshard.records.run import DecisionsFile
from clearshard.records.schemas import REPLACED_SCHEMA, ROW_SCHEMA

from .building import START

Ids = tuple[str, str | None, str | None]
#: So many rows are several segments of several row groups.
ROWS: tuple[Ids, ...] = tuple(
    (f"file-{n}", f"acct-{n % 7}" if n % 5 else None, f"{n % 60:064d}" if n % 3 else None)
    for n in range(150)
)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "_ROWS_PER_GROUP", 4)
    monkeypatch.setattr(index, "_PER_BUCKET", 8)


def mark(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def marks(rows: pa.RecordBatch) -> MarksOfRows:
    found: dict[str, tuple[UInt64, np.ndarray]] = {}
    for key in KEYS:
        texts = rows.column(key).to_pylist()
        of_rows = np.array([mark(text or "") for text in texts], np.uint64)
        found[key] = of_rows, np.array([text is not None for text in texts], np.bool_)
    return found


def without_one(rows: pa.RecordBatch) -> MarksOfRows:
    """Marks of who hides an account."""
    found = dict(marks(rows))
    of_rows, known = found["account_id"]
    found["account_id"] = of_rows, known & (of_rows != mark("acct-3"))
    return found


def written(folder: Path, ids: Sequence[Ids], by: index.Marks | None = marks) -> DecisionsFile:
    rows: list[dict[str, object]] = [
        {
            "file_id": file_id,
            "account_id": account,
            "state": "excluded",
            "reasons": ["opted_out"],
            "facts": {},
            "reading": 0,
            "content_sha256": content,
        }
        for file_id, account, content in ids
    ]
    with DecisionsWriter(folder, schema=ROW_SCHEMA, marks=by) as writer:
        writer.write(pa.RecordBatch.from_pylist(rows, schema=ROW_SCHEMA))
    [file] = writer.files
    return file


def found(folder: Path, file: DecisionsFile, **wanted: str) -> list[int]:
    sought = {key: np.array([mark(text)], np.uint64) for key, text in wanted.items()}
    path = folder / file.name.partition("/")[2]
    rows = Finder(marks).find(path, file.index, sought, ["file_id"]).column("row")
    return [int(row) for row in rows.to_pylist()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run=20261101T000000Z-00000000"


def test_every_row_is_found_by_each_of_its_keys(folder: Path) -> None:
    file = written(folder, ROWS)
    for key, at in zip(KEYS, range(3), strict=True):
        for value in {row[at] for row in ROWS} - {None}:
            there = [n for n, row in enumerate(ROWS) if row[at] == value]
            assert found(folder, file, **{key: str(value)}) == there
    assert found(folder, file, file_id="nobody", account_id="nobody") == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=st.lists(st.tuples(*(st.sampled_from("abcdefgh") for _ in KEYS)), min_size=1, max_size=90),
    wanted=st.dictionaries(st.sampled_from(KEYS), st.sampled_from("abcdefgh"), min_size=1),
)
def test_with_an_index_it_is_what_it_is_without(
    tmp_path_factory: pytest.TempPathFactory, ids: list[Ids], wanted: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("index") / "run=20261101T000000Z-00000000"
    file = written(folder, ids)
    plain = DecisionsFile(name=file.name, sha256="", row_count=len(ids))
    assert file.index
    assert found(folder, file, **wanted) == found(folder, plain, **wanted)


def test_only_row_groups_that_can_hold_it_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(folder, ROWS)
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group

    def counting(self: pq.ParquetFile, group: int, columns: Sequence[str]) -> pa.Table:
        read.append(group)
        return whole(self, group, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counting)
    assert found(folder, file, file_id="file-77") == [77]
    assert read == [77 // 4]
    read.clear()
    assert found(folder, DecisionsFile(name=file.name, sha256="", row_count=0), file_id="no") == []
    assert read == [*range(38)]


def test_the_same_rows_are_the_same_bytes_and_any_reader_reads_them(tmp_path: Path) -> None:
    names = ("a/run=20261101T000000Z-00000000", "b/run=20261101T000000Z-00000000")
    one, other = (written(tmp_path / name, ROWS) for name in names)
    assert one == other
    path = tmp_path / names[0] / "decisions-00000.parquet"
    assert pq.read_table(path).column("file_id").to_pylist() == [row[0] for row in ROWS]
    assert pq.read_schema(path).remove_metadata().equals(ROW_SCHEMA)
    counted = duckdb.read_parquet(str(path)).filter("account_id = 'acct-3'").count("*")
    assert counted.fetchall() == [(sum(row[1] == "acct-3" for row in ROWS),)]


def test_what_is_damaged_is_not_believed(folder: Path) -> None:
    file = written(folder, ROWS)
    path = folder / "decisions-00000.parquet"
    intact = path.read_bytes()
    footer = pq.read_metadata(path).metadata[FOOTER_KEY.encode()]
    segments = [index.Segment(*one) for one in json.loads(footer)]
    assert len(segments) == 3
    for segment in segments:
        for offset in (segment.offset + 1, segment.offset + segment.head_bytes + 1):
            flipped = bytearray(intact)
            flipped[offset] ^= 1
            path.write_bytes(flipped)
            with pytest.raises(IntegrityError):
                [found(folder, file, file_id=file_id) for file_id, _, _ in ROWS]
    path.write_bytes(intact.replace(footer, footer.replace(b"16", b"15", 1)))
    with pytest.raises(IntegrityError):
        found(folder, file, file_id="file-1")
    path.write_bytes(intact)
    assert found(folder, file, file_id="file-1") == [1]


def test_an_index_of_other_row_groups_is_none(folder: Path, tmp_path: Path) -> None:
    written(folder, ROWS)
    other = written(tmp_path / "other", ROWS[:8])
    with pytest.raises(IntegrityError):
        found(folder, other, file_id="file-1")
    metadata = pq.read_metadata(tmp_path / "other" / "decisions-00000.parquet")
    with pytest.raises(index.Damaged):
        index.Index.of(folder, metadata.metadata, other.index, metadata.num_row_groups + 1)


def test_an_index_that_hides_a_row_is_told(folder: Path, tmp_path: Path) -> None:
    honest, lying = written(folder, ROWS), written(tmp_path / "lying", ROWS, without_one)
    assert not index_lies(folder / "decisions-00000.parquet", honest.index, marks)
    assert found(tmp_path / "lying", lying, account_id="acct-3") == []
    assert index_lies(tmp_path / "lying" / "decisions-00000.parquet", lying.index, marks)
    assert index_lies(folder / "decisions-00000.parquet", lying.index, marks)


def test_rows_are_read_by_their_places(folder: Path) -> None:
    file = written(folder, ROWS)
    table = table_of("r", "p", START, [(file, folder / "decisions-00000.parquet")])
    places = pa.Table.from_pydict({"file": [0, 0, 0], "row": [149, 3, 4]}, REPLACED_SCHEMA)
    assert rows_at(table, places, ["file_id"]).column("file_id").to_pylist() == [
        ROWS[n][0] for n in (3, 4, 149)
    ]
    for file_number, row in ((0, 150), (1, 0)):
        beyond = pa.Table.from_pydict({"file": [file_number], "row": [row]}, REPLACED_SCHEMA)
        with pytest.raises(IntegrityError):
            rows_at(table, beyond, ["file_id"])
