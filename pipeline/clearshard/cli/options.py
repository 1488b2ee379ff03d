"""Options that several commands share."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard import layout
from clearshard.cli.logs import LogFormat
from clearshard.config import Config, Sources, load_config, require_no_address
from clearshard.errors import ConfigError
from clearshard.run.asked import now, output_folder
from clearshard.run.checked import load_for_gate

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.output.folder import OutputFolder

ConfigOption = Annotated[
    Path, typer.Option("--config", help="Configuration file (TOML).", show_default=False)
]


def _local(path: Path | None) -> Path | None:
    """A folder that an option names."""
    if path is not None:
        try:
            require_no_address(str(path))
        except ValueError as error:
            raise ConfigError("--out", [f"{path} → {error}"]) from None
    return path


OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Output folder; wins over the configuration.", callback=_local),
]
MaybeConfigOption = Annotated[Path | None, typer.Option("--config", help="Configuration file.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Moment to decide at, RFC 3339 with an offset. Default: now."),
]
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor", help="Who runs, for the record and the ledger. Default: the user's name."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object as the last line of stdout.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
LogFormatOption = Annotated[
    LogFormat | None,
    typer.Option("--log-format", help="Log lines on stderr. Default: json with --json."),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=1024, help="Processes. Default: one a core.")
]


#: Says to a command that its process does nothing else, and is no program that has called it.
OWN_PROCESS = object()
#: The time of the command's start is no other moment that somebody asked for.
NOT_MEANT_OTHERWISE = timedelta(minutes=5)


def moment(as_of: str | None, option: str = "--as-of") -> datetime:
    """The moment that an option names, or now; in UTC.

    Raises:
        ConfigError: It is no time, or has no offset.
    """
    if as_of is None:
        return now()
    try:
        parsed = datetime.fromisoformat(as_of)
    except ValueError:
        raise ConfigError(option, ["is not RFC 3339, as in 2026-01-31T12:00:00Z"]) from None
    if parsed.tzinfo is None:
        raise ConfigError(option, ["has no offset; write 2026-01-31T12:00:00Z for UTC"])
    return parsed.astimezone(UTC)


def require_outside(option: str, path: Path) -> None:
    """Refuses to write below any output folder: only runs do, and ``shards/`` is given away.

    Args:
        option: What named the path.
        path: A file or folder that is to be made.

    Raises:
        ConfigError: It is so.
    """
    for folder in path.resolve().parents:
        if os.path.lexists(folder / layout.MARKER):
            problem = f"{path} is inside the output folder {folder}. Name one elsewhere"
            raise ConfigError(option, [problem])


def require_new_file(path: Path) -> None:
    """Refuses an ``--output`` that is there, has no folder, or is in an output folder.

    Raises:
        ConfigError: It is so.
    """
    require_outside("--output", path)
    if path.exists() or path.is_symlink():
        raise ConfigError("--output", [f"{path} exists already. Name a file that does not"])
    if not path.parent.is_dir():
        raise ConfigError("--output", [f"{path.parent} is not a folder. Make it first"])


def settings_or_defaults(config: Path | None) -> Config:
    """The configuration of a command that needs no sources.

    Without one all is the default; keys are in the environment then, or in the working folder.

    Raises:
        ConfigError: The configuration is wrong, or its policy.
    """
    if config is not None:
        return load_for_gate(config)
    return Config(sources=Sources(manifest="", registry="", transcripts=""))


def folder_to_read(config: Path | None, out: Path | None) -> "OutputFolder":
    """The output folder of a command that only reads one.

    Raises:
        ConfigError: Neither option names one, or the configuration is wrong.
        ClearshardError: As `clearshard.run.output.folder.require_ours`.
    """
    return opened_to_read(None if config is None else load_config(config), out)


def opened_to_read(config: Config | None, out: Path | None) -> "OutputFolder":
    """The same of a configuration that is loaded.

    What the configuration names must be what it says of it. A folder that ``--out`` names may come
    from anybody.

    Raises:
        ConfigError: Neither names one.
        ClearshardError: As `clearshard.run.output.folder.require_ours`.
    """
    from clearshard.run.output.folder import require_ours, require_readable

    root = output_folder(config, out)
    bucket = None if config is None else config.output.bucket
    if out is None:
        return require_ours(root, bucket)
    return require_readable(root, bucket, lambda note: typer.echo(note, err=True))
