"""Decisions in Parquet files of bounded size, as `clearshard gate` writes them into a folder."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.stored.index import FOOTER_KEY, IndexBuilder, Marks
from clearshard.records.run import DecisionsFile, Holds
from clearshard.records.schemas import DECISION_SCHEMA
from clearshard.storage.files import sha256_file

#: Rows of one file: enough to be one scan, few enough to be copied and checked by itself.
_ROWS_PER_FILE = 10_000_000
#: Rows of one row group: what is read where one file id is looked for, and the Bloom filter that
#: says whether it can be there (docs/decisions/0013-bloom-filters-find-a-file.md).
_ROWS_PER_GROUP = 1 << 16
_FALSE_POSITIVES = 0.01


class DecisionsWriter:
    """Writes decisions in the order they are given, in files of bounded size."""

    def __init__(
        self,
        folder: Path,
        rows_per_file: int = _ROWS_PER_FILE,
        *,
        schema: pa.Schema = DECISION_SCHEMA,
        holds: Holds = Holds.TABLE,
        marks: Marks | None = None,
    ) -> None:
        """Prepares to write.

        Args:
            folder: Made if need be.
            rows_per_file: At most about so many are in one file.
            schema: Of what is written; it has a `file_id`.
            holds: What the files are called by.
            marks: Says by what rows are found again; without it the files have no index.
        """
        self._folder = folder
        self._rows_per_file = rows_per_file
        self._schema = schema
        self._holds = holds
        self._marks = marks
        self._index: IndexBuilder | None = None
        self._sink: pa.OSFile | None = None
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows_waiting = 0
        self._rows_in_file = 0
        self._files: list[DecisionsFile] = []

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._finish_file()

    @property
    def files(self) -> Sequence[DecisionsFile]:
        """The finished files; all of them after the writer is closed."""
        return tuple(self._files)

    def write(self, decisions: pa.RecordBatch) -> None:
        """Appends decisions."""
        self._waiting.append(decisions)
        self._rows_waiting += decisions.num_rows
        self._rows_in_file += decisions.num_rows
        if self._rows_waiting >= _ROWS_PER_GROUP:
            self._write_groups()
        if self._rows_in_file >= self._rows_per_file:
            self._finish_file()

    def _write_groups(self) -> None:
        """Writes whole row groups of what is waiting; what is less than one, if it is all."""
        rows = pa.Table.from_batches(self._waiting, self._schema)
        finished = len(rows) // _ROWS_PER_GROUP * _ROWS_PER_GROUP or len(rows)
        if self._writer is None:
            most = min(finished, _ROWS_PER_GROUP)
            self._index = None if self._marks is None else IndexBuilder(self._marks)
            self._sink = pa.OSFile(str(self._path()), "wb")
            self._writer = pq.ParquetWriter(
                self._sink,
                self._schema,
                compression="zstd",
                write_page_checksum=True,
                bloom_filter_options={"file_id": {"ndv": most, "fpp": _FALSE_POSITIVES}},
            )
        for first in range(0, finished, _ROWS_PER_GROUP):
            group = rows.slice(first, min(_ROWS_PER_GROUP, finished - first)).combine_chunks()
            self._writer.write_table(group, row_group_size=_ROWS_PER_GROUP)
            if self._index is not None:
                self._index.add(group.to_batches()[0])
                if self._index.is_full:
                    self._write_segment(self._index)
        self._waiting = rows.slice(finished).to_batches()
        self._rows_waiting = len(rows) - finished

    def _path(self) -> Path:
        return self._folder / layout.decisions_name(len(self._files), self._holds)

    def _finish_file(self) -> None:
        while self._rows_waiting:
            self._write_groups()
        if self._writer is None:
            return
        index = ""
        if self._index is not None:
            self._write_segment(self._index)
            footer = self._index.footer()
            self._writer.add_key_value_metadata({FOOTER_KEY: footer.decode()})
            index = hashlib.sha256(footer).hexdigest()
        self._writer.close()
        self._writer = None
        if self._sink is not None:
            self._sink.close()
        self._files.append(recorded(self._path(), self._rows_in_file, index))
        self._rows_in_file = 0

    def _write_segment(self, index: IndexBuilder) -> None:
        """Writes what finds the row groups since the last one, behind them."""
        assert self._sink is not None
        self._sink.write(index.segment(self._sink.tell()))


def recorded(path: Path, row_count: int, index: str = "") -> DecisionsFile:
    """A finished file as a record lists it; its folder is named after the run."""
    return DecisionsFile(
        name=f"{path.parent.name}/{path.name}",
        sha256=sha256_file(path),
        row_count=row_count,
        index=index,
    )
