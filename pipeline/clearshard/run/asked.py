"""What is meant where nothing is asked for: the workers, the output folder, the time."""

import os
from datetime import UTC, datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import ConfigError


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
    """The folder that is asked for, or that of the configuration.

    Raises:
        ConfigError: Neither names one.
    """
    if out is not None:
        return out.absolute()
    if config is not None and config.output.folder is not None:
        return config.path(config.output.folder)
    raise ConfigError("configuration", ["output.folder → is required, or --out"])
