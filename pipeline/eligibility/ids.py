"""A 64-bit hash of id columns, computed column-wise and the same in every batch and process."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UInt64 = npt.NDArray[np.uint64]

_WORD = 8
#: Ids are padded to a whole number of words; longer ones are refused as malformed by the sources.
MAX_ID_BYTES = 1024

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)


def hash_ids(ids: pa.Array) -> UInt64:
    """Hashes of a column of strings without nulls, each at most `MAX_ID_BYTES` long.

    Each 8-byte word of the zero-padded id goes through the finalizer of SplitMix64 (Steele et al.
    2014) keyed by its position, and the results are added. A word of zeros adds nothing, so the
    hash does not depend on how far a batch is padded.
    """
    if len(ids) == 0:
        return np.empty(0, np.uint64)
    raw = ids.cast(pa.binary())
    words = _padded(raw)
    lengths = pc.binary_length(raw).to_numpy(zero_copy_only=False).astype(np.uint64)
    with np.errstate(over="ignore"):
        # With the length, or an id and the same id with zeros after it would be one.
        total = lengths * _GOLDEN
        for position in range(words.shape[1]):
            column = words[:, position]
            mixed = _mix(column ^ (np.uint64(position + 1) * _GOLDEN))
            # The first word of an id is hardly ever zero; looking is cheaper than choosing.
            if not column.all():
                mixed[column == 0] = 0
            total += mixed
        return _mix(total)


def _padded(raw: pa.Array) -> UInt64:
    """The bytes of each id, filled up with zeros, as rows of little-endian words."""
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


def _mix(value: UInt64) -> UInt64:
    value = (value ^ (value >> _SHIFT_1)) * _MIX_1
    value = (value ^ (value >> _SHIFT_2)) * _MIX_2
    return value ^ (value >> _SHIFT_3)
