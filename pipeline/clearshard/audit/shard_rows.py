"""Columns of shards as a view of the database, which reads plain ones itself.

DuckDB takes one key for all files of a view, and each shard has its own. Texts are no columns that
anybody asks for here, so what the database spills holds none.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from clearshard.audit.database import cannot_be_read, parquet_view
from clearshard.vault.vault import CANNOT_OPEN, Vault

_BATCH_ROWS = 1 << 16


def shards_view(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    columns: Sequence[str],
    files: pa.Table,
    vault: Vault,
) -> None:
    """Makes a view over some shards; see `parquet_view`.

    Args:
        connection: From `clearshard.audit.database.connected`.
        view: Name of the view.
        columns: Texts that it reads of the shards.
        files: As `parquet_view` takes them.
        vault: Opens them.

    Raises:
        IntegrityError: A shard cannot be opened.
    """
    if not vault.keys:
        parquet_view(connection, view, columns, files)
        return
    schema = pa.schema([*(pa.field(name, pa.string()) for name in columns), *files.schema])
    try:
        rows = pa.RecordBatchReader.from_batches(schema, _rows(columns, files, schema, vault))
        connection.register(f"{view}_rows", rows)
        connection.execute(
            f"CREATE TEMP TABLE {view} AS SELECT * FROM {view}_rows"  # noqa: S608 - words of ours
        )
        connection.unregister(f"{view}_rows")
    except CANNOT_OPEN as error:
        raise cannot_be_read(error) from None


def _rows(
    columns: Sequence[str], files: pa.Table, schema: pa.Schema, vault: Vault
) -> Iterator[pa.RecordBatch]:
    for more in files.to_pylist():
        with vault.open_parquet(Path(more["filename"])) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(columns)):
                held = [batch.column(name).cast(pa.string()) for name in columns]
                held += [
                    pa.repeat(pa.scalar(more[field.name], field.type), batch.num_rows)
                    for field in files.schema
                ]
                yield pa.record_batch(held, schema=schema)
