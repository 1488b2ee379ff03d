"""Staged files of many workers → few files of rows in the order of their places.

A unit of work holds what stood together in the manifest, which lies all over the shards: of a
million rows in four thousand files nearly each would be a piece of its own. So the files of many
units are sorted into one (a *run*, as in sorting by merging), as large as memory is given for that.
What memory holds of a run does not grow with its rows.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import IntegrityError
from clearshard.records.places import PLACE_DIGITS
from clearshard.records.tasks import StagedFile
from clearshard.shards.staging import ROW_SCHEMA
from clearshard.vault.vault import CANNOT_OPEN, Vault

#: So few files are as good as runs.
FEW = 32
#: Bytes of staged files that are sorted into one run; three times as much is in memory.
RUN_BYTES = 64 * 1024 * 1024
_ROWS_AT_ONCE = 1 << 12
_ROW = np.dtype([("place", "<u8"), ("weight", "<i8"), ("key", "V16")])


@dataclass(frozen=True, slots=True)
class SortedRun:
    """Rows in a scratch file, by period and place.

    Attributes:
        path: The file, in columns of `ROW_SCHEMA`.
        periods: Each period in it, with the first of its rows and one past the last.
    """

    path: Path
    periods: tuple[tuple[str, int, int], ...]
    _vault: Vault
    _index: Path
    _first: int

    def places(self, first: int, end: int) -> npt.NDArray[np.uint64]:
        """The places of some rows."""
        return np.ascontiguousarray(self._read(first, end)["place"])

    def weights(self, first: int, end: int) -> npt.NDArray[np.int64]:
        """What some rows weigh, in bytes."""
        return np.ascontiguousarray(self._read(first, end)["weight"])

    def keys(self, first: int, end: int) -> npt.NDArray[np.void]:
        """`doc_key` of some rows, as bytes: two rows can have one place."""
        return np.ascontiguousarray(self._read(first, end)["key"])

    def rows(self, first: int, end: int) -> pa.Table:
        """Some rows."""
        rows = self._vault.rows_of_arrow(self.path, first, end)
        return rows.select(ROW_SCHEMA.names).replace_schema_metadata()

    def _read(self, first: int, end: int) -> npt.NDArray[np.void]:
        offset = (self._first + first) * _ROW.itemsize
        return np.fromfile(self._index, _ROW, end - first, offset=offset)


class RunMaker:
    """Makes runs below a scratch folder."""

    def __init__(self, vault: Vault, scratch: Path) -> None:
        """Writes nothing yet; the folder is there."""
        self._vault = vault
        self._scratch = scratch
        self._index = scratch / "places.bin"
        self._indexed = 0
        self._made = 0

    def runs_of(self, files: Sequence[StagedFile]) -> Iterator[SortedRun]:
        """Runs that together hold the rows of some staged files.

        Raises:
            IntegrityError: A staged file is not what its worker wrote.
        """
        if len(files) <= FEW:
            yield from map(self.run_of, files)
            return
        waiting: list[pa.Table] = []
        size = 0
        for staged in files:
            content = _content(staged)
            waiting.append(self._table(staged, content))
            size += len(content)
            if size >= RUN_BYTES:
                yield self._sorted(waiting)
                waiting, size = [], 0
        if waiting:
            yield self._sorted(waiting)

    def run_of(self, staged: StagedFile) -> SortedRun:
        """One staged file, as it is: its rows are in their order.

        Raises:
            IntegrityError: It is not what its worker wrote.
        """
        table = self._table(staged, _content(staged))
        return self._indexed_run(Path(staged.path), table, places_of(table))

    def _table(self, staged: StagedFile, content: bytes) -> pa.Table:
        try:
            table = self._vault.read_arrow(pa.BufferReader(content))
        except CANNOT_OPEN:
            raise _not_written(staged) from None
        return table.select(ROW_SCHEMA.names).replace_schema_metadata()

    def _sorted(self, tables: Iterable[pa.Table]) -> SortedRun:
        table = pa.concat_tables(tables)
        places = places_of(table)
        order = pc.sort_indices(
            pa.table({"period": table.column("period"), "place": places}),
            [("period", "ascending"), ("place", "ascending")],
        )
        table, places = table.take(order), places[order.to_numpy()]
        path = self._scratch / f"run-{self._made:06d}.arrow"
        self._made += 1
        with pa.OSFile(str(path), "wb") as sink:
            self._vault.write_arrow(table, sink, _ROWS_AT_ONCE)
        return self._indexed_run(path, table, places)

    def _indexed_run(
        self, path: Path, table: pa.Table, places: npt.NDArray[np.uint64]
    ) -> SortedRun:
        index = np.empty(len(table), _ROW)
        index["place"], index["weight"] = places, row_bytes(table)
        index["key"] = _keys_of(table)
        with self._index.open("ab") as file:
            index.tofile(file)
        first = self._indexed
        self._indexed += len(table)
        return SortedRun(path, _periods(table), self._vault, self._index, first)


def _content(staged: StagedFile) -> bytes:
    content = Path(staged.path).read_bytes()
    if hashlib.sha256(content).hexdigest() != staged.sha256:
        raise _not_written(staged)
    return content


def _not_written(staged: StagedFile) -> IntegrityError:
    return IntegrityError(
        f"{staged.path} is not what a worker wrote. Nothing became visible; run again."
    )


def _periods(table: pa.Table) -> tuple[tuple[str, int, int], ...]:
    periods = table.column("period").combine_chunks().dictionary_encode()
    codes = periods.indices.to_numpy()
    bounds = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    return tuple(
        (periods.dictionary[int(codes[first])].as_py(), first, end)
        for first, end in pairwise(bounds)
        if first < end
    )


def places_of(table: pa.Table) -> npt.NDArray[np.uint64]:
    """The place of each row; see `clearshard.records.places.place_of`."""
    halves = [
        pc.utf8_slice_codeunits(table.column(name), 0, PLACE_DIGITS).to_pylist()
        for name in ("account_key", "doc_key")
    ]
    digits = bytes.fromhex("".join(map("".join, zip(*halves, strict=True))))
    return np.frombuffer(digits, ">u8").astype(np.uint64)


def _keys_of(table: pa.Table) -> npt.NDArray[np.void]:
    digits = bytes.fromhex("".join(table.column("doc_key").to_pylist()))
    return np.frombuffer(digits, _ROW["key"])


def row_bytes(table: pa.Table) -> npt.NDArray[np.int64]:
    """About what a row takes: its text, and a fixed amount for each word and redaction."""
    text = pc.binary_length(table.column("text")).to_numpy()
    words = pc.list_value_length(table.column("words")).to_numpy()
    redactions = pc.list_value_length(table.column("redactions")).to_numpy()
    return np.asarray(256 + 2 * text + 40 * words + 64 * redactions, np.int64)
