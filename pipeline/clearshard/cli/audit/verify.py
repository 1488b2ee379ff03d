"""`audit verify`."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard.audit.faults import Fault, printable
from clearshard.cli.audit.options import EXIT, HeadOption, KeyOption, what_is_known
from clearshard.cli.console import conclude, print_json, print_text, shown
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.config import load_config
from clearshard.errors import ConfigError, IntegrityError, ShardsUnread
from clearshard.run.asked import now

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.check_sources import SourcesChecked

_RESTORE = "Restore the folder from a backup, or run again into a new one."
_REREAD = (
    'Run once with sources.reread = "all", and find out why their disk shows other content under '
    "the same times, or their manifest the same version."
)
_HEAD = "keep the head elsewhere: with --head it shows later whether an older state was put back"
_UNREAD = (
    "destroyed, or on another machine. Their bytes are as recorded; what they hold was not read"
)
_ALL = "everything is as it was recorded"
_NOT_ALL = "all that could be read is as it was recorded"
#: What a reader must know who named no key.
_DOUBT = "; compare it with the key that you were told, or name that one with --key"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=f"{EXIT} 1 also where shards could not be read: their key is not here.")(
        verify
    )


def verify(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    key: KeyOption = None,
    head: HeadOption = None,
    without_shards: Annotated[
        bool, typer.Option("--without-shards", help="Verify what an evidence bundle holds.")
    ] = False,
    sources: Annotated[
        bool,
        typer.Option(
            "--sources",
            help="Read every transcript again that the newest run has read, whatever its version; "
            "with --config.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Is everything on disk what was recorded, by the right key, and do all counts reconcile?"""
    from clearshard.audit.verify import verify as verify_folder

    folder = folder_to_read(config, out)
    known = what_is_known(folder.root, config, key, head, with_shards=not without_shards)
    if sources and config is None:
        raise ConfigError("--sources", ["name the configuration that says where they are"])
    report = verify_folder(folder.root, known)
    checked_sources = None
    if sources and config is not None and report.sound:
        checked_sources = _check_sources(config, folder.root)
        report = replace(report, faults=tuple(_hidden(checked_sources)))
    if as_json:
        of_sources = {} if checked_sources is None else {"sources": asdict(checked_sources)}
        print_json({**report.to_dict(), "expected_key": known.public_key, **of_sources})
    else:
        checked = report.checked
        print_text(
            f"checked {checked.events:,} events, {checked.runs:,} runs, {checked.decisions:,} "
            f"decisions, {checked.shards:,} shards, {checked.transcripts:,} transcripts"
        )
        if checked_sources is not None:
            print_text(
                f"read {checked_sources.read:,} transcripts again; "
                f"{len(checked_sources.changed):,} have changed since the newest run, or cannot be "
                "read: the next one sees that"
            )
            for name in checked_sources.misdeclared:
                print_text(
                    f"NOTE transcript of {printable(name)}: is not the one whose content_sha256 "
                    "the manifest declares"
                )
        for fault in report.faults:
            print_text(f"FAULT {shown(fault)}")
        for name, count in report.unread.items():
            print_text(
                f"UNREAD {count:,} shards that hang on key {name}, which is not here: {_UNREAD}"
            )
        if report.sound:
            print_text(f"sound: {_ALL if not report.unread else _NOT_ALL}")
            print_text(f"signed by {report.public_key}{'' if known.public_key else _DOUBT}")
            print_text(f"head of the ledger: {report.head}")
            print_text(_HEAD)
    if not report.sound:
        conclude(
            IntegrityError(
                f"{len(report.faults):,} faults, the first at {report.faults[0].location}. "
                f"{_RESTORE if checked_sources is None else _REREAD}"
            )
        )
    if report.unread:
        conclude(ShardsUnread(sum(report.unread.values())))


def _check_sources(config: Path, out: Path) -> "SourcesChecked":
    from clearshard.audit.reading import picked_runs
    from clearshard.run.check_sources import check_sources

    [newest] = picked_runs(out)
    return check_sources(load_config(config), newest, now())


def _hidden(checked: "SourcesChecked") -> Iterator[Fault]:
    for name in checked.hidden:
        yield Fault(
            f"transcript of {printable(name)}",
            "is not the one that the newest run has redacted, although its version stands",
        )
