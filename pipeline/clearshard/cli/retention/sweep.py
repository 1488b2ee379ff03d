"""`retention sweep`: deletes what is due."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard.cli.console import conclude, print_json, print_table, print_text, shown
from clearshard.cli.options import (
    ActorOption,
    AsOfOption,
    ConfigOption,
    JsonOption,
    OutOption,
    moment,
    require_outside,
)
from clearshard.cli.retention.asked import InventoryArgument, ledger_folder, ledger_of
from clearshard.config import Config, is_bucket
from clearshard.errors import RunFailed
from clearshard.run.agent import this_agent
from clearshard.run.asked import now
from clearshard.run.checked import load_for_gate
from clearshard.run.retention.telling import tell_receipts
from clearshard.transport.databases import is_database

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.retention.swept import Swept


_SWEEP_EXIT = """Exit codes: 0 done, 1 failed, or something that is due could not be deleted, 2
usage or configuration, 3 more is due than retention.max_sweep_share (nothing was deleted), 4
inventory, registry or a root unavailable or stale, 5 integrity check of receipts or ledger failed,
6 another sweep is at work."""


def register(app: typer.Typer) -> None:
    """Adds the verb to a command."""
    app.command(epilog=_SWEEP_EXIT)(sweep)


def sweep(
    config: ConfigOption,
    inventory: InventoryArgument = None,
    out: OutOption = None,
    as_of: AsOfOption = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Delete. Without it nothing is, and all is told.")
    ] = False,
    accept_share: Annotated[
        bool,
        typer.Option(
            "--accept-share",
            help="Delete although it is more than retention.max_sweep_share of what lies below the "
            "roots: it is right.",
        ),
    ] = False,
    give_up: Annotated[
        list[str] | None,
        typer.Option(
            "--give-up",
            help="A root that is gone for good, as the error names it: what a killed sweep had "
            "begun there is settled without a look. Can be given several times.",
        ),
    ] = None,
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
    folder = ledger_folder(settings, out)
    kept = [config.absolute(), receipts, *_kept_files(settings)]
    roots = configured_roots(settings, kept if folder is None else [*kept, folder])
    clock = now()
    judged_at = min(clock, moment(as_of))
    # The ledger is opened first: with a wrong key nothing is deleted.
    journal = ledger_of(folder, settings, who) if execute and folder is not None else None
    sweeper = Sweeper(
        lambda: make(settings, inventory, judged_at, clock),
        roots,
        receipts,
        None if journal is None else journal.origin,
        None if accept_share else settings.retention.max_sweep_share,
        frozenset(give_up or ()),
        who,
        now,
    )
    if not execute:
        swept, told = sweeper.dry(), 0
    else:
        swept = sweeper.execute()
        told = 0 if journal is None else tell_receipts(journal, receipts)
    if as_json:
        print_json({**swept.to_dict(), "receipts_told": told})
    else:
        _print_swept(swept, receipts, told)
    if swept.faults:
        name, error = swept.faulty[0]
        conclude(
            RunFailed(
                f"{swept.faults:,} artefacts should be gone and are not, the first {shown(name)} "
                f"({error}). Look at what lies there, and at the inventory; then sweep again."
            )
        )


def _kept_files(settings: Config) -> list[Path]:
    """What must not be deleted whatever an inventory says; of buckets, the roots see to it."""
    sources = settings.sources
    # A database of SQLite has what is not in it yet in files beside it.
    registry = [] if is_database(sources.registry) else [sources.registry]
    if registry and sources.registry_query is not None:
        registry += [f"{sources.registry}{end}" for end in ("-wal", "-shm", "-journal")]
    names = (
        *(sources.manifest, *registry, *_key_files(settings)),
        *(settings.policy.file, settings.redaction.recognizers),
        *(settings.metrics.textfile, settings.lineage.file),
    )
    paths = [name for name in names if name is not None and not is_bucket(name)]
    return [_outside_patterns(settings.path(name)) for name in paths]


def _key_files(settings: Config) -> list[str]:
    """All that the section names, but what is known to be no file: so none is forgotten."""
    return list(settings.keys.model_dump(exclude={"kms"}).values())


def _outside_patterns(path: Path) -> Path:
    """The folder that everything lies in which a pattern can mean; a plain path as it is."""
    for place, part in enumerate(path.parts):
        if any(letter in part for letter in "*?["):
            return Path(*path.parts[:place])
    return path


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
    for name, error in swept.faulty:
        print_text(f"to be looked at: {shown(name)} ({error})")
    if swept.unreadable:
        print_text(
            f"{swept.unreadable:,} objects are listed of which nothing is known: none was looked "
            "at (`retention plan` names them as malformed)"
        )
    if swept.too_much is not None:
        print_text(f"with --execute nothing would be deleted: {swept.too_much}")
    if swept.settled:
        print_text(f"{swept.settled:,} receipts were made for a sweep that was killed")
    if swept.executed:
        print_text(f"receipts: {shown(receipts)}; the ledger was told of {told:,}")
