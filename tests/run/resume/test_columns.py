"""What resuming is made of: rows found by hash, and digests as columns."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.errors import IntegrityError
from clearshard.run import partitions
from clearshard.run.resume.bytes_columns import from_text, packed, to_text, unpacked
from clearshard.run.resume.hashjoin import HashJoin

RECORD = np.dtype([("hash", "<u8"), ("value", "<u4")])

hashes = st.integers(0, 7).map(lambda n: n * (2**64 // 8) + 5)
known = st.dictionaries(hashes, st.integers(0, 2**32 - 1))
batches = st.lists(st.lists(st.one_of(st.none(), hashes), max_size=6), max_size=4)


@given(known, batches, st.sampled_from([1, 2, 1000]))
def test_each_row_gets_the_record_of_its_hash(
    tmp_path_factory: pytest.TempPathFactory,
    known: dict[int, int],
    batches: list[list[int | None]],
    rows_at_once: int,
) -> None:
    """In one scratch file and in many; rows of None do not ask."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "ROWS_AT_ONCE", rows_at_once)
        join = HashJoin(tmp_path_factory.mktemp("join") / "scratch", RECORD, len(known))
    for item in known.items():
        join.add(np.array([item], RECORD))
    for number, batch in enumerate(batches):
        rows = np.array([row for row, one in enumerate(batch) if one is not None], np.int64)
        asked = np.array([one for one in batch if one is not None], np.uint64)
        join.ask(number, rows, asked)
    found = [
        dict(zip(rows.tolist(), records["value"].tolist(), strict=True))
        for rows, records in join.answers()
    ]
    assert found == [
        {row: known[one] for row, one in enumerate(batch) if one in known} for batch in batches
    ]
    assert all(list(one) == sorted(one) for one in found)


@pytest.mark.parametrize("count", [2, 1000])
def test_of_records_with_one_hash_the_first_counts(tmp_path: Path, count: int) -> None:
    hashes = np.random.default_rng(0).integers(0, 10, count)
    join = HashJoin(tmp_path / "scratch", RECORD, count)
    join.add(np.array(list(zip(hashes.tolist(), range(count), strict=True)), RECORD))
    asked = np.unique(hashes)
    join.ask(0, np.arange(len(asked)), asked.astype(np.uint64))
    first = [hashes.tolist().index(one) for one in asked.tolist()]
    assert [records["value"].tolist() for _, records in join.answers()] == [first]


@given(st.lists(st.one_of(st.none(), st.binary(min_size=4, max_size=4))), st.integers(0, 3))
def test_digests_go_from_digits_to_bytes_and_back(
    digests: list[bytes | None], skipped: int
) -> None:
    texts = [None if one is None else one.hex() for one in digests]
    column = pa.array(texts, pa.string())[skipped:]
    rows = from_text(column, 4)
    told = np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    assert to_text(rows, told).to_pylist() == texts[skipped:]
    again, still_told = unpacked(packed(rows, told))
    assert to_text(again, still_told).to_pylist() == texts[skipped:]


@pytest.mark.parametrize("text", ["0", "00000", "0000000g", "0000000F", "Ünicode"])
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(IntegrityError):
        from_text(pa.array([text]), 4)
