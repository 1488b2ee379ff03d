"""Places that hold a registry, one for each kind of source: what the suite does to each of them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from clearshard.sources.registry import FileRegistry, RegistrySource

from .databases.making import COLUMNS, make, registry

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


class InSqlite:
    """A database that is a file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "accounts.db"
        self.source = registry(self._path)

    def put(self, rows: Sequence[Row]) -> None:
        columns = [*(rows[0] if rows else COLUMNS)]
        make(self._path, [[row[name] or None for name in columns] for row in rows], columns)

    def remove(self) -> None:
        self._path.unlink()


KINDS = (InAFile, InParts, InSqlite)


def _write_csv(path: Path, rows: Sequence[Row], header: Row | None = None) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*(header or (rows[0] if rows else {"account_id": ""}))])
        writer.writeheader()
        writer.writerows(rows)
