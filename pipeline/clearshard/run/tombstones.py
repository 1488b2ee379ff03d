"""The tombstones that are in force, as the gate needs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.events import Event
from clearshard.audit.tombstones import Kind, Lifted, Placed, ids_of, told_of
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.eligibility.tombstones import Tombstones, marks_of_ids

#: A tombstone: the marks of its id and of the account that a file went with, and its purge.
_ROW = np.dtype([("id", "<u8"), ("account", "<u8"), ("with_account", "?"), ("purge", "<u4")])
Rows = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False, slots=True)
class InForce:
    """Tombstones that were not lifted since.

    Attributes:
        accounts: Of accounts, `_ROW`.
        files: Of files.
        purges: What has placed them, by number: also those all of whose tombstones were lifted.
    """

    accounts: Rows
    files: Rows
    purges: tuple[Placed, ...]

    @property
    def tombstones(self) -> Tombstones:
        """The same for the gate."""
        return Tombstones(np.unique(self.accounts["id"]), np.unique(self.files["id"]))

    @property
    def count(self) -> dict[Kind, int]:
        """How many ids of each kind are kept out."""
        return {
            Kind.ACCOUNT: len(self.tombstones.accounts),
            Kind.FILE: len(self.tombstones.files),
        }

    def asked_for(self, kind: Kind) -> UInt64:
        """Marks of the ids that somebody has named, and that no lift of anything else lets in."""
        rows = self.accounts if kind is Kind.ACCOUNT else self.files
        named = np.array([one.why != _OF_REGISTRY for one in self.purges], np.bool_)
        marks: UInt64 = np.unique(rows["id"][~rows["with_account"] & named[rows["purge"]]])
        return marks

    def went_with(self, account_id: str) -> UInt64:
        """Marks of the files that went with an account, in whatever spelling, as it was purged."""
        marks: UInt64 = np.unique(self.files["id"][_with_account(self.files, account_id)])
        return marks

    def of_purge(self, run_id: str) -> dict[Kind, int]:
        """How many ids of each kind one purge keeps out."""
        number = [n for n, one in enumerate(self.purges) if one.run_id == run_id]
        return {
            kind: len(np.unique(rows["id"][np.isin(rows["purge"], number)]))
            for kind, rows in ((Kind.ACCOUNT, self.accounts), (Kind.FILE, self.files))
        }


#: As `clearshard.lifecycle.purge.asked.Of` calls what nobody has named.
_OF_REGISTRY = "registry"


def tombstones_in_force(out: Path, events: Iterable[Event]) -> Tombstones:
    """What was purged and not lifted since.

    Args:
        out: The output folder.
        events: Of its ledger, oldest first.

    Raises:
        IntegrityError: A file of tombstones is missing, or is not what was written.
    """
    return in_force(out, events).tombstones


def in_force(out: Path, events: Iterable[Event]) -> InForce:
    """The same, and what has placed it; raises as the above."""
    accounts, files = np.empty(0, _ROW), np.empty(0, _ROW)
    purges: list[Placed] = []
    for told in told_of(events):
        if isinstance(told, Placed):
            table = told.read(out)
            accounts = np.concatenate([accounts, _accounts(table, len(purges))])
            files = np.concatenate([files, _files(table, len(purges))])
            purges.append(told)
            continue
        accounts, files = _without(told, accounts, files, purges)
    return InForce(accounts, files, tuple(purges))


def _without(
    told: Lifted, accounts: Rows, files: Rows, purges: Sequence[Placed]
) -> tuple[Rows, Rows]:
    """Tombstones that are in force after some were lifted."""
    if told.kind is None:
        numbers = [n for n, one in enumerate(purges) if one.run_id == told.id]
        stay = (~np.isin(rows["purge"], numbers) for rows in (accounts, files))
        return accounts[next(stay)], files[next(stay)]
    [lifted] = marks_of_ids(pa.array([told.id], pa.string()))
    if told.kind is Kind.FILE:
        return accounts, files[files["id"] != lifted]
    return accounts[accounts["id"] != lifted], files[~_with_account(files, told.id)]


def _with_account(files: Rows, account_id: str) -> npt.NDArray[np.bool_]:
    [account] = marks_of_ids(pa.array([account_id], pa.string()))
    went: npt.NDArray[np.bool_] = files["with_account"] & (files["account"] == account)
    return went


def _accounts(table: pa.Table, purge: int) -> Rows:
    ids = ids_of(table, Kind.ACCOUNT)
    rows = np.zeros(len(ids), _ROW)
    rows["id"], rows["purge"] = hash_ids(folded(ids)), purge
    return rows


def _files(table: pa.Table, purge: int) -> Rows:
    of_files = files_of(table)
    rows = np.zeros(len(of_files), _ROW)
    account_ids = of_files.column("account_id")
    for name, ids in (("id", of_files.column("id")), ("account", account_ids.fill_null(""))):
        rows[name] = hash_ids(folded(pa.array(ids.to_pylist(), pa.string())))
    rows["with_account"], rows["purge"] = account_ids.is_valid().to_numpy(), purge
    return rows


def files_of(table: pa.Table) -> pa.Table:
    """Those of some tombstones that are of files."""
    return table.filter(pc.equal(table.column("kind"), str(Kind.FILE))).combine_chunks()


def one_id(ids: pa.Array, names: Sequence[str]) -> pa.Array:
    """Which of some ids are one of some names, in whatever spelling."""
    marks = marks_of_ids(pa.array(names, pa.string()))
    return pa.array(is_member(hash_ids(folded(ids)), marks))
