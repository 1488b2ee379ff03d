"""`retention confirm`: is what was deleted gone from the transcript API?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearshard.cli.console import conclude, print_json, print_table, print_text
from clearshard.cli.options import (
    ActorOption,
    ConfigOption,
    JsonOption,
    OutOption,
    require_outside,
)
from clearshard.cli.retention.asked import ledger_folder, ledger_of
from clearshard.errors import IntegrityError, NotConfirmed
from clearshard.lifecycle.confirmation.record import Verdict
from clearshard.run.agent import this_agent
from clearshard.run.asked import now
from clearshard.run.checked import load_for_gate
from clearshard.run.retention.telling import tell_confirmations

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.lifecycle.confirmation.record import Confirmation
    from clearshard.run.retention.confirming import Deleted


_CONFIRM_EXIT = """Exit codes: 0 all are gone, 1 failed, 2 usage or configuration, 4 some could not
be confirmed, or the control was not found, 5 some are still there, or a receipt is not what a sweep
wrote."""
_NO_CONTROL = (
    "without a control: a key of another account would have found as little. Name a transcript "
    "that is there with --present"
)


def register(app: typer.Typer) -> None:
    """Adds the verb to a command."""
    app.command(epilog=_CONFIRM_EXIT)(confirm)


def confirm(
    config: ConfigOption,
    transcript: Annotated[
        list[str] | None,
        typer.Option(
            "--transcript",
            help="A transcript that should be gone. Can be given several times. Default: those "
            "that receipts say are deleted.",
        ),
    ] = None,
    present: Annotated[
        list[str] | None,
        typer.Option(
            "--present",
            help="A transcript that is known to be there: if it is not found, nothing is "
            "confirmed. Can be given several times.",
        ),
    ] = None,
    out: OutOption = None,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the transcript API whether what was deleted is gone: each by its id, and the whole list.

    The key is read from the environment variable ASSEMBLYAI_API_KEY. What was found is kept beside
    the receipts, and the ledger of the output folder is told of it, if there is one.
    """
    from clearshard.run.retention.confirming import Deleted, confirm_gone, deleted_transcripts

    who = this_agent(actor)
    settings = load_for_gate(config)
    receipts = settings.path(settings.retention.receipts)
    require_outside("retention.receipts", receipts)
    folder = ledger_folder(settings, out)
    journal = None if folder is None else ledger_of(folder, settings, who)
    said = Deleted(dict.fromkeys(transcript or ()))
    if not transcript:
        said = deleted_transcripts(receipts, journal)
    ledger = None if journal is None else journal.origin
    kept = confirm_gone(settings, list(said.transcripts), present or [], ledger, who, now)
    if journal is not None:
        tell_confirmations(journal, receipts)
    if as_json:
        print_json(_confirmed(kept, said))
    else:
        _print_confirmed(kept, said)
    counts = _verdicts(kept)
    if counts[Verdict.STILL_THERE]:
        conclude(
            IntegrityError(
                f"{counts[Verdict.STILL_THERE]:,} transcripts that were deleted are still there. "
                "Delete them through the API, then confirm again."
            )
        )
    if counts[Verdict.NOT_CONFIRMED]:
        conclude(
            NotConfirmed(
                f"{counts[Verdict.NOT_CONFIRMED]:,} transcripts could not be confirmed to be gone. "
                "Mend what the column `why` says, then confirm again."
            )
        )
    if kept.control_failed is not None:
        conclude(
            NotConfirmed(
                "What --present names was not found, so that this key would confirm nothing. Is it "
                "the key of the right account?"
            )
        )


def _verdicts(kept: "Confirmation") -> dict[Verdict, int]:
    return {v: sum(one.verdict is v for one in kept.transcripts) for v in Verdict}


def _confirmed(kept: "Confirmation", said: "Deleted") -> dict[str, Any]:
    return {
        "confirmation": kept.name,
        "transcripts": len(kept.transcripts),
        **{str(verdict): count for verdict, count in _verdicts(kept).items()},
        "control": len(kept.control),
        "control_failed": kept.control_failed,
        "receipts_of_others": said.others,
        "receipts_not_in_ledger": said.not_in_ledger,
        "not_gone": [
            {"transcript_id": one.transcript_id, "verdict": str(one.verdict), "why": one.why}
            for one in kept.transcripts
            if one.verdict is not Verdict.GONE
        ],
    }


def _print_confirmed(kept: "Confirmation", said: "Deleted") -> None:
    counts = _verdicts(kept)
    print_text(
        f"{len(kept.transcripts):,} transcripts should be gone: {counts[Verdict.GONE]:,} are, "
        f"{counts[Verdict.STILL_THERE]:,} are still there, "
        f"{counts[Verdict.NOT_CONFIRMED]:,} could not be confirmed"
    )
    others = [one for one in kept.transcripts if one.verdict is not Verdict.GONE]
    if others:
        print_table(
            "not gone",
            ("transcript", "verdict", "why"),
            [(one.transcript_id, str(one.verdict), one.why or "") for one in others],
        )
    if said.others:
        print_text(f"{said.others:,} receipts are of other jobs, and were not asked about")
    if said.not_in_ledger:
        print_text(
            f"{said.not_in_ledger:,} receipts were believed as they are: no ledger knows them yet"
        )
    if not kept.control:
        print_text(_NO_CONTROL)
