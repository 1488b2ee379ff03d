"""The tombstones that are in force, as the gate needs them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from clearshard.audit.events import Event
from clearshard.audit.tombstones import Kind, Lifted, ids_of, told_of
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.eligibility.tombstones import Tombstones, marks_of_ids

_NONE = np.empty(0, np.uint64)


def tombstones_in_force(out: Path, events: Iterable[Event]) -> Tombstones:
    """What was purged and not lifted since.

    Args:
        out: The output folder.
        events: Of its ledger, oldest first.

    Raises:
        IntegrityError: A file of tombstones is missing, or is not what was written.
    """
    marks: dict[Kind, UInt64] = dict.fromkeys(Kind, _NONE)
    for told in told_of(events):
        if isinstance(told, Lifted):
            gone = marks_of_ids(pa.array([told.id], pa.string()))
            marks[told.kind] = np.setdiff1d(marks[told.kind], gone, assume_unique=True)
        else:
            table = told.read(out)
            for kind in Kind:
                marks[kind] = np.union1d(marks[kind], marks_of_ids(ids_of(table, kind)))
    return Tombstones(marks[Kind.ACCOUNT], marks[Kind.FILE])


def one_id(ids: pa.Array, names: Sequence[str]) -> pa.Array:
    """Which of some ids are one of some names, in whatever spelling."""
    marks = marks_of_ids(pa.array(names, pa.string()))
    return pa.array(is_member(hash_ids(folded(ids)), marks))
