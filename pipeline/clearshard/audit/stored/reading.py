"""Rows of a stored table as a stream, in the order of the table or in any."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard.audit.database import cannot_be_read, literal_path
from clearshard.audit.stored.table import StoredTable
from clearshard.audit.stored.view import accounts_view, rows_view
from clearshard.layout import decisions_of as decisions_of_run
from clearshard.records.facts import FACTS
from clearshard.records.schemas import (
    ACCOUNTS_SCHEMA,
    DECISION_SCHEMA,
    FACTS_TYPE,
    REPLACED_SCHEMA,
    ROW_SCHEMA,
    TIMESTAMP,
    WITHHELD_SCHEMA,
)

_ROWS_AT_ONCE = 1 << 14
#: Where all columns are read and nothing is joined, more at a time are read faster.
_PLACED_AT_ONCE = 1 << 16
_STORED = ", ".join(ROW_SCHEMA.names)
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """Rows in force, and where they lie.

    Attributes:
        rows: ROW_SCHEMA.
        file: Number of their file among those that hold rows; see `REPLACED_SCHEMA`.
        places: Numbers of the rows in that file.
    """

    rows: pa.RecordBatch
    file: int
    places: npt.NDArray[np.int64]


def has_columns_of_today(table: StoredTable) -> bool:
    """Whether there are rows, and all have the columns that are written now: ROW_SCHEMA."""
    try:
        return bool(table.rows) and all(
            pq.read_schema(path).remove_metadata().equals(ROW_SCHEMA) for path in table.rows
        )
    except (pa.ArrowException, OSError):
        return False


def read_placed(table: StoredTable) -> Iterator[PlacedRows]:
    """All rows in force, in the order of the table; columns that another version left out are null.

    Memory grows with what was replaced, not with the rows.

    Raises:
        IntegrityError: The table cannot be read.
    """
    replaced = read_replaced(table)
    try:
        for number, path in enumerate(table.rows):
            gone = np.sort(replaced.get(number, _NONE))
            with pq.ParquetFile(path) as file:
                first = 0
                for batch in file.iter_batches(_PLACED_AT_ONCE):
                    places = np.arange(first, first + batch.num_rows)
                    first += batch.num_rows
                    stays = ~np.isin(places, gone, assume_unique=True)
                    if stays.all():
                        yield PlacedRows(_as_rows(batch), number, places)
                    elif stays.any():
                        in_force = _as_rows(batch.filter(pa.array(stays)))
                        yield PlacedRows(in_force, number, places[stays])
    except (pa.ArrowException, OSError) as error:
        raise cannot_be_read(error) from None


def _as_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    if batch.schema.equals(ROW_SCHEMA):
        return batch
    return pa.RecordBatch.from_arrays(
        [
            batch.column(field.name).cast(field.type)
            if field.name in batch.schema.names
            else pa.nulls(batch.num_rows, field.type)
            for field in ROW_SCHEMA
        ],
        names=ROW_SCHEMA.names,
    )


def read_accounts(table: StoredTable) -> pa.Table:
    """What a run knew of accounts, ACCOUNTS_SCHEMA, in the order of the ids.

    Raises:
        IntegrityError: It cannot be read.
    """
    return _whole(table.accounts, ACCOUNTS_SCHEMA)


def read_withheld(table: StoredTable) -> pa.Array:
    """What a run and those before it have withheld: a digest under the key of each content.

    Raises:
        IntegrityError: It cannot be read.
    """
    return _whole(table.withheld, WITHHELD_SCHEMA).column("content_key").combine_chunks()


def read_replaced_by(table: StoredTable) -> pa.Table:
    """The rows that the run itself has put out of force, REPLACED_SCHEMA.

    Raises:
        IntegrityError: They cannot be read.
    """
    own = [path for path in table.replaced if path.parent.name == decisions_of_run(table.run_id)]
    return _whole(own, REPLACED_SCHEMA)


def read_in_order(
    connection: duckdb.DuckDBPyConnection,
    table: StoredTable,
    where: str,
    parameters: Mapping[str, str],
) -> Iterator[pa.RecordBatch]:
    """The decisions of a run that meet a condition, DECISION_SCHEMA, in the order of the table.

    That is: file by file as the record lists them, each from its beginning. Memory grows with the
    accounts and with what was replaced, not with the rows.

    Args:
        connection: From `clearshard.audit.database.connected`; one table is read at a time.
        table: The run.
        where: A condition on columns of ROW_SCHEMA, in words of this package: what a user gives
            goes into `parameters`.
        parameters: What it names.

    Raises:
        IntegrityError: What was replaced, or known of accounts, cannot be read.
    """
    connection.execute("SET TimeZone = 'UTC'")
    replaced, accounts = read_replaced(table), read_accounts(table)
    for number, path in enumerate(table.rows):
        # One file at a time, and no join: so the database keeps to the order of the file.
        rows = connection.read_parquet(
            [literal_path(str(path))], file_row_number=True, hive_partitioning=False
        )
        rows.create_view("file_rows", replace=True)
        found = connection.sql(
            f"SELECT {_STORED}, file_row_number FROM file_rows WHERE {where}",  # noqa: S608 - own words
            params=dict(parameters),
        )
        for batch in found.to_arrow_reader(_ROWS_AT_ONCE):
            gone = np.isin(batch.column("file_row_number").to_numpy(), replaced.get(number, _NONE))
            in_force = batch.filter(pa.array(~gone))
            if in_force.num_rows:
                yield as_decisions(in_force, accounts, table)


def as_decisions(rows: pa.RecordBatch, accounts: pa.Table, table: StoredTable) -> pa.RecordBatch:
    """Decisions (DECISION_SCHEMA) out of what is stored of them.

    Args:
        rows: The columns of ROW_SCHEMA.
        accounts: ACCOUNTS_SCHEMA.
        table: The run.
    """
    place = _places(rows, accounts)
    facts = [
        pc.struct_field(rows.column("facts"), fact.name)
        if fact.owner == "file"
        else accounts.column(fact.name).combine_chunks().take(place)
        for fact in FACTS
    ]
    size = rows.num_rows
    columns = {
        name: rows.column(name) for name in DECISION_SCHEMA.names if name in ROW_SCHEMA.names
    }
    columns["facts"] = pa.StructArray.from_arrays(facts, fields=list(FACTS_TYPE))
    columns["policy_digest"] = pa.repeat(table.policy_digest, size)
    columns["decided_at"] = pa.repeat(pa.scalar(table.decided_at, TIMESTAMP), size)
    return pa.RecordBatch.from_pydict(
        {name: columns[name] for name in DECISION_SCHEMA.names}, schema=DECISION_SCHEMA
    )


def _places(rows: pa.RecordBatch, accounts: pa.Table) -> pa.Array:
    """Where what is known of each row's account is; null where nothing is."""
    found = pa.nulls(rows.num_rows, pa.int32())
    known_by = accounts.column("reading").combine_chunks()
    for reading in pc.unique(known_by).to_pylist():
        of_reading = pc.indices_nonzero(pc.equal(known_by, reading)).cast(pa.int32())
        ids = accounts.column("account_id").combine_chunks().take(of_reading)
        here = of_reading.take(pc.index_in(rows.column("account_id"), value_set=ids))
        found = pc.if_else(pc.equal(rows.column("reading"), reading), here, found)
    return found


def decisions_of(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[StoredTable], file_id: str
) -> Iterator[tuple[StoredTable, pa.RecordBatch]]:
    """The decisions of each run on one file, DECISION_SCHEMA, by state and account.

    Args:
        connection: From `clearshard.audit.database.connected`.
        tables: The runs.
        file_id: Compared exactly.
    """
    connection.execute("SET TimeZone = 'UTC'")
    rows_view(connection, "decisions", tables)
    found = connection.sql(
        f"SELECT {_STORED}, run_order FROM decisions WHERE file_id = $file_id "  # noqa: S608 - own words
        "ORDER BY run_order, state, account_id",
        params={"file_id": file_id},
    ).to_arrow_table()
    # Only of the accounts that are named: of all runs together there can be very many.
    orders = pc.unique(found.column("run_order")).to_pylist()
    accounts_view(connection, "accounts", [tables[order] for order in orders])
    ids = pc.unique(found.column("account_id")).drop_null().to_pylist()
    names = ", ".join(ACCOUNTS_SCHEMA.names)
    asked = f"SELECT {names}, run_order FROM accounts WHERE account_id = $account_id"  # noqa: S608 - own words
    known = [connection.sql(asked, params={"account_id": i}).to_arrow_table() for i in ids]
    for place, order in enumerate(orders):
        accounts = [one.filter(pc.equal(one.column("run_order"), place)) for one in known]
        of_run = pa.concat_tables(
            [
                ACCOUNTS_SCHEMA.empty_table(),
                *(one.select(ACCOUNTS_SCHEMA.names) for one in accounts),
            ],
            promote_options="permissive",
        )
        rows = found.filter(pc.equal(found.column("run_order"), order)).combine_chunks()
        for batch in rows.to_batches():
            yield tables[order], as_decisions(batch, of_run.cast(ACCOUNTS_SCHEMA), tables[order])


def read_replaced(table: StoredTable) -> dict[int, npt.NDArray[np.int64]]:
    """Rows that are in force no more, by the number of their file.

    Raises:
        IntegrityError: They cannot be read.
    """
    return by_file(read_places(table.replaced))


def read_places(paths: Sequence[Path]) -> pa.Table:
    """The places that some files say are in force no more, REPLACED_SCHEMA; raises as the above."""
    return _whole(paths, REPLACED_SCHEMA)


def by_file(found: pa.Table) -> dict[int, npt.NDArray[np.int64]]:
    """Numbers of rows by the number of their file, of REPLACED_SCHEMA."""
    files, rows = found.column("file").to_numpy(), found.column("row").to_numpy()
    return {int(file): rows[files == file] for file in np.unique(files)}


def _whole(paths: Sequence[Path], schema: pa.Schema) -> pa.Table:
    """All that is in some files, which fits in memory.

    Raises:
        IntegrityError: One cannot be read.
    """
    try:
        tables = []
        for path in paths:
            with pq.ParquetFile(path) as file:
                tables.append(file.read().cast(schema))
        return pa.concat_tables([schema.empty_table(), *tables])
    except (pa.ArrowException, OSError) as error:
        raise cannot_be_read(error) from None
