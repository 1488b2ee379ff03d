"""`audit query`."""

from typing import Annotated

import typer

from clearshard.audit.reading import Pick
from clearshard.audit.selection import runs_in
from clearshard.cli.audit.options import EXIT, SinceOption, UntilOption, picked
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.cli.rows import FormatOption, LimitOption, OutputOption, give_rows, row_options

_EXIT = EXIT.replace("1 failed", "1 failed or stopped").replace(
    "2 usage", "2 usage, a query that is wrong or asks for what none may have,"
)


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=_EXIT)(query)


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over the views; see docs/auditing.md.")],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Only decisions of this run. Default: all.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Stop it after so long.")] = 60.0,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """One question in SQL over decisions, reasons, runs, shards and events; reads, never writes."""
    from clearshard.audit.query import open_query

    options = row_options(form, output, limit, as_json)
    folder = folder_to_read(config, out)
    which, period = picked(run, since, until)
    runs = runs_in(folder.root, Pick.ALL if run is None else which, period)
    with open_query(folder.root, runs, sql, seconds) as rows:
        give_rows(rows.first(options.to_ask), options, "rows")
