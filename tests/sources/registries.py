"""Places that hold a registry, one for each kind of source: what the suite does to each of them."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.run import SourceSnapshot
from clearshard.records.times import utc_text
from clearshard.sources import columns
from clearshard.sources.registry import FileRegistry, Registry, RegistrySource

#: Column → text, as somebody writes it.
Row = Mapping[str, str]


class Kept(Protocol):
    """A registry that a test can change."""

    @property
    def source(self) -> RegistrySource: ...

    def put(self, rows: Sequence[Row]) -> None:
        """Makes these its rows."""

    def remove(self) -> None:
        """Makes it one that is not there."""


class InAFile:
    """One file of CSV, written anew each time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "accounts.csv"
        self.source = FileRegistry(self._path)

    def put(self, rows: Sequence[Row]) -> None:
        _write_csv(self._path, rows)

    def remove(self) -> None:
        self._path.unlink()


class InParts:
    """A folder of files, each with every second row."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "accounts"
        self._folder.mkdir()
        self.source = FileRegistry(self._folder)

    def put(self, rows: Sequence[Row]) -> None:
        self.remove()
        for number in (0, 1):
            _write_csv(
                self._folder / f"part-{number}.csv", rows[number::2], rows[0] if rows else {}
            )

    def remove(self) -> None:
        for path in self._folder.iterdir():
            path.unlink()


class InADatabase:
    """Stands for a database: no path, no bytes; it says itself what was read."""

    def __init__(self, _: Path) -> None:
        self._rows: Sequence[Row] | None = None

    @property
    def source(self) -> RegistrySource:
        return self

    @property
    def name(self) -> str:
        return "account registry of a database"

    def put(self, rows: Sequence[Row]) -> None:
        self._rows = [dict(row) for row in rows]

    def remove(self) -> None:
        self._rows = None

    def read(self, own: tuple[OwnColumn, ...] = ()) -> Registry:
        rows = self._held()
        names = dict.fromkeys(name for row in rows for name in row)
        text = {name: pa.array([r.get(name) or None for r in rows], pa.string()) for name in names}
        for name in ("baa_executed_at", "opted_out_at", "ttl_seconds"):
            text.setdefault(name, pa.nulls(len(rows), pa.string()))
        table = pa.table(
            {
                "account_id": columns.ids(text["account_id"]),
                **columns.facts(text, "account", None),
                **columns.own(text, own, None),
            }
        )
        if table.column("account_id").null_count:
            raise SourceUnavailable(f"{self.name}: column account_id cannot be read")
        newest = pc.max(table.column("exported_at")).as_py()
        told = None if newest is None else utc_text(newest)
        snapshot = SourceSnapshot(
            sha256=self._digest(), row_count=len(rows), newest_exported_at=told
        )
        return Registry(table.combine_chunks(), snapshot)

    def unchanged_since(self, reading: SourceSnapshot) -> bool:
        return reading.sha256 == self._digest()

    def _held(self) -> Sequence[Row]:
        if self._rows is None:
            raise SourceUnavailable(f"{self.name}: does not answer")
        if not self._rows:
            raise SourceUnavailable(f"{self.name}: has no rows")
        return self._rows

    def _digest(self) -> str:
        return hashlib.sha256(json.dumps(self._held()).encode()).hexdigest()


KINDS = (InAFile, InParts, InADatabase)


def _write_csv(path: Path, rows: Sequence[Row], header: Row | None = None) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*(header or (rows[0] if rows else {"account_id": ""}))])
        writer.writeheader()
        writer.writerows(rows)
