"""Registries in PostgreSQL for tests."""

from collections.abc import Mapping, Sequence

from clearshard.sources.databases.query import Query
from clearshard.sources.databases.registry import DatabaseRegistry
from clearshard.sources.databases.servers import Postgres
from clearshard.transport.databases import DatabaseAddress

from .postgres import Server

ROW = (
    "'acct-1' AS account_id, true AS training_permitted, false AS baa_executed, "
    "false AS opted_out, timestamptz '2026-05-31T00:00:00Z' AS exported_at"
)


def registry(
    address: str,
    query: str = "SELECT * FROM accounts",
    *,
    live: bool = False,
    seconds: float = 60,
    **environment: str,
) -> DatabaseRegistry:
    server = Postgres(DatabaseAddress.parse(address), environment)
    return DatabaseRegistry(Query(server, query, is_live=live, seconds=seconds))


def literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def put(server: Server, rows: Sequence[Mapping[str, str | None]], columns: Sequence[str]) -> None:
    """A table `accounts`, made anew, with text in all of its columns."""
    names = ", ".join(f'"{name}" text' for name in columns)
    making = ["DROP TABLE IF EXISTS accounts CASCADE", f"CREATE TABLE accounts ({names})"]
    for row in rows:
        values = ", ".join(literal(row[name] or None) for name in columns)
        making.append(f"INSERT INTO accounts VALUES ({values})")
    server.do("BEGIN", *making, "COMMIT")
