"""What a commit is made of: one operation on one object after the other, and what each comes to.

Nothing is read or written here. A function that says how something is done yields what is to be
done next, and is sent what came of it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from clearshard.audit.events import Event
from clearshard.audit.ledger.appending import Said
from clearshard.errors import StoreUnavailable
from clearshard.storage.store import VersionTag

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """Reads an object; comes to its `Held`, or None if there is none."""

    key: str


@dataclass(frozen=True, slots=True)
class Names:
    """Lists the keys below a folder; comes to a tuple of them."""

    folder: str


@dataclass(frozen=True, slots=True)
class Put:
    """Puts an object where there is none; comes to whether there was none.

    Attributes:
        source: Its bytes, or a file that has them and is needed no more.
    """

    key: str
    source: bytes | Path


@dataclass(frozen=True, slots=True)
class Replace:
    """Puts an object in the place of one version of it; comes to whether that was still there."""

    key: str
    source: bytes | Path
    tag: VersionTag


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes an object, if there is one."""

    key: str


@dataclass(frozen=True, slots=True)
class Look:
    """Reads the ledger; comes to what it says, as `Seen`."""


@dataclass(frozen=True, slots=True)
class Append:
    """Appends an event to the ledger that was read; comes to whether it still was that one."""

    seen: "Seen"
    said: Said


Operation = Read | Names | Put | Replace | Delete | Look | Append


#: Yields operations, is sent what came of each, and comes to a result. Where the store does not
#: answer, that is thrown in: what was asked may have been done or not.
Steps = Generator[Operation, Any, T]


@dataclass(frozen=True, slots=True)
class Held:
    """An object that was read."""

    data: bytes
    tag: VersionTag


@dataclass(frozen=True, slots=True)
class Seen:
    """The ledger as it was read.

    Attributes:
        events: All of them, oldest first.
        mark: By what whoever carries out operations knows it again.
    """

    events: tuple[Event, ...]
    mark: object


def carry_out(steps: Steps[T], do: Callable[[Operation], Any]) -> T:
    """Carries out operations to their end, and returns what they come to.

    Args:
        steps: What is to be done.
        do: Does it, one operation at a time.

    Raises:
        StoreUnavailable: The store did not answer where it had to.
    """
    try:
        operation = next(steps)
        while True:
            try:
                answer = do(operation)
            except StoreUnavailable as error:
                operation = steps.throw(error)
            else:
                operation = steps.send(answer)
    except StopIteration as ended:
        result: T = ended.value
        return result
