"""`audit report`."""

from collections import defaultdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard.cli.audit.options import EXIT, HeadOption, KeyOption, what_is_known
from clearshard.cli.console import conclude, print_json, print_text, shown
from clearshard.cli.options import (
    JsonOption,
    MaybeConfigOption,
    OutOption,
    folder_to_read,
    require_new_file,
)
from clearshard.errors import IntegrityError
from clearshard.records.times import utc_text
from clearshard.run.asked import now
from clearshard.run.checked import load_for_gate

if TYPE_CHECKING:
    from clearshard.audit.report.page import Kept

_DEFAULT = Path("clearshard-audit.html")
_OF_ACCOUNT = Path("clearshard-account.html")
_ROWS = 2000

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="The HTML file to write; must not exist.  Default: "
        f"{_DEFAULT}, or {_OF_ACCOUNT} with --account.",
    ),
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account", help="Instead, all that was decided and done with the files of this account."
    ),
]
InventoryOption = Annotated[
    Path | None,
    typer.Option(
        "--inventory",
        help="Table of artefacts, as of `retention plan`: says what of it is due, overdue and in "
        "breach. Needs --config.",
    ),
]
RowsOption = Annotated[
    int, typer.Option("--rows", min=0, help="List at most so many files by name.")
]


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(report)


def report(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    output: FileOption = None,
    account: AccountOption = None,
    inventory: InventoryOption = None,
    rows: RowsOption = _ROWS,
    key: KeyOption = None,
    head: HeadOption = None,
    as_json: JsonOption = False,
) -> None:
    """One HTML file to read, print and keep: funnel, reasons, policy, verification, files.

    A folder that is not as it was recorded still gets its report, which says so; then the exit
    code is 5. With --inventory it tells what of it has to be deleted.

    With --account it is the answer to a customer: every decision on each of their files, what was
    known of them, and what is in the shards now. With --json all of it is in the object.
    """
    from clearshard.audit.report.facts import collect
    from clearshard.audit.report.page import page
    from clearshard.storage.failures import output_errors
    from clearshard.storage.files import write_atomic

    if account is not None:
        if any(one is not None for one in (key, head, inventory)):
            problem = "is not about all of the folder: leave out --key, --head and --inventory"
            raise typer.BadParameter(problem, param_hint="--account")
        _of_account(account, config, out, output or _OF_ACCOUNT, as_json=as_json)
        return
    output = output or _DEFAULT
    folder = folder_to_read(config, out)
    require_new_file(output)
    kept = None if inventory is None else _kept(config, inventory)
    facts = collect(folder.root, rows, what_is_known(folder.root, config, key, head))
    html = page(facts, datetime.now(UTC), metadata.version("clearshard"), kept)
    with output_errors(output.parent):
        write_atomic(output, html.encode(), mode=0o600)
    faults = facts.verification.faults
    if as_json:
        said = {"report": str(output), "sound": not faults, "faults": len(faults)}
        print_json({**said, "listed": len(facts.decided), "not_listed": facts.not_listed})
    else:
        print_text(f"report: {shown(output)}")
    if faults:
        conclude(
            IntegrityError(
                f"{len(faults):,} faults, the first at {faults[0].location}; the report lists all. "
                "Restore the folder from a backup, or run again into a new one."
            )
        )


def _kept(config: Path | None, inventory: Path) -> "Kept":
    from clearshard.audit.report.page import Kept
    from clearshard.lifecycle.retention.tally import Tally
    from clearshard.run.retention.planning import plan

    if config is None:
        problem = "needs --config: the registry says what is known of accounts"
        raise typer.BadParameter(problem, param_hint="--inventory")
    clock = now()
    made = plan(load_for_gate(config), inventory, clock, clock)
    tally = Tally(made.matrix)
    for standing in made.standings():
        tally.add(standing.judged)
    clauses: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in tally.lines:
        clauses[line.clause or "no clause"][str(line.state)] = line.artefacts
    as_of = utc_text(clock.replace(microsecond=0))
    return Kept(as_of, tally.artefacts, tally.states, clauses)


def _of_account(
    account: str, config: Path | None, out: Path | None, output: Path, *, as_json: bool
) -> None:
    from clearshard.audit.account import account_report
    from clearshard.audit.report.page import account_page
    from clearshard.run.tombstones import one_id
    from clearshard.storage.failures import output_errors
    from clearshard.storage.files import write_atomic

    folder = folder_to_read(config, out)
    require_new_file(output)
    report = account_report(folder.root, account, one_id)
    html = account_page(report, datetime.now(UTC), metadata.version("clearshard"))
    with output_errors(output.parent):
        write_atomic(output, html.encode(), mode=0o600)
    if as_json:
        print_json({"report": str(output), **report.to_dict()})
        return
    print_text(f"report: {shown(output)}")
    counts = ", ".join(f"{files:,} {state}" for state, files in report.now.items())
    print_text(f"files of {shown(account)}: {counts or 'none; ids are compared exactly'}")
