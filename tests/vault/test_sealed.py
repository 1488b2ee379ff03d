"""Sealed Arrow data: what was sealed comes out again, whole or by rows, or nothing does."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.vault.sealed import MAGIC, BrokenSeal, Unsealed, seal
from clearshard.vault.wrapping import FolderKey

KEY = FolderKey("0" * 16, bytes(range(32)))
TABLE = pa.table({"text": [f"secret text {n} " * 800 for n in range(90)], "n": range(90)})
TABLE = TABLE.replace_schema_metadata({"made": "of this"})


def sealed(table: pa.Table = TABLE, bits: int = 256) -> bytes:
    sink = pa.BufferOutputStream()
    seal(table, sink, KEY, bits)
    return bytes(sink.getvalue())


def opened(content: bytes, *keys: FolderKey) -> Unsealed:
    return Unsealed(pa.BufferReader(content), {key.id: key for key in keys or (KEY,)})


SEALED = sealed()


@pytest.mark.parametrize("bits", [128, 256])
def test_it_comes_out_as_it_went_in(bits: int) -> None:
    content = sealed(bits=bits)
    assert b"secret" not in content
    assert b"text" not in content[len(MAGIC) :]
    found = opened(content).rows()
    assert found.equals(TABLE)
    assert found.schema.metadata == {b"made": b"of this"}


def test_of_nothing_too() -> None:
    empty = TABLE.slice(0, 0)
    assert opened(sealed(empty)).rows().equals(empty)


@given(st.integers(0, 90), st.integers(0, 90))
def test_some_rows_are_those_rows(first: int, end: int) -> None:
    first, end = sorted((first, end))
    assert opened(SEALED).rows(first, end).equals(TABLE.slice(first, end - first))


def test_for_some_rows_little_is_read() -> None:
    class Counting(pa.BufferReader):  # type: ignore[misc]  # pyarrow has no types
        read = 0

        def read_at(self, size: int, place: int) -> bytes:
            self.read += size
            return bytes(super().read_at(size, place))

    source = Counting(SEALED)
    assert Unsealed(source, {KEY.id: KEY}).rows(50, 51).num_rows == 1
    assert source.read < len(SEALED) / 3


@given(st.data())
def test_no_byte_can_be_changed_or_cut_off(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SEALED) - 1))
    changed = bytearray(SEALED)
    changed[place] ^= data.draw(st.integers(1, 255))
    for content in (bytes(changed), SEALED[:place]):
        with pytest.raises(BrokenSeal):
            assert opened(content).rows() is None


def test_no_frame_can_stand_for_another_file() -> None:
    other = sealed(TABLE.slice(0, 45))
    with pytest.raises(BrokenSeal):
        opened(SEALED[:300] + other[300:]).rows()


def test_another_key_opens_nothing() -> None:
    for key in (FolderKey(KEY.id, bytes(32)), FolderKey("1" * 16, KEY.secret)):
        with pytest.raises(BrokenSeal, match="not with these keys"):
            opened(SEALED, key)


def test_no_two_files_are_alike(tmp_path: Path) -> None:
    again = sealed()
    assert len(again) == len(SEALED)
    same = sum(a == b for a, b in zip(again, SEALED, strict=True))
    assert same < len(SEALED) / 50
