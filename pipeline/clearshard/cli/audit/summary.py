"""`audit summary`."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from clearshard.audit.summary import Funnel, RunSlice, Slice, Summary
from clearshard.cli.audit.options import EXIT, RunOption, SinceOption, UntilOption, picked
from clearshard.cli.console import print_facts, print_json, print_table, print_text, shown
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.terms import NOT_RECORDED

_LEAVE_OUT = ("eligible", "quarantined", "excluded")
_DIFFERS = "not the same in all of them; --run RUN says it of one"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(summary)


def summary(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: RunOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    top: Annotated[int, typer.Option(min=0, help="List so many accounts by themselves.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """The funnel: seen, eligible, written; by run, reason, product, region and account."""
    from clearshard.audit.summary import summarise

    folder = folder_to_read(config, out)
    result = summarise(folder.root, *picked(run, since, until), top)
    if as_json:
        print_json(result.to_dict())
    else:
        _print(result)


def _print(result: Summary) -> None:
    steps = tuple(result.total.to_dict())
    several = len(result.by_run) > 1
    title = f"{len(result.by_run):,} runs" if several else f"run {result.runs[0]}"
    if any(part.rehearsal for part in result.by_run):  # then all are: no folder holds both
        title = f"REHEARSAL, for no training: {title}"
    print_table(title, ("state", "files"), list(result.total.to_dict().items()))
    if several:
        runs = [(part.run_id, *_counts(part.funnel)) for part in result.by_run]
        print_table("\nby run", ("run", *steps), runs, leave_out=_LEAVE_OUT)
    reasons = [(count.state, count.reason, count.files) for count in result.by_reason]
    print_table("\nby reason (a file can have several)", ("state", "reason", "files"), reasons)
    details = [(count.reason, count.detail or "-", count.files) for count in result.by_detail]
    print_table("\nquarantined, by detail", ("reason", "detail", "files"), details)
    _print_slices("product", steps, result.by_product)
    _print_slices("region", steps, result.by_region)
    others = result.other_accounts
    rest = [(f"{others.accounts:,} others", *_counts(others.funnel))] if others.accounts else []
    _print_slices("account", steps, result.by_account, rest)
    for reason, files in _alerts(result.by_run).items():
        print_text(f"\nALERT {shown(reason)}: {files:,} files. Tell the privacy officer.")
    print_facts("\nmade under", _made_under(result.by_run))


def _alerts(runs: Sequence[RunSlice]) -> Counter[str]:
    alerts: Counter[str] = Counter()
    for run in runs:
        alerts.update(run.alerts)
    return alerts


def _made_under(runs: Sequence[RunSlice]) -> dict[str, str]:
    """What the runs were made under, where that is the same."""
    names = dict.fromkeys(name for run in runs for name in run.made_under)
    told = {}
    for name in names:
        words = dict.fromkeys(run.made_under.get(name, NOT_RECORDED) for run in runs)
        told[name] = next(iter(words)) if len(words) == 1 else _DIFFERS
    return told


def _print_slices(
    name: str,
    steps: tuple[str, ...],
    slices: Sequence[Slice],
    more: Sequence[tuple[object, ...]] = (),
) -> None:
    rows = [(part.name or "unknown", *_counts(part.funnel)) for part in slices]
    # Of the steps, what is eligible is the sum of two others.
    print_table(f"\nby {name}", (name, *steps), [*rows, *more], leave_out=_LEAVE_OUT)


def _counts(funnel: Funnel) -> tuple[int, ...]:
    return tuple(funnel.to_dict().values())
