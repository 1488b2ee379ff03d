"""The content digest is of rows and their order, and of nothing else."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.vault.content import content_sha256

SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("count", pa.int64()),
        pa.field(
            "words",
            pa.list_(pa.struct([pa.field("text", pa.string()), pa.field("sure", pa.float32())])),
        ),
    ]
)
_WORD = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(max_size=3),
        "sure": st.none() | st.floats(width=32, allow_nan=False),
    }
)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.text(max_size=3),
            "count": st.none() | st.integers(-(2**63), 2**63 - 1),
            "words": st.none() | st.lists(st.none() | _WORD, max_size=3),
        }
    ),
    max_size=5,
)


def digest(rows: list[dict[str, object]], batch_rows: int = 100) -> str:
    table = pa.Table.from_pylist(rows, SCHEMA)
    return content_sha256(table.to_batches(batch_rows), SCHEMA)


@given(_ROWS, st.integers(1, 5))
def test_it_survives_parquet_and_other_batches(rows: list[dict[str, object]], size: int) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink, store_schema=False, row_group_size=2)
    read = pq.ParquetFile(io.BytesIO(sink.getvalue()))
    assert content_sha256(read.iter_batches(size), SCHEMA) == digest(rows)


def as_arrow_has(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return pa.Table.from_pylist(rows, SCHEMA).to_pylist()  # type: ignore[no-any-return]  # pyarrow has no types


@given(_ROWS, _ROWS)
def test_other_rows_have_another(
    rows: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    # Since -0.0 and 0.0 are one for Python.
    same = repr(as_arrow_has(rows)) == repr(as_arrow_has(others))
    assert (digest(rows) == digest(others)) == same


ROW = {"key": "a", "count": 1, "words": [{"text": "b", "sure": 0.5}]}


@pytest.mark.parametrize(
    "other",
    [
        [],
        [ROW, ROW],
        [{**ROW, "key": "ab"}],
        [{**ROW, "count": 0}],
        [{**ROW, "count": None}],
        [{**ROW, "words": None}],
        [{**ROW, "words": []}],
        [{**ROW, "words": [None]}],
        [{**ROW, "words": [{"text": "b", "sure": None}]}],
        [{**ROW, "words": [{"text": "", "sure": 0.5}]}],
        [{**ROW, "words": [{"text": None, "sure": 0.5}]}],
    ],
)
def test_each_value_counts(other: list[dict[str, object]]) -> None:
    assert digest(other) != digest([ROW])


def test_order_and_borders_of_texts_count() -> None:
    assert digest([{**ROW, "key": "ab"}, {**ROW, "key": "c"}]) != digest(
        [{**ROW, "key": "a"}, {**ROW, "key": "bc"}]
    )
    first, second = {**ROW, "count": 1}, {**ROW, "count": 2}
    assert digest([first, second]) != digest([second, first])


def test_what_lies_below_a_null_does_not_count() -> None:
    offsets, data = pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0"), pa.py_buffer(b"axy")
    hidden = pa.StringArray.from_buffers(2, offsets, data, pa.py_buffer(b"\1"))
    schema = pa.schema([pa.field("key", pa.string())])
    found = content_sha256([pa.record_batch([hidden], schema=schema)], schema)
    plain = pa.record_batch([pa.array(["a", None], pa.string())], schema=schema)
    assert found == content_sha256([plain], schema)


def test_it_is_the_same_in_every_version() -> None:
    # Records of earlier runs hold it: if this changes, they are no more checked.
    assert digest([ROW, {"key": "é", "count": None, "words": None}]) == (
        "5d8ddb85c93854c33b9d9c9f0d001a07ecd068f87fd8f923dfc828dd9396ea94"
    )
