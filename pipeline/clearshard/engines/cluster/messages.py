"""All that crosses to a member of a cluster and back, as declared forms: MessagePack, no objects.

A greeting and its answer are in clear and hold nothing that is secret; all else is sealed.
"""

import hashlib
import platform
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec

from clearshard import errors
from clearshard.errors import ClearshardError, ConfigError, RunFailed
from clearshard.inert import printable

#: Code that is no part of this program: data that a package of models brings along.
_NO_CODE = frozenset(("models", "__pycache__"))

#: What sealed messages are for. Behind those of units stands the number of the call.
PROOF, TASK, READY, UNIT, RESULTS = "proof", "task", "ready", "unit", "results"


class Greeting(msgspec.Struct, frozen=True):
    """What a member is told first, in clear.

    Attributes:
        channel: The name of the channel.
        key_file: Where the key is, if it is not in the member's environment.
        key_id: Which one it must be.
        build: What this program is here; see `build`.
        strange: Folders that modules were looked for in where this program runs, and that a
            cluster hands on: there it imports from none of them.
        preload: Modules that its worker will need: they are imported while the rest is said.
    """

    channel: bytes
    key_file: str
    key_id: str
    build: str
    strange: tuple[str, ...]
    preload: tuple[str, ...]


class Here(msgspec.Struct, frozen=True, tag=True):
    """The answer of a member that can work.

    Attributes:
        proof: The name of the channel, sealed: it has the key.
    """

    proof: bytes


class Trouble(msgspec.Struct, frozen=True, tag=True):
    """An error of this project's own: its class by name, and what it was made of."""

    error: str
    told: tuple[str, ...]


class Task(msgspec.Struct, frozen=True):
    """The job; see `clearshard.engines.engine.Wire`."""

    there: str
    told: bytes


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The member has made the job."""


class Results(msgspec.Struct, frozen=True, tag=True):
    """What has become of a unit; several where it was taken apart."""

    results: tuple[bytes, ...]


#: What a member answers.
Answer = Here | Ready | Results | Trouble

encode = msgspec.msgpack.encode
decode = msgspec.msgpack.decode


def trouble_of(error: ClearshardError) -> Trouble:
    """What is said of an error to the other side."""
    told = (error.source, *error.problems) if isinstance(error, ConfigError) else (str(error),)
    return Trouble(type(error).__name__, tuple(map(printable_lines, told)))


def error_of(trouble: Trouble) -> ClearshardError:
    """The error that the other side has told of; whatever it says, one of this project's own."""
    told = [printable_lines(text) for text in trouble.told]
    if trouble.error == ConfigError.__name__ and told:
        return ConfigError(told[0], told[1:])
    kind = getattr(errors, trouble.error, None)
    message = " ".join(told)
    if isinstance(kind, type) and issubclass(kind, ClearshardError):
        try:
            return kind(message)
        except TypeError:  # one that is made of more than a message
            pass
    return RunFailed(message)


def printable_lines(text: str) -> str:
    """Text from elsewhere, line by line safe to show."""
    return "\n".join(map(printable, text.split("\n")))


def build() -> str:
    """What this program is where this process runs: its code, and the Python that runs it."""
    digest = hashlib.sha256(platform.python_version().encode())
    _add(digest, "", resources.files("clearshard"))
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", place: str, folder: Traversable) -> None:
    for inner in sorted(folder.iterdir(), key=lambda one: one.name):
        name = f"{place}/{inner.name}"
        if inner.is_dir():
            if inner.name not in _NO_CODE:
                _add(digest, name, inner)
        elif inner.name.endswith((".py", ".toml")):
            digest.update(f"\0{name}\0".encode())
            digest.update(inner.read_bytes())
