"""`retention plan | sweep | confirm`: by when artefacts must be gone, and that they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer

from clearshard import layout
from clearshard.audit.listing import Rows
from clearshard.cli.console import conclude, print_json, print_table, print_text, shown
from clearshard.cli.help import WholeSentences
from clearshard.cli.options import (
    ActorOption,
    AsOfOption,
    ConfigOption,
    JsonOption,
    OutOption,
    moment,
    require_outside,
)
from clearshard.cli.rows import (
    FormatOption,
    LimitOption,
    OutputOption,
    give_rows,
    row_options,
    write_rows,
)
from clearshard.config import Config
from clearshard.errors import IntegrityError, NotConfirmed, RunFailed
from clearshard.lifecycle.confirmation.record import Verdict
from clearshard.lifecycle.retention.judging import STATES, State
from clearshard.lifecycle.retention.tally import Tally
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent, this_agent
from clearshard.run.asked import now, output_folder
from clearshard.run.checked import load_for_gate
from clearshard.run.journal import Journal, open_journal
from clearshard.run.output.folder import require_ours
from clearshard.run.retention.telling import tell_confirmations, tell_receipts

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.retention.planning import Plan
    from clearshard.run.retention.sweeping import Swept

_PLAN_EXIT = """Exit codes: 0 done, whatever is due, 1 failed, 2 usage or configuration, 4 inventory
or registry unavailable or stale."""
_SWEEP_EXIT = """Exit codes: 0 done, 1 failed, or something that is due could not be deleted, 2
usage or configuration, 4 inventory, registry or a root unavailable or stale, 5 integrity check of
receipts or ledger failed, 6 another sweep is at work."""
_CONFIRM_EXIT = """Exit codes: 0 all are gone, 1 failed, 2 usage or configuration, 4 some could not
be confirmed, 5 some are still there, or a receipt is not what a sweep wrote."""
_NO_CONTROL = (
    "without a control: a key of another account would have found as little. Name a transcript "
    "that is there with --present"
)
#: What somebody has to do something about.
_LISTED = (State.BREACH, State.OVERDUE, State.DUE, State.UNKNOWN)
_COLUMNS = {
    "state": "state",
    "artefact": "artefact_id",
    "account": "account_id",
    "clause": "clause",
    "due": "due_at",
    "unknown": "unknown",
}

app = typer.Typer(
    cls=WholeSentences,
    help="By when artefacts must be gone, and that they are.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

InventoryArgument = Annotated[
    Path | None,
    typer.Argument(
        help="Table of artefacts: .csv, .tsv, .jsonl (also .gz, .zst) or .parquet, a folder of "
        "parts, or a pattern. Default: what the configured roots list.",
        show_default=False,
    ),
]


@app.command(epilog=_PLAN_EXIT)
def plan(
    config: ConfigOption,
    inventory: InventoryArgument = None,
    as_of: AsOfOption = None,
    state: Annotated[
        list[State] | None,
        typer.Option(
            "--state",
            help="List artefacts that stand so; can be given several times. Default: breach, "
            "overdue, due and unknown.",
        ),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """When deletion of each artefact begins, by when it must be done, under which clause."""
    from clearshard.run.retention.planning import STANDING_SCHEMA
    from clearshard.run.retention.planning import plan as make

    options = row_options(form, output, limit, as_json)
    settings = load_for_gate(config)
    clock = now()
    made = make(settings, inventory, clock if as_of is None else moment(as_of), clock)
    tally = Tally(made.matrix)
    listed = _listed(made, tally, frozenset(STATES.index(s) for s in state or _LISTED))
    if options.streams:
        rows = Rows(STANDING_SCHEMA, listed).first(options.limit)
        count = write_rows(rows, options)
        _drain(listed)
        if output is None:
            return
        answer = {"rows": count, "format": str(options.form), "output": str(output)}
        if as_json:
            print_json({**_answer(made, tally), **answer})
        else:
            _print(made, tally)
            print_text(f"{count:,} rows in {shown(output)}")
        return
    # The answer stands beside the first rows, and all of them are counted in it.
    first = list(Rows(STANDING_SCHEMA, listed).first(options.to_ask).batches)
    _drain(listed)
    if not as_json:
        _print(made, tally)
    give_rows(
        Rows(STANDING_SCHEMA, iter(first)),
        options,
        "artefacts",
        _COLUMNS,
        _answer(made, tally),
        folds=("unknown",),
        leave_out=("account",),
        none="No artefact stands so that it is listed.",
    )


def _listed(made: "Plan", tally: Tally, codes: frozenset[int]) -> Iterator[pa.RecordBatch]:
    for standing in made.standings():
        tally.add(standing.judged)
        yield standing.rows(codes)


def _drain(batches: Iterator[pa.RecordBatch]) -> None:
    """Counts what nobody wants to see."""
    for _ in batches:
        pass


def _answer(made: "Plan", tally: Tally) -> dict[str, Any]:
    return {
        "as_of": utc_text(made.as_of),
        "inventory_sha256": made.inventory_sha256,
        "registry_sha256": made.registry_sha256,
        "unread_columns": list(made.unread_columns),
        **tally.to_dict(),
    }


def _print(made: "Plan", tally: Tally) -> None:
    print_table(
        f"{tally.artefacts:,} artefacts as of {utc_text(made.as_of)}",
        ("clause", "state", "artefacts"),
        [(line.clause or "(none)", str(line.state), line.artefacts) for line in tally.lines],
    )
    if tally.unknown:
        reasons = ", ".join(f"{why} {count:,}" for why, count in tally.unknown.items())
        print_text(f"not known: {reasons}")
    if tally.ttl_raised:
        print_text(
            f"{tally.ttl_raised:,} artefacts have a time to live below the shortest one that the "
            "schedule knows, which is taken for it"
        )
    if made.unread_columns:
        names = ", ".join(map(shown, made.unread_columns))
        print_text(f"columns that are not read, and decide nothing: {names}")


@app.command(epilog=_SWEEP_EXIT)
def sweep(
    config: ConfigOption,
    inventory: InventoryArgument = None,
    out: OutOption = None,
    as_of: AsOfOption = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Delete. Without it nothing is, and all is told.")
    ] = False,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete what is due, below the configured roots only; dry unless --execute.

    Whatever moment is asked for: nothing is deleted that is not due by the clock. Each deletion has
    a receipt, and the ledger of the output folder is told of it, if there is one.
    """
    from clearshard.run.retention.planning import plan as make
    from clearshard.run.retention.roots import configured_roots
    from clearshard.run.retention.sweeping import Sweeper

    who = this_agent(actor)
    settings = load_for_gate(config)
    receipts = settings.path(settings.retention.receipts)
    require_outside("retention.receipts", receipts)
    folder = _output(settings, out)
    kept = [config.absolute(), receipts, *_kept_files(settings)]
    roots = configured_roots(settings, kept if folder is None else [*kept, folder])
    clock = now()
    judged_at = min(clock, moment(as_of))
    sweeper = Sweeper(
        lambda: make(settings, inventory, judged_at, clock), roots, receipts, who, now
    )
    if not execute:
        swept, told = sweeper.dry(), 0
    else:
        # The ledger is opened first: with a wrong key nothing is deleted.
        journal = None if folder is None else _journal(folder, settings, who)
        swept = sweeper.execute()
        told = 0 if journal is None else tell_receipts(journal, receipts)
    if as_json:
        print_json({**swept.to_dict(), "receipts_told": told})
    else:
        _print_swept(swept, receipts, told)
    if swept.faults:
        name, error = swept.first_failed or ("", "")
        conclude(
            RunFailed(
                f"{swept.faults:,} artefacts should be gone and are not, the first {shown(name)} "
                f"({error}). Look at what lies there, and at the inventory; then sweep again."
            )
        )


def _kept_files(settings: Config) -> list[Path]:
    """What must not be deleted whatever an inventory says."""
    sources, keys = settings.sources, settings.keys
    names = (
        *(sources.manifest, sources.registry, keys.file, keys.signing_file),
        *(settings.policy.file, settings.redaction.recognizers),
        *(settings.metrics.textfile, settings.lineage.file),
    )
    return [_outside_patterns(settings.path(name)) for name in names if name is not None]


def _outside_patterns(path: Path) -> Path:
    """The folder that everything lies in which a pattern can mean; a plain path as it is."""
    for place, part in enumerate(path.parts):
        if any(letter in part for letter in "*?["):
            return Path(*path.parts[:place])
    return path


def _output(settings: Config, out: Path | None) -> Path | None:
    if out is None and settings.output.folder is None:
        return None
    return output_folder(settings, out)


def _journal(folder: Path, settings: Config, who: Agent) -> Journal | None:
    """The ledger of an output folder; None where no run has made one yet."""
    if not (folder / layout.MARKER).exists():
        typer.echo(f"{folder} holds no output yet, so no ledger is told", err=True)
        return None
    return open_journal(
        require_ours(folder), settings, now, lambda note: typer.echo(note, err=True), who
    )


def _print_swept(swept: "Swept", receipts: Path, told: int) -> None:
    done = "deleted" if swept.executed else "would be deleted (nothing is, without --execute)"
    print_table(
        f"{swept.due:,} artefacts are due as of {swept.as_of}; {swept.deleted:,} {done}, "
        f"{swept.deleted_bytes:,} bytes",
        ("clause", "artefacts"),
        sorted(swept.clauses.items()),
    )
    for why, count in swept.left.items():
        print_text(f"left: {count:,} ({why})")
    if swept.settled:
        print_text(f"{swept.settled:,} receipts were made for a sweep that was killed")
    if swept.executed:
        print_text(f"receipts: {shown(receipts)}; the ledger was told of {told:,}")


@app.command(epilog=_CONFIRM_EXIT)
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
    from clearshard.run.retention.confirming import confirm_gone, transcripts_of

    who = this_agent(actor)
    settings = load_for_gate(config)
    receipts = settings.path(settings.retention.receipts)
    require_outside("retention.receipts", receipts)
    folder = _output(settings, out)
    journal = None if folder is None else _journal(folder, settings, who)
    asked = list(dict.fromkeys(transcript or transcripts_of(receipts)))
    kept = confirm_gone(settings, asked, present or [], who, now)
    if journal is not None:
        tell_confirmations(journal, receipts)
    found = kept.transcripts
    counts = {str(v): sum(one.verdict is v for one in found) for v in Verdict}
    others = [one for one in found if one.verdict is not Verdict.GONE]
    if as_json:
        rows = [
            {"transcript_id": one.transcript_id, "verdict": str(one.verdict), "why": one.why}
            for one in others
        ]
        print_json(
            {
                "confirmation": kept.name,
                "transcripts": len(found),
                **counts,
                "control": len(present or []),
                "not_gone": rows,
            }
        )
    else:
        print_text(
            f"{len(found):,} transcripts should be gone: {counts[Verdict.GONE]:,} are, "
            f"{counts[Verdict.STILL_THERE]:,} are still there, "
            f"{counts[Verdict.NOT_CONFIRMED]:,} could not be confirmed"
        )
        if others:
            print_table(
                "not gone",
                ("transcript", "verdict", "why"),
                [(one.transcript_id, str(one.verdict), one.why or "") for one in others],
            )
        if not present:
            print_text(_NO_CONTROL)
    if counts[Verdict.STILL_THERE]:
        conclude(
            IntegrityError(
                f"{counts[Verdict.STILL_THERE]:,} transcripts that were deleted are still there. "
                "Delete them through the API, then confirm again."
            )
        )
    if others:
        conclude(
            NotConfirmed(
                f"{len(others):,} transcripts could not be confirmed to be gone. Mend what the "
                "column `why` says, then confirm again."
            )
        )
