"""`retention`: by when artefacts must be gone, and that they are.

plan      when deletion of each begins, by when it must be done, under which clause
sweep     deletes what is due
confirm   asks the transcript API whether it is gone
"""

import typer

from clearshard.cli.help import WholeSentences
from clearshard.cli.retention import confirm, plan, sweep

app = typer.Typer(
    cls=WholeSentences,
    help="By when artefacts must be gone, and that they are.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for verb in (plan, sweep, confirm):
    verb.register(app)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="retention")
