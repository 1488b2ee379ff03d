"""What the text of a query may name: the published views, and functions of its own values alone.

Decided on the syntax tree that the database itself makes of the text, so that no spelling of a name
gets by. Everything that is not allowed is refused, also what the database does not know.
"""

import json
import re
from typing import Any

import duckdb

from clearshard.audit.faults import printable
from clearshard.audit.views import VIEWS
from clearshard.errors import QueryRefused
from clearshard.records.facts import names_of

#: Functions that make rows out of their arguments alone.
_TABLE_FUNCTIONS = frozenset(("unnest", "range", "generate_series"))
#: What the syntax has instead of functions.
_SYNTAX = frozenset(("unnest", "try", "grouping", "grouping_id", "coalesce", "ifnull", "unpivot"))
#: Of the functions whose answer is not made of their arguments, those that tell of time and chance.
_TIME_AND_CHANCE = frozenset(
    (
        *("current_date", "current_localtime", "current_localtimestamp", "error"),
        *("gen_random_uuid", "get_current_time", "get_current_timestamp", "now", "random"),
        *("setseed", "today", "transaction_timestamp", "uuid", "uuidv4", "uuidv7"),
    )
)
#: Of the others, those that tell of the machine and the catalogue, that wait, or that ask in turn.
_REFUSED = re.compile(
    r"current_.*|session_user|user|version|getvariable|getenv|set_config|write_log|txid.*|stats|"
    r".*sleep.*|.*currval|nextval|setval|in_search_path|query.*|"
    r"(?:read|glob|sniff|parquet|duckdb|pragma|pg|has|inet|json_execute|json_serialize)_.*|"
    r"(?:json_deserialize|__internal)_.*|(?:col|obj|shobj)_description|get_block_size|"
    r"format_pg_type|map_to_pg_oid|parse_duckdb_.*"
)

#: What a plain SELECT is made of: of whatever else there is, not all that it reads may be named.
_PLAIN = frozenset(
    (
        *("SELECT_NODE", "BASE_TABLE", "COLUMN_REF", "CONSTANT", "FUNCTION", "COMPARISON"),
        *("CONJUNCTION", "OPERATOR", "CASE", "CAST", "BETWEEN", "ORDER_MODIFIER", "ORDER_DEFAULT"),
        *("ASCENDING", "DESCENDING", "LIMIT_MODIFIER", "DISTINCT_MODIFIER"),
    )
)
_OF_FILES = frozenset(names_of(owner="file"))
_MOST_OF_A_MESSAGE = 500


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Lets through one SELECT that names the views, its own subqueries and harmless functions.

    Args:
        connection: Whose syntax and functions it is.
        sql: The query.

    Raises:
        QueryRefused: It is anything else.
    """
    try:
        kinds = [statement.type for statement in connection.extract_statements(sql)]
    except duckdb.Error as error:
        raise refused(str(error)) from None
    except ValueError:
        kinds = []  # a statement that its own library has no name for
    if kinds != [duckdb.StatementType.SELECT]:
        raise QueryRefused(f"Only one SELECT can be asked, over the views {', '.join(VIEWS)}.")
    [row] = connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()
    try:
        tree = json.loads(row[0])
        if tree.get("error") is not False or len(tree.get("statements", ())) != 1:
            raise QueryRefused(
                f"Only a plain SELECT can be asked, over the views {', '.join(VIEWS)}."
            )
        _Checked(connection).node(tree["statements"], frozenset(VIEWS))
    except RecursionError:
        raise QueryRefused("The query is nested too deeply.") from None


class _Checked:
    """A walk over a syntax tree; knows what the database would find by a name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        tables = connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE schema_name <> 'information_schema' "
            "UNION SELECT table_name FROM duckdb_tables() UNION SELECT function_name FROM "
            "duckdb_functions() WHERE function_type IN ('table', 'table_macro', 'pragma')"
        ).fetchall()
        self._taken = {str(name).lower() for (name,) in tables} - _TABLE_FUNCTIONS - set(VIEWS)
        functions = connection.execute(
            "SELECT function_name FROM duckdb_functions() WHERE function_type IN "
            "('scalar', 'aggregate', 'window', 'macro') "
            "AND coalesce(stability, 'CONSISTENT') = 'CONSISTENT'"
        ).fetchall()
        known = {str(name).lower() for (name,) in functions}
        self._functions = {name for name in known if not _REFUSED.fullmatch(name)}
        self._functions |= _SYNTAX | _TIME_AND_CHANCE

    def node(self, node: Any, tables: frozenset[str]) -> None:
        """Refuses a part of the tree that names a table or function that it may not.

        Args:
            node: The part.
            tables: What can be named there.
        """
        if isinstance(node, list):
            for inner in node:
                self.node(inner, tables)
            return
        if not isinstance(node, dict):
            return
        match node.get("type"):
            case "BASE_TABLE":
                _check_table(node, tables)
            case "TABLE_FUNCTION":
                name = str(node.get("function", {}).get("function_name", "")).lower()
                if name not in _TABLE_FUNCTIONS:
                    raise _no_function(name)
                self.node(node["function"].get("arguments"), tables)
                return
            case "SHOW_REF":
                raise QueryRefused("SHOW and DESCRIBE cannot be used in a query.")
        if node.get("class") in ("FUNCTION", "WINDOW"):
            name = str(node.get("function_name", "")).lower()
            if name not in self._functions:
                raise _no_function(name)
        tables = self._defined(node, tables)
        for key, inner in node.items():
            if key == "right" and node.get("type") == "RECURSIVE_CTE_NODE":
                self.node(inner, tables | {str(node.get("cte_name")).lower()})
            elif key != "cte_map":
                self.node(inner, tables)

    def _defined(self, node: dict[str, Any], tables: frozenset[str]) -> frozenset[str]:
        """What can be named beside and behind the subqueries that a part of the tree begins with.

        Within its own text a subquery's name means whatever it meant before; only the part of a
        recursive one that is repeated means itself.
        """
        for entry in node.get("cte_map", {}).get("map", ()):
            name = str(entry["key"]).lower()
            if name in self._taken:
                raise QueryRefused(
                    f"{printable(name)} is a name of the database's own. Choose another one."
                )
            self.node(entry["value"], tables)
            tables |= {name}
        return tables


def may_read_accounts(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether a query may ask for a fact of an account.

    It may, unless each part of it is known to be of a plain SELECT that names what it reads: what
    takes all columns, or calls them otherwise, could mean `facts` as a whole.

    Args:
        connection: Whose syntax it is.
        sql: The query, which need not be one.
    """
    try:
        [(told,)] = connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()
        tree = json.loads(told)
        return tree.get("error") is not False or not _is_plain(tree["statements"], _tables(tree))
    except (duckdb.Error, RecursionError):
        return True


def _tables(node: Any) -> frozenset[str]:
    """What the tables of a query are called in it: such a name by itself is a whole row."""
    if isinstance(node, list):
        return frozenset().union(*map(_tables, node))
    if not isinstance(node, dict):
        return frozenset()
    named = {node.get("alias"), node.get("table_name")} if node.get("type") == "BASE_TABLE" else ()
    below = map(_tables, node.values())
    return frozenset(str(name).lower() for name in named if name).union(*below)


def _is_plain(node: Any, tables: frozenset[str]) -> bool:
    if isinstance(node, list):
        return all(_is_plain(inner, tables) for inner in node)
    if not isinstance(node, dict):
        return True
    kind = node.get("class", node.get("type"))
    if isinstance(kind, str) and kind not in _PLAIN:
        return False
    if kind == "BASE_TABLE" and node.get("column_name_alias"):
        return False
    if kind == "COLUMN_REF":
        *_, before, name = "", *(str(part).lower() for part in node.get("column_names", ()))
        if name in tables or name == "facts" or (before == "facts" and name not in _OF_FILES):
            return False
    return all(_is_plain(inner, tables) for inner in node.values())


def _check_table(node: dict[str, Any], tables: frozenset[str]) -> None:
    path = node.get("qualified_name", {}).get("path") or [node.get("table_name")]
    qualified = len(path) != 1 or node.get("schema_name") or node.get("catalog_name")
    name = str(path[-1]).lower()
    if qualified or name not in tables:
        raise QueryRefused(
            f"There is no view {printable(str(path[-1]))}; there are {', '.join(VIEWS)}."
        )


def _no_function(name: str) -> QueryRefused:
    return QueryRefused(f"The function {printable(name)} cannot be used in a query.")


def refused(message: str) -> QueryRefused:
    """What the database says of a query that it cannot answer, cut and made inert."""
    lines = "\n  ".join(printable(line) for line in message.splitlines() if line.strip())
    cut = lines if len(lines) <= _MOST_OF_A_MESSAGE else f"{lines[:_MOST_OF_A_MESSAGE]}…"
    return QueryRefused(f"The database cannot answer the query:\n  {cut}")
