"""`audit verify`."""

import typer

from pipeline.cli.audit.options import EXIT
from pipeline.cli.console import conclude, print_json, print_text, shown
from pipeline.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from pipeline.errors import IntegrityError
from pipeline.run.folder import require_ours


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(verify)


def verify(
    config: MaybeConfigOption = None, out: OutOption = None, as_json: JsonOption = False
) -> None:
    """Is everything on disk what was recorded, and do all counts reconcile?"""
    from pipeline.audit.verify import verify as verify_folder

    folder = require_ours(folder_to_read(config, out))
    report = verify_folder(folder.root)
    if as_json:
        print_json(report.to_dict())
    else:
        checked = report.checked
        print_text(
            f"checked {checked.events:,} events, {checked.runs:,} runs, {checked.decisions:,} "
            f"decisions, {checked.shards:,} shards, {checked.transcripts:,} transcripts"
        )
        for fault in report.faults:
            print_text(f"FAULT {shown(fault)}")
        if report.sound:
            print_text(f"sound; head of the ledger: {report.head}")
    if not report.sound:
        conclude(
            IntegrityError(
                f"{len(report.faults):,} faults, the first at {report.faults[0].location}. Restore "
                "the folder from a backup, or run again into a new one."
            )
        )
