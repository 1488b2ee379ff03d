"""A keyed 64-bit hash of id columns, computed column-wise and the same in every batch.

Ids come from outside. Who knows how they are hashed can make one that collides with a customer's,
and so have that customer's file taken for a duplicate. The key is drawn anew by every process and
never leaves it, so two ids that somebody has chosen collide with a chance of 2⁻⁶⁴, whatever they
are.
"""

import hashlib
import secrets
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UInt64 = npt.NDArray[np.uint64]

_WORD = 8
#: Ids are padded to a whole number of words; longer ones are refused as malformed by the sources.
MAX_ID_BYTES = 1024
#: What a manifest row points to is a path and a file id (`clearshard.sources.uris`).
_MAX_BYTES = 2 * MAX_ID_BYTES + 1

_LOW, _HALF = np.uint64(2**32 - 1), np.uint64(32)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


def _new_key() -> UInt64:
    """Two random numbers for each half of a word, and for the length."""
    count = 1 + 2 * -(-_MAX_BYTES // _WORD)
    return np.frombuffer(secrets.token_bytes(16 * count), np.uint64).reshape(count, 2)


def _lasting_key() -> UInt64:
    """The same numbers in every process."""
    count = 1 + 2 * -(-_MAX_BYTES // _WORD)
    return np.frombuffer(hashlib.shake_256(b"clearshard ids").digest(16 * count), "<u8").reshape(
        count, 2
    )


_KEY = _new_key()
_SECOND_KEY = _new_key()
_LASTING_KEY = _lasting_key()


def hash_ids(ids: pa.Array) -> UInt64:
    """Hashes of a column of strings without nulls, each at most twice `MAX_ID_BYTES` long.

    Each half of the hash is the upper half of a sum modulo 2⁶⁴: of each 32 bits of the zero-padded
    id, and of its length, times a random number of their own. Such a sum is strongly universal
    (Lemire and Kaser 2014, "multilinear"): of two ids, that of one says nothing about the other's.
    Zeros add nothing, so the hash does not depend on how far a batch is padded. What is looked up
    by leading bits wants them spread, also those of ids in a sequence: the finalizer of SplitMix64
    (Steele et al. 2014) does that, one to one.
    """
    return _hashed(ids, _KEY)


def second_hash_ids(ids: pa.Array) -> UInt64:
    """Hashes that have nothing to do with those of `hash_ids`: two ids with both equal are one.

    For what must not be mistaken for another's among any number of files: of 10⁹ ids the chance
    that any two share both hashes is 10⁻²¹.
    """
    return _hashed(ids, _SECOND_KEY)


def lasting_hash_ids(ids: pa.Array) -> UInt64:
    """Hashes that are the same in every process, for what is looked for in files.

    Whoever chooses ids can choose two with one hash. So what is found by them has to be compared.
    """
    return _hashed(ids, _LASTING_KEY)


def _hashed(ids: pa.Array, keys: UInt64) -> UInt64:
    if len(ids) == 0:
        return np.empty(0, np.uint64)
    raw = ids.cast(pa.binary())
    # With the length, or an id and the same id with zeros after it would be one.
    lengths = pc.binary_length(raw).to_numpy(zero_copy_only=False).astype(np.uint64)
    return hash_words(padded(raw).T, lengths, keys)


def hash_words(words: Iterable[UInt64], lengths: UInt64, keys: UInt64) -> UInt64:
    """Hashes of rows of words, as `hash_ids` makes them.

    Args:
        words: The columns of words; one of zeros changes nothing.
        lengths: What else tells rows apart.
        keys: Two random numbers for the lengths, and then for each half of a word.
    """
    first, second = lengths * keys[0, 0], lengths * keys[0, 1]
    for position, word in enumerate(words):
        for half, key in (
            (word & _LOW, keys[2 * position + 1]),
            (word >> _HALF, keys[2 * position + 2]),
        ):
            first += half * key[0]
            second += half * key[1]
    return mix((first >> _HALF) | (second & ~_LOW))


def padded(raw: pa.Array) -> UInt64:
    """The bytes of each of some texts without nulls, filled up with zeros, as little-endian words.

    Args:
        raw: Binary, at least one.

    Returns:
        A row of words for each.
    """
    lengths = pc.min_max(pc.binary_length(raw))
    shortest, longest = lengths["min"].as_py(), lengths["max"].as_py()
    width = max(_WORD, -(-longest // _WORD) * _WORD)
    if shortest < longest:
        raw = pc.binary_join_element_wise(raw, pa.scalar(b"\0" * width), pa.scalar(b""))
        # A slice keeps the first `width` bytes: the id and then zeros.
        raw = pc.binary_slice(raw, 0, width)
        longest = width
    words = np.zeros((len(raw), width // _WORD), "<u8")
    if longest:
        offsets = np.frombuffer(raw.buffers()[1], np.int32)[raw.offset : raw.offset + len(raw) + 1]
        data = np.frombuffer(raw.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        words.view(np.uint8)[:, :longest] = data.reshape(len(raw), longest)
    return words


def mix(value: UInt64) -> UInt64:
    """Spreads numbers over all 64 bits, one to one: the finalizer of SplitMix64."""
    value = (value ^ (value >> _SHIFT_1)) * _MIX_1
    value = (value ^ (value >> _SHIFT_2)) * _MIX_2
    return value ^ (value >> _SHIFT_3)
