"""What is particular to a database: how it is reached, and how it begins to say one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.sources.tables import UNREADABLE
from clearshard.storage.files import open_file
from clearshard.transport.databases import DatabaseAddress

_SQLITE = b"SQLite format 3\0"
#: Longer values are none that is read; one may not take all of the memory.
_MOST_LETTERS = 1025
#: What arrives as itself; all else is asked for as text.
_NATIVE = frozenset(("bool", "int2", "int4", "int8", "timestamp", "timestamptz"))


class Server(Protocol):
    """A database of one kind."""

    @property
    def shown(self) -> str:
        """What errors call it: no user and no secret."""

    @property
    def driver(self) -> str:
        """Name of the package that speaks to it."""

    def address(self) -> str:
        """What the driver is told.

        Raises:
            ConfigError: It may not be reached so.
            SourceUnavailable: It is not there.
        """

    def beginning(self, seconds: float) -> tuple[str, ...]:
        """Statements that begin a transaction in which it says one moment, and changes nothing.

        Args:
            seconds: How long one statement may take.
        """

    @property
    def moment(self) -> str:
        """A query for that moment by the clock of the database, as RFC 3339; null: nobody knows."""

    def type_of(self, field: pa.Field) -> str:
        """What the database calls the type of a column."""

    def selected(self, name: str, kind: str) -> str:
        """How a column of such a type is asked for."""


def quoted(name: str) -> str:
    """The name of a column, as it is written in SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database of PostgreSQL.

    Attributes:
        place: Where it is.
        environment: What the client library takes the rest from, secrets among it.
    """

    place: DatabaseAddress
    environment: Mapping[str, str] = field(repr=False)

    @property
    def shown(self) -> str:
        """See `Server`."""
        return self.place.shown

    @property
    def driver(self) -> str:
        """See `Server`."""
        return "adbc_driver_postgresql"

    def address(self) -> str:
        """See `Server`."""
        try:
            return self.place.connection(self.environment)
        except ValueError as error:
            raise ConfigError("configuration", [f"sources.registry → {error}"]) from None

    def beginning(self, seconds: float) -> tuple[str, ...]:
        """See `Server`."""
        return (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}",
            # Else rows that this user may not see are left out, and nobody is told.
            "SET LOCAL row_security = off",
            "SET LOCAL timezone = 'UTC'",
            "SET LOCAL datestyle = 'ISO, YMD'",
        )

    @property
    def moment(self) -> str:
        """See `Server`. A standby says when what it has replayed last was committed."""
        return (
            "SELECT to_char((CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() "
            "ELSE transaction_timestamp() END) AT TIME ZONE 'UTC', "
            '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') AS moment'
        )

    def type_of(self, field: pa.Field) -> str:
        """See `Server`. Of a domain it is the type below it; an enum has a name of its own."""
        told = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode("utf-8", "replace")
        return "text" if pa.types.is_string(field.type) and told != "char" else told

    def selected(self, name: str, kind: str) -> str:
        """See `Server`."""
        if kind in _NATIVE:
            return quoted(name)
        return f"left({quoted(name)}::text, {_MOST_LETTERS}) AS {quoted(name)}"


@dataclass(frozen=True, slots=True)
class Sqlite:
    """A database of SQLite, which is a file.

    Attributes:
        path: Where it is.
    """

    path: Path

    @property
    def shown(self) -> str:
        """See `Server`."""
        return str(self.path)

    @property
    def driver(self) -> str:
        """See `Server`."""
        return "adbc_driver_sqlite"

    def address(self) -> str:
        """See `Server`."""
        try:
            with open_file(self.path) as file:
                begins = file.read(len(_SQLITE))
        except OSError as error:
            raise SourceUnavailable(
                f"account registry {self.path}: cannot be read ({error.strerror})"
            ) from None
        if begins != _SQLITE:
            raise SourceUnavailable(
                f"account registry {self.path}: is no database of SQLite. Remove "
                "sources.registry_query if it is a table, or name postgresql://HOST/DATABASE"
            )
        # Not `immutable`: what is in the log beside it counts too.
        return f"{self.path.absolute().as_uri()}?mode=ro"

    def beginning(self, seconds: float) -> tuple[str, ...]:
        """See `Server`. Whoever writes at the moment is waited for."""
        return (f"PRAGMA busy_timeout = {min(30_000, int(seconds * 1000))}",)

    @property
    def moment(self) -> str:
        """See `Server`."""
        return "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS moment"

    def type_of(self, field: pa.Field) -> str:
        """See `Server`. Any value may stand in any column, so that each is judged by itself."""
        return "text"

    def selected(self, name: str, kind: str) -> str:
        """See `Server`. It cuts text at a NUL, and what stands before one is another value."""
        text = f"CAST({quoted(name)} AS TEXT)"
        return (
            # As text: the bytes of a database in UTF-16 are full of zeros.
            f"CASE WHEN instr({text}, char(0)) THEN char({ord(UNREADABLE)}) "
            f"ELSE substr({text}, 1, {_MOST_LETTERS}) END AS {quoted(name)}"
        )
