"""`bench`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clearshard.cli.console import print_json, print_table, print_text
from clearshard.cli.options import JsonOption, MaybeConfigOption, QuietOption
from clearshard.config import load_config, redaction_defaults

_EXIT = """Exit codes: 0 done, 1 failed, 2 usage or configuration, 4 the folder has too few
transcripts."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(epilog=_EXIT)(bench)


def bench(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", exists=True, file_okay=False, help=".json, .jsonl[.gz|.zst]"
        ),
    ],
    config: MaybeConfigOption = None,
    words: Annotated[
        int, typer.Option(min=1000, help="Words of different transcripts to use.")
    ] = 200_000,
    rounds: Annotated[
        int, typer.Option(min=1, help="Parts that the transcripts are dealt out to.")
    ] = 5,
    long_run: Annotated[
        int, typer.Option(min=0, help="Words for the memory of one worker; 0 leaves it out.")
    ] = 5_000_000,
    workers: Annotated[
        bool, typer.Option(help="Also compare two workers with one, their memory and start.")
    ] = True,
    core_hour_price: Annotated[
        float, typer.Option(min=0, help="Price of a core for an hour, for the cost model.")
    ] = 0.05,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Throughput against stock Presidio on the same texts, and whether the spans are the same."""
    from clearshard.bench.measure import BenchOptions, measure
    from clearshard.bench.rendering import to_dict, to_tables

    def tell(message: str) -> None:
        if not quiet:
            sys.stderr.write(f"{message}\n")

    options = BenchOptions(folder, words, rounds, workers, long_run, core_hour_price)
    settings = redaction_defaults() if config is None else load_config(config)
    measurement = measure(settings, options, tell)
    if as_json:
        print_json({"status": "done", **to_dict(measurement)})
        return
    for title, header, rows in to_tables(measurement):
        print_table(title, header, rows)
        print_text("")
