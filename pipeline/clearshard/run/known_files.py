"""What the runs that are kept know of files that somebody names, in whatever spelling.

Rows are found by marks, in a row group here and there (`clearshard.audit.stored.index`), and then
each is compared. Of a file without an index every row is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_other
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.finding import ROW, Finder
from clearshard.audit.stored.index import UInt64
from clearshard.audit.stored.table import StoredTable
from clearshard.eligibility.spelling import fold
from clearshard.eligibility.tombstones import Tombstones
from clearshard.records.schemas import ROW_SCHEMA
from clearshard.records.states import QuarantineReason, State
from clearshard.run.row_marks import marks_of_rows, marks_wanted

#: In which file a row lies: see `REPLACED_SCHEMA`.
_FILE = pa.field("file", pa.int32(), nullable=False)
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that kept runs have decided on.

    Attributes:
        file_id: As the newest of them spells it.
        account_ids: The account by the newest of them that knows one; several if its manifest has
            the file twice.
        contents: All that it is known to have held: SHA-256.
    """

    file_id: str
    account_ids: frozenset[str]
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody names.

    Attributes:
        accounts: Ids of accounts, in any spelling: all of their files are meant.
        files: Ids of files.
        contents: What they are known to have held, in whatever file: SHA-256.
    """

    accounts: Collection[str] = ()
    files: Collection[str] = ()
    contents: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.files or self.contents)


def as_announced(
    runs: Sequence[VisibleRun], announced: Mapping[str, str]
) -> tuple[VisibleRun, ...]:
    """The runs; of one whose record is not what the ledger says no index is believed.

    Args:
        runs: Visible ones.
        announced: Run → SHA-256 of its record, as the ledger says.
    """
    return tuple(
        run if announced.get(run.run_id) == run.sha256 else _without_indexes(run) for run in runs
    )


def _without_indexes(run: VisibleRun) -> VisibleRun:
    files = tuple(replace(file, index="") for file in run.record.decisions)
    return with_other(run, record=replace(run.record, decisions=files))


def new_finder() -> Finder:
    """To be given to all who look for the same files."""
    return Finder(marks_of_rows)


def known_files(
    runs: Sequence[VisibleRun], named: Named, finder: Finder | None = None
) -> Mapping[str, KnownFile]:
    """Files that are named, and files of accounts that are, by what their id folds to.

    Args:
        runs: All that are kept, oldest first.
        named: Contents are not asked.
        finder: Finds rows; None is a new one.

    Raises:
        IntegrityError: Decisions cannot be read.
    """
    if not runs or not (named.accounts or named.files):
        return {}
    tables, finder = [run.table for run in runs], finder or new_finder()
    asked = set(map(fold, named.files))
    wanted = set(asked)
    if named.accounts:
        marks = Tombstones.of(accounts=named.accounts)
        of_them = marks_wanted({"account_id": map(fold, named.accounts)})
        for rows in _in_force(finder, tables, of_them, ["file_id", "account_id"]):
            of_accounts = rows.filter(pa.array(_named_by(marks, rows)))
            wanted.update(map(fold, of_accounts.column("file_id").to_pylist()))
    known: dict[str, KnownFile] = {}
    newest: dict[str, int] = {}
    for last, file_id, account_id, content in _said(finder, tables, wanted):
        folds_to = fold(file_id)
        was = known.get(folds_to, KnownFile(file_id, frozenset(), frozenset()))
        accounts = was.account_ids
        if account_id is not None:
            same_run = newest.get(folds_to) == last
            accounts = accounts | {account_id} if same_run else frozenset((account_id,))
            newest[folds_to] = last
        contents = was.contents if content is None else was.contents | {content}
        known[folds_to] = KnownFile(file_id, accounts, contents)
    accounts_named = set(map(fold, named.accounts))
    return {
        folds_to: one
        for folds_to, one in sorted(known.items())
        if folds_to in asked or not accounts_named.isdisjoint(map(fold, one.account_ids))
    }


def _said(
    finder: Finder, tables: Sequence[StoredTable], wanted: Collection[str]
) -> list[tuple[int, str, str | None, str | None]]:
    """What runs say of files, in the order of the newest that says so: id, account, content."""
    last: dict[tuple[str, str | None, str | None], int] = {}
    columns = ["file_id", "account_id", "reasons", "content_sha256"]
    mismatch = str(QuarantineReason.ID_MISMATCH)
    marks = marks_wanted({"file_id": wanted})
    for order, rows in enumerate(_in_force(finder, tables, marks, columns)):
        for file_id, account_id, reasons, content in zip(
            *rows.select(columns).to_pydict().values(), strict=True
        ):
            if fold(file_id) in wanted:
                # Whose content is another's by its own word takes nobody else's file with it.
                own = None if mismatch in reasons else content
                last[file_id, account_id, own] = order
    found = [(order, *said) for said, order in last.items()]
    return sorted(found, key=lambda one: (one[0], one[1], one[2] or "", one[3] or ""))


def written_rows(
    run: VisibleRun, named: Named, columns: Sequence[str], finder: Finder | None = None
) -> pa.Table:
    """The files that a run has written and that are named: some columns of them, each file once.

    Args:
        run: The run.
        named: Whose they are, which they are, or what they hold.
        columns: Of ROW_SCHEMA, and `file` and `row`: where it lies.
        finder: Finds rows; None is a new one.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    wanted = {
        "account_id": map(fold, named.accounts),
        "file_id": map(fold, named.files),
        "content_sha256": named.contents,
    }
    needed = {*columns, "state", "file_id", "account_id", "content_sha256"}
    stored = [name for name in ROW_SCHEMA.names if name in needed]
    finder = finder or new_finder()
    [found] = _in_force(finder, [run.table], marks_wanted(wanted), stored)
    found = found.filter(pc.equal(found.column("state"), str(State.WRITTEN)))
    marks = Tombstones.of(named.accounts, named.files)
    contents = set(named.contents)
    holds = [one in contents for one in found.column("content_sha256").to_pylist()]
    meant = _named_by(marks, found) | np.array(holds, np.bool_)
    return found.filter(pa.array(meant)).select(list(columns))


def _in_force(
    finder: Finder,
    tables: Sequence[StoredTable],
    wanted: Mapping[str, UInt64],
    columns: Sequence[str],
) -> Iterator[pa.Table]:
    """Of each table the rows that some marks can stand for, and `file` and `row`, in their order.

    Args:
        finder: Finds rows.
        tables: Of runs.
        wanted: Sorted marks by what they are of.
        columns: Of ROW_SCHEMA, in its order.
    """
    of_files: dict[tuple[Path, str], pa.Table] = {}
    schema = pa.schema([*(ROW_SCHEMA.field(name) for name in columns), ROW, _FILE])
    for table in tables:
        replaced = finder.replaced(table)
        found = [schema.empty_table()]
        for number, one in enumerate(zip(table.rows, table.indexes, strict=True)):
            if one not in of_files:
                of_files[one] = finder.find(*one, wanted, columns)
            rows = of_files[one]
            if len(rows):
                gone = np.isin(rows.column("row").to_numpy(), replaced.get(number, _NONE))
                rows = rows.filter(pa.array(~gone))
                file = pa.repeat(pa.scalar(number, _FILE.type), len(rows))
                found.append(rows.append_column(_FILE, file))
        yield pa.concat_tables(found).combine_chunks()


def _named_by(marks: Tombstones, rows: pa.Table) -> npt.NDArray[np.bool_]:
    batches = [marks.name(batch) for batch in rows.to_batches()]
    return np.concatenate([np.zeros(0, np.bool_), *batches])
