"""`gate`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from clearshard.audit.faults import printable
from clearshard.cli.console import by_count, print_json, print_table
from clearshard.cli.options import (
    NOT_MEANT_OTHERWISE,
    AsOfOption,
    ConfigOption,
    JsonOption,
    moment,
    require_outside,
)
from clearshard.cli.rows import FormatOption, LimitOption, OutputOption, row_options
from clearshard.cli.what_if import (
    AccountOption,
    AgainstOption,
    AgainstRegistryOption,
    ChangeOption,
    SetOption,
    what_if,
)
from clearshard.errors import ConfigError
from clearshard.records.times import utc_text
from clearshard.run.accepted import accept
from clearshard.run.asked import now
from clearshard.run.checked import load_for_gate
from clearshard.run.decide import decide
from clearshard.run.forecast.supposed import supposition

_EXIT = """Exit codes: 0 done, 1 failed, 2 usage or configuration, 4 registry or source
unavailable or stale, 5 integrity check of the visible run failed (with --against or --set)."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(epilog=_EXIT)(gate)


def gate(
    config: ConfigOption,
    as_of: AsOfOption = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Folder for the decisions as Parquet; must not exist.")
    ] = None,
    against: AgainstOption = None,
    against_registry: AgainstRegistryOption = None,
    account: AccountOption = None,
    set_: SetOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With --against or --set: the output folder that a purge would touch."),
    ] = None,
    change: ChangeOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decisions only: which files may be used, and why the others may not. Opens no transcript.

    With --against or --against-registry: which files another policy or registry would newly admit
    or exclude, and which shards a purge would then touch. With --account and --set: the same if the
    registry said something else of one account.
    """
    settings = load_for_gate(config)
    supposed = supposition(account, set_ or (), settings.sources.timezone)
    told = accept(settings).told
    if decisions is not None:
        require_outside("--decisions", decisions)
    at = moment(as_of)
    if abs(at - now()) > NOT_MEANT_OTHERWISE:
        typer.echo(
            f"decided as if it were {utc_text(at)}, and everything that was to happen until then "
            "had been told. A run judges by its clock, whatever --as-of",
            err=True,
        )
    if against is not None or against_registry is not None or supposed is not None:
        if decisions is not None:
            problem = "is of what is configured; leave out --against and --account"
            raise ConfigError("--decisions", [problem])
        options = row_options(form, output, limit, as_json)
        what_if(settings, against, against_registry, at, out, change, options, supposed)
        return
    if any(value is not None for value in (out, change, form, output, limit)):
        problem = "need --against, --against-registry, or --account and --set"
        raise ConfigError("--out, --change, --format, --output, --limit", [problem])
    started = time.monotonic()
    result = decide(settings, at, decisions)
    seconds = time.monotonic() - started
    for line in told:
        typer.echo(printable(line), err=True)
    if as_json:
        print_json({"status": "done", "seconds": round(seconds, 3), **result.to_dict()})
        return
    print_table(
        f"{result.seen:,} files decided in {seconds:.1f} s",
        ("state", "files"),
        [
            ("eligible", result.eligible),
            ("excluded", result.excluded),
            ("quarantined", result.quarantined),
        ],
    )
    if result.reasons:
        print_table(
            "\nreasons (a file can have several)", ("reason", "files"), by_count(result.reasons)
        )
    for sentence in result.notes:
        typer.echo(sentence, err=True)
