"""An inventory of artefacts, as batches: what is kept of customers' files, and since when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.facts import unreadable
from clearshard.records.schemas import NAME, TIMESTAMP
from clearshard.sources import columns
from clearshard.sources.column_names import ColumnRules, ElseCalled
from clearshard.sources.formats import open_table
from clearshard.sources.table import Table
from clearshard.sources.tables import RawBatch, TableSpec

_SPEC = TableSpec(
    what="inventory",
    required=("artefact_id", "kind", "account_id", "created_at"),
    optional=(
        "uri",
        "transcript_id",
        "transcript_created_at",
        "deletion_requested_at",
        "ttl_seconds",
        "gateway_provider",
    ),
    times=("created_at", "transcript_created_at", "deletion_requested_at"),
    numbers=("ttl_seconds",),
    names=("kind", "gateway_provider"),
    key="artefact_id",
    else_called=(
        ElseCalled(
            "ttl_seconds",
            r"ttl.*|timetolive.*|max(imum)?age.*|(retention|retain|keep)(for|until|seconds|minutes"
            r"|hours|days|period)?|expir(es?|y|ation)(at|on|date|time|in)?",
            " in seconds since created_at",
        ),
        ElseCalled(
            "deletion_requested_at",
            r"(delet(e|ed|ion)|eras(e|ed|ure)|purged?|removed?|removal|forget|forgotten)"
            r"(request(ed)?)?(at|on|date|time)?",
        ),
        ElseCalled("gateway_provider", r".*provider"),
        ElseCalled("uri", r"(file|object|storage|blob|s3)?(path|url|uri|location|key)"),
    ),
)
_TIMES = ("transcript_created_at", "deletion_requested_at")
_IDS = ("account_id", "uri", "transcript_id")
#: Where it makes a difference whether a value is not there, or cannot be read.
_MARKED = ("uri", *_TIMES, "ttl_seconds")

#: The columns that are read.
COLUMNS = _SPEC.columns

#: What an inventory says, one row for each of its own. Null is "not known" or, where it need not be
#: there, "not there"; `*_unreadable` tells the two apart.
ARTEFACTS_SCHEMA = pa.schema(
    [
        pa.field("artefact_id", pa.string()),
        pa.field("kind", NAME),
        *(pa.field(name, pa.string()) for name in _IDS),
        pa.field("created_at", TIMESTAMP),
        *(pa.field(name, TIMESTAMP) for name in _TIMES),
        pa.field("ttl_seconds", pa.int64()),
        pa.field("gateway_provider", NAME),
        *(pa.field(unreadable(name), pa.bool_()) for name in _MARKED),
        pa.field("malformed", pa.bool_()),
    ]
)


class Inventory(Protocol):
    """Where it is said which artefacts there are: a table, or what stores list."""

    @property
    def sha256(self) -> str | None:
        """Of the table; None if it is none."""

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """Columns that are not read, fit to be shown; complete after the last batch."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All artefacts, ARTEFACTS_SCHEMA; can be asked for again.

        Raises:
            SourceUnavailable: The table cannot be read.
            StoreUnavailable: A store does not answer.
        """

    def require_legible(self, read: Mapping[str, int]) -> None:
        """See `Table.require_legible`."""


@dataclass(frozen=True, slots=True)
class TableInventory:
    """An `Inventory` that somebody has written."""

    _table: Table

    @classmethod
    def at(cls, path: Path, rules: ColumnRules) -> "TableInventory":
        """Finds it.

        Args:
            path: A file, a folder of parts, or a pattern.
            rules: What is to become of columns that are not read.

        Raises:
            SourceUnavailable: It cannot be read.
        """
        return cls(open_table(path, _SPEC, rules))

    @property
    def sha256(self) -> str | None:
        """See `Inventory`."""
        return self._table.sha256

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """See `Inventory`."""
        return self._table.unread_columns

    def batches(self) -> Iterator[pa.RecordBatch]:
        """See `Inventory`. A row that cannot be read, or names no artefact, is `malformed`."""
        for raw in self._table.batches():
            yield _typed(raw, self._table.timezone)

    def require_legible(self, read: Mapping[str, int]) -> None:
        """See `Inventory`."""
        self._table.require_legible(read)


def _typed(raw: RawBatch, timezone: str | None) -> pa.RecordBatch:
    column = raw.columns
    artefact_ids = columns.ids(column["artefact_id"])
    ids = {name: columns.ids(column[name]) for name in _IDS}
    created, _ = columns.times(column["created_at"], timezone)
    ttl, bad_ttl = columns.seconds(column["ttl_seconds"])
    times = {name: columns.times(column[name], timezone) for name in _TIMES}
    return pa.RecordBatch.from_pydict(
        {
            "artefact_id": artefact_ids,
            "kind": columns.names(column["kind"]),
            **ids,
            "created_at": created,
            **{name: read for name, (read, _) in times.items()},
            "ttl_seconds": ttl,
            "gateway_provider": columns.names(column["gateway_provider"]),
            unreadable("uri"): pa.array(columns.no_ids(column["uri"], ids["uri"])),
            **{unreadable(name): pa.array(bad) for name, (_, bad) in times.items()},
            unreadable("ttl_seconds"): pa.array(bad_ttl),
            "malformed": pc.or_(pa.array(raw.malformed), pc.is_null(artefact_ids)),
        },
        schema=ARTEFACTS_SCHEMA,
    )
