"""Rows of a CSV table: RFC 4180, UTF-8 with or without a byte order mark, any line ends."""

import codecs
import csv
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipeline.errors import SourceUnavailable
from pipeline.sources.tables import RawBatch, TableSpec, broken_rows, header_problem, text_column

#: Bytes parsed at a time; also the longest row.
_BLOCK_BYTES = 4 * 1024 * 1024
#: Stands for a byte that is not UTF-8 (it is what SUBSTITUTE is for). One byte for one byte.
_NOT_UTF_8 = "\x1a"
_UNFIT = r"[\n\r\x1a]"


def read_csv(
    file: BinaryIO, _: str, spec: TableSpec, unavailable: Callable[[str], SourceUnavailable]
) -> Iterator[RawBatch]:
    """The rows; see `tables.Reader`.

    A row with too few or too many values is malformed. So is a row with a line break in a value
    that is read, and with it every further line of that value: no fact has line breaks, but a quote
    that is never closed swallows the rows after it, and none of them may be lost.
    """
    header = _header(file, spec, unavailable)
    broken: list[str | None] = []
    place = header.index(spec.key)
    seen = 0

    def keep(row: Any) -> str:
        broken.extend(_cell(line, place) for line in row.text.splitlines() or [""])
        return "skip"

    try:
        for batch in _open(file, header, spec, keep):
            decoded = _decoded(batch, spec)
            lost = _mark_unfit(batch, decoded, place)
            yield decoded
            # Taken out as one: rows found broken while the consumer works must not get lost.
            taken, broken[:] = [*broken, *lost], []
            if taken:
                yield broken_rows(spec, taken)
            seen += batch.num_rows + len(taken)
    except pa.ArrowException:
        raise unavailable(
            f"a quote is not closed, or a row is longer than 4 MiB (after row {seen + 1})"
        ) from None
    if broken:
        yield broken_rows(spec, broken)


def _header(
    file: BinaryIO, spec: TableSpec, unavailable: Callable[[str], SourceUnavailable]
) -> list[str]:
    first = file.readline(_BLOCK_BYTES)
    try:
        header = next(csv.reader([first.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error):
        raise unavailable("the header is not CSV in UTF-8 (row 1)") from None
    if not any(header):
        raise unavailable("is empty (row 1)")
    if problem := header_problem(spec, header):
        raise unavailable(problem)
    if not file.read(1):
        raise unavailable("has no rows (row 1)")
    file.seek(0)
    return header


def _open(
    file: BinaryIO, header: list[str], spec: TableSpec, keep: Callable[[Any], str]
) -> pa.csv.CSVStreamingReader:
    # Bytes, not text: with text Arrow would refuse the whole table for one byte that is not UTF-8.
    kinds = {n: pa.binary() for n in header}
    kinds |= {n: pa.dictionary(pa.int32(), pa.binary()) for n in spec.names}
    return pa.csv.open_csv(
        pa.PythonFile(_Utf8(file), "r"),
        read_options=pa.csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
        # Without `newlines_in_values` a quoted line break is read well unless it happens to be
        # near the end of a block.
        parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
        convert_options=pa.csv.ConvertOptions(
            column_types=kinds,
            include_columns=[name for name in spec.columns if name in header],
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _decoded(batch: pa.RecordBatch, spec: TableSpec) -> RawBatch:
    malformed = np.zeros(batch.num_rows, np.bool_)
    columns = {name: pa.nulls(batch.num_rows, spec.kind(name)) for name in spec.columns}
    for name in batch.schema.names:
        columns[name], bad = text_column(batch.column(name), spec.kind(name))
        malformed |= bad
    return RawBatch(columns, malformed)


def _mark_unfit(batch: pa.RecordBatch, decoded: RawBatch, place: int) -> list[str | None]:
    """Marks rows that are not UTF-8 or have a line break in a value.

    Returns:
        The keys of the further lines in those values.
    """
    lost: list[str | None] = []
    for column in batch.columns:
        values = column.dictionary if pa.types.is_dictionary(column.type) else column
        data = values.buffers()[2]
        if data is None or data.size == 0 or np.frombuffer(data, np.uint8).min() >= 0x20:
            continue  # no control characters, as nearly always
        plain = column.cast(pa.binary())
        found = pc.match_substring_regex(plain, _UNFIT).fill_null(False)
        for row in np.flatnonzero(found.to_numpy(zero_copy_only=False)):
            decoded.malformed[row] = True
            _, *further = plain[row].as_py().decode("utf-8", "replace").splitlines()
            lost.extend(_cell(line, place) for line in further)
    return lost


def _cell(line: str, place: int) -> str | None:
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:
        return None
    return cells[place] if place < len(cells) and cells[place] else None


class _Utf8:
    """A file with every byte that is not UTF-8 replaced, so that Arrow reads all of it.

    Arrow hands a row that it cannot parse over as text, and fails if it is none.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("clearshard-substitute")
        self._split = False

    closed = False

    def read(self, size: int) -> bytes:
        """The next bytes; no more than asked for, none at the end only."""
        while True:
            # The decoder can hold back three bytes of a character that is not complete.
            chunk = self._file.read(max(1, size - 3))
            if not self._split and chunk.isascii():
                return chunk
            text = self._decoder.decode(chunk, final=not chunk)
            self._split = bool(self._decoder.getstate()[0])
            if text or not chunk:
                return text.encode("utf-8")

    def close(self) -> None:
        """Leaves the file open: it belongs to the table."""


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _NOT_UTF_8 * (error.end - error.start), error.end


codecs.register_error("clearshard-substitute", _substitute)
