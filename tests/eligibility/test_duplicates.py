"""Duplicate ids in bounded memory."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.eligibility import duplicates
from clearshard.eligibility.duplicates import DuplicateFinder, is_member

_hash = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**63, 2**64 - 1]))


@pytest.mark.parametrize("at_once", [1, 3, 16, 1 << 24])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(_hash, max_size=12), max_size=6))
def test_finds_what_occurs_twice_in_any_number_of_passes(
    tmp_path: Path, at_once: int, batches: list[list[int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "_HASHES_AT_ONCE", at_once)
        patch.setattr(duplicates, "_HASHES_READ", 5)
        finder = DuplicateFinder(tmp_path / "hashes")
        for batch in batches:
            finder.add(np.array(batch, np.uint64))
        found = finder.finish()
    counts = Counter(h for batch in batches for h in batch)
    assert found.tolist() == sorted(h for h, count in counts.items() if count > 1)
    assert not list(tmp_path.iterdir())


def test_one_id_over_and_over_needs_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_HASHES_AT_ONCE", 64)
    monkeypatch.setattr(duplicates, "_HASHES_READ", 16)
    finder = DuplicateFinder(tmp_path / "hashes")
    for _ in range(100):
        finder.add(np.full(64, 9, np.uint64))
    finder._file.flush()
    assert len(finder._between(0, 2**64 - 1)) <= 2 * 64
    assert finder.finish().tolist() == [9]


def test_members_of_a_sorted_array() -> None:
    ordered = np.array([2, 5], np.uint64)
    asked = np.array([0, 2, 3, 5, 9], np.uint64)
    assert is_member(asked, ordered).tolist() == [False, True, False, True, False]
    assert not is_member(asked, np.empty(0, np.uint64)).any()
