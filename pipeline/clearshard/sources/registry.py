"""The account registry, as one table."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.run import SourceSnapshot
from clearshard.records.times import utc_text
from clearshard.sources import columns
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.formats import open_table
from clearshard.sources.tables import RawBatch, TableSpec

_SPEC = TableSpec.of("account", "account registry", ("account_id",), certain_key=True)


@dataclass(frozen=True, slots=True)
class Registry:
    """Contract facts, and what they were read from.

    Attributes:
        table: The columns of REGISTRY_SCHEMA (`records.schemas`).
        snapshot: Digest, size and newest export.
    """

    table: pa.Table
    snapshot: SourceSnapshot


def read_registry(
    path: Path, rules: ColumnRules | None = None, own: tuple[OwnColumn, ...] = ()
) -> Registry:
    """Reads a registry whole.

    A value that cannot be read is unknown. A row that cannot be read keeps its account if that can
    still be told, with every fact unknown; next to a readable row of the same account it makes the
    account conflicting. If not even the account can be told, nobody knows whose facts are missing,
    and no decision can be taken on the rest.

    Args:
        path: The file.
        rules: What is to become of columns that are not read; without any they are only told.
        own: Columns that hold facts of a policy's own; each becomes two of the table, the fact and
            whether it is there and cannot be read.

    Raises:
        SourceUnavailable: It is missing, empty, unreadable or of the wrong schema.
    """
    table = open_table(path, _SPEC.reading(own), rules or ColumnRules())
    batches = [_typed(raw, table.timezone, own) for raw in table.batches()]
    whole = pa.Table.from_batches(batches)
    row_count = whole.num_rows
    newest = pc.max(whole.column("exported_at")).as_py()
    unnamed = whole.column("account_id").null_count
    if unnamed:
        raise SourceUnavailable(
            f"account registry {path}: column account_id cannot be read in {unnamed} row(s): "
            "they could hold anybody's opt-out. Mend or remove them"
        )
    facts = {n: n for n in _SPEC.columns} | {one.column: one.fact for one in own}
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
