"""`run`."""

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from clearshard import layout
from clearshard.audit.faults import printable
from clearshard.children import leave_out_pandas
from clearshard.cli.console import Reporter, by_count, print_json, print_table
from clearshard.cli.logs import JsonLog, LogFormat
from clearshard.cli.options import (
    OWN_PROCESS,
    ActorOption,
    AsOfOption,
    ConfigOption,
    JsonOption,
    LogFormatOption,
    OutOption,
    QuietOption,
    WorkersOption,
    moment,
)
from clearshard.cli.signals import stoppable
from clearshard.collecting import seldom
from clearshard.engines.choice import Choice, prepare, reaching
from clearshard.errors import ConfigError, TooManyQuarantined
from clearshard.records.run import RunRecord
from clearshard.run import PRELOAD
from clearshard.run.agent import this_agent
from clearshard.run.asked import now, output_folder, worker_count
from clearshard.run.checked import load_for_examined_run

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.job import RunResult

_EXIT = """Exit codes: 0 done (exclusions are normal), 1 failed, 2 usage or configuration,
3 more quarantined than the configured share (the run is visible), or more gone than it may lose
(nothing was published), 4 registry, source, bucket or cluster unavailable, or registry stale,
5 integrity check failed, 6 another run holds the lock or was published first."""


class Engine(StrEnum):
    """How work is spread."""

    LOCAL = "local"
    RAY = "ray"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(epilog=_EXIT)(run)


def run(
    context: typer.Context,
    config: ConfigOption,
    out: OutOption = None,
    workers: WorkersOption = None,
    engine: Annotated[
        Engine, typer.Option(help="Where the workers run: on this machine, or on a cluster of Ray.")
    ] = Engine.LOCAL,
    as_of: AsOfOption = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Rehearse: judge all as if --as-of were now. Only in a folder of rehearsals.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything, leave nothing behind.")
    ] = False,
    retry_quarantined: Annotated[
        bool,
        typer.Option(
            "--retry-quarantined", help="Try files again that were quarantined before, after a fix."
        ),
    ] = False,
    redo_stale: Annotated[
        bool,
        typer.Option(
            "--redo-stale", help="Redact again what an earlier model, recognizer or code redacted."
        ),
    ] = False,
    accept_drop: Annotated[
        bool,
        typer.Option(
            "--accept-drop",
            help="Publish although more is gone than limits.max_drop_share allows: it is right.",
        ),
    ] = False,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    log_format: LogFormatOption = None,
    quiet: QuietOption = False,
) -> None:
    """Decide, redact, write shards, account for every file.

    Only new and changed transcripts are redacted; a run that was killed is continued.
    """
    if replay and as_of is None:
        problem = "rehearses a moment: name it with --as-of, as in 2026-01-31T12:00:00Z"
        raise ConfigError("--replay", [problem])
    who = this_agent(actor)
    # What takes long to import is imported where workers are forked from, and not here.
    prepare(PRELOAD)
    settings = load_for_examined_run(config)
    started = time.monotonic()
    # A cluster answers, and Ray is imported, while the rest is.
    with reaching(Choice(engine.value, settings.engine.address)) as chosen:
        with seldom():
            from clearshard.run.examined import examined_beside
            from clearshard.run.options import RunOptions
            from clearshard.run.resume.wishes import Wishes
            from clearshard.run.told import run_and_tell

        if context.obj is OWN_PROCESS:
            leave_out_pandas()
        options = RunOptions(
            out=output_folder(settings, out),
            as_of=moment(as_of),
            workers=worker_count(workers),
            dry_run=dry_run,
            wishes=Wishes(retry_quarantined=retry_quarantined, redo_stale=redo_stale),
            accept_drop=accept_drop,
            replay=replay,
            engine=chosen,
            agent=who,
        )
        as_lines = log_format is LogFormat.JSON or (log_format is None and as_json)
        reporter = Reporter(quiet=quiet, log=JsonLog(now) if as_lines else None)
        with (
            reporter,
            stoppable(reporter.tell_at_once) as stop,
            examined_beside(settings, str(config), stop) as examination,
        ):
            result, excess = run_and_tell(
                settings, config.stem, options, reporter, reporter.warn, now, stop, examination
            )
    record = result.record
    seconds = time.monotonic() - started
    if as_json:
        print_json(_as_json(result, options.out, seconds, dry_run, excess))
    elif result.unchanged:
        typer.echo(
            f"{_rehearsal(record)}nothing has changed since run {record.run_id}: "
            f"{record.counts.seen:,} files decided again, {record.counts.written:,} in the shards, "
            f"in {seconds:.1f} s"
        )
    else:
        _print_record(result, options.out, seconds, dry_run)
    for reason, count in record.alerts.items():
        reporter.warn(
            "alert",
            f"ALERT {reason}: {count:,} files. Tell the privacy officer.",
            reason=reason,
            files=count,
        )
    for rule in record.below_published:
        reporter.warn(
            "below_published",
            f"BELOW THE PUBLISHED POLICY {rule.rule}: {printable(rule.reason)}",
            rule=rule.rule,
        )
    for told in record.below_default:
        reporter.warn("below_default", f"LESS THAN BY DEFAULT {told}")
    if excess is not None:
        reporter.error(excess)
        raise typer.Exit(excess.exit_code)


def _as_json(
    result: "RunResult",
    out: Path,
    seconds: float,
    dry_run: bool,
    excess: TooManyQuarantined | None,
) -> dict[str, Any]:
    details = msgspec.to_builtins(result.record)
    del details["policy_toml"]
    details["stale"] = result.stale  # of now; the record says what it was then
    status = "dry_run" if dry_run else "unchanged" if result.unchanged else "done"
    return {
        "status": status if excess is None else "too_many_quarantined",
        "exit_code": 0 if excess is None else excess.exit_code,
        "unchanged": result.unchanged,
        "out": str(out),
        "seconds": round(seconds, 3),
        "redacted_words": result.redacted_words,
        "ledger_head": result.ledger_head,
        **details,
    }


def _rehearsal(record: RunRecord) -> str:
    return f"REHEARSAL as of {record.as_of}, for no training: " if record.rehearsal else ""


def _pace(redacted_words: int, seconds: float) -> str:
    """How long it took; how fast only by what was worked on, not by what was there already."""
    if not redacted_words:
        return f"none of them redacted now, in {seconds:.1f} s"
    rate = redacted_words / max(seconds, 1e-9)
    return f"{redacted_words:,} of them redacted now, in {seconds:.1f} s ({rate:,.0f} words/s)"


def _print_record(result: "RunResult", out: Path, seconds: float, dry_run: bool) -> None:
    record = result.record
    counts = record.counts
    title = f"{_rehearsal(record)}run {record.run_id}"
    title += " (dry run, nothing was kept)" if dry_run else ""
    print_table(
        title,
        ("state", "files"),
        [
            ("seen", counts.seen),
            ("excluded", counts.excluded),
            ("quarantined", counts.quarantined),
            ("written", counts.written),
        ],
    )
    if record.taken_out:
        changed = "the registry changed, or their time ran out, during the run"
        typer.echo(f"{record.taken_out:,} were taken out: {changed}.")
    if record.reasons:
        print_table(
            "\nreasons (a file can have several)", ("reason", "files"), by_count(record.reasons)
        )
    if record.redactions:
        print_table("\nredactions", ("entity type", "count"), by_count(record.redactions))
    if record.reused:
        typer.echo(f"\n{record.reused:,} transcripts were as before and not redacted again")
    typer.echo(f"\n{record.word_count:,} words, {_pace(result.redacted_words, seconds)}")
    if not dry_run:
        typer.echo(f"shards: {out / layout.SHARDS} ({len(record.shards)})")
        typer.echo(f'load:   datasets.load_dataset("{out}")')
