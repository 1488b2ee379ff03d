"""`audit verify`."""

from typing import Annotated

import typer

from clearshard.cli.audit.options import EXIT, HeadOption, KeyOption, what_is_known
from clearshard.cli.console import conclude, print_json, print_text, shown
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.errors import IntegrityError
from clearshard.run.folder import require_ours

_HEAD = "keep the head elsewhere: with --head it shows later whether an older state was put back"
#: What a reader must know who named no key.
_DOUBT = "; compare it with the key that you were told, or name that one with --key"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(verify)


def verify(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    key: KeyOption = None,
    head: HeadOption = None,
    without_shards: Annotated[
        bool, typer.Option("--without-shards", help="Verify what an evidence bundle holds.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Is everything on disk what was recorded, by the right key, and do all counts reconcile?"""
    from clearshard.audit.verify import verify as verify_folder

    folder = require_ours(folder_to_read(config, out))
    known = what_is_known(config, key, head, with_shards=not without_shards)
    report = verify_folder(folder.root, known)
    if as_json:
        print_json({**report.to_dict(), "expected_key": known.public_key})
    else:
        checked = report.checked
        print_text(
            f"checked {checked.events:,} events, {checked.runs:,} runs, {checked.decisions:,} "
            f"decisions, {checked.shards:,} shards, {checked.transcripts:,} transcripts"
        )
        for fault in report.faults:
            print_text(f"FAULT {shown(fault)}")
        if report.sound:
            print_text("sound: everything is as it was recorded")
            print_text(f"signed by {report.public_key}{'' if known.public_key else _DOUBT}")
            print_text(f"head of the ledger: {report.head}")
            print_text(_HEAD)
    if not report.sound:
        conclude(
            IntegrityError(
                f"{len(report.faults):,} faults, the first at {report.faults[0].location}. Restore "
                "the folder from a backup, or run again into a new one."
            )
        )
