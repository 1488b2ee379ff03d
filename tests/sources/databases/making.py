"""Databases of SQLite for tests."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from clearshard.sources.databases.query import Query
from clearshard.sources.databases.registry import DatabaseRegistry
from clearshard.sources.databases.servers import Sqlite

COLUMNS = ("account_id", "training_permitted", "baa_executed", "opted_out", "exported_at")
ROW = ("acct-1", 1, 0, 0, "2026-05-31T00:00:00Z")


def make(path: Path, rows: Iterable[Sequence[object]], columns: Sequence[str] = COLUMNS) -> None:
    """A database with a table `accounts`, made anew."""
    path.unlink(missing_ok=True)
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("?" for _ in columns)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE accounts ({names})")
        database.executemany(f"INSERT INTO accounts VALUES ({places})", rows)
        database.commit()


def registry(
    path: Path, query: str = "SELECT * FROM accounts", *, live: bool = False
) -> DatabaseRegistry:
    return DatabaseRegistry(Query(Sqlite(path), query, is_live=live, seconds=60))
