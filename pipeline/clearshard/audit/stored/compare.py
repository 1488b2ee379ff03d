"""What is new in a table of decisions: rows that came, went, or are not as they were.

A file id that a manifest has several times is compared with all its rows at once, and if anything
is new of it, all of them are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from clearshard.audit.database import connected
from clearshard.audit.stored.table import StoredTable
from clearshard.audit.stored.view import accounts_view, rows_view
from clearshard.records.schemas import ACCOUNTS_SCHEMA, REPLACED_SCHEMA, ROW_SCHEMA

_ROWS_AT_ONCE = 1 << 16
_COLUMNS = ", ".join(ROW_SCHEMA.names)
#: A newer export of the registry that says the same changes nothing.
_SAID = ", ".join(name for name in ACCOUNTS_SCHEMA.names if name != "exported_at")
#: Rows that one has and the other has not, or not as often: counted all together, which takes a
#: third of the time that EXCEPT ALL takes both ways.
_DIFFERENT = f"""
    CREATE TEMP TABLE different AS SELECT DISTINCT file_id FROM (
        SELECT file_id FROM (
            SELECT {_COLUMNS}, 1 AS more FROM now UNION ALL SELECT {_COLUMNS}, -1 FROM before
        ) GROUP BY {_COLUMNS} HAVING sum(more) <> 0
    )
"""  # noqa: S608 - words of this package only
#: Versions alone are nothing new: what was decided, and on what content, is the same.
_DECIDED = ", ".join(name for name in ROW_SCHEMA.names if name != "version")
_DECIDED_OTHERWISE = f"""
    WITH old AS (SELECT {_DECIDED} FROM before SEMI JOIN different USING (file_id)),
        new AS (SELECT {_DECIDED} FROM now SEMI JOIN different USING (file_id))
    SELECT (SELECT count(*) FROM (FROM old EXCEPT ALL FROM new))
        + (SELECT count(*) FROM (FROM new EXCEPT ALL FROM old))
"""  # noqa: S608 - words of this package only
_ACCOUNTS = f"""
    SELECT count(*) FROM (
        (SELECT {_SAID} FROM now_accounts EXCEPT SELECT {_SAID} FROM before_accounts) UNION ALL
        (SELECT {_SAID} FROM before_accounts EXCEPT SELECT {_SAID} FROM now_accounts)
    )
"""  # noqa: S608 - words of this package only


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is new.

    Attributes:
        added: Rows that came or are not as they were.
        replaced: Rows of the table before that went or are not as they were.
        decided_otherwise: Whether more than versions of transcripts is new in them.
        same_accounts: Whether the same is known of accounts, whenever it was exported.
    """

    added: int
    replaced: int
    decided_otherwise: bool
    same_accounts: bool
    _connection: duckdb.DuckDBPyConnection

    @property
    def nothing(self) -> bool:
        """Whether both tables say the same: order, versions and the export's date do not count."""
        return not self.decided_otherwise and self.same_accounts

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The rows that came or are not as they were (ROW_SCHEMA), in the order of their table."""
        query = f"SELECT {_COLUMNS} FROM now SEMI JOIN different USING (file_id) ORDER BY file, row"  # noqa: S608 - own words
        return self._batches(query, ROW_SCHEMA)

    def places(self) -> Iterator[pa.RecordBatch]:
        """The places of those that went or were otherwise (REPLACED_SCHEMA), in their order."""
        query = "SELECT file, row FROM before SEMI JOIN different USING (file_id) ORDER BY ALL"
        return self._batches(query, REPLACED_SCHEMA)

    def _batches(self, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for batch in self._connection.sql(query).to_arrow_reader(_ROWS_AT_ONCE):
            yield batch.cast(schema)


@contextmanager
def compared(before: StoredTable, now: StoredTable) -> Iterator[Comparison]:
    """Compares two tables; what is yielded is to be read before it is over.

    Raises:
        IntegrityError: A table cannot be read.
    """
    with connected() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for view, table in (("before", before), ("now", now)):
            rows_view(connection, view, [table])
            accounts_view(connection, f"{view}_accounts", [table])
        connection.execute(_DIFFERENT)
        added, replaced = (
            _count(connection, f"SELECT count(*) FROM {view} SEMI JOIN different USING (file_id)")  # noqa: S608 - own words
            for view in ("now", "before")
        )
        otherwise = _count(connection, _DECIDED_OTHERWISE) > 0
        same = _count(connection, _ACCOUNTS) == 0
        yield Comparison(added, replaced, otherwise, same, connection)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [(count,)] = connection.execute(query).fetchall()
    return int(count)
