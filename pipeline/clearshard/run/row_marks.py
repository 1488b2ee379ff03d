"""By what a stored decision is found again: ids in whatever spelling, and what the file held."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.stored.index import KEYS, MarksOfRows, UInt64
from clearshard.eligibility.ids import lasting_hash_ids
from clearshard.eligibility.spelling import folded

#: Columns of ids, which can be spelled in more than one way.
_IDS = frozenset(("file_id", "account_id"))
#: Hex digits of a digest.
_DIGITS = 16


def marks_of_rows(rows: pa.RecordBatch) -> MarksOfRows:
    """A mark for each row by each of `KEYS` that it has as a column."""
    there = [key for key in KEYS if key in rows.schema.names]
    return {
        key: (
            _marks(key, rows.column(key).fill_null("")),
            np.asarray(rows.column(key).is_valid().to_numpy(zero_copy_only=False), np.bool_),
        )
        for key in there
    }


def marks_wanted(named: Mapping[str, Iterable[str]]) -> dict[str, UInt64]:
    """Sorted marks of what is looked for, by what it is of, one of `KEYS`."""
    return {
        key: np.unique(_marks(key, pa.array(sorted(set(texts)), pa.string())))
        for key, texts in named.items()
    }


def _marks(key: str, texts: pa.Array) -> UInt64:
    if key in _IDS:
        return lasting_hash_ids(folded(texts))
    # Of a SHA-256 a part is as good as all of it, and what is found is compared.
    return lasting_hash_ids(pc.binary_slice(texts.cast(pa.binary()), 0, _DIGITS))
