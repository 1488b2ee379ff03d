"""The hash of an id depends on the id alone, and on a key that nobody knows."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from clearshard.eligibility.ids import MAX_ID_BYTES, hash_ids

_id = st.text(max_size=40)


def test_another_process_hashes_otherwise() -> None:
    """Or a collision that was found once would be one in every run."""
    program = (
        "import pyarrow as pa; from clearshard.eligibility.ids import hash_ids;"
        "print(hash_ids(pa.array(['call-0001']))[0])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert int(done.stdout) != int(hash_ids(pa.array(["call-0001"]))[0])


def _unmixed(value: int, shift: int) -> int:
    """The number of which `x ^ (x >> shift)` is this one."""
    made = value
    for _ in range(64 // shift + 1):
        made = value ^ (made >> shift)
    return made


def test_an_id_that_was_made_up_to_collide_does_not() -> None:
    """What SplitMix64 alone makes of a word can be undone, and sums be made to order."""
    golden, first, second = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
    mask = 2**64 - 1

    def mix(value: int) -> int:
        value = (value ^ (value >> 30)) * first & mask
        value = (value ^ (value >> 27)) * second & mask
        return value ^ (value >> 31)

    def undo(value: int) -> int:
        value = _unmixed(value, 31) * pow(second, -1, 2**64) & mask
        value = _unmixed(value, 27) * pow(first, -1, 2**64) & mask
        return _unmixed(value, 30)

    def words(made: bytes) -> list[int]:
        return [int.from_bytes(made[i : i + 8], "little") for i in range(0, len(made), 8)]

    def keyed(word: int, position: int) -> int:
        return mix(word ^ (position + 1) * golden & mask)

    victim = b"victim-0000-0001"
    total = sum(keyed(word, i) for i, word in enumerate(words(victim))) & mask
    begin = b"forged-1"
    wanted = (total - keyed(words(begin)[0], 0)) & mask
    made = begin + (undo(wanted) ^ 2 * golden & mask).to_bytes(8, "little")
    hashes = hash_ids(pa.array([victim, made], pa.binary()))
    assert sum(keyed(word, i) for i, word in enumerate(words(made))) & mask == total
    assert hashes[0] != hashes[1]


def test_ids_in_a_sequence_are_spread_over_all_leading_bits() -> None:
    hashes = hash_ids(pa.array([f"acct-{number:07d}" for number in range(1 << 16)]))
    counts = np.bincount((hashes >> np.uint64(56)).astype(np.int64), minlength=256)
    assert counts.min() > 128
    assert counts.max() < 512


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
