"""What is spoken with one member of a cluster, and what it has in hand."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, Self

from clearshard.engines.cluster import messages
from clearshard.engines.cluster.ground import Call, Cluster, Hand
from clearshard.engines.cluster.sealing import Channel, NotSealed
from clearshard.engines.engine import Result, Unit, Wire
from clearshard.engines.mapping import Piece
from clearshard.errors import RunFailed

_CHANNEL_NAME_BYTES = 32


@dataclass(frozen=True, slots=True)
class Asked(Generic[Unit, Result]):
    """A call of a member that has not been answered.

    Attributes:
        purpose: What the answer is sealed for; empty if it is in clear.
        piece: Of the line, where it is about one.
    """

    call: Call
    purpose: str
    piece: Piece[Unit, Result] | None = None


@dataclass(slots=True, eq=False)
class Member(Generic[Unit, Result]):
    """One member.

    Attributes:
        name: Of its channel.
        pulse_at: When it was last asked whether it is alive, or has answered, on the monotonic
            clock. Nobody looks while the caller does something else: that counts against nobody.
        asked: Calls without an answer, oldest first: it answers them in order.
        is_here: It has answered.
        is_ready: It has made the job.
        pulse: A question whether it is alive that was not answered yet.
    """

    ground: Cluster
    hand: Hand
    name: bytes
    channel: Channel
    pulse_at: float
    asked: deque[Asked[Unit, Result]] = field(default_factory=deque)
    is_here: bool = False
    is_ready: bool = False
    pulse: Call = None

    @classmethod
    def hired(
        cls, ground: Cluster, wire: Wire[Unit, Result], preload: tuple[str, ...], now: float
    ) -> Self:
        """Asks for a member, and greets it."""
        name = secrets.token_bytes(_CHANNEL_NAME_BYTES)
        member = cls(ground, ground.hire(), name, Channel(wire.secret, name), now)
        greeting = messages.Greeting(
            name, wire.key_file, wire.key_id, messages.build(), ground.strange, preload
        )
        member._ask("", "hello", messages.encode(greeting))
        return member

    @property
    def pieces(self) -> list[Piece[Unit, Result]]:
        """What it has in hand: it has begun the first one at most."""
        return [asked.piece for asked in self.asked if asked.piece is not None]

    def begin(self, wire: Wire[Unit, Result]) -> None:
        """Has it make the job."""
        task = messages.encode(messages.Task(wire.there, wire.told))
        self._ask(messages.READY, "begin", self.channel.seal(messages.TASK, task))

    def give(self, number: int, piece: Piece[Unit, Result], packed: bytes) -> None:
        """Gives it a piece to work on.

        Args:
            number: Of the call; no two of a member have the same.
            piece: Of the line.
            packed: Its unit.
        """
        unit = self.channel.seal(f"{messages.UNIT} {number}", packed)
        self._ask(f"{messages.RESULTS} {number}", "work", number, unit, piece=piece)

    def opened(self, asked: Asked[Unit, Result]) -> messages.Answer:
        """The answer to a call.

        Raises:
            MemberLost: There will be none.
            RunFailed: It is none of a member of this run.
        """
        answer = self.ground.answer(asked.call)
        try:
            if asked.purpose:
                answer = self.channel.open(asked.purpose, answer)
            opened: messages.Answer = messages.decode(answer, type=messages.Answer)
        except ValueError:  # of whatever kind: not sealed, or no message
            raise not_ours() from None
        return opened

    def require_proof(self, proof: bytes) -> None:
        """Passes if it has the key.

        Raises:
            RunFailed: It has not.
        """
        try:
            if self.channel.open(messages.PROOF, proof) == self.name:
                return
        except NotSealed:
            pass
        raise not_ours()

    def _ask(
        self,
        purpose: str,
        method: str,
        *arguments: bytes | int,
        piece: Piece[Unit, Result] | None = None,
    ) -> None:
        call = self.ground.call(self.hand, method, *arguments)
        self.asked.append(Asked(call, purpose, piece))


def not_ours() -> RunFailed:
    """What is said of an answer that none of our members can have given."""
    return RunFailed(
        "A member of the cluster has sent what it cannot have sent if it were one: somebody "
        "without the pseudonym key answers in its place. Nothing was taken from it."
    )
