"""What is meant where nothing is asked for: the workers, the output folder, the time."""

import os
from datetime import UTC, datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.run.output.binding import bind


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def worker_count(workers: int | None) -> int:
    """So many as are asked for, or one for each core that this process may use."""
    if workers is not None:
        return workers
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def output_folder(config: Config | None, out: Path | None) -> Path:
    """The folder that is asked for, or that of the configuration; of a bucket it is the mirror.

    Raises:
        ConfigError: Neither names one.
        OutputUnusable: The mirror is something else.
    """
    if out is not None and not _is_mirror(config, out):
        return out.absolute()
    if config is None or config.output.folder is None:
        raise ConfigError("configuration", ["output.folder → is required, or --out"])
    if config.output.mirror is None:
        return config.path(config.output.folder)
    mirror = config.path(config.output.mirror)
    bind(mirror, config.output.folder)
    return mirror


def _is_mirror(config: Config | None, out: Path) -> bool:
    """Whether a folder is the mirror that is configured: also where it has forgotten that."""
    mirror = None if config is None else config.output.mirror
    return config is not None and mirror is not None and out.absolute() == config.path(mirror)
