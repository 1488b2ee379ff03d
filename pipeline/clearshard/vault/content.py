"""The content digest of a table: the same for the same rows in the same order, however written.

Bytes say whether a file is the one that was written. Encrypted twice, the same rows have other
bytes each time, since keys and nonces are random; so what is in a shard is told by this digest:

    SHA-256 of "clearshard content 1" and a newline; then for each column without columns of its
    own, in the order of the schema: its path with dots, a tab, its type, a newline; the SHA-256 of
    its marks, of its sizes and of its values.

Marks are one byte for each value, 1 or 0 for null; lists and structs on the way have their own, as
if they were columns. Sizes are of texts (bytes of UTF-8) and of lists (values), 32 bits each. All
numbers are in little-endian order; null has size 0, or the number 0. No mark, size or value depends
on where batches, row groups or pages end.
"""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIRST = b"clearshard content 1\n"


def content_sha256(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> str:
    """The content digest of some rows, hex.

    Args:
        batches: The rows; columns that the schema has not do not count.
        schema: Which columns, in which order.
    """
    columns = [_Column(field.name, field.type) for field in schema]
    for batch in batches:
        for column in columns:
            column.add(batch.column(column.path))
    whole = hashlib.sha256(_FIRST)
    for column in columns:
        for part in column.parts():
            whole.update(part)
    return whole.hexdigest()


class _Column:
    """One column, and those within it."""

    def __init__(self, path: str, kind: pa.DataType) -> None:
        self.path = path
        self._kind = kind
        self._marks, self._sizes, self._values = (hashlib.sha256() for _ in range(3))
        self._inner: list[_Column] = []
        if pa.types.is_list(kind):
            self._inner = [_Column(f"{path}.element", kind.value_type)]
        elif pa.types.is_struct(kind):
            fields = (kind.field(number) for number in range(kind.num_fields))
            self._inner = [_Column(f"{path}.{field.name}", field.type) for field in fields]

    def add(self, values: pa.Array) -> None:
        """Takes some rows more."""
        if values.type != self._kind:
            values = values.cast(self._kind)
        if values.null_count:
            self._marks.update(values.is_valid().cast(pa.uint8()).to_numpy())
        else:
            self._marks.update(b"\1" * len(values))
        if pa.types.is_list(self._kind):
            self._sizes.update(_numbers(pc.list_value_length(values), pa.int32()))
            self._inner[0].add(values.flatten())
        elif pa.types.is_struct(self._kind):
            for column, inner in zip(self._inner, values.flatten(), strict=True):
                column.add(inner)
        elif pa.types.is_string(self._kind):
            self._sizes.update(_numbers(pc.binary_length(values), pa.int32()))
            self._values.update(_text(values))
        else:
            self._values.update(_numbers(values, self._kind))

    def parts(self) -> Iterator[bytes]:
        """What the whole digest is made of."""
        yield f"{self.path}\t{'' if self._inner else self._kind}\n".encode()
        yield from (one.digest() for one in (self._marks, self._sizes, self._values))
        for inner in self._inner:
            yield from inner.parts()


def _numbers(values: pa.Array, kind: pa.DataType) -> bytes:
    if values.null_count:
        values = values.fill_null(0)
    numbers = values.to_numpy(zero_copy_only=False)
    little = np.dtype(kind.to_pandas_dtype()).newbyteorder("<")
    return np.ascontiguousarray(numbers, little).tobytes()


def _text(values: pa.StringArray) -> pa.Buffer:
    """The bytes of some texts, one behind the other; what lies below a null does not count."""
    if values.null_count:
        values = values.drop_null()
    _, offsets, data = values.buffers()
    if data is None or not len(values):
        return pa.py_buffer(b"")
    ends = np.frombuffer(offsets, np.int32)
    first, last = int(ends[values.offset]), int(ends[values.offset + len(values)])
    return data.slice(first, last - first)
