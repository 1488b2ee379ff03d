"""Files and accounts that a purge has taken out, and that stay out whatever the tables say.

An id is meant in every spelling (`spelling`): a file that was purged does not come back as another
one that nobody can tell from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded

_NONE = np.empty(0, np.uint64)


@dataclass(frozen=True, eq=False, slots=True)
class Tombstones:
    """What may not be used any more.

    Attributes:
        accounts: Sorted hashes of folded ids of accounts.
        files: The same of files.
    """

    accounts: UInt64
    files: UInt64

    @classmethod
    def of(cls, accounts: Iterable[str] = (), files: Iterable[str] = ()) -> Self:
        """Those of some ids."""
        return cls(*(marks_of_ids(pa.array(ids, pa.string())) for ids in (accounts, files)))

    def name(self, files: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Which rows they name.

        Args:
            files: With `file_id` and `account_id`; an id that is not known is nobody's.
        """
        named = np.zeros(files.num_rows, np.bool_)
        for column, marks in (("file_id", self.files), ("account_id", self.accounts)):
            if len(marks):
                ids = files.column(column)
                known = np.asarray(ids.is_valid().to_numpy(zero_copy_only=False))
                named |= is_member(hash_ids(folded(ids.fill_null(""))), marks) & known
        return named


#: Nothing was purged.
NO_TOMBSTONES = Tombstones(_NONE, _NONE)


def marks_of_ids(ids: pa.Array) -> UInt64:
    """Sorted numbers that stand for ids, in whatever spelling, as long as this process lives."""
    marks: UInt64 = np.unique(hash_ids(folded(ids)))
    return marks
