"""The account registry, as one table: what is asked of its source, and the one in files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.run import SourceSnapshot
from clearshard.records.times import utc_text
from clearshard.sources import columns
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.formats import open_table, table_digest
from clearshard.sources.table import TablePlace
from clearshard.sources.tables import RawBatch, TableSpec

SPEC = TableSpec.of("account", "account registry", ("account_id",), certain_key=True)
_TELL_ALL = ColumnRules()


@dataclass(frozen=True, slots=True)
class Registry:
    """Contract facts, and what they were read from.

    Attributes:
        table: The columns of REGISTRY_SCHEMA (`records.schemas`).
        snapshot: Digest, size and newest export.
    """

    table: pa.Table
    snapshot: SourceSnapshot


class RegistrySource(Protocol):
    """Where facts of accounts come from: files, or a database."""

    @property
    def name(self) -> str:
        """What errors call it; holds no value of it."""

    def read(self, own: tuple[OwnColumn, ...] = ()) -> Registry:
        """Reads it whole, as it is at one moment.

        A value that cannot be read is unknown. A row that cannot be read keeps its account if that
        can still be told, with every fact unknown; next to a readable row of the same account it
        makes the account conflicting. If not even the account can be told, nobody knows whose facts
        are missing, and no decision can be taken on the rest.

        Args:
            own: Columns that hold facts of a policy's own; each becomes two of the table, the fact
                and whether it is there and cannot be read.

        Raises:
            SourceUnavailable: It is missing, empty, unreadable or of the wrong schema.
        """

    def unchanged_since(self, reading: SourceSnapshot, own: tuple[OwnColumn, ...] = ()) -> bool:
        """Whether it would be read as it was then, to the byte; asked before shards become visible.

        Args:
            reading: What it was; `SourceSnapshot.sha256` is this source's own, and no other counts.
            own: As it was read then.

        Raises:
            SourceUnavailable: It cannot be read.
        """


@dataclass(frozen=True, slots=True)
class FileRegistry:
    """A registry in a file, a folder or the files of a pattern, or in a store; a `RegistrySource`.

    Attributes:
        path: Where it is.
        rules: What is to become of columns that are not read; without any they are only told.
    """

    path: TablePlace
    rules: ColumnRules = _TELL_ALL

    @property
    def name(self) -> str:
        """See `RegistrySource`."""
        return f"{SPEC.what} {self.path}"

    def read(self, own: tuple[OwnColumn, ...] = ()) -> Registry:
        """See `RegistrySource`."""
        table = open_table(self.path, SPEC.reading(own), self.rules)
        return registry_of(table, self.name)

    def unchanged_since(self, reading: SourceSnapshot, own: tuple[OwnColumn, ...] = ()) -> bool:
        """See `RegistrySource`."""
        return table_digest(SPEC.what, self.path) == reading.sha256


class FactTable(Protocol):
    """Rows of a registry as text, wherever they come from; see `tables.Table`."""

    @property
    def own(self) -> tuple[OwnColumn, ...]:
        """Columns that hold facts of a policy's own."""

    @property
    def timezone(self) -> str | None:
        """Where times without an offset are meant."""

    @property
    def sha256(self) -> str:
        """Of all that was read; known after the last row."""

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """Names of the columns that are not read; complete after the last row."""

    def batches(self) -> Iterator[RawBatch]:
        """The rows."""

    def require_legible(self, read: Mapping[str, int]) -> None:
        """Passes if each column that has values has one that can be read."""


def registry_of(table: FactTable, name: str) -> Registry:
    """All rows of a table, read as facts of accounts.

    Args:
        table: The rows.
        name: What errors call it.

    Raises:
        SourceUnavailable: They cannot be read, or not all of them say whose they are.
    """
    own = table.own
    batches = [_typed(raw, table.timezone, own) for raw in table.batches()]
    whole = pa.Table.from_batches(batches)
    row_count = whole.num_rows
    newest = pc.max(whole.column("exported_at")).as_py()
    unnamed = whole.column("account_id").null_count
    if unnamed:
        raise SourceUnavailable(
            f"{name}: column account_id cannot be read in {unnamed} row(s): they could "
            "hold anybody's opt-out. Mend or remove them"
        )
    facts = {n: n for n in SPEC.columns} | {one.column: one.fact for one in own}
    table.require_legible({n: row_count - whole.column(f).null_count for n, f in facts.items()})
    snapshot = SourceSnapshot(
        sha256=table.sha256,
        row_count=row_count,
        newest_exported_at=None if newest is None else utc_text(newest),
        unread_columns=table.unread_columns,
    )
    return Registry(whole.combine_chunks(), snapshot)


def _typed(raw: RawBatch, timezone: str | None, own: tuple[OwnColumn, ...]) -> pa.RecordBatch:
    column = raw.columns
    return pa.RecordBatch.from_pydict(
        {
            "account_id": columns.ids(column["account_id"]),
            **columns.facts(column, "account", timezone),
            **_plain(columns.own(column, own, timezone)),
        }
    )


def _plain(facts: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Facts without dictionaries: rows of one account are compared with each other."""
    return {
        name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for name, column in facts.items()
    }
