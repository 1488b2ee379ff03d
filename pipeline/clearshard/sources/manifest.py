"""The file manifest, as batches for the gate."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.facts import OwnColumn
from clearshard.sources import columns
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.formats import open_table
from clearshard.sources.hints import hint_columns, hints
from clearshard.sources.table import Table, TablePlace
from clearshard.sources.tables import RawBatch, TableSpec

_SPEC = TableSpec.of("file", "file manifest", ("file_id", "account_id", "transcript_uri"))


def open_manifest(
    path: TablePlace,
    rules: ColumnRules | None = None,
    own: tuple[OwnColumn, ...] = (),
    version_column: str | None = None,
) -> Table:
    """Opens a manifest.

    Args:
        path: Where it is.
        rules: What is to become of columns that are not read; without any they are only told.
        own: Columns that hold facts of a policy's own.
        version_column: A column that changes with the transcript; see `clearshard.sources.hints`.

    Raises:
        SourceUnavailable: It cannot be read.
    """
    rules = rules or ColumnRules()
    spec = replace(_SPEC.reading(own), hints=hint_columns(version_column, rules))
    return open_table(path, spec, rules)


def manifest_batches(table: Table) -> Iterator[pa.RecordBatch]:
    """The manifest's rows in order, with the columns of MANIFEST_SCHEMA (`records.schemas`).

    Behind them, two for each fact of a policy's own: the fact, and whether it is there and cannot
    be read; then the hints (`clearshard.sources.hints`).

    A row that cannot be read, or that names no file, has `malformed` set; if there are control
    characters or quotes in its id, it still bears what is left of it, so that another row of the
    same id is known to be the second one. Every other value that cannot be read is null, so that
    the gate excludes the file for it.

    Raises:
        SourceUnavailable: See `Table.batches`.
    """
    for raw in table.batches():
        yield _typed(raw, table)


def _typed(raw: RawBatch, table: Table) -> pa.RecordBatch:
    column = raw.columns
    file_ids = columns.ids(column["file_id"])
    malformed = pc.or_(pa.array(raw.malformed), pc.is_null(file_ids))
    if pc.any(malformed).as_py():
        # Malformed all the same, but the second word about a file whose id it nearly is.
        left = columns.left_of_ids(column["file_id"])
        file_ids = pc.if_else(malformed, left, file_ids)
    return pa.RecordBatch.from_pydict(
        {
            "file_id": file_ids,
            "account_id": columns.ids(column["account_id"]),
            "transcript_uri": columns.ids(column["transcript_uri"]),
            **columns.facts(column, "file", table.timezone),
            "malformed": malformed,
            **columns.own(column, table.own, table.timezone),
            **hints(column, table.hints, len(raw.malformed)),
        }
    )
