"""Columns of digests ↔ arrays of bytes, whole columns at a time.

In decisions a digest is hex digits, for people; in scratch files it is bytes of one length.
"""

from binascii import hexlify, unhexlify

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import IntegrityError

Bytes = npt.NDArray[np.uint8]

#: Set in a digit and in a small letter, and not in a capital.
_NO_CAPITAL = 0x20


def from_text(column: pa.Array, size_bytes: int) -> Bytes:
    """One row of bytes for each text of lower-case hex digits; of nulls all are 0.

    Raises:
        IntegrityError: A text is no such number of bytes.
    """
    column = column.fill_null("00" * size_bytes) if column.null_count else column
    lengths = pc.min_max(pc.binary_length(column))
    digits = 2 * size_bytes
    if len(column) and (lengths["min"].as_py(), lengths["max"].as_py()) != (digits, digits):
        raise IntegrityError("A digest among recorded decisions has not the length of one.")
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset :] if len(column) else [0]
    text = np.frombuffer(column.buffers()[2] or b"", np.uint8)
    text = text[offsets[0] : offsets[0] + len(column) * digits]
    try:
        # Capitals are as good to everybody else: here a digest has one spelling.
        if len(text) and not np.bitwise_and.reduce(text) & _NO_CAPITAL:
            raise ValueError
        rows = unhexlify(text.tobytes())
    except ValueError:
        raise IntegrityError("A digest among recorded decisions is no hex number.") from None
    return np.frombuffer(rows, np.uint8).reshape(len(column), size_bytes)


def packed(rows: Bytes, known: npt.NDArray[np.bool_]) -> pa.Array:
    """A column of byte strings of one length; null where nothing is known."""
    count, size_bytes = rows.shape
    bitmap = pa.array(known).buffers()[1]
    return pa.Array.from_buffers(
        pa.binary(size_bytes), count, [bitmap, pa.py_buffer(rows.tobytes())]
    )


def unpacked(column: pa.Array) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    """The rows of bytes of such a column, and whether each is known; of nulls anything."""
    size_bytes = column.type.byte_width
    known = np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    content = np.frombuffer(column.buffers()[1] or b"", np.uint8)
    start = column.offset * size_bytes
    return content[start : start + len(column) * size_bytes].reshape(-1, size_bytes), known


def to_text(rows: Bytes, known: npt.NDArray[np.bool_]) -> pa.Array:
    """The hex digits of each row of bytes; null where nothing is known."""
    count, size_bytes = rows.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(2 * size_bytes)
    text = pa.Array.from_buffers(
        pa.string(),
        count,
        [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(hexlify(rows.tobytes()))],
    )
    return text if known.all() else pc.if_else(pa.array(known), text, pa.scalar(None, pa.string()))
