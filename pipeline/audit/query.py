"""One question in SQL, asked where nothing can be written and nothing else can be read.

The walls, each of which holds by itself against most of what a query could try:

1. The text must be one statement, and that a SELECT: no COPY, ATTACH, SET, PRAGMA, CALL, INSTALL.
2. Its syntax tree may name the published views, its own subqueries, and of the functions that give
   tables only those that make one out of their arguments: no file readers, no ``query('...')``.
3. The database has no access to the outside but to the decisions files of the runs, which it only
   reads, and its configuration is locked.
4. Memory, the space for spilling and time are bounded; there is no network in it at all.

`docs/auditing.md` describes the views. What the database says of a wrong query is shown: it knows
the query, and of the data ids, reasons and facts, never a transcript.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.audit.faults import printable
from pipeline.audit.listing import Rows
from pipeline.audit.reading import VisibleRun, literal_path, open_decisions
from pipeline.audit.selection import is_text
from pipeline.audit.views import VIEWS, add_views
from pipeline.errors import ClearshardError, QueryRefused, QueryStopped

_MEMORY = "1GiB"
_SPILL = "8GiB"
_ROWS_AT_ONCE = 8192
#: Functions that make rows out of their arguments alone.
_TABLE_FUNCTIONS = frozenset(("unnest", "range", "generate_series"))
#: Of the functions that give a value, those that tell of the machine or that wait.
_SCALAR_FUNCTIONS_REFUSED = re.compile(
    r"current_setting|getvariable|getenv|set_config|write_log|sleep.*|pg_sleep.*|"
    r"(?:read|glob|sniff|parquet|duckdb|pragma|json_execute|json_serialize|json_deserialize)_.*"
)
_MOST_OF_A_MESSAGE = 500


@contextmanager
def open_query(out: Path, runs: Sequence[VisibleRun], sql: str, seconds: float) -> Iterator[Rows]:
    """Asks one question.

    Args:
        out: The output folder.
        runs: The runs that the views are made of.
        sql: One SELECT over the views `pipeline.audit.views.VIEWS`.
        seconds: After which it is stopped, reading its rows included.

    Yields:
        The rows; memory does not grow with their number.

    Raises:
        QueryRefused: It is not one SELECT over the views, or the database cannot answer it.
        QueryStopped: It took too long, or needs more memory or space than it may have.
        IntegrityError: A table is damaged.
    """
    if not is_text(sql) or "\0" in sql:
        raise QueryRefused("The query is not text.")
    with open_decisions(runs) as connection:
        add_views(connection, out, runs)
        _lock(connection, runs)
        _check(connection, sql)
        timer = Timer(seconds, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            with _told(seconds):
                reader = connection.sql(sql).to_arrow_reader(_ROWS_AT_ONCE)
            yield Rows(reader.schema, _read(reader, seconds))
        finally:
            timer.cancel()


def _read(reader: pa.RecordBatchReader, seconds: float) -> Iterator[pa.RecordBatch]:
    while True:
        with _told(seconds):
            batch = next(reader, None)
        if batch is None:
            return
        yield batch


def _lock(connection: duckdb.DuckDBPyConnection, runs: Sequence[VisibleRun]) -> None:
    paths = [str(path) for run in runs for path in run.decisions_paths]
    # It asks for the pattern first, and then for the file that the pattern found.
    paths += [literal_path(path) for path in paths]
    for setting, value in (
        ("TimeZone", "UTC"),
        ("memory_limit", _MEMORY),
        ("max_temp_directory_size", _SPILL),
        ("allowed_paths", paths),
        ("enable_external_access", False),
        ("allow_community_extensions", False),
        ("lock_configuration", True),
    ):
        connection.execute(f"SET {setting} = $value", {"value": value})


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        kinds = [statement.type for statement in connection.extract_statements(sql)]
    except duckdb.Error as error:
        raise _refused(error) from None
    except ValueError:
        kinds = []  # a statement that its own library has no name for
    if kinds != [duckdb.StatementType.SELECT]:
        raise QueryRefused(f"Only one SELECT can be asked, over the views {', '.join(VIEWS)}.")
    [row] = connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()
    tree = json.loads(row[0])
    if tree.get("error") is not False or len(tree.get("statements", ())) != 1:
        raise QueryRefused(f"Only a plain SELECT can be asked, over the views {', '.join(VIEWS)}.")
    _check_node(tree["statements"], frozenset(VIEWS))


def _check_node(node: Any, tables: frozenset[str]) -> None:
    """Refuses a syntax tree that names a table or function that it may not."""
    if isinstance(node, list):
        for inner in node:
            _check_node(inner, tables)
        return
    if not isinstance(node, dict):
        return
    defined = {entry["key"].lower() for entry in node.get("cte_map", {}).get("map", ())}
    tables |= defined
    match node.get("type"):
        case "BASE_TABLE":
            _check_table(node, tables)
        case "TABLE_FUNCTION":
            name = str(node.get("function", {}).get("function_name", "")).lower()
            if name not in _TABLE_FUNCTIONS:
                raise QueryRefused(f"The function {printable(name)} cannot be used in a query.")
        case "SHOW_REF":
            raise QueryRefused("SHOW and DESCRIBE cannot be used in a query.")
    if node.get("class") == "FUNCTION":
        name = str(node.get("function_name", "")).lower()
        if _SCALAR_FUNCTIONS_REFUSED.fullmatch(name):
            raise QueryRefused(f"The function {printable(name)} cannot be used in a query.")
    for inner in node.values():
        _check_node(inner, tables)


def _check_table(node: dict[str, Any], tables: frozenset[str]) -> None:
    path = node.get("qualified_name", {}).get("path") or [node.get("table_name")]
    qualified = len(path) != 1 or node.get("schema_name") or node.get("catalog_name")
    name = str(path[-1]).lower()
    if qualified or name not in tables:
        raise QueryRefused(
            f"There is no view {printable(str(path[-1]))}; there are {', '.join(VIEWS)}."
        )


@contextmanager
def _told(seconds: float) -> Iterator[None]:
    """Turns what the database says into an error that says what to do."""
    try:
        yield
    except duckdb.InterruptException:
        raise QueryStopped(
            f"The query took longer than {seconds:g} seconds. Narrow it, or allow more with "
            "--seconds."
        ) from None
    except duckdb.OutOfMemoryException:
        raise QueryStopped(
            f"The query needs more than {_MEMORY} of memory and {_SPILL} of space. Narrow it."
        ) from None
    except duckdb.IOException:
        raise  # a damaged or missing file: told by whoever opened it
    except duckdb.Error as error:
        raise _refused(error) from None
    except (pa.ArrowInvalid, OSError) as error:
        # While rows are read, the database speaks through Arrow.
        text = str(error)
        if "INTERRUPT" in text.upper():
            raise QueryStopped(
                f"The query took longer than {seconds:g} seconds. Narrow it, or allow more with "
                "--seconds."
            ) from None
        raise QueryRefused(_shown(text)) from None


def _refused(error: duckdb.Error) -> ClearshardError:
    return QueryRefused(_shown(str(error)))


def _shown(message: str) -> str:
    lines = "\n  ".join(printable(line) for line in message.splitlines() if line.strip())
    cut = lines if len(lines) <= _MOST_OF_A_MESSAGE else f"{lines[:_MOST_OF_A_MESSAGE]}…"
    return f"The database cannot answer the query:\n  {cut}"
