"""`purge plan | execute | lift`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard.cli.console import Reporter, print_json, print_table, print_text, shown
from clearshard.cli.help import WholeSentences
from clearshard.cli.logs import JsonLog, LogFormat
from clearshard.cli.options import (
    ActorOption,
    AsOfOption,
    JsonOption,
    LogFormatOption,
    MaybeConfigOption,
    OutOption,
    QuietOption,
    moment,
    opened_to_read,
    settings_or_defaults,
)
from clearshard.config import load_config
from clearshard.eligibility.ids import MAX_ID_BYTES
from clearshard.errors import ConfigError
from clearshard.run.agent import this_agent
from clearshard.run.asked import now, output_folder

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.lifecycle.purge.asked import Asked
    from clearshard.lifecycle.purge.plan import PurgePlan
    from clearshard.run.purge.job import PurgeResult

_EXIT = """Exit codes: 0 done (also where there is nothing to do), 1 failed, 2 usage or
configuration, 3 the registry takes out more than limits.max_drop_share (nothing was purged), 4
registry, source or bucket unavailable, or registry stale, 5 integrity check failed, 6 another run
holds the lock or was published first."""

#: A control of ASCII, as those below the blank.
_DEL = "\x7f"

app = typer.Typer(
    cls=WholeSentences,
    help="Take files out of what was written, and keep them out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(to: typer.Typer) -> None:
    """Adds the group."""
    to.add_typer(app, name="purge")


AccountsOption = Annotated[
    list[str] | None,
    typer.Option("--account", help="An account, all of whose files go; may be repeated."),
]
FilesOption = Annotated[
    list[str] | None, typer.Option("--file", help="A file that goes; may be repeated.")
]


@app.command(epilog=_EXIT)
def plan(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    account: AccountsOption = None,
    file: FilesOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a purge would take out: files, accounts, shards, bytes, and why. Changes nothing.

    With --account or --file: what is theirs, in every spelling of the id. Without: what the
    registry, requests for deletion in the manifest and tombstones deny as of now.
    """
    from clearshard.run.purge.plan import plan_purge

    settings = None if config is None else load_config(config)
    folder = opened_to_read(settings, out)
    found = plan_purge(folder.root, _asked(account, file), settings, moment(as_of), now())
    if as_json:
        print_json({"status": "planned", "out": str(folder.root), **found.to_dict()})
        return
    _print_plan(found, "would come")


@app.command(epilog=_EXIT)
def execute(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    account: AccountsOption = None,
    file: FilesOption = None,
    as_of: AsOfOption = None,
    accept_drop: Annotated[
        bool,
        typer.Option(
            "--accept-drop",
            help="Purge although the registry takes out more than limits.max_drop_share: it is "
            "right.",
        ),
    ] = False,
    actor: ActorOption = None,
    as_json: JsonOption = False,
    log_format: LogFormatOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take out what `purge plan` names, remove the old bytes, make sure, and leave a receipt.

    What goes is kept out of every later run (`purge lift` undoes that). Killed at any moment, the
    next run or purge finishes it; a second time there is nothing to do.
    """
    from clearshard.run.options import RunOptions
    from clearshard.run.purge.job import purge

    who = this_agent(actor)
    asked, settings = _asked(account, file), settings_or_defaults(config)
    if config is None:
        asked.require_named()
    options = RunOptions(
        out=output_folder(settings, out),
        as_of=moment(as_of),
        workers=1,
        dry_run=False,
        accept_drop=accept_drop,
        agent=who,
    )
    as_lines = log_format is LogFormat.JSON or (log_format is None and as_json)
    with Reporter(quiet=quiet, log=JsonLog(now) if as_lines else None) as reporter:
        result = purge(settings, options, asked, reporter, now)
    if as_json:
        print_json(_as_json(result, options.out))
    else:
        _print_result(result, options.out)


@app.command(
    epilog="Exit codes: 0 done, 1 failed, 2 usage or configuration, or nothing to be lifted, 5 "
    "integrity check failed, 6 a run or a purge holds the lock."
)
def lift(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    account: Annotated[str | None, typer.Option("--account", help="An account.")] = None,
    file: Annotated[str | None, typer.Option("--file", help="A file.")] = None,
    purge: Annotated[
        str | None, typer.Option("--purge", help="A purge: all that it has placed.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; told to the ledger.")] = "",
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an account, a file or all of a purge in again: manifest and registry decide on it.

    What another purge keeps out as well stays out.
    """
    from clearshard.audit.tombstones import Kind
    from clearshard.run.purge.lift import lift as lift_tombstone

    given = [
        (kind, name)
        for kind, name in ((Kind.ACCOUNT, account), (Kind.FILE, file), (None, purge))
        if name is not None
    ]
    if len(given) != 1:
        raise ConfigError("--account, --file, --purge", ["name one of them"])
    [(kind, name)] = given
    of = "purge" if kind is None else str(kind)
    _require_id(f"--{of}", name)
    settings = settings_or_defaults(config)
    folder, who = output_folder(settings, out), this_agent(actor)
    count = lift_tombstone(settings, folder, kind, name, reason, who, now, print_text)
    accounts, files = count[Kind.ACCOUNT], count[Kind.FILE]
    if as_json:
        told = {"kind": of, "id": name, "accounts": accounts, "files": files, "reason": reason}
        print_json({"status": "lifted", **told})
    else:
        print_text(
            f"lifted: {of} {shown(name)}; {accounts:,} account(s) and {files:,} file(s) are kept "
            "out no more. The next run decides on them again."
        )


def _asked(accounts: list[str] | None, files: list[str] | None) -> "Asked":
    from clearshard.lifecycle.purge.asked import Asked

    for option, ids in (("--account", accounts), ("--file", files)):
        for name in ids or ():
            _require_id(option, name)
    return Asked(tuple(dict.fromkeys(accounts or ())), tuple(dict.fromkeys(files or ())))


def _require_id(option: str, name: str) -> None:
    """Refuses what no table can have for an id, so that nobody takes it for purged."""
    try:
        size = len(name.strip().encode())
    except UnicodeEncodeError:
        size = 0
    if not 0 < size <= MAX_ID_BYTES or any(letter < " " or letter == _DEL for letter in name):
        problem = f"must be an id: 1 to {MAX_ID_BYTES} bytes of text without control characters"
        raise ConfigError(option, [problem])


def _as_json(result: "PurgeResult", out: Path) -> dict[str, object]:
    import msgspec

    from clearshard import layout

    receipt = result.receipt
    return {
        "status": "unchanged" if receipt is None else "done",
        "out": str(out),
        "ledger_head": result.ledger_head,
        **result.plan.to_dict(),
        "receipt": None if receipt is None else msgspec.to_builtins(receipt),
        "receipt_file": None if receipt is None else layout.receipt(receipt.run_id),
    }


def _print_plan(found: "PurgePlan", come: str) -> None:
    if found.is_empty:
        print_text("nothing to purge: none of it is in the shards, and it is kept out")
        return
    where = "" if found.run_id is None else f" of run {found.run_id}"
    print_text(
        f"{found.files:,} files of {found.accounts:,} accounts {come} out of the shards{where}"
    )
    if found.withheld:
        print_text(f"{found.withheld:,} of them since they hold what a purged file holds")
    for kind, count in found.tombstones.items():
        print_text(f"kept out from then on: {count:,} {kind}(s)")
    if found.reasons:
        rows = sorted(found.reasons.items(), key=lambda item: (-item[1], item[0]))
        print_table("\nreasons (a file can have several)", ("reason", "files"), rows)
    if found.shards:
        touched = [(s.shard, s.transcripts, s.purged, s.size_bytes) for s in found.shards]
        header = ("shard", "transcripts", "purged", "bytes")
        print_table("\nshards to be written again", header, touched)
    if found.unread:
        print_text(
            f"shards whose keys are destroyed, which nobody can read: {len(found.unread):,}; they "
            "go too, and the next run redacts again what else they held"
        )
    if found.replaced:
        print_text(f"replaced shards that hold any of it and go: {len(found.replaced):,}")
    if found.checkpoints:
        print_text(f"checkpoints of killed runs, which go: {found.checkpoints:,}")
    for name in found.exports:
        print_text(f"TRAINING SET {shown(name)} held some of these files")
    for name in found.exports_unknown:
        print_text(f"TRAINING SET {shown(name)} may have: its run has no record any more")


def _print_result(result: "PurgeResult", out: Path) -> None:
    from clearshard import layout
    from clearshard.lifecycle.purge.plan import CANNOT_UNDO

    _print_plan(result.plan, "came")
    receipt = result.receipt
    if receipt is None:
        return
    print_text(
        f"\nremoved {len(receipt.removed):,} shards, wrote {len(receipt.written):,}; searched "
        f"{receipt.searched:,} and found no row that may not be there"
    )
    if receipt.unread:
        print_text(
            f"{len(receipt.unread):,} of those removed could not be read any more, by anybody: "
            "their keys are destroyed"
        )
    for sentence in CANNOT_UNDO:
        print_text(f"cannot be undone: {sentence}")
    print_text(f"receipt: {out / layout.receipt(receipt.run_id)}")
