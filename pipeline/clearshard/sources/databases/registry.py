"""An account registry that a database holds."""

from dataclasses import dataclass

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.run import SourceSnapshot
from clearshard.records.times import utc_text
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.databases.query import EXPORTED_AT, Query, QueryTable
from clearshard.sources.databases.sessions import require_driver
from clearshard.sources.registry import SPEC, Registry, registry_of

_TELL_ALL = ColumnRules()


@dataclass(frozen=True, slots=True)
class DatabaseRegistry:
    """What a query says of accounts, each time as of one moment; a `RegistrySource`.

    Attributes:
        query: What is asked, of whom.
        rules: What is to become of columns that are not read; without any they are only told.
    """

    query: Query
    rules: ColumnRules = _TELL_ALL

    @property
    def name(self) -> str:
        """See `RegistrySource`."""
        return f"{SPEC.what} {self.query.server.shown}"

    def read(self, own: tuple[OwnColumn, ...] = ()) -> Registry:
        """See `RegistrySource`. The rows are in an order of their own, and not the database's.

        Raises:
            ConfigError: The database may not be reached as it is said, or a package is missing.
            SourceUnavailable: See `RegistrySource`.
        """
        table = self._table(own)
        registry = registry_of(table, self.name)
        oldest = pc.min(registry.table.column(EXPORTED_AT)).as_py()
        begun = table.moment and table.moment.replace(microsecond=0)
        if not self.query.is_live and begun and oldest is not None and oldest >= begun:
            raise SourceUnavailable(
                f"{self.name}: exported_at is the moment of the query itself, so that it would be "
                "another registry each time it is read. If the query reads what contracts are kept "
                "in, leave the column out and set sources.registry_is_live = true; if it reads a "
                "copy, say when that was made"
            )
        taken = None if table.moment is None else utc_text(table.moment)
        snapshot = msgspec.structs.replace(registry.snapshot, taken_at=taken)
        return Registry(registry.table.take(pa.array(table.order)), snapshot)

    def unchanged_since(self, reading: SourceSnapshot, own: tuple[OwnColumn, ...] = ()) -> bool:
        """See `RegistrySource`. Asks all of it again: nothing else proves that it is the same.

        Raises:
            ConfigError: See `read`.
            SourceUnavailable: It cannot be read.
        """
        table = self._table(own)
        for _ in table.batches():
            pass
        return table.sha256 == reading.sha256

    def _table(self, own: tuple[OwnColumn, ...]) -> QueryTable:
        require_driver(self.query.server)
        return QueryTable(self.query, SPEC.reading(own), self.rules)
