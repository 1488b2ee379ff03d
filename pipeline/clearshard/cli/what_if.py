"""`gate --against`, `gate --account`: what another policy, registry or contract would change."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard import layout
from clearshard.audit.changes import Kind
from clearshard.cli.changes import FILE_COLUMNS, FOLDS, LEAVE_OUT, print_changes
from clearshard.cli.console import print_table, print_text, shown
from clearshard.cli.options import opened_to_read
from clearshard.cli.rows import RowOptions, give_rows
from clearshard.config import Config
from clearshard.run.asked import output_folder
from clearshard.run.output.folder import refresh, require_ours

if TYPE_CHECKING:
    from clearshard.run.forecast.supposed import Supposition
    from clearshard.run.forecast.what_if import WhatIf

AgainstOption = Annotated[
    Path | None, typer.Option("--against", help="Say what this policy would change.")
]
AgainstRegistryOption = Annotated[
    Path | None, typer.Option("--against-registry", help="Say what this registry would change.")
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", help="With --set: the account that it is said of, as in a registry."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FACT=VALUE",
        help="Say what it would change if the registry said so of --account: opted_out=true. "
        "Several times; nothing behind the sign is a fact that is not known.",
    ),
]
ChangeOption = Annotated[
    Kind | None,
    typer.Option("--change", help="With --against or --set: list only files with this change."),
]


def what_if(
    config: Config,
    policy: Path | None,
    registry: Path | None,
    as_of: datetime,
    out: Path | None,
    change: Kind | None,
    options: RowOptions,
    supposed: "Supposition | None" = None,
) -> None:
    """Decides as configured and as proposed, and shows what differs. Writes nothing but --output.

    Raises:
        ClearshardError: As `clearshard.run.forecast.what_if.open_what_if`.
    """
    from clearshard.audit.changes import changed_files
    from clearshard.audit.reading import visible_runs
    from clearshard.run.forecast.what_if import open_what_if, proposed

    folder = _visible_folder(config, out)
    visible = visible_runs(folder)[-1:] if folder is not None else ()
    other = proposed(config, policy, registry)
    run = visible[0] if visible else None
    with open_what_if(config, other, as_of, run, supposed) as (result, connection):
        if not options.as_json and not (options.streams and options.output is None):
            _print(result)
        files = changed_files(connection, change, options.to_ask)
        give_rows(
            files,
            options,
            "\nfiles",
            FILE_COLUMNS,
            result.to_dict(),
            folds=FOLDS,
            leave_out=LEAVE_OUT,
        )


def _value(value: object) -> str:
    if value is None:
        return "not known"
    return str(value).lower() if isinstance(value, bool) else shown(value)


def _visible_folder(config: Config, out: Path | None) -> Path | None:
    if out is not None:
        return opened_to_read(config, out).root
    if config.output.folder is None:
        return None
    configured = output_folder(config, None)
    refresh(configured, config.output.bucket)
    if not (configured / layout.MARKER).is_file():  # no run has made it yet
        return None
    return require_ours(configured, config.output.bucket).root


def _print(result: "WhatIf") -> None:
    print_text("A rehearsal: nothing is excluded, purged or changed by it.\n")
    if result.supposed is not None:
        print_text(f"supposed  of account {shown(result.supposed.account_id)}")
        for name, values in result.supposed.to_dict()["facts"].items():
            was = " and ".join(_value(value) for value in values["was"])
            print_text(f"          {name} = {_value(values['supposed'])} (it is {was})")
    of_registry = "the same, but for what is supposed" if result.supposed else "the same"
    for name, before, after, same in (
        ("policy", result.policy_before, result.policy_after, "the same"),
        ("registry", result.registry_before, result.registry_after, of_registry),
    ):
        print_text(
            f"{name:<9} {before}" + (f" ({same})" if before == after else f"\n       to {after}")
        )
    print_changes(result.changes)
    purge = result.purge
    if purge is None:
        print_text("\nthere is no visible run that a purge could touch")
        return
    print_text(
        f"\ntranscripts that a purge would take out of run {purge.run_id}: {purge.transcripts:,}\n"
        f"of these, due without the change: {purge.already_due:,}"
    )
    if purge.not_decided:
        print_text(f"in the manifest no more, and not counted: {purge.not_decided:,}")
    if purge.shards:
        rows = [(s.shard, s.transcripts, s.purged) for s in purge.shards]
        print_table("\nshards touched", ("shard", "transcripts", "purged"), rows)
