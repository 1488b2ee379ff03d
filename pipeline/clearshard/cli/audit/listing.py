"""`audit list`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from clearshard.audit.reading import VisibleRun
from clearshard.audit.selection import Filter, runs_in
from clearshard.cli.audit.options import EXIT, RunOption, SinceOption, UntilOption, picked
from clearshard.cli.console import shown
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.cli.rows import FormatOption, LimitOption, OutputOption, give_rows, row_options
from clearshard.records.states import State

_FOLDS = ("reasons", "detail")
#: What a filter says anyhow, or the other columns do.
_LEAVE_OUT = ("state", "account", "run", "detail")


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("list", epilog=EXIT)(list_)


def list_(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: RunOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    state: Annotated[State | None, typer.Option(help="Only files that ended so.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only files with this reason.")] = None,
    account: Annotated[str | None, typer.Option(help="Only files of this account.")] = None,
    product: Annotated[
        str | None, typer.Option(help="Only files of this product, or `unknown`.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Only files of this region, or `unknown`.")
    ] = None,
    prefix: Annotated[str | None, typer.Option(help="Only file ids that begin so.")] = None,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decisions, in the order of the runs and their manifests."""
    from clearshard.audit.listing import open_listing

    options = row_options(form, output, limit, as_json)
    folder = folder_to_read(config, out)
    runs = runs_in(folder.root, *picked(run, since, until))
    columns = {"file": "file_id", "account": "account_id", "state": "state", "reasons": "reasons"}
    if state is State.QUARANTINED:
        columns["detail"] = "error_type"
    if len(runs) > 1:
        columns = {"run": "run_id", **columns}
    wanted = Filter(state, reason, account, product, region, prefix)
    nothing = _nothing(runs)
    with open_listing(runs, wanted, options.to_ask) as rows:
        give_rows(
            rows, options, "decisions", columns, folds=_FOLDS, leave_out=_LEAVE_OUT, none=nothing
        )


def _nothing(runs: Sequence[VisibleRun]) -> str:
    """What to say and to do where no decision is as it was asked for."""
    where = f"run {runs[-1].run_id}" if len(runs) == 1 else f"{len(runs):,} runs"
    reasons = sorted({reason for run in runs for reason in run.record.reasons})
    return (
        f"No decision of {where} is so. Ids and reasons are compared exactly, --run all asks every "
        f"run, and the reasons that were given are: {', '.join(map(shown, reasons)) or 'none'}."
    )
