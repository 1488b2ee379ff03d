"""A table of facts: the rows of its files, with what their folders say."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.sources.column_names import ColumnNames, ColumnRules
from clearshard.sources.files import table_files
from clearshard.sources.partitions import Contradiction, keys_of, with_keys, without_keys
from clearshard.sources.parts import Part, PartFiles
from clearshard.sources.stored_files import InStore, stored_files
from clearshard.sources.tables import RawBatch, Reader, TableSpec, ValuesThere

#: Where a table is: a file, a folder or a pattern of this machine, or the same in a store.
TablePlace = Path | InStore


def files_at(what: str, place: TablePlace, suffixes: Collection[str]) -> PartFiles:
    """Finds the files of a table and takes their digest, wherever they lie.

    Raises:
        SourceUnavailable: There is none, one cannot be read, or something else lies there.
        StoreUnavailable: The store does not answer.
    """
    if isinstance(place, InStore):
        return stored_files(what, place, suffixes)
    return table_files(what, place, suffixes)


class Table:
    """A table of facts, one file or several; its digest is that of the bytes its rows come from."""

    def __init__(
        self,
        path: TablePlace,
        spec: TableSpec,
        readers: dict[str, Reader],
        rules: ColumnRules,
    ) -> None:
        """Finds its files, and has read none.

        Args:
            path: Where it is.
            spec: What is expected of it.
            readers: By what the name of a file ends with.
            rules: What is to become of columns that are not read.
        """
        self._spec = spec
        self._readers = readers
        self._rules = rules
        self._unread: dict[str, None] = {}
        #: Where times without an offset are meant.
        self.timezone = rules.timezone
        self._there = ValuesThere(spec)
        self._path = path
        self._files = files_at(spec.what, path, readers)
        #: Of the table as it is read.
        self.sha256 = self._files.sha256

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """Names of the columns that are not read, fit to be shown; complete after the last row."""
        return tuple(self._unread)

    def batches(self) -> Iterator[RawBatch]:
        """The rows; a row that cannot be read may come after rows that follow it in the file.

        Raises:
            SourceUnavailable: The table is empty, of the wrong schema, not readable as what its
                name says, or was changed while it was read; or a column is called almost as one
                that is read, or is one that may not be there (`ColumnRules`).
        """
        seen = 0
        for part, file in self._files.opened():
            for batch in self._read(part, file):
                seen += len(batch.malformed)
                self._there.count(batch)
                yield batch
        if seen == 0:
            raise self._unavailable("has no rows (row 1)")

    def _read(self, part: Part, file: BinaryIO) -> Iterator[RawBatch]:
        name = part.name.lower()
        unavailable = partial(self._unavailable, name=part.name)
        reader = next((r for end, r in self._readers.items() if name.endswith(end)), None)
        if reader is None:
            raise unavailable(f"must be {', '.join(self._readers)}")
        # Of each file by itself: what another one has is not there for the rows of this one.
        names = self._names()
        try:
            keys = keys_of(part.folders)
        except Contradiction as error:
            raise unavailable(str(error)) from None
        if problem := self._names().problem(keys):
            raise unavailable(f"{problem} (a folder)")
        for raw in reader(file, name, without_keys(self._spec, keys), names, unavailable):
            try:
                whole = with_keys(raw, self._spec, keys, names)
            except Contradiction as error:
                raise unavailable(str(error)) from None
            yield whole
        # Now that it is known what the file has: all that its rows have.
        names.problem(keys)
        self._unread |= dict.fromkeys(names.unread)
        if problem := names.problem_of_absent():
            raise unavailable(problem)

    def _names(self) -> ColumnNames:
        spec = self._spec
        return ColumnNames(
            spec.required, spec.optional, self._rules, spec.mere_hints, spec.else_called
        )

    def require_legible(self, read: Mapping[str, int]) -> None:
        """Passes if each column that has values has one that can be read; asked after the last row.

        Args:
            read: How many values of each column could be read.

        Raises:
            SourceUnavailable: One has none, or one that must have some is empty.
        """
        if (problem := self._there.illegible(read)) is not None:
            raise self._unavailable(problem)

    @property
    def own(self) -> tuple[OwnColumn, ...]:
        """Columns that hold facts of a policy's own."""
        return self._spec.own

    @property
    def hints(self) -> tuple[str, ...]:
        """Columns that hold hints."""
        return self._spec.hints

    def _unavailable(self, problem: str, name: str | None = None) -> SourceUnavailable:
        return SourceUnavailable(f"{self._spec.what} {name or self._path}: {problem}")
