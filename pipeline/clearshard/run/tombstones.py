"""The tombstones that are in force, as the gate needs them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.events import Event
from clearshard.audit.tombstones import Kind, Lifted, ids_of, told_of
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.eligibility.tombstones import Tombstones, marks_of_ids

_ROW = np.dtype([("file", "<u8"), ("account", "<u8"), ("with_account", "?")])


def tombstones_in_force(out: Path, events: Iterable[Event]) -> Tombstones:
    """What was purged and not lifted since.

    Args:
        out: The output folder.
        events: Of its ledger, oldest first.

    Raises:
        IntegrityError: A file of tombstones is missing, or is not what was written.
    """
    accounts, files = _in_force(out, events)
    return Tombstones(accounts, np.unique(files["file"]))


def purged_by_themselves(out: Path, events: Iterable[Event]) -> UInt64:
    """Marks of the files in force that no lift of an account lets in; raises as the above."""
    _, files = _in_force(out, events)
    marks: UInt64 = np.unique(files["file"][~files["with_account"]])
    return marks


def _in_force(out: Path, events: Iterable[Event]) -> tuple[UInt64, npt.NDArray[np.void]]:
    """Marks of accounts, and files as rows."""
    accounts, files = np.empty(0, np.uint64), np.empty(0, _ROW)
    for told in told_of(events):
        if isinstance(told, Lifted):
            [lifted] = marks_of_ids(pa.array([told.id], pa.string()))
            if told.kind is Kind.ACCOUNT:
                accounts = accounts[accounts != lifted]
                files = files[~(files["with_account"] & (files["account"] == lifted))]
            else:
                files = files[files["file"] != lifted]
        else:
            table = told.read(out)
            accounts = np.union1d(accounts, marks_of_ids(ids_of(table, Kind.ACCOUNT)))
            files = np.concatenate([files, _files(table)])
    return accounts, files


def _files(table: pa.Table) -> npt.NDArray[np.void]:
    of_files = table.filter(pc.equal(table.column("kind"), str(Kind.FILE))).combine_chunks()
    rows = np.empty(len(of_files), _ROW)
    account_ids = of_files.column("account_id")
    for name, ids in (("file", of_files.column("id")), ("account", account_ids.fill_null(""))):
        rows[name] = hash_ids(folded(pa.array(ids.to_pylist(), pa.string())))
    rows["with_account"] = account_ids.is_valid().to_numpy()
    return rows


def one_id(ids: pa.Array, names: Sequence[str]) -> pa.Array:
    """Which of some ids are one of some names, in whatever spelling."""
    marks = marks_of_ids(pa.array(names, pa.string()))
    return pa.array(is_member(hash_ids(folded(ids)), marks))
