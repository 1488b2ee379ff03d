"""`Config`: a whole configuration file, and the files that it names."""

import os
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import Field

from clearshard.config.sections import (
    Engine,
    Housekeeping,
    Keys,
    Limits,
    Lineage,
    Metrics,
    Output,
    PolicySource,
    Redaction,
    Retention,
    Section,
    Sources,
)
from clearshard.errors import ConfigError


class Config(Section):
    """A whole configuration file.

    Attributes:
        base: The folder that relative paths start from.
    """

    sources: Sources
    output: Output = Output()
    policy: PolicySource = PolicySource()
    redaction: Redaction = Redaction()
    limits: Limits = Limits()
    engine: Engine = Engine()
    keys: Keys = Keys()
    housekeeping: Housekeeping = Housekeeping()
    metrics: Metrics = Metrics()
    lineage: Lineage = Lineage()
    retention: Retention = Retention()
    base: Annotated[Path, Field(exclude=True)] = Path()

    def path(self, value: str) -> Path:
        """A path of the file, made absolute."""
        return Path(os.path.normpath((self.base / value).absolute()))

    def policy_text(self) -> tuple[str, str]:
        """The policy's TOML and the name to use for it in errors.

        Raises:
            ConfigError: The file cannot be read.
        """
        if self.policy.file is None:
            return default_policy_text(), "default policy"
        return read_text(self.path(self.policy.file)), self.policy.file


def default_policy_text() -> str:
    """The policy that travels inside the package."""
    return resources.files("clearshard.defaults").joinpath("policy.toml").read_text("utf-8")


def read_text(path: Path) -> str:
    """Text of a configuration file.

    Raises:
        ConfigError: It is missing, unreadable or not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(str(path), [f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), ["is not UTF-8 text"]) from None


def redaction_defaults() -> Config:
    """A configuration for commands that read no sources: everything is the default."""
    return Config(sources=Sources(manifest="", registry="", transcripts=""))
