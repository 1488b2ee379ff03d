"""A file that is fetched in blocks is the file."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.errors import ObjectChanged
from clearshard.storage import ranges
from clearshard.storage.ranges import RangeFile, buffered


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "BLOCK_BYTES", 7)
        yield


class _Held:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked: list[tuple[int, int]] = []

    def fetch(self, start: int, size: int) -> bytes:
        self.asked.append((start, size))
        assert size
        assert start + size <= len(self.data)
        return self.data[start : start + size]


@given(
    data=st.binary(max_size=60),
    steps=st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=8),
)
def test_what_is_read_anywhere_is_what_is_there(data: bytes, steps: list[tuple[int, int]]) -> None:
    held = _Held(data)
    ours, theirs = buffered(len(data), held.fetch), io.BytesIO(data)
    for place, size in steps:
        for file in (ours, theirs):
            file.seek(place)
        assert ours.read(size) == theirs.read(size)
        assert ours.tell() == max(theirs.tell(), place)
    ours.seek(-len(data), io.SEEK_END)
    assert ours.read() == data


def test_nothing_is_fetched_before_it_is_read_and_two_blocks_are_kept() -> None:
    held = _Held(b"0123456789" * 3)
    file = RangeFile(30, held.fetch)
    assert held.asked == []
    for place in (0, 29, 1, 28, 0):
        file.seek(place)
        assert file.read(1) == b"0123456789"[place % 10 : place % 10 + 1]
    assert held.asked == [(0, 7), (28, 2)]
    file.seek(8)
    file.read(1)
    file.seek(0)
    file.read(1)
    assert held.asked[2:] == [(7, 7), (0, 7)]


def test_a_table_can_be_read_so(tmp_path: Path) -> None:
    table = pa.table({"a": list(range(1000)), "b": [str(n) for n in range(1000)]})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=100)
    data = (tmp_path / "t.parquet").read_bytes()
    assert pq.read_table(buffered(len(data), _Held(data).fetch)).equals(table)


def test_what_fetching_raises_is_raised() -> None:
    def changed(start: int, size: int) -> bytes:
        raise ObjectChanged("x")

    with pytest.raises(ObjectChanged):
        buffered(10, changed).read(1)
    with pytest.raises(ValueError, match="before the beginning"):
        RangeFile(10, changed).seek(-1)
