"""The keys of accounts are those that are made one by one, however many there are."""

import pyarrow as pa
import pytest

from clearshard.keys import PseudonymKey
from clearshard.run.output.decision_rows import AccountKeys
from clearshard.shards.pseudonyms import account_key

KEY = PseudonymKey(b"k" * 32)


@pytest.mark.parametrize("most", [2, 5, 1 << 17])
def test_each_has_its_own(most: int) -> None:
    keys, largest = AccountKeys(KEY, most), 0
    for names in (["a", "b", "a", None], [], ["c"], ["b", "a", "d", "e", "f"], [None], ["a", "f"]):
        expected = [None if name is None else account_key(KEY, name) for name in names]
        assert keys.of(pa.array(names, pa.string())).to_pylist() == expected
        largest = max(largest, len(set(names)))
        assert keys.count <= max(most, largest)
