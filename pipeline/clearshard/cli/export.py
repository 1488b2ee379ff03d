"""`export record`."""

from dataclasses import asdict
from typing import Annotated

import typer

from clearshard.cli.console import print_json, print_text, shown
from clearshard.cli.help import WholeSentences
from clearshard.cli.options import (
    ActorOption,
    JsonOption,
    MaybeConfigOption,
    OutOption,
    settings_or_defaults,
)
from clearshard.run.agent import this_agent
from clearshard.run.asked import now, output_folder

app = typer.Typer(
    cls=WholeSentences,
    help="Which run went into which training set.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="export")


@app.callback()
def _group() -> None:
    """Which run went into which training set."""


@app.command(
    epilog="Exit codes: 0 done, 1 failed, 2 usage or configuration, or no such run, 5 integrity "
    "check failed."
)
def record(
    name: Annotated[str, typer.Argument(help="Of the training set.", show_default=False)],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: Annotated[str | None, typer.Option("--run", help="A run id. Default: the newest.")] = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note that a run went into a training set: a purge names those that held purged files."""
    from clearshard.run.exported import record_export

    settings = settings_or_defaults(config)
    folder, who = output_folder(settings, out), this_agent(actor)
    told = record_export(settings, folder, name, run, who, now, print_text)
    if as_json:
        print_json({"status": "recorded", "name": name, **asdict(told)})
        return
    print_text(f"recorded: run {told.run_id} went into {shown(name)}")
    if told.gone or told.purged:
        print_text(
            f"TRAINING SET {shown(name)} holds {told.gone:,} files that are in the shards no more, "
            f"{told.purged:,} of which were purged: take them out of it, or use the newest run"
        )
