"""Options that several verbs of `audit` share."""

from typing import Annotated

import typer

from pipeline.audit.reading import Pick
from pipeline.audit.selection import Period
from pipeline.cli.options import moment

EXIT = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 5 integrity check failed."

RunOption = Annotated[
    str | None,
    typer.Option(
        "--run", help="A run id, or `all`. Default: the newest run; all of a period, if one is set."
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", help="Only runs that decided at or after this moment, RFC 3339."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Only runs that decided before this moment, RFC 3339.")
]


def picked(run: str | None, since: str | None, until: str | None) -> tuple[Pick | str, Period]:
    """What the three options say.

    Raises:
        ConfigError: A moment is no time, or has no offset.
    """
    period = Period(
        None if since is None else moment(since, "--since"),
        None if until is None else moment(until, "--until"),
    )
    if run is None:
        return (Pick.NEWEST if period == Period() else Pick.ALL), period
    return (Pick.ALL if run == "all" else run), period
