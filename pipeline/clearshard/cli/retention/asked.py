"""What several verbs of `retention` are asked: which inventory, and whose ledger is told."""

from pathlib import Path
from typing import Annotated

import typer

from clearshard import layout
from clearshard.config import Config
from clearshard.run.agent import Agent
from clearshard.run.asked import now, output_folder
from clearshard.run.journal import Journal, open_journal
from clearshard.run.output.folder import require_ours

InventoryArgument = Annotated[
    Path | None,
    typer.Argument(
        help="Table of artefacts: .csv, .tsv, .jsonl (also .gz, .zst) or .parquet, a folder of "
        "parts, or a pattern. Default: what the configured roots list.",
        show_default=False,
    ),
]


def ledger_folder(settings: Config, out: Path | None) -> Path | None:
    """The output folder whose ledger is told; None if none is named."""
    if out is None and settings.output.folder is None:
        return None
    return output_folder(settings, out)


def ledger_of(folder: Path, settings: Config, who: Agent) -> Journal | None:
    """The ledger of an output folder; None where no run has made one yet."""
    if not (folder / layout.MARKER).exists():
        typer.echo(f"{folder} holds no output yet, so no ledger is told", err=True)
        return None
    found = require_ours(folder, settings.output.bucket)
    return open_journal(found, settings, now, lambda note: typer.echo(note, err=True), who)
