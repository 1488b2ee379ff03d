"""The hash of an id depends on the id alone."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.eligibility.ids import MAX_ID_BYTES, hash_ids

_id = st.text(max_size=40)


def test_the_hash_is_the_same_in_every_release() -> None:
    hashes = hash_ids(pa.array(["", "a", "call-0001", "x" * 100]))
    assert hashes.tolist() == EXPECTED


EXPECTED = [0, 1454147821195669308, 1717612028355761495, 13253061674959708579]


@given(st.lists(_id, min_size=1, max_size=20), st.integers(0, 5), st.text(max_size=200))
def test_it_depends_on_nothing_but_the_id(ids: list[str], cut: int, other: str) -> None:
    alone = [int(hash_ids(pa.array([i]))[0]) for i in ids]
    assert hash_ids(pa.array(ids)).tolist() == alone
    # Beside a longer one every id is padded further.
    assert hash_ids(pa.array([*ids, other * 5])).tolist()[: len(ids)] == alone
    assert hash_ids(pa.array([other, *ids]).slice(1)).tolist() == alone
    assert hash_ids(pa.array(ids).slice(cut)).tolist() == alone[cut:]
    assert hash_ids(pa.array(ids, pa.large_string()).cast(pa.string())).tolist() == alone


def test_ids_hash_apart() -> None:
    ids = [f"acct-{i}" for i in range(100_000)] + ["ab", "ba", "a", "b", "x" * 8, "x" * 16]
    assert len(np.unique(hash_ids(pa.array(ids)))) == len(ids)


def test_the_longest_id_counts_to_its_last_byte() -> None:
    first, second = hash_ids(pa.array(["x" * MAX_ID_BYTES, "x" * (MAX_ID_BYTES - 1) + "y"]))
    assert first != second


def test_no_ids_have_no_hashes() -> None:
    assert len(hash_ids(pa.array([], pa.string()))) == 0
