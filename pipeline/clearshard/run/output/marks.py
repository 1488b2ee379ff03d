"""Numbers that stand for rows of decisions, so that two tables are compared without their rows.

Two rows with equal marks are equal: a mark has 128 bits, under a key that is drawn anew by every
process (`clearshard.eligibility.ids`), so nobody can make two rows that have the same. A version is
marked by itself, since a new version alone is no new decision.
"""

import hashlib
import secrets
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.ids import MAX_ID_BYTES, UInt64, hash_ids, mix, second_hash_ids
from clearshard.records.schemas import FILE_FACTS_TYPE, ROW_SCHEMA

#: Nearly every row has another value: hashed as they are. Of all other texts each is hashed once.
_EACH_ITS_OWN = ("doc_key", "content_sha256")
_KEY = secrets.token_bytes(32)
#: Between what reasons have in common with no reason.
_SEPARATOR = "\0"
_NULL = np.uint64(2**64 - 1)
_ROUNDS = np.frombuffer(secrets.token_bytes(16 * 64), np.uint64).reshape(64, 2)


@dataclass(frozen=True, slots=True)
class Marks:
    """Of some rows.

    Attributes:
        ids: Of the file id; `hash_ids`.
        second_ids: The same; `second_hash_ids`.
        first: Of all columns but the version.
        second: The same, and independent of it.
        versions: Of the version.
    """

    ids: UInt64
    second_ids: UInt64
    first: UInt64
    second: UInt64
    versions: UInt64


def marks_of(rows: pa.RecordBatch) -> Marks:
    """The marks of rows; of equal ones the same as long as this process lives.

    Args:
        rows: ROW_SCHEMA.
    """
    sums = _Sums(rows.num_rows)
    ids = rows.column("file_id")
    first_ids, second_ids = hash_ids(ids), second_hash_ids(ids)
    sums.add(first_ids, second_ids)
    for name in ROW_SCHEMA.names:
        column = rows.column(name)
        if name in _EACH_ITS_OWN:
            sums.add(*_each(column))
        elif name == "reasons":
            sums.add(*_few(pc.binary_join(column, _SEPARATOR)))
        elif name == "facts":
            for field in FILE_FACTS_TYPE:
                sums.add(*_numbers_of(pc.struct_field(column, field.name)))
        elif name not in ("file_id", "version"):
            sums.add(*_numbers_of(column))
    versions, _ = _each(rows.column("version"))
    return Marks(first_ids, second_ids, sums.first, sums.second, versions)


class _Sums:
    """Adds up what columns are marked by; which column it is counts."""

    def __init__(self, size: int) -> None:
        self.first = np.zeros(size, np.uint64)
        self.second = np.zeros(size, np.uint64)
        self._columns = 0

    def add(self, first: UInt64, second: UInt64) -> None:
        keys = _ROUNDS[self._columns]
        self.first += mix(first + keys[0])
        self.second += mix(second + keys[1])
        self._columns += 1


def _numbers_of(column: pa.Array) -> tuple[UInt64, UInt64]:
    if pa.types.is_string(column.type):
        return _few(column)
    known = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    values = column.cast(pa.int64()).fill_null(0).to_numpy().astype(np.uint64)
    # What is not known is told from 0, which is a time like any other.
    marked = mix(values + _ROUNDS[-1][0]) * known
    return marked, mix(values + _ROUNDS[-1][1]) * known


def _few(column: pa.Array) -> tuple[UInt64, UInt64]:
    """Of texts of which many are the same."""
    each = column.dictionary_encode()
    texts = each.dictionary
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    hashed = (hash_ids(texts), second_hash_ids(texts)) if longest <= MAX_ID_BYTES else _long(texts)
    rows = each.indices.fill_null(len(texts)).to_numpy()
    # Behind them what stands for null.
    first, second = (np.append(marks, _NULL)[rows] for marks in hashed)
    return first, second


def _long(texts: pa.Array) -> tuple[UInt64, UInt64]:
    digests = b"".join(
        hashlib.blake2b(text.encode("utf-8"), key=_KEY, digest_size=16).digest()
        for text in texts.to_pylist()
    )
    marks = np.frombuffer(digests, np.uint64).reshape(-1, 2)
    return marks[:, 0], marks[:, 1]


def _each(column: pa.Array) -> tuple[UInt64, UInt64]:
    known = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    texts = column.fill_null("") if column.null_count else column
    # A text of no letters has the hash 0.
    return np.where(known, hash_ids(texts), _NULL), np.where(known, second_hash_ids(texts), _NULL)


def first_reasons(reasons: pa.Array) -> pa.Array:
    """The first reason of each row; null where there is none."""
    some = pc.greater(pc.list_value_length(reasons), 0)
    firsts = pc.list_element(reasons.filter(some), 0)
    return pc.replace_with_mask(pa.nulls(len(reasons), pa.string()), some, firsts)
