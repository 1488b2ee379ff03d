"""`mirror`: a folder of this machine that holds what an output in a bucket does."""

from pathlib import Path
from typing import Annotated

import typer

from clearshard.cli.console import print_text

_EXIT = """Exit codes: 0 done, 1 failed, 2 usage, or the folder is something else, 4 the bucket does
not answer, 5 the bucket holds what no run has written, or less than it did."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(epilog=_EXIT)(mirror)


def mirror(
    bucket: Annotated[str, typer.Argument(help="Address of the output, as in s3://BUCKET/PREFIX.")],
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier mirror of it.")],
) -> None:
    """Fetch an output from its bucket, or what is new in it: for audits on another machine."""
    from clearshard.config import is_bucket
    from clearshard.errors import ConfigError
    from clearshard.run.output.binding import bind
    from clearshard.run.output.folder import require_ours

    if not is_bucket(bucket):
        raise ConfigError("BUCKET", ["must be an address, as in s3://BUCKET/PREFIX"])
    root = folder.absolute()
    bind(root, bucket)
    require_ours(root, bucket)
    print_text(f"{root} is what the bucket is now. Name it with --out.")
