"""`audit report`."""

from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

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
from clearshard.run.output.folder import require_ours

_DEFAULT = Path("clearshard-audit.html")
_ROWS = 2000

FileOption = Annotated[
    Path, typer.Option("--output", help="The HTML file to write; must not exist.")
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
    output: FileOption = _DEFAULT,
    rows: RowsOption = _ROWS,
    key: KeyOption = None,
    head: HeadOption = None,
    as_json: JsonOption = False,
) -> None:
    """One HTML file to read, print and keep: funnel, reasons, policy, verification, files.

    A folder that is not as it was recorded still gets its report, which says so; then the exit
    code is 5.
    """
    from clearshard.audit.report.facts import collect
    from clearshard.audit.report.page import page
    from clearshard.storage.failures import output_errors
    from clearshard.storage.files import write_atomic

    folder = require_ours(folder_to_read(config, out))
    require_new_file(output)
    facts = collect(folder.root, rows, what_is_known(config, key, head))
    html = page(facts, datetime.now(UTC), metadata.version("clearshard"))
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
