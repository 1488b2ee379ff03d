"""The database that answers questions: in memory, bounded, without extensions."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from clearshard.errors import IntegrityError

#: What a question may hold in memory; more goes to the spill folder.
_MEMORY = "1GiB"


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory database that spills to a temporary folder and loads no extension.

    Raises:
        IntegrityError: A query failed because of what a file holds, or because it is not there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="clearshard-audit-") as spill,
        _new_database(spill) as connection,
    ):
        try:
            yield connection
        except duckdb.Error as error:
            raise cannot_be_read(error) from None


def cannot_be_read(error: Exception) -> IntegrityError:
    """What is told where a table is damaged, or not there."""
    # Its message can quote a value; the type is enough to tell damage from absence.
    return IntegrityError(
        f"The tables of decisions cannot be read ({type(error).__name__}). "
        "Run `clearshard audit verify` to see which file is damaged or missing."
    )


@contextmanager
def _new_database(spill: str) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY,
            "python_enable_replacements": "false",
            "temp_directory": spill,
        },
    )
    try:
        # Footers are looked at several times while a view is made and asked; read them once.
        connection.execute("SET parquet_metadata_cache = true")
        yield connection
    finally:
        connection.close()


def parquet_view(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    columns: Sequence[str],
    files: pa.Table,
) -> None:
    """Makes a view over an explicit list of Parquet files.

    Args:
        connection: From `connected`.
        view: Name of the view; like `columns`, a word of this package, never of a user.
        columns: What it reads of the files.
        files: A column ``filename`` with one path a row, and columns to add to the rows of it.
    """
    paths = [literal_path(name) for name in files.column("filename").to_pylist()]
    connection.register(f"{view}_files", files)
    # Paths go in through the API, since a view cannot have parameters. The folder's name run=<id>
    # must not become a column.
    rows = connection.read_parquet(paths, filename=True, hive_partitioning=False)
    rows.create_view(f"{view}_rows")
    wanted = ", ".join([*columns, *(n for n in files.column_names if n != "filename")])
    connection.execute(
        f"CREATE VIEW {view} AS SELECT {wanted} "  # noqa: S608 - words of this package only
        f"FROM {view}_rows JOIN {view}_files USING (filename)"
    )


def literal_path(path: str) -> str:
    """A path as DuckDB reads it for itself: it would take a bracket or a star as a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)
