"""Rows of a CSV or TSV table: RFC 4180, UTF-8 with or without a byte order mark, any line ends.

A row is a line. No fact has line breaks, and a value that goes over several lines is nearly always
a quote too many: it swallows the rows after it, and which of them, nobody can tell. So such a table
is refused, whichever column it happens in: the rows must be as many as the lines.

A compressed table is read from a copy that is not, since it is looked at more than once.
"""

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from clearshard.errors import SourceUnavailable
from clearshard.sources.column_names import ColumnNames
from clearshard.sources.csv_quotes import QuoteMarks
from clearshard.sources.streams import DAMAGED, chunks
from clearshard.sources.tables import (
    UNREADABLE,
    RawBatch,
    TableSpec,
    broken_rows,
    header_problem,
    text_column,
)

#: Bytes parsed at a time; also the longest row. Arrow reads up to 32 blocks ahead: with larger
#: ones memory would grow until the table has so many.
_BLOCK_BYTES = 2 * 1024 * 1024
_MOST_LETTERS = 2 * _BLOCK_BYTES
#: Stands for a byte that is not UTF-8 (it is what SUBSTITUTE is for), one byte for one byte; and
#: behind a quote that should have ended a value.
_BROKEN = "\x1a"
_UNFIT = (_BROKEN, '"')
#: Few enough bytes to stay close to the processor: counting lines is then nearly free.
_PIECE_BYTES = 64 * 1024
_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"
_DELIMITERS = ",\t;|"


def read_csv(
    file: BinaryIO,
    name: str,
    spec: TableSpec,
    names: ColumnNames,
    unavailable: Callable[[str], SourceUnavailable],
) -> Iterator[RawBatch]:
    """The rows; see `tables.Reader`. By its name values are divided by tabs, or by commas.

    A row with too few or too many values is malformed, and so is one that in a column that is read
    is not UTF-8, has a quote, or goes on behind the one that ends it: a quote too many looks like
    that, and no fact has any.
    """
    plain_name = name.removesuffix(".gz").removesuffix(".zst")
    delimiter = "\t" if plain_name.endswith(".tsv") else ","
    with _uncompressed(file, name, unavailable) as plain:
        yield from _rows(plain, delimiter, spec, names, unavailable)


@contextmanager
def _uncompressed(
    file: BinaryIO, name: str, unavailable: Callable[[str], SourceUnavailable]
) -> Iterator[BinaryIO]:
    if not name.endswith((".gz", ".zst")):
        yield file
        return
    with tempfile.TemporaryFile(prefix="clearshard-") as plain:
        try:
            for chunk in chunks(file, name):
                plain.write(chunk)
        except DAMAGED:
            raise unavailable("cannot be decompressed to its end, or not here") from None
        plain.seek(0)
        yield plain


def _rows(
    file: BinaryIO,
    delimiter: str,
    spec: TableSpec,
    names: ColumnNames,
    unavailable: Callable[[str], SourceUnavailable],
) -> Iterator[RawBatch]:
    header = _header(file, delimiter, spec, names, unavailable)
    content = _Content(file, delimiter)
    broken: list[str | None] = []
    seen = 0

    def keep(row: Any) -> str:
        broken.append(_key(row.text, delimiter, header, spec))
        return "skip"

    try:
        for batch in _open(content, delimiter, header, spec, keep):
            yield _decoded(batch, spec)
            # Taken out as one: rows found broken while the consumer works must not get lost.
            taken, broken[:] = broken[:], []
            if taken:
                yield broken_rows(spec, taken)
            seen += batch.num_rows + len(taken)
    except pa.ArrowException:
        raise unavailable(_line_break(file, delimiter)) from None
    if broken:
        yield broken_rows(spec, broken)
    if seen + len(broken) != content.lines or _ends_in_quotes(file, delimiter):
        raise unavailable(_line_break(file, delimiter))


def _header(
    file: BinaryIO,
    delimiter: str,
    spec: TableSpec,
    names: ColumnNames,
    unavailable: Callable[[str], SourceUnavailable],
) -> list[str]:
    """The names of the columns; leaves the file at the line after them."""
    block = file.read(_BLOCK_BYTES)
    first = re.split(rb"[\r\n]", block, maxsplit=1)[0]
    if b"\0" in first:
        raise unavailable("is not UTF-8 text (row 1): export it as UTF-8, not as UTF-16")
    try:
        header = next(csv.reader([first.decode("utf-8-sig")], delimiter=delimiter, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        raise unavailable("the header is not CSV in UTF-8, on one line (row 1)") from None
    if not any(header):
        raise unavailable("is empty (row 1)")
    if problem := header_problem(spec, names, header):
        other = next((d for d in _DELIMITERS if d != delimiter and d in header[0]), None)
        if len(header) == 1 and other is not None:
            problem = (
                f"its values are divided by {other!r}, not by {delimiter!r} (row 1): export it "
                "anew, or call it .csv where they are divided by commas and .tsv where by tabs"
            )
        raise unavailable(problem)
    rest = block[len(first) :].lstrip(b"\r\n")
    if not rest:
        raise unavailable("has no rows (row 1)")
    if rest.startswith(codecs.BOM_UTF8):
        # Arrow would take it off, as if it stood at the beginning of the file.
        raise unavailable("a byte order mark stands before row 2: remove it")
    file.seek(len(first))
    return header


def _open(
    content: "_Content",
    delimiter: str,
    header: list[str],
    spec: TableSpec,
    keep: Callable[[Any], str],
) -> pa.csv.CSVStreamingReader:
    # Bytes, not text: with text Arrow would refuse the whole table for one byte that is not UTF-8.
    kinds = {n: pa.dictionary(pa.int32(), pa.binary()) for n in spec.names}
    included = [name for name in spec.columns if name in header]
    included += [name for name in spec.mere_hints if header.count(name) == 1]
    # The same name twice would be a column that Arrow does not find; of those that are not read it
    # does not matter what they are called.
    called = [name if name in included else f"\0{place}" for place, name in enumerate(header)]
    return pa.csv.open_csv(
        pa.PythonFile(content, "r"),
        read_options=pa.csv.ReadOptions(
            use_threads=False, block_size=_BLOCK_BYTES, column_names=called
        ),
        # Without `newlines_in_values` a quoted line break is read well unless it happens to be
        # near the end of a block.
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: kinds.get(name, pa.binary()) for name in included},
            include_columns=included,
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _decoded(batch: pa.RecordBatch, spec: TableSpec) -> RawBatch:
    malformed = np.zeros(batch.num_rows, np.bool_)
    columns = {name: pa.nulls(batch.num_rows, spec.kind(name)) for name in spec.read}
    for name in batch.schema.names:
        column = batch.column(name)
        if name in spec.mere_hints:
            columns[name] = _hint(column)
            continue
        columns[name], bad = text_column(column, spec.kind(name))
        values = column.dictionary if pa.types.is_dictionary(column.type) else column
        for mark in _marks_in(values):
            found = pc.match_substring(column.cast(pa.binary()), mark).fill_null(False)
            bad = bad | found.to_numpy(zero_copy_only=False)
        malformed |= bad
        if name == spec.key and spec.certain_key and bad.any():
            columns[name] = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), columns[name])
    return RawBatch(columns, malformed)


def _hint(column: pa.Array) -> pa.Array:
    """A hint may hold quotes, as an ETag does; two that are not UTF-8 would look the same."""
    text, _ = text_column(column, pa.string())
    unfit = pc.match_substring(text, _BROKEN)
    return pc.if_else(unfit, pa.scalar(UNREADABLE), text)


def _marks_in(values: pa.Array) -> list[str]:
    """Which marks of an unfit value there are at all; hardly ever any."""
    data = values.buffers()[2]
    content = b"" if data is None else data.to_pybytes()
    return [mark for mark in _UNFIT if mark.encode() in content]


def _key(line: str, delimiter: str, header: list[str], spec: TableSpec) -> str | None:
    """The key of a row with too few or too many values, if it can be told."""
    if line.count('"') % 2:  # one too many: what it makes of the line is of no use
        cells = line.replace('"', "").split(delimiter)
    else:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return None
    place = header.index(spec.key)
    # A comma too many, or a line that is cut, could be anywhere: only what stands first, has an
    # end and no quote in it is sure to be the key.
    certain = place == 0 and 1 < len(cells) <= len(header) and '"' not in line
    if spec.certain_key and not certain:
        return None
    return cells[place] or None if place < len(cells) else None


def _ends_in_quotes(file: BinaryIO, delimiter: str) -> bool:
    """Whether the last value has a quote before it and none behind, as where a file is cut off."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _BLOCK_BYTES))
    end = file.read().rstrip(b"\r\n")
    last = end[max(end.rfind(b"\n"), end.rfind(b"\r")) + 1 :]
    return _whole_line(delimiter).fullmatch(last) is None


@cache
def _whole_line(delimiter: str) -> "re.Pattern[bytes]":
    d = re.escape(delimiter.encode())
    value = rb'(?:"(?:[^"]++|"")*+"[^%b]*+|[^"%b][^%b]*+|)' % (d, d, d)
    return re.compile(value + rb"(?:" + d + value + rb")*+")


def _line_break(file: BinaryIO, delimiter: str) -> str:
    """Says where a value goes over several lines; reads the table once more."""
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="")
    rows = csv.reader(_short_lines(text), delimiter=delimiter)
    line = 1
    try:
        for _ in rows:
            if rows.line_num > line:
                break
            line += 1
        else:
            line -= 1  # the last one, which is not whole
    except csv.Error:
        pass  # longer than any value may be: that is the one
    finally:
        text.detach()
    return (
        f"a value goes over several lines, a quote is not closed, or a row is longer than 4 MiB "
        f"(row {line}): no fact has line breaks, and rows behind such a quote would be lost. Mend "
        "it, or export without line breaks"
    )


def _short_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines, up to one that is longer than any row may be: some are all of the memory.

    Raises:
        csv.Error: There is one.
    """
    while line := text.readline(_MOST_LETTERS + 1):
        if len(line) > _MOST_LETTERS:
            raise csv.Error
        yield line


class _Content:
    """The rows of a file, with every byte that is not UTF-8 replaced, so that Arrow reads them all.

    Arrow hands a row that it cannot parse over as text, and fails if it is none. And it takes the
    quotes off a value that goes on behind them, so such a value is marked.

    Attributes:
        lines: Lines read so far that are not empty.
    """

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._file = file
        self._quotes = QuoteMarks(delimiter.encode(), _BROKEN.encode())
        self._left = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("clearshard-substitute")
        self._split = False
        self._in_line = False
        self.lines = 0

    closed = False

    def read(self, size: int) -> bytes:
        """The next bytes; no more than asked for, none at the end only."""
        # What marks have made too much comes with the next ones: each answer is a block, and Arrow
        # reads no row that goes over three.
        more = self._left + self._quotes.marked(self._next(size - len(self._left)))
        given, self._left = more[:size], more[size:]
        return given

    def _next(self, size: int) -> bytes:
        while True:
            # The decoder can hold back three bytes of a character that is not complete.
            chunk = self._file.read(max(1, size - 3))
            self._count(chunk)
            if not self._split and chunk.isascii():
                return chunk
            text = self._decoder.decode(chunk, final=not chunk)
            self._split = bool(self._decoder.getstate()[0])
            if text or not chunk:
                return text.encode("utf-8")

    def _count(self, chunk: bytes) -> None:
        letters = np.frombuffer(chunk, np.uint8)
        returns = b"\r" in chunk
        for start in range(0, len(letters), _PIECE_BYTES):
            piece = letters[start : start + _PIECE_BYTES]
            inside = piece != _LINE_FEED
            if returns:
                inside &= piece != _CARRIAGE_RETURN
            self.lines += int(np.count_nonzero(inside[1:] > inside[:-1]))
            self.lines += bool(inside[0]) and not self._in_line
            self._in_line = bool(inside[-1])

    def close(self) -> None:
        """Leaves the file open: it belongs to the table."""


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _BROKEN * (error.end - error.start), error.end


codecs.register_error("clearshard-substitute", _substitute)
