"""Writing the decisions of a run: all of them, or what is new of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from clearshard.audit.decisions import DecisionsWriter, recorded
from clearshard.audit.stored.accounts import AccountFacts, rows_of_files
from clearshard.records.run import DecisionsFile, Holds
from clearshard.records.schemas import ACCOUNTS_SCHEMA, REPLACED_SCHEMA, ROW_SCHEMA

#: Few: of one account not much else is to be read with it.
_ACCOUNTS_PER_GROUP = 1 << 13
_REPLACED_PER_GROUP = 1 << 20


class TableWriter:
    """Writes the whole table of a run, and what was known of the accounts that it names."""

    def __init__(self, folder: Path) -> None:
        """Prepares to write.

        Args:
            folder: Made if need be; it bears the name of the run's own.
        """
        self._folder = folder
        self._rows = DecisionsWriter(folder, schema=ROW_SCHEMA)
        self._accounts = AccountFacts()
        self._of_accounts: tuple[DecisionsFile, ...] = ()

    def __enter__(self) -> Self:
        self._rows.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rows.__exit__(kind, error, traceback)
        if kind is None:
            self._of_accounts = _write_accounts(self._folder, self._accounts.table())

    def write(self, decisions: pa.RecordBatch, readings: pa.Array) -> None:
        """Appends decisions.

        Args:
            decisions: DECISION_SCHEMA.
            readings: Which reading of the registry decided each; see ROW_SCHEMA.
        """
        self._rows.write(rows_of_files(decisions, readings))
        self._accounts.add(decisions, readings)

    @property
    def files(self) -> tuple[DecisionsFile, ...]:
        """What was written, in the order of a record; all of it after the writer is closed."""
        return (*self._rows.files, *self._of_accounts)


def write_changes(
    folder: Path, rows: Iterable[pa.RecordBatch], replaced: Iterable[pa.RecordBatch]
) -> tuple[DecisionsFile, ...]:
    """Writes what is new since an earlier run.

    Args:
        folder: Made if need be; it bears the name of the run's own.
        rows: What has come or is not as it was, ROW_SCHEMA.
        replaced: What has gone or is not as it was, REPLACED_SCHEMA.

    Returns:
        What was written, in the order of a record; nothing if nothing is new.
    """
    with DecisionsWriter(folder, schema=ROW_SCHEMA, holds=Holds.CHANGES) as writer:
        for batch in rows:
            writer.write(batch)
    gone = pa.Table.from_batches(list(replaced), REPLACED_SCHEMA)
    return (*writer.files, *_write(folder, Holds.REPLACED, gone, _REPLACED_PER_GROUP))


def _write_accounts(folder: Path, accounts: pa.Table) -> tuple[DecisionsFile, ...]:
    return _write(folder, Holds.ACCOUNTS, accounts.cast(ACCOUNTS_SCHEMA), _ACCOUNTS_PER_GROUP)


def _write(
    folder: Path, holds: Holds, table: pa.Table, rows_per_group: int
) -> tuple[DecisionsFile, ...]:
    """Writes a table that fits in memory into one file; none if it is empty."""
    if not len(table):
        return ()
    path = folder / f"{holds}-00000.parquet"
    pq.write_table(
        table, path, row_group_size=rows_per_group, compression="zstd", write_page_checksum=True
    )
    return (recorded(path, len(table)),)


def moved(files: Sequence[DecisionsFile], source: Path, target: Path) -> tuple[DecisionsFile, ...]:
    """Puts written files into another folder of the same name; returns them."""
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        name = file.name.partition("/")[2]
        (source / name).replace(target / name)
    return tuple(files)
