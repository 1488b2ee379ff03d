"""Options that several verbs of `audit` share."""

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard import layout
from clearshard.audit.reading import Pick
from clearshard.audit.selection import Period
from clearshard.cli.options import moment
from clearshard.config import load_config, redaction_defaults
from clearshard.errors import ConfigError
from clearshard.keys import find_signing_key
from clearshard.vault.vault import PLAIN

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.audit.verify import Known

EXIT = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 5 integrity check failed."

RunOption = Annotated[
    str | None,
    typer.Option(
        "--run", help="A run id, or `all`. Default: the newest run; all of a period, if one is set."
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", help="Only runs that decided at or after this moment, RFC 3339."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Only runs that decided before this moment, RFC 3339.")
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Public key, hex, that alone may have signed the ledger. Default: that of the "
        "configured signing key; without one, whoever signed first.",
    ),
]
HeadOption = Annotated[
    str | None,
    typer.Option("--head", help="A head of the ledger that was kept elsewhere; must be in it."),
]
_HASH = re.compile("[0-9a-f]{64}")


def picked(run: str | None, since: str | None, until: str | None) -> tuple[Pick | str, Period]:
    """What the three options say.

    Raises:
        ConfigError: A moment is no time, or has no offset.
    """
    period = Period(
        None if since is None else moment(since, "--since"),
        None if until is None else moment(until, "--until"),
    )
    if run is None:
        return (Pick.NEWEST if period == Period() else Pick.ALL), period
    return (Pick.ALL if run == "all" else run), period


def what_is_known(
    out: Path, config: Path | None, key: str | None, head: str | None, *, with_shards: bool = True
) -> "Known":
    """What a verification is to agree with; without a key that of the configuration, if any.

    Keys of an encrypted folder that are not here are not missed: its shards are unread then.

    Raises:
        ConfigError: An option is no hash, or the configured key cannot be read.
        KmsUnavailable: The service that wraps the keys of the folder does not answer.
    """
    from clearshard.audit.folder_keys import destroyed_in
    from clearshard.audit.ledger import Ledger
    from clearshard.audit.signing import Signer
    from clearshard.audit.verify import Known
    from clearshard.run.row_marks import marks_of_rows
    from clearshard.run.tombstones import one_id
    from clearshard.vault.opening import open_to_read

    for name, value in (("--key", key), ("--head", head)):
        if value is not None and not _HASH.fullmatch(value):
            raise ConfigError(name, ["must be 64 hex digits in lower case"])
    settings = redaction_defaults() if config is None else load_config(config)
    if key is None and config is not None:
        secret = find_signing_key(settings)
        key = None if secret is None else Signer.of(secret).public_key
    # What is wrong with the ledger the verification says.
    destroyed = partial(destroyed_in, Ledger(out / layout.LEDGER), as_far_as_readable=True)
    vault = open_to_read(out, settings, destroyed) if with_shards else PLAIN
    return Known(key, head, with_shards, one_id, vault, marks_of_rows)
