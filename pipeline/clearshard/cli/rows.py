"""Rows of an answer: a table for people, or CSV, JSON lines or Parquet for programs."""

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from clearshard.audit.export import Format, as_json, export
from clearshard.audit.listing import Rows
from clearshard.cli.console import (
    print_json,
    print_records,
    print_table,
    print_text,
    print_told,
    shown,
)
from clearshard.cli.options import require_new_file
from clearshard.errors import ConfigError
from clearshard.storage.failures import output_errors
from clearshard.storage.files import new_file

_MOST_IN_A_TABLE = 100
#: More columns would be folded to slivers; they are shown one below the other.
_MOST_COLUMNS = 6


class Form(StrEnum):
    """How rows are shown."""

    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


FormatOption = Annotated[
    Form | None,
    typer.Option(
        "--format", help="How rows are given. Default: by the name of --output, or table."
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="A file for the rows; must not exist.")
]
LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="At most so many rows. Default: 100 in a table, else all."),
]


@dataclass(frozen=True, slots=True)
class RowOptions:
    """What the user wants of the rows.

    Attributes:
        form: How they are given.
        output: A file; None is stdout.
        limit: As the user said.
        as_json: One JSON object is to be the last line of stdout.
    """

    form: Form
    output: Path | None
    limit: int | None
    as_json: bool

    @property
    def to_ask(self) -> int | None:
        """How many rows to ask for: one more than shown, to know whether there are more."""
        if self.streams:
            return self.limit
        return self.shown + 1

    @property
    def shown(self) -> int:
        """How many rows a table, or a JSON object, shows."""
        return self.limit or _MOST_IN_A_TABLE

    @property
    def streams(self) -> bool:
        """Whether all rows go straight to a file or to stdout."""
        return self.form is not Form.TABLE


def row_options(
    form: Form | None, output: Path | None, limit: int | None, as_json: bool
) -> RowOptions:
    """Checks the options against each other.

    Raises:
        ConfigError: They do not fit.
    """
    if form is None and output is not None:
        suffix = output.suffix.removeprefix(".")
        if suffix not in {str(f) for f in Format}:
            raise ConfigError(
                "--format", [f"is required where --output does not end in .{Form.CSV}"]
            )
        form = Form(suffix)
    form = form or Form.TABLE
    if form is Form.TABLE and output is not None:
        raise ConfigError("--output", ["holds rows for programs; choose another --format"])
    if form is Form.PARQUET and output is None:
        raise ConfigError("--format parquet", ["needs a file; name one with --output"])
    if as_json and form is not Form.TABLE and output is None:
        raise ConfigError(
            "--json", ["and rows cannot both go to stdout; name a file with --output"]
        )
    if output is not None:
        require_new_file(output)
    return RowOptions(form, output, limit, as_json)


def give_rows(
    rows: Rows,
    options: RowOptions,
    title: str,
    columns: Mapping[str, str] | None = None,
    answer: Mapping[str, Any] | None = None,
    *,
    folds: Collection[str] = (),
    leave_out: Sequence[str] = (),
    none: str = "",
) -> None:
    """Writes or shows rows.

    Args:
        rows: The rows; `RowOptions.to_ask` of them were asked for.
        options: From `row_options`.
        title: Of the table.
        columns: Of the table: heading → column. Default: all.
        answer: What the JSON object says beside the rows.
        folds: See `print_table`.
        leave_out: See `print_table`.
        none: What to say instead of a table without rows.

    Raises:
        OutputFull: The disk is full.
        OutputUnusable: The file cannot be written.
    """
    answer = dict(answer or {})
    if options.streams:
        count = write_rows(rows, options)
        if options.output is None:
            return
        written = {"rows": count, "format": str(options.form), "output": str(options.output)}
        if options.as_json:
            print_json({**answer, **written})
        else:
            print_text(f"{count:,} rows in {shown(options.output)}")
        return
    kept = list(islice(as_json(rows.batches), options.shown + 1))
    more, kept = len(kept) > options.shown, kept[: options.shown]
    if options.as_json:
        print_json({**answer, "rows": kept, "more": more})
        return
    if none and not kept:
        print_told("", none, 0)
        return
    columns = columns or {name: name for name in rows.schema.names}
    table = [[_cell(row[name]) for name in columns.values()] for row in kept]
    title = f"{title} ({len(kept):,}{' of more' if more else ''})"
    if len(columns) <= _MOST_COLUMNS:
        print_table(title, tuple(columns), table, folds=folds, leave_out=leave_out)
    else:
        print_records(title, tuple(columns), table)
    if more:
        print_text("There are more: --limit N, or all of them with --format csv --output FILE.")


def _cell(value: Any) -> object:
    match value:
        case list():
            return ", ".join(map(str, value))
        case None:
            return ""
        case bool() | dict():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case _:
            return value


def write_rows(rows: Rows, options: RowOptions) -> int:
    """Writes all rows where and how they are wanted, and returns their number.

    Args:
        rows: The rows.
        options: From `row_options`; `RowOptions.streams` is true.

    Raises:
        OutputFull: The disk is full.
        OutputUnusable: The file cannot be written.
    """
    form = Format(options.form)
    if options.output is None:
        sys.stdout.flush()
        count = export(rows.schema, rows.batches, form, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return count
    with output_errors(options.output), new_file(options.output, 0o600) as file:
        return export(rows.schema, rows.batches, form, file)


def joined(names: Sequence[str]) -> str:
    """Names for a line of text; a dash where there are none."""
    return ", ".join(names) or "-"
