"""What was read, whatever the order of its rows: a database gives them in any."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: SHA-256 of a row.
_ROW = np.dtype("V32")
_NOTHING = "-"


def row_digests(columns: Sequence[pa.Array]) -> npt.NDArray[np.void]:
    """A digest of each row: of its values, each with its length before it.

    Args:
        columns: Text, maybe dictionary-encoded, times, flags or numbers; of one length.
    """
    rows = pc.binary_join_element_wise(*map(_measured, columns), "")
    hashed = b"".join(hashlib.sha256(row).digest() for row in rows.cast(pa.binary()).to_pylist())
    return np.frombuffer(hashed, _ROW)


def digest_of(head: str, rows: Sequence[npt.NDArray[np.void]]) -> tuple[str, npt.NDArray[np.int64]]:
    """A digest of all rows, and the order of them that it is of.

    Args:
        head: What else counts.
        rows: Digests of rows.
    """
    all_rows = np.concatenate(rows) if rows else np.empty(0, _ROW)
    # By its first bytes, and by the rest: two rows are in one order, or the same.
    words = all_rows.view(">u8").reshape(-1, 4)
    order = np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
    whole = hashlib.sha256(head.encode())
    whole.update(np.ascontiguousarray(all_rows[order]).tobytes())
    return whole.hexdigest(), order


def _measured(column: pa.Array) -> pa.Array:
    text = column.cast(pa.string())
    lengths = pc.binary_length(text).cast(pa.string())
    return pc.coalesce(pc.binary_join_element_wise(lengths, text, ":"), pa.scalar(_NOTHING))
