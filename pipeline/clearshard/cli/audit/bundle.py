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
from clearshard.errors import IntegrityError
from clearshard.run.output.folder import require_ours

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

    folder = require_ours(folder_to_read(config, out))
    require_new_file(output)
    known = what_is_known(config, key, head)
    with output_errors(output.parent), new_file(output, 0o600) as file:
        packed = pack(folder.root, file, known, metadata.version("clearshard"))
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
