"""One reading of a database: connected, begun, asked; in one transaction that changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, util
from typing import TYPE_CHECKING

import pyarrow as pa

from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.sources.databases.failures import explained
from clearshard.sources.databases.servers import Server
from clearshard.surroundings import one_at_a_time

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection, Cursor

_BATCH_BYTES = 4 * 1024 * 1024


def require_driver(server: Server) -> None:
    """Makes sure that a database of this kind can be asked.

    Raises:
        ConfigError: A package is not installed.
    """
    if util.find_spec(server.driver) is None:
        problem = "sources.registry → needs a package: pip install 'clearshard[databases]'"
        raise ConfigError("configuration", [problem])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query would give.

    Attributes:
        fields: Its columns: name and what the database calls the type.
        moment: Of which moment it is, RFC 3339, by the clock of the database; None: not known.
    """

    fields: tuple[tuple[str, str], ...]
    moment: str | None


#: Which columns are wanted; may refuse them all.
Choice = Callable[[Asked], Sequence[str]]


def read_rows(
    server: Server, query: str, seconds: float, choose: Choice
) -> Iterator[pa.RecordBatch]:
    """The rows of a query, some at a time.

    Args:
        server: Whom to ask.
        query: One SELECT.
        seconds: How long a statement may take.
        choose: Is told what there is, and says which of it is wanted.

    Raises:
        ConfigError: The database may not be reached so.
        SourceUnavailable: It cannot be reached, does not answer, or not all of it came.
    """
    inner = f"FROM (\n{query.strip().rstrip(';').rstrip()}\n) AS registry"
    with _connected(server) as cursor:
        with _told(server):
            for statement in server.beginning(seconds):
                _all_of(cursor, statement)
            schema = _all_of(cursor, f"SELECT * {inner} LIMIT 0").schema
            [moment] = _all_of(cursor, server.moment).column(0).to_pylist()
        types = tuple((field.name, server.type_of(field)) for field in schema)
        wanted = choose(Asked(types, moment))
        kinds = dict(types)
        asked = ", ".join(server.selected(name, kinds[name]) for name in wanted)
        with _told(server):
            cursor.execute(f"SELECT {asked} {inner}")
            reader = cursor.fetch_record_batch()
        while (batch := _next(server, reader)) is not None:
            yield batch


def _next(server: Server, reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
    with _told(server):
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None


@contextmanager
def _connected(server: Server) -> Iterator["Cursor"]:
    address = server.address()
    driver = import_module(f"{server.driver}.dbapi")
    # A password may be read from the environment while it connects, for which it has a time.
    with _told(server, connected=False), one_at_a_time():
        connection: Connection = driver.connect(address)
    try:
        with connection.cursor() as cursor:
            if server.driver == "adbc_driver_postgresql":
                size = str(_BATCH_BYTES)
                cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": size})
            yield cursor
    finally:
        _close(connection)


def _close(connection: "Connection") -> None:
    try:
        connection.close()
    except Exception:  # noqa: BLE001 - what was to be read has been read, or not
        return


def _all_of(cursor: "Cursor", query: str) -> pa.Table:
    cursor.execute(query)
    return cursor.fetch_arrow_table()


@contextmanager
def _told(server: Server, *, connected: bool = True) -> Iterator[None]:
    """Whatever a driver raises, in words without a value.

    Raises:
        SourceUnavailable: Instead of it.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - drivers raise what they like, and quote values
        problem = explained(error, connected=connected)
    else:
        return
    raise SourceUnavailable(f"account registry {server.shown}: {problem}")
