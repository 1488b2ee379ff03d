"""Who ran, and on which machine: told to the ledger with every event, and kept in the record.

Neither is proof of anybody: `--actor` is what the caller says, and the ledger's signature says with
whose key. They answer whom to ask. Nothing in the shards depends on them.
"""

import os
import pwd
from dataclasses import dataclass

from clearshard.errors import ConfigError
from clearshard.inert import printable

#: Longer names are no names.
_LONGEST = 128
_EXPECTED = (
    f"must be a name of 1 to {_LONGEST} characters that can be printed, and neither begin nor end "
    "with a blank, as in svc-training or ada@example.com"
)


@dataclass(frozen=True, slots=True)
class Agent:
    """Who ran, and where.

    Attributes:
        actor: The service account or the person, by name.
        host: The machine, by name.
    """

    actor: str
    host: str

    def to_dict(self) -> dict[str, str]:
        """The same as JSON values."""
        return {"actor": self.actor, "host": self.host}


def this_agent(actor: str | None = None) -> Agent:
    """The agent of this process.

    Args:
        actor: What the caller is to be called; None: the name of the user whose process it is.

    Raises:
        ConfigError: It is no name that could be shown as it is.
    """
    if actor is None:
        return Agent(_user(), _host())
    if not (0 < len(actor) <= _LONGEST and actor.isprintable() and actor == actor.strip()):
        raise ConfigError("--actor", [_EXPECTED])
    return Agent(actor, _host())


def _user() -> str:
    """Asked of the system: an environment variable could name anybody."""
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container need not know its user
        name = ""
    return _bounded(name) or f"uid {number}"


def _host() -> str:
    return _bounded(os.uname().nodename) or "unknown"


def _bounded(name: str) -> str:
    return printable(name.strip())[:_LONGEST]
