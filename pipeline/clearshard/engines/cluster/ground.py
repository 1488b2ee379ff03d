"""What a crew stands on: members that can be hired, called and dismissed, whoever makes them."""

from collections.abc import Sequence, Set
from typing import Any, Protocol

#: A member, and a call of one of its methods, as the cluster names them.
Hand = Any
Call = Any


class MemberLost(Exception):
    """A member is gone, or nobody can reach it: what it had in hand has no result."""


class Cluster(Protocol):
    """Where members come from."""

    strange: tuple[str, ...]

    def hire(self) -> Hand:
        """Asks for a member; it is there when it answers."""

    def call(self, hand: Hand, method: str, *arguments: bytes | int) -> Call:
        """Calls a method of a member; does not wait."""

    def wait(self, calls: Sequence[Call], seconds: float) -> Set[Call]:
        """All of some calls that have been answered, or never will be; waits until one is."""

    def answer(self, call: Call) -> bytes:
        """The answer to a call.

        Raises:
            MemberLost: There will be none.
            RunFailed: It is not made of bytes.
        """

    def dismiss(self, hand: Hand) -> None:
        """Ends a member, whatever it does."""

    def processors(self) -> tuple[float, float]:
        """How many processors there are, and how many are free."""

    def close(self) -> None:
        """Lets go of the cluster; ends it if it is this program's own."""
