"""The version of a file: what it looks like from outside, as 16 bytes, for whole columns at once.

Made of its size, its times, its number in the file system, its path, the record that is meant and
the limits that it is read under. Whatever of these differs, the versions differ, but for a chance
of 2⁻¹²⁸: each half is a sum as of `clearshard.eligibility.ids`, under numbers of its own. These are
the same everywhere, since tomorrow's run and whoever verifies make the same versions; a digest that
nobody can find two texts for would take as long as the system call. Whoever finds two paths with
one version must know the inode and the nanosecond of the other's last change, and has then kept a
row of his own file.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Limits
from clearshard.eligibility.ids import UInt64, hash_words, padded
from clearshard.run.resume.bytes_columns import Bytes

VERSION_BYTES = 16
#: Limits, marks, and the longest path with the longest id that sources take.
_MOST_WORDS = 300
_LARGEST = 2**63 - 1


def numbers_for(kind: bytes) -> tuple[UInt64, UInt64]:
    """Numbers for the two halves of versions of one kind; see `made_of`."""
    first, second = (_numbers(kind + half) for half in (b"first", b"second"))
    return first, second


def _numbers(purpose: bytes) -> UInt64:
    count = 1 + 2 * _MOST_WORDS
    drawn = hashlib.shake_256(b"clearshard version 1 " + purpose).digest(16 * count)
    return np.frombuffer(drawn, "<u8").reshape(count, 2)


_OF_LOOKS = numbers_for(b"")
_OF_OBJECTS = numbers_for(b"object ")


@dataclass(frozen=True, slots=True)
class Marks:
    """What some files look like, in step.

    Attributes:
        places: Where each is: a path, or a path, a null character and the id of a record; without
            nulls.
        sizes: In bytes.
        wrote_ns: When each was written.
        changed_ns: When it, or what the system says of it, was changed.
        inodes: Their numbers in the file system.
    """

    places: pa.Array
    sizes: npt.NDArray[np.int64]
    wrote_ns: npt.NDArray[np.int64]
    changed_ns: npt.NDArray[np.int64]
    inodes: UInt64


def versions_of(marks: Marks, limits: Limits) -> Bytes:
    """A row of `VERSION_BYTES` bytes for each file."""
    said = (marks.sizes, marks.wrote_ns, marks.changed_ns, marks.inodes)
    return made_of(marks.places, [column.astype(np.uint64) for column in said], limits, _OF_LOOKS)


def versions_of_objects(
    places: pa.Array, sizes: npt.NDArray[np.int64], tags: Bytes, limits: Limits
) -> Bytes:
    """The same for objects of a store, which have no times: of their tags, 16 bytes of each."""
    words: UInt64 = np.ascontiguousarray(tags).view("<u8").astype(np.uint64).T
    return made_of(places, [sizes.astype(np.uint64), *words], limits, _OF_OBJECTS)


def made_of(
    places: pa.Array, words: Sequence[UInt64], limits: Limits, numbers: tuple[UInt64, UInt64]
) -> Bytes:
    """A row of `VERSION_BYTES` bytes for each place, of what is said of it.

    Args:
        places: As in `Marks`.
        words: What is said: columns in step.
        limits: What decides, besides, whether a transcript is read.
        numbers: Of this kind of version alone.
    """
    raw = places.cast(pa.binary())
    if len(raw) == 0:
        return np.empty((0, VERSION_BYTES), np.uint8)
    read_under = (limits.max_transcript_bytes, limits.max_transcript_words)
    columns = [np.full(len(raw), limit, np.uint64) for limit in read_under]
    columns += [*words, *padded(raw).T]
    lengths = pc.binary_length(raw).to_numpy(zero_copy_only=False).astype(np.uint64)
    halves = [hash_words(columns, lengths, half) for half in numbers]
    return np.stack(halves, axis=1).astype("<u8").view(np.uint8)


def whole_numbers(values: Sequence[int]) -> npt.NDArray[np.int64]:
    """Numbers of 64 bits; the largest or smallest for those that have more.

    Some disks hold times that 64 bits of nanoseconds do not.
    """
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return np.array([min(max(value, ~_LARGEST), _LARGEST) for value in values], np.int64)
