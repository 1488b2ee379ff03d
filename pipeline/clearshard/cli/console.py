"""What a person or a program sees.

Results go to stdout, everything else to stderr. With ``--json`` stdout ends with one JSON object;
log lines are for people or JSON lines; on a terminal progress is a bar; elsewhere it is a line now
and then. Names that come from outside are escaped before they are shown.
"""

import json
import sys
import textwrap
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from clearshard.audit.faults import printable
from clearshard.cli.logs import JsonLog, Level, write_unbuffered
from clearshard.errors import ClearshardError

_SECONDS_BETWEEN_LINES = 10.0
#: Of a longer name only the ends are shown; a file or a program gets all of it.
_MOST_SHOWN = 240
_END_SHOWN = 40
#: Blanks between two columns of a table.
_GAP = 2
#: Where nothing limits the width of a table: more than all columns that one can have.
_NO_LIMIT = 100_000


def print_json(result: Mapping[str, Any]) -> None:
    """One JSON object as the last line of stdout."""
    sys.stdout.write(json.dumps(result, ensure_ascii=True, allow_nan=False) + "\n")


def conclude(error: ClearshardError) -> NoReturn:
    """Ends a command whose result has been shown, with the code of an error that follows from it.

    Raises:
        typer.Exit: Always.
    """
    sys.stderr.write(f"clearshard: {error}\n")
    raise typer.Exit(error.exit_code)


def print_text(text: str) -> None:
    """Text as it is, without any markup."""
    sys.stdout.write(text + "\n")


def shown(name: object) -> str:
    """A value from outside, safe for a terminal: nothing in it acts, and none floods it."""
    if name is None:
        return "(unknown)"
    text = str(name)
    if len(text) <= _MOST_SHOWN:
        return printable(text)
    begin, end = text[: _MOST_SHOWN - _END_SHOWN], text[-_END_SHOWN:]
    return f"{printable(begin)}…{printable(end)} ({len(text):,} characters)"


def by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Rows of a table: what is most first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def print_table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    folds: Collection[str] = (),
    leave_out: Sequence[str] = (),
) -> None:
    """A table under its title; columns of numbers are aligned to the right.

    Into a file or a pipe it goes whole. On a terminal that is too narrow for it columns are left
    out, and told; if that is not enough, the rows are shown as records. An id that is folded over
    two lines is found by no `grep`, and copied by nobody.

    Args:
        title: Stands above it.
        header: Names of the columns.
        rows: Their values.
        folds: Columns that may be folded between words; no other one is folded at all.
        leave_out: Columns that can be left out, the first one first.
    """
    sys.stdout.flush()
    console = Console()
    if not console.is_terminal:
        print_text(title)
        sys.stdout.flush()
        Console(width=_NO_LIMIT).print(_table(header, rows, range(len(header)), folds))
        return
    kept = fitting(
        header, [[_cell(v) for v in row] for row in rows], console.width, folds, leave_out
    )
    if kept is None:
        print_records(title, header, rows)
        return
    print_text(title)
    sys.stdout.flush()
    console.print(_table(header, rows, kept, folds))
    if left := [name for place, name in enumerate(header) if place not in kept]:
        print_text(f"Left out for want of room: {', '.join(map(shown, left))}. A pipe has all.")


def _table(
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    places: Sequence[int],
    folds: Collection[str],
) -> Table:
    table = Table(box=None, pad_edge=False)
    for place in places:
        name = header[place]
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(
            Text(shown(name)),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=name not in folds,
        )
    for row in rows:
        table.add_row(*(Text(_cell(row[place])) for place in places))
    return table


def fitting(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    width: int,
    folds: Collection[str],
    leave_out: Sequence[str],
) -> list[int] | None:
    """Places of the columns that fit on a terminal; None if too much does not.

    Args:
        header: Names of the columns.
        cells: What stands in them, row by row.
        width: Of the terminal.
        folds: See `print_table`.
        leave_out: See `print_table`.
    """
    needs = []
    for place, name in enumerate(header):
        texts = [shown(name), *(row[place] for row in cells)]
        if name in folds:
            texts = [word for text in texts for word in text.split()]
        needs.append(max(map(cell_len, texts), default=0))

    def fit(places: Collection[int]) -> bool:
        return sum(needs[p] for p in places) + _GAP * (len(places) - 1) <= width

    kept = set(range(len(header)))
    left = []
    for name in leave_out:
        if not fit(kept) and name in header:
            left.append(header.index(name))
            kept.discard(left[-1])
    if not fit(kept):
        return None
    for place in reversed(left):  # the one that was left out last may have made room for another
        if fit({*kept, place}):
            kept.add(place)
    return sorted(kept)


def print_records(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under a title, each with its values one below the other."""
    print_text(title)
    names = [shown(name) for name in header]
    width = max(map(len, names), default=0)
    for row in rows:
        print_text("")
        for name, value in zip(names, row, strict=True):
            print_text(f"{name:<{width}}  {_cell(value)}")


def print_told(lead: str, text: str, indent: int) -> None:
    """A line of an answer; on a terminal folded between words, and indented from there on."""
    print_text("\n".join(_folded(lead, text, indent)))


def _folded(lead: str, text: str, indent: int) -> list[str]:
    columns = Console().width if sys.stdout.isatty() else _NO_LIMIT
    return textwrap.wrap(
        text,
        max(columns, 2 * indent),
        initial_indent=lead,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [lead]


def print_facts(title: str, facts: Mapping[str, str]) -> None:
    """Names and what they are, one below the other; on a terminal folded between words."""
    print_text(title)
    width = max(map(len, facts), default=0) + 2
    for name, words in facts.items():
        print_told(f"{shown(name):<{width}}", shown(words), width)


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return shown(value)


class Reporter:
    """Progress of a run: rate, time left, counts by state."""

    def __init__(
        self,
        *,
        quiet: bool,
        log: JsonLog | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._quiet = quiet
        self._log = log
        self._clock = clock
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: Any = None
        self._eligible = self._excluded = self._written = self._quarantined = self._words = 0
        self._held = self._deleted = 0
        self._started = self._last_line = clock()

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_bar()

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        """All files of the manifest have been decided."""
        self._eligible, self._excluded, self._held = eligible, excluded, quarantined
        self._written = self._quarantined = self._deleted = 0  # all may be decided again
        self._started = self._last_line = self._clock()
        self._tell(
            "info",
            "decided",
            f"{seen:,} files: {eligible:,} eligible, {excluded:,} excluded, "
            f"{quarantined:,} quarantined before reading",
            seen=seen,
            eligible=eligible,
            excluded=excluded,
            quarantined=quarantined,
        )
        if self._console.is_terminal and not self._quiet and self._log is None and eligible:
            self._bar = Progress(
                TextColumn("redacting"),
                BarColumn(),
                TextColumn("{task.completed:,.0f}/{task.total:,.0f} files"),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[states]}"),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=eligible, rate="", states="")
            self._bar.start()

    def redacted(self, written: int, quarantined: int, deleted: int, words: int) -> None:
        """Some more eligible files have been worked on."""
        self._written += written
        self._quarantined += quarantined
        self._deleted += deleted
        self._words += words
        done = self._written + self._quarantined + self._deleted
        seconds = max(self._clock() - self._started, 1e-9)
        rate = f"{self._words / seconds:,.0f} words/s"
        if self._bar is not None:
            states = (
                f"[green]{self._written:,} written[/] "
                f"[yellow]{self._quarantined + self._held:,} quarantined[/] "
                f"{self._excluded + self._deleted:,} excluded"
            )
            self._bar.update(self._task, completed=done, rate=rate, states=states)
        elif self._clock() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = self._clock()
            left = seconds / max(done, 1) * (self._eligible - done)
            self._tell(
                "info",
                "progress",
                f"{done:,}/{self._eligible:,} files, {rate}, {left:,.0f} s left",
                written=self._written,
                quarantined=self._quarantined + self._held,
                eligible=self._eligible,
                words=self._words,
            )

    def finishing(self) -> None:
        """Registry and time are taken again, shards and decisions are written."""
        self._stop_bar()
        message = "reading the registry again, writing shards and decisions"
        self._tell("info", "finishing", message)

    def note(self, message: str) -> None:
        """Something that the user should know."""
        self._tell("info", "note", message)

    def warn(self, event: str, message: str, **fields: object) -> None:
        """Something that somebody should look at; shown even when quiet."""
        self._tell("warning", event, message, **fields)

    def error(self, error: ClearshardError) -> None:
        """An error that follows from a result that has been shown."""
        kind, code = type(error).__name__, error.exit_code
        message = f"clearshard: {error}" if self._log is None else str(error)
        self._tell("error", "failed", message, error=kind, exit_code=code)

    def tell_at_once(self, message: str) -> None:
        """A note from a signal handler."""
        line = f"clearshard: {message}\n"
        if self._log is not None:
            line = self._log.line("warning", "stopping", message)
        write_unbuffered(line)

    def _tell(self, level: Level, event: str, message: str, **fields: object) -> None:
        if self._quiet and level == "info":
            return
        if self._log is not None:
            self._log.write(level, event, message, **fields)
        else:
            self._console.print(Text(message), highlight=False, soft_wrap=True)

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
