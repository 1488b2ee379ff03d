"""Stored tables as one view of a database, in which a decision is a row again.

Which rows are in force is told by numbers alone: of a row its place (`REPLACED_SCHEMA`), of a run
how many files of replaced places it lists. A table that follows from another one begins with its
files, so both number them alike; tables that do not are numbered apart, each on a *line* of its
own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from clearshard.audit.database import literal_path
from clearshard.audit.stored.table import StoredTable
from clearshard.records.facts import FACTS
from clearshard.records.schemas import ACCOUNTS_SCHEMA, DECISION_SCHEMA, ROW_SCHEMA, TIMESTAMP

#: Columns of the view besides those of DECISION_SCHEMA: which run, and where the row lies.
_RUN = ("run_id", "run_order")
_OF_RUN = ("policy_digest", "decided_at")
_FILES = pa.schema(
    [
        ("filename", pa.string()),
        ("line", pa.int32()),
        ("file", pa.int32()),
        ("replaced_files", pa.int32()),
        ("run_order", pa.int32()),
        ("run_id", pa.string()),
        ("policy_digest", pa.string()),
        ("decided_at", TIMESTAMP),
    ]
)
_REPLACED_FILES = pa.schema([("filename", pa.string()), ("line", pa.int32()), ("nth", pa.int32())])
_ACCOUNT_FILES = pa.schema([("filename", pa.string()), ("run_order", pa.int32())])


@dataclass(frozen=True, slots=True)
class _Line:
    """A table and those that it follows from, by their places in what was given."""

    longest: StoredTable
    tables: tuple[tuple[int, StoredTable], ...]


def table_view(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    tables: Sequence[StoredTable],
    *,
    accounts: bool = False,
) -> None:
    """Makes a view of the decisions of some runs.

    It has the columns of DECISION_SCHEMA, `run_id`, and `run_order`, which numbers the tables as
    they are given. Beside it there is one that is called ``<view>_of_files``: see `rows_view`.

    Args:
        connection: From `clearshard.audit.database.connected`.
        view: Its name, a word of this package.
        tables: The runs.
        accounts: Whether `facts` has the facts of accounts as well. Finding them takes time.
    """
    rows_view(connection, f"{view}_of_files", tables)
    if accounts:
        _with_accounts(connection, view, tables)
        return
    columns = ", ".join([*DECISION_SCHEMA.names, *_RUN])
    connection.execute(f"CREATE VIEW {view} AS SELECT {columns} FROM {view}_of_files")  # noqa: S608 - own words


def rows_view(
    connection: duckdb.DuckDBPyConnection, view: str, tables: Sequence[StoredTable]
) -> None:
    """Makes a view of the rows in force as they are stored.

    It has the columns of ROW_SCHEMA, what `table_view` says of runs, and where the row lies: `file`
    and `row`.
    """
    lines = _lines(tables)
    files = _files(lines)
    own = [name for name in ROW_SCHEMA.names if name != "facts"]
    wanted = ", ".join([*own, "facts", *_OF_RUN, *_RUN, "file", "row"])
    if not files.num_rows:
        extra = [("run_id", pa.string()), ("run_order", pa.int32()), ("file", pa.int32())]
        fields = [*ROW_SCHEMA, *(DECISION_SCHEMA.field(name) for name in _OF_RUN)]
        more = [pa.field(name, kind) for name, kind in [*extra, ("row", pa.int64())]]
        connection.register(view, pa.schema([*fields, *more]).empty_table())
        return
    # Tables of the database's own: nothing of Python is asked once the view is.
    _keep(connection, f"{view}_files", files)
    _scan(connection, f"{view}_scan", files.column("filename").to_pylist(), numbered=True)
    replaced = _replaced(lines)
    joined, in_force = "", "true"
    if replaced.num_rows:
        _keep(connection, f"{view}_replaced_files", replaced)
        _scan(connection, f"{view}_replaced_scan", replaced.column("filename").to_pylist())
        places = f"{view}_replaced_scan JOIN {view}_replaced_files USING (filename)"
        joined = f"LEFT JOIN (FROM {places}) AS replaced USING (line, file, row)"
        in_force = "nth IS NULL OR nth > replaced_files"
    connection.execute(
        f"CREATE VIEW {view} AS SELECT {wanted} FROM ("  # noqa: S608 - words of this package only
        f"SELECT * EXCLUDE (file_row_number), file_row_number AS row "
        f"FROM {view}_scan JOIN {view}_files USING (filename)) {joined} WHERE {in_force}"
    )


def _with_accounts(
    connection: duckdb.DuckDBPyConnection, view: str, tables: Sequence[StoredTable]
) -> None:
    of_files = f"{view}_of_files"
    accounts_view(connection, f"{view}_accounts", tables)
    others = ", ".join(f"of_files.{name}" for name in DECISION_SCHEMA.names if name != "facts")
    connection.execute(
        f"CREATE VIEW {view} AS SELECT {others}, {whole_facts('of_files', 'accounts')} AS facts, "  # noqa: S608 - own words
        f"of_files.run_id, of_files.run_order "
        f"FROM {of_files} AS of_files LEFT JOIN {view}_accounts AS accounts "
        "USING (run_order, account_id, reading)"
    )


def accounts_view(
    connection: duckdb.DuckDBPyConnection, view: str, tables: Sequence[StoredTable]
) -> None:
    """A view of what some runs knew of accounts: ACCOUNTS_SCHEMA and `run_order`."""
    rows = [
        {"filename": str(path), "run_order": order}
        for order, table in enumerate(tables)
        for path in table.accounts
    ]
    if not rows:
        run_order = pa.field("run_order", pa.int32())
        connection.register(view, pa.schema([*ACCOUNTS_SCHEMA, run_order]).empty_table())
        return
    _keep(connection, f"{view}_files", pa.Table.from_pylist(rows, schema=_ACCOUNT_FILES))
    _scan(connection, f"{view}_scan", [str(row["filename"]) for row in rows])
    names = ", ".join(ACCOUNTS_SCHEMA.names)
    connection.execute(
        f"CREATE VIEW {view} AS SELECT {names}, run_order "  # noqa: S608 - words of this package only
        f"FROM {view}_scan JOIN {view}_files USING (filename)"
    )


def whole_facts(of_files: str, of_accounts: str) -> str:
    """An expression that puts the facts of a file and its account together, FACTS_TYPE.

    Args:
        of_files: What has the column `facts` of the file.
        of_accounts: What has a column for each fact of the account.
    """
    parts = [
        f"{fact.name} := {of_files}.facts.{fact.name}"
        if fact.owner == "file"
        else f"{fact.name} := {of_accounts}.{fact.name}"
        for fact in FACTS
    ]
    return f"struct_pack({', '.join(parts)})"


def _lines(tables: Sequence[StoredTable]) -> list[_Line]:
    """The tables, with each those that it follows from: these list the files that it begins with.

    A run follows from the one before it, so there are as many lines as whole tables.
    """
    lines: list[_Line] = []
    longest_first = sorted(enumerate(tables), key=lambda entry: -len(entry[1].rows))
    for entry in sorted(longest_first, key=lambda entry: -len(entry[1].replaced)):
        for number, line in enumerate(lines):
            if _begins(line.longest, entry[1]):
                lines[number] = _Line(line.longest, (*line.tables, entry))
                break
        else:
            lines.append(_Line(entry[1], (entry,)))
    return lines


def _begins(table: StoredTable, with_other: StoredTable) -> bool:
    return (
        table.rows[: len(with_other.rows)] == with_other.rows
        and table.replaced[: len(with_other.replaced)] == with_other.replaced
    )


def _files(lines: Sequence[_Line]) -> pa.Table:
    rows = [
        {
            "filename": str(path),
            "line": number,
            "file": file,
            "replaced_files": len(table.replaced),
            "run_order": order,
            "run_id": table.run_id,
            "policy_digest": table.policy_digest,
            "decided_at": table.decided_at,
        }
        for number, line in enumerate(lines)
        for order, table in line.tables
        for file, path in enumerate(table.rows)
    ]
    return pa.Table.from_pylist(rows, schema=_FILES)


def _replaced(lines: Sequence[_Line]) -> pa.Table:
    rows = [
        {"filename": str(path), "line": number, "nth": nth}
        for number, line in enumerate(lines)
        for nth, path in enumerate(line.longest.replaced, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=_REPLACED_FILES)


def _keep(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {name} AS FROM incoming")
    connection.unregister("incoming")


def _scan(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    paths: Sequence[str],
    *,
    numbered: bool = False,
) -> None:
    """A view over files. Paths go in through the API, since a view cannot have parameters."""
    literal = [literal_path(path) for path in dict.fromkeys(paths)]
    rows = connection.read_parquet(
        # The folder's name run=<id> must not become a column.
        literal,
        filename=True,
        file_row_number=numbered,
        hive_partitioning=False,
        # Every file is looked into now: a damaged one is found here, and not by who asks.
        union_by_name=True,
    )
    rows.create_view(name)
