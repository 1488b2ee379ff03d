"""Tables on disk, in all formats and in all the ways that these can be written."""

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from .damage import damaged_line, misspelled
from .rows import ACCOUNT_COLUMNS, FILE_COLUMNS, FLAGS, NOTES, OPTIONAL, OTHERS, Row

_QUOTINGS: tuple[Literal[0, 1, 2], ...] = (
    csv.QUOTE_MINIMAL,
    csv.QUOTE_MINIMAL,
    csv.QUOTE_ALL,
    csv.QUOTE_NONNUMERIC,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of a Parquet table lie in memory and on disk.

    Attributes:
        strings: Of what type its texts are, ids too.
        rows_per_group: Rows of a row group: fewer than are read at once, or all.
    """

    strings: str
    rows_per_group: int

    @property
    def kind(self) -> pa.DataType:
        """The type."""
        if self.strings == "dictionary":
            return pa.dictionary(pa.int32(), pa.string())
        return pa.type_for_alias(self.strings)


#: Each of them occurs, whatever chance says; see `tables.make_tables`.
LAYOUTS = tuple(
    Layout(strings, rows)
    for strings in ("string", "large_string", "string_view", "dictionary")
    for rows in (7, 100_000)
)
_ALL_FORMS = ("csv", "csv", "jsonl", "jsonl.gz", "jsonl.zst", "parquet")
#: Where that cannot happen to every format.
_FORMS = {
    **dict.fromkeys(("semicolons", "stray_quote", "joined_files"), ("csv",)),
    **dict.fromkeys(("byte_order_mark_within", "spaces_behind_commas"), ("csv",)),
    "utf_16": ("csv", "jsonl"),
    "column_twice": ("csv", "parquet"),
    "nested_column": ("jsonl", "parquet"),
    "cut_file": ("jsonl.gz", "jsonl.zst", "parquet"),
}


def write_table(
    rng: random.Random,
    folder: Path,
    name: str,
    columns: tuple[str, ...],
    rows: list[Row],
    kind: str | None,
    layout: Layout | None,
) -> tuple[Path, set[str], Layout | None]:
    """Writes a table.

    Args:
        rng: Chance.
        folder: Where to.
        name: Of the file, without what tells its format.
        columns: Those that are read.
        rows: Its rows; what is done to their lines is noted in them.
        kind: What is to be done to the table as a whole, if anything.
        layout: That it is to have in Parquet; None is any format, or any layout.

    Returns:
        The file, what was done to it, and its layout if it is Parquet.
    """
    forms = _FORMS.get(kind or "", _ALL_FORMS)
    if layout is not None and "parquet" in forms:
        forms = ("parquet",)
    form = rng.choice(forms)
    is_clean = not any(row.kinds for row in rows)
    order = [*columns]
    # An optional column that says nothing may as well be left out.
    for column in OPTIONAL:
        if column in order and not any(row.text[column] for row in rows) and rng.random() < 0.5:
            order.remove(column)
    order += rng.sample(OTHERS, rng.randrange(3))
    rng.shuffle(order)
    called = {column: column for column in order}
    if kind in ("misspelled_column", "missing_column"):
        optional = kind == "misspelled_column" and rng.random() < 0.8
        column = rng.choice(
            [c for c in columns if c in order and (c in OPTIONAL) == optional] or [columns[0]]
        )
        called[column] = "other" if kind == "missing_column" else misspelled(rng, column)
    for row in rows:
        for column in order:
            if column not in row.text:
                row.text[column] = rng.choice(NOTES)
    path = folder / f"{name}.{form}"
    used = None
    if form == "parquet":
        typed = is_clean and rng.random() < 0.6
        used = layout or rng.choice(LAYOUTS)
        done = _write_parquet(rng, path, called, rows, kind, used, typed=typed)
    elif form == "csv":
        done = _write_csv(rng, path, called, rows, kind)
    else:
        done = _write_json(rng, path, called, rows, kind)
    if kind == "wrong_suffix":
        path = path.rename(path.with_suffix(".txt"))
        done = {kind}
    return path, done, used


def _write_csv(
    rng: random.Random, path: Path, called: dict[str, str], rows: list[Row], kind: str | None
) -> set[str]:
    delimiter = ";" if kind == "semicolons" else ","
    quoting = rng.choice(_QUOTINGS)
    end = rng.choice((b"\n", b"\n", b"\r\n", b"\r"))
    names = [*called.values()]
    if kind == "column_twice":
        names.append(rng.choice([name for name in called if name not in OTHERS]))

    def line(cells: Sequence[str | None]) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(cells)
        return out.getvalue().encode("utf-8", "surrogatepass")

    lines = [line(names)]
    for row in rows:
        cells: list[str | None] = [row.text[name] for name in called]
        cells += [""] * (len(names) - len(cells))
        lines.append(damaged_line(rng, line(cells), row, is_json=False))
    done = (
        {kind}
        if kind in ("semicolons", "column_twice", "misspelled_column", "missing_column")
        else set()
    )
    if kind == "stray_quote" and len(lines) > 2:
        at = rng.randrange(1, len(lines) - 1)
        lines[at] = b'"' + lines[at].replace(b'"', b"")
        done = {kind}
    if kind == "joined_files":
        at = rng.randrange(1, len(lines) + 1)
        lines[at:at] = lines[:1]
        done = {kind}
    if kind == "byte_order_mark_within":
        at = rng.randrange(1, len(lines))
        lines[at] = b"\xef\xbb\xbf" + lines[at]
        done = {kind}
    if kind == "spaces_behind_commas":
        lines = [part.replace(b",", b", ") for part in lines]
        done = {kind}
    content = end.join(lines) + (end if rng.random() < 0.8 else b"")
    if rng.random() < 0.1:
        content = content.replace(end, end + end) if rng.random() < 0.5 else content + end * 3
    if kind == "utf_16":
        content = content.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "utf-16-le", "utf-16-be"))
        )
        done = {kind}
    elif rng.random() < 0.2:
        content = b"\xef\xbb\xbf" + content
    path.write_bytes(content)
    return done


def _write_json(
    rng: random.Random, path: Path, called: dict[str, str], rows: list[Row], kind: str | None
) -> set[str]:
    ascii_only, sparse, typed = (rng.random() < 0.5 for _ in range(3))
    sparse = sparse and kind is None
    done = {kind} if kind in ("misspelled_column", "missing_column") else set()
    lines = []
    for row in rows:
        value: dict[str, Any] = {}
        for column, name in called.items():
            text = row.text[column]
            if text is None and sparse:
                continue
            value[name] = _typed(text, column) if typed else text
        if kind == "nested_column" and rng.random() < 0.5:
            optional = [c for c in called if c in OPTIONAL]
            value["extra"] = {"deep": [{(optional or ["expires_at"])[0]: "x"}]}
            if optional:
                done = {kind}
        if rng.random() < 0.3:
            value = dict(sorted(value.items(), key=lambda _: rng.random()))
        line = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        lines.append(damaged_line(rng, line, row, is_json=True))
    end = rng.choice((b"\n", b"\r\n", b" \n\n"))
    content = end.join(lines) + (end if rng.random() < 0.8 else b"")
    if kind == "utf_16":
        content = content.decode("utf-8", "replace").encode("utf-16")
        done = {kind}
    if path.suffix == ".gz":
        content = gzip.compress(content, 1)
    elif path.suffix == ".zst":
        content = zstandard.compress(content, 1)
    if kind == "cut_file" and path.suffix != ".jsonl":
        content = content[: -rng.randrange(1, max(2, len(content) // 2))]
        done = {kind}
    path.write_bytes(content)
    return done


def _typed(text: str | None, column: str) -> object:
    if column in FLAGS and text in ("true", "false"):
        return text == "true"
    if column == "ttl_seconds" and text is not None and text.isascii() and text.isdigit():
        return int(text)
    return text


def _write_parquet(
    rng: random.Random,
    path: Path,
    called: dict[str, str],
    rows: list[Row],
    kind: str | None,
    layout: Layout,
    *,
    typed: bool,
) -> set[str]:
    arrays = []
    for column in called:
        values = [row.meant.get(column) if typed else row.text[column] for row in rows]
        if typed and column in (*FLAGS, "ttl_seconds"):
            array = pa.array(values, pa.bool_() if column in FLAGS else pa.int64())
        elif typed and column in (*FILE_COLUMNS, *ACCOUNT_COLUMNS) and column.endswith("_at"):
            array = pa.array(values, pa.timestamp(rng.choice(("ms", "us", "ns")), tz="UTC"))
        else:
            array = pa.array(values, pa.string())
            array = array.dictionary_encode() if rng.random() < 0.1 else array.cast(layout.kind)
        arrays.append(array)
    names = [*called.values()]
    done = {kind} if kind in ("misspelled_column", "missing_column", "column_twice") else set()
    if kind == "column_twice":
        names.append(next(name for name in names if name not in OTHERS))
        arrays.append(arrays[names.index(names[-1])])
    if kind == "nested_column":
        names.append("extra")
        arrays.append(pa.array([{"deep": [{"expires_at": "x", "ttl_seconds": "y"}]}] * len(rows)))
        done = {kind}
    table = pa.Table.from_arrays(arrays, names)
    pq.write_table(table, path, row_group_size=layout.rows_per_group)
    if kind == "cut_file":
        path.write_bytes(path.read_bytes()[: -rng.randrange(1, 40)])
        done = {kind}
    return done
