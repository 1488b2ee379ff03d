"""`audit bundle`."""

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
from clearshard.errors import ConfigError, IntegrityError

_NEXT = (
    "Its README.md says what is in it and how to check it. Tell the reviewer this digest and the\n"
    "public key of the ledger by another way than the file goes."
)
_DEFAULT = Path("clearshard-evidence.zip")


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(bundle)


def bundle(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    output: Annotated[
        Path, typer.Option("--output", help="The zip to write; must not exist.")
    ] = _DEFAULT,
    scan: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            help="A file of `doctor --evidence`, to be packed too. Can be given several times.",
            show_default=False,
        ),
    ] = None,
    key: KeyOption = None,
    head: HeadOption = None,
    as_json: JsonOption = False,
) -> None:
    """One zip for a reviewer: policies, decisions, ledger, report, and how a stranger checks it.

    It holds ids of files and accounts, and nothing of a transcript. A folder that is not as it was
    recorded is packed as it is; then the exit code is 5.
    """
    from clearshard.audit.bundle.pack import pack
    from clearshard.storage.failures import output_errors
    from clearshard.storage.files import new_file, sha256_file

    folder = folder_to_read(config, out)
    require_new_file(output)
    known = what_is_known(folder.root, config, key, head)
    scans = dict(map(_scan, scan or ()))
    with output_errors(output.parent), new_file(output, 0o600) as file:
        packed = pack(folder.root, file, known, metadata.version("clearshard"), scans)
    report, digest = packed.verification, sha256_file(output)
    if as_json:
        said = {"bundle": str(output), "sha256": digest, "files": packed.files}
        print_json({**said, "sound": report.sound, "faults": len(report.faults)})
    else:
        print_text(f"{packed.files:,} files in {shown(output)}\nSHA-256 {digest}")
        print_text(_NEXT)
    if not report.sound:
        conclude(
            IntegrityError(
                f"{len(report.faults):,} faults, the first at {report.faults[0].location}; "
                "verification.json in the bundle lists all."
            )
        )


def _scan(path: Path) -> tuple[str, bytes]:
    """What a file of `doctor` is called in a bundle, and its bytes; anything could be in others."""
    from clearshard.storage.files import open_file
    from clearshard.transport.evidence import MAX_BYTES, decode, name_of

    try:
        with open_file(path) as file:
            data = file.read(MAX_BYTES)
        return name_of(decode(data, shown(path))), data
    except (OSError, IntegrityError):
        problem = f"--with → {shown(path)} is no file of `doctor --evidence`"
        raise ConfigError("command", [problem]) from None
