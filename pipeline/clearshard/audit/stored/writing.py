"""Writing what is stored of a run's decisions beside a whole table of them."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clearshard.audit.decisions import DecisionsWriter, recorded
from clearshard.audit.stored.index import Marks
from clearshard.records.run import DecisionsFile, Holds
from clearshard.records.schemas import ACCOUNTS_SCHEMA, REPLACED_SCHEMA, ROW_SCHEMA, WITHHELD_SCHEMA

#: Few: of one account not much else is to be read with it.
_ACCOUNTS_PER_GROUP = 1 << 13
_REPLACED_PER_GROUP = 1 << 20
_WITHHELD_PER_GROUP = 1 << 20


def write_changes(
    folder: Path,
    rows: Iterable[pa.RecordBatch],
    replaced: Iterable[pa.RecordBatch],
    marks: Marks | None = None,
) -> tuple[DecisionsFile, ...]:
    """Writes what is new since an earlier run.

    Args:
        folder: Made if need be; it bears the name of the run's own.
        rows: What has come or is not as it was, ROW_SCHEMA.
        replaced: What has gone or is not as it was, REPLACED_SCHEMA.
        marks: As `DecisionsWriter` takes them.

    Returns:
        What was written, in the order of a record; nothing if nothing is new.
    """
    with DecisionsWriter(folder, schema=ROW_SCHEMA, holds=Holds.CHANGES, marks=marks) as writer:
        for batch in rows:
            writer.write(batch)
    gone = pa.Table.from_batches(list(replaced), REPLACED_SCHEMA)
    return (*writer.files, *_write(folder, Holds.REPLACED, gone, _REPLACED_PER_GROUP))


def write_accounts(folder: Path, accounts: pa.Table) -> tuple[DecisionsFile, ...]:
    """Writes what is known of accounts (ACCOUNTS_SCHEMA); nothing if nothing is."""
    return _write(folder, Holds.ACCOUNTS, accounts.cast(ACCOUNTS_SCHEMA), _ACCOUNTS_PER_GROUP)


def write_withheld(folder: Path, content_keys: pa.Array) -> tuple[DecisionsFile, ...]:
    """Writes what is withheld, sorted: the list gives away no order; nothing if nothing is."""
    table = pa.table([content_keys.sort()], schema=WITHHELD_SCHEMA)
    return _write(folder, Holds.WITHHELD, table, _WITHHELD_PER_GROUP)


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
