"""An index within a file of decisions: which row groups can hold an id or a content.

A row of decisions is found by a *mark*, a number of 64 bits that stands for an id in whatever
spelling, or for what a file held. What marks there are, the audit does not know: whoever writes or
looks up says so (`Marks`). Of some row groups together, a *segment*, the marks of each column lie
in buckets by their leading bits, each mark as the bits behind these, and the number of its row
group. So whoever looks for a mark reads one bucket, however many rows there are.

A segment lies behind its row groups, in the same file, where no reader of Parquet looks. The footer
names them all, and the record of the run holds the digest of that. It holds the digest of the head
of each segment, and a head those of its buckets: so what is read is what the run has recorded, and
nothing else has to be read to know that.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

UInt64 = npt.NDArray[np.uint64]
#: Column → a mark for each row, and whether the row has one.
MarksOfRows = Mapping[str, tuple[UInt64, npt.NDArray[np.bool_]]]
Marks = Callable[[pa.RecordBatch], MarksOfRows]

#: What can be looked for, in the order of a segment.
KEYS = ("file_id", "account_id", "content_sha256")
#: Where the footer of a file names its segments.
FOOTER_KEY = "clearshard.index"
#: Row groups of a segment: their marks are in memory until it is written.
GROUPS = 16
_GROUP_BITS = 4
#: Bits of a mark that an entry has, behind those of its bucket.
_ENTRY_BITS = 32 - _GROUP_BITS
#: Entries of a bucket: one is read for each mark that is looked for.
_PER_BUCKET = 1 << 10
_MOST_BUCKET_BITS = 32
_DIGEST_BYTES = 16
_ENTRY = np.dtype("<u4")


class Damaged(Exception):
    """An index is not what was recorded, or none."""


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """Where a segment lies.

    Attributes:
        offset: In the file.
        head_bytes: How long its head is.
        groups: How many row groups it is of; those of all segments together are those of the file.
        sha256: Of its head.
    """

    offset: int
    head_bytes: int
    groups: int
    sha256: str


class _Column(msgspec.Struct, frozen=True, array_like=True):
    """The buckets of a column: how many bits tell them apart, and of each its end and its digest.

    `ends` are little-endian numbers of 32 bits, counted in entries from the first of the column.
    """

    bits: int
    ends: bytes
    digests: bytes


class _Head(msgspec.Struct, frozen=True, array_like=True):
    columns: tuple[_Column, ...]


class IndexBuilder:
    """Makes the index of a file while its row groups are written."""

    def __init__(self, marks: Marks) -> None:
        """Takes nothing yet.

        Args:
            marks: Says what stands for what is in a row.
        """
        self._marks = marks
        self._waiting: list[list[UInt64]] = []
        self._segments: list[Segment] = []

    @property
    def is_full(self) -> bool:
        """Whether a segment has to be written before the next row group."""
        return len(self._waiting) == GROUPS

    def add(self, rows: pa.RecordBatch) -> None:
        """Takes a row group."""
        found = self._marks(rows)
        self._waiting.append([np.unique(found[key][0][found[key][1]]) for key in KEYS])

    def segment(self, offset: int) -> bytes:
        """The segment of what was added since the last one; empty if there is nothing.

        Args:
            offset: Where in the file it is going to be.
        """
        if not self._waiting:
            return b""
        made = [_column([group[n] for group in self._waiting]) for n in range(len(KEYS))]
        head = msgspec.msgpack.encode(_Head(tuple(column for column, _ in made)))
        sha256 = hashlib.sha256(head).hexdigest()
        self._segments.append(Segment(offset, len(head), len(self._waiting), sha256))
        self._waiting = []
        return b"".join((head, *(body for _, body in made)))

    def footer(self) -> bytes:
        """What the footer says of all segments; the record holds its SHA-256."""
        return msgspec.json.encode(self._segments)


def _column(groups: Sequence[UInt64]) -> tuple[_Column, bytes]:
    marks = np.concatenate(groups)
    numbers = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    bits = min(max(0, (len(marks) // _PER_BUCKET).bit_length()), _MOST_BUCKET_BITS)
    entries = _inner(marks, bits) | numbers.astype(np.uint64)
    buckets = _bucket(marks, bits)
    order = np.lexsort((entries, buckets))
    body = entries[order].astype(_ENTRY)
    ends = np.cumsum(np.bincount(buckets.astype(np.int64), minlength=1 << bits))
    starts = np.concatenate([[0], ends[:-1]])
    digests = b"".join(
        _digest(body[first:end].tobytes())
        for first, end in zip(starts.tolist(), ends.tolist(), strict=True)
    )
    return _Column(bits, ends.astype(_ENTRY).tobytes(), digests), body.tobytes()


def _bucket(marks: UInt64, bits: int) -> UInt64:
    found: UInt64 = marks >> np.uint64(64 - bits) if bits else np.zeros(len(marks), np.uint64)
    return found


def _inner(marks: UInt64, bits: int) -> UInt64:
    """The bits behind those of the bucket, where an entry has them; the row group is 0."""
    behind = (marks << np.uint64(bits)) >> np.uint64(64 - _ENTRY_BITS)
    entries: UInt64 = behind << np.uint64(_GROUP_BITS)
    return entries


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class Index:
    """The index of one file.

    Attributes:
        path: The file.
        segments: In the order of their row groups.
    """

    path: Path
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, path: Path, metadata: Mapping[bytes, bytes], sha256: str, groups: int) -> "Index":
        """The index that a footer names.

        Args:
            path: The file.
            metadata: Of its footer.
            sha256: What the record says of the index.
            groups: How many row groups the file has.

        Raises:
            Damaged: It is not the one that was recorded, or not of these row groups.
        """
        footer = metadata.get(FOOTER_KEY.encode(), b"")
        if hashlib.sha256(footer).hexdigest() != sha256:
            raise Damaged
        try:
            segments = msgspec.json.decode(footer, type=tuple[Segment, ...])
        except msgspec.MsgspecError:
            raise Damaged from None
        if sum(segment.groups for segment in segments) != groups:
            raise Damaged
        return cls(path, segments)

    def groups_with(self, wanted: Mapping[str, UInt64]) -> list[int]:
        """The row groups that can hold a row with one of some marks, ascending.

        Seldom one of them holds none; one that holds any is always among them.

        Args:
            wanted: Marks by what they are of, one of `KEYS`.

        Raises:
            Damaged: It is not what was recorded.
            OSError: It cannot be read.
        """
        found: set[int] = set()
        first = 0
        with self.path.open("rb") as file:
            for segment in self.segments:
                found.update(first + group for group in _groups_in(file, segment, wanted))
                first += segment.groups
        return sorted(found)


def _groups_in(file: BinaryIO, segment: Segment, wanted: Mapping[str, UInt64]) -> Iterator[int]:
    head = _at(file, segment.offset, segment.head_bytes)
    if hashlib.sha256(head).hexdigest() != segment.sha256:
        raise Damaged
    start = segment.offset + segment.head_bytes
    for key, column in zip(KEYS, msgspec.msgpack.decode(head, type=_Head).columns, strict=True):
        ends = np.frombuffer(column.ends, _ENTRY)
        marks = wanted.get(key, np.empty(0, np.uint64))
        buckets = _bucket(marks, column.bits)
        for bucket in np.unique(buckets).tolist():
            first = int(ends[bucket - 1]) if bucket else 0
            size = (int(ends[bucket]) - first) * _ENTRY.itemsize
            content = _at(file, start + first * _ENTRY.itemsize, size)
            if _digest(content) != column.digests[bucket * _DIGEST_BYTES :][:_DIGEST_BYTES]:
                raise Damaged
            entries = np.frombuffer(content, _ENTRY).astype(np.uint64)
            asked = _inner(marks[buckets == bucket], column.bits)
            group_of = np.uint64((1 << _GROUP_BITS) - 1)
            there = np.isin(entries & ~group_of, asked)
            yield from np.unique(entries[there] & group_of).tolist()
        start += (int(ends[-1]) if len(ends) else 0) * _ENTRY.itemsize


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)
