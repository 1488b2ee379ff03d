"""A cluster without machines: members answer in this process, and are lost when a test says so."""

from collections import deque
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from itertools import count

import msgspec

from clearshard.engines.cluster import messages
from clearshard.engines.cluster.ground import MemberLost
from clearshard.engines.cluster.sealing import Channel

from .. import jobs

Numbers = jobs.Numbers
Work = Callable[[Numbers], list[str] | messages.Trouble]


@dataclass(eq=False)
class Hand:
    """A member.

    Attributes:
        number: From 0, in the order of hiring.
        waiting: Its calls without an answer.
        given: What it was given to work on.
    """

    number: int
    waiting: "deque[Call]" = field(default_factory=deque)
    given: list[Numbers] = field(default_factory=list)
    channel: Channel | None = None
    dismissed: bool = False


@dataclass(eq=False)
class Call:
    number: int
    hand: Hand
    method: str
    arguments: tuple[bytes | int, ...]


class PretendedCluster:
    """See `clearshard.engines.cluster.ground.Cluster`.

    Attributes:
        work: What members do; by default they say their numbers.
        lost: Whether a member is lost instead of answering a call.
        silent: Whether a member never answers a call.
        crossed: All that was sent in either direction.
        clock: The time, which goes on only while nobody answers.
        hands: All members that were ever hired.
    """

    strange: tuple[str, ...] = ("/somewhere",)

    def __init__(self) -> None:
        self.work: Work = lambda unit: [str(number) for number in unit]
        self.lost: Callable[[Call], bool] = lambda _: False
        self.silent: Callable[[Call], bool] = lambda _: False
        self.greeting: messages.Trouble | None = None
        self.secret = jobs.KEY.secret
        self.swapped = False
        self.crossed: list[bytes] = []
        self.hands: list[Hand] = []
        self.clock = 0.0
        self.most_waiting = 0
        self.closed = False
        self._numbers = count()

    def hire(self) -> Hand:
        self.hands.append(Hand(len(self.hands)))
        return self.hands[-1]

    def call(self, hand: Hand, method: str, *arguments: bytes | int) -> Call:
        call = Call(next(self._numbers), hand, method, arguments)
        self.crossed += [one for one in arguments if isinstance(one, bytes)]
        hand.waiting.append(call)
        self.most_waiting = max(self.most_waiting, sum(c.method == "work" for c in hand.waiting))
        return call

    def wait(self, calls: Sequence[Call], seconds: float) -> Set[Call]:
        answered = frozenset(call for call in calls if not self.silent(call))
        if not answered:
            self.clock += seconds
        return answered

    def answer(self, call: Call) -> bytes:
        call.hand.waiting.remove(call)
        if call.hand.dismissed or self.lost(call):
            raise MemberLost
        answer = self._answer(call)
        self.crossed.append(answer)
        return answer

    def monotonic(self) -> float:
        """In the place of the module `time`."""
        return self.clock

    def dismiss(self, hand: Hand) -> None:
        hand.dismissed = True

    def processors(self) -> tuple[float, float]:
        return 8.0, 0.0

    def close(self) -> None:
        self.closed = True

    def _answer(self, call: Call) -> bytes:
        hand, arguments = call.hand, call.arguments
        match call.method:
            case "hello":
                [message] = arguments
                assert isinstance(message, bytes)
                greeting = messages.decode(message, type=messages.Greeting)
                hand.channel = Channel(self.secret, greeting.channel)
                return messages.encode(
                    self.greeting
                    or messages.Here(hand.channel.seal(messages.PROOF, greeting.channel))
                )
            case "begin":
                [sealed] = arguments
                assert isinstance(sealed, bytes)
                assert hand.channel is not None
                hand.channel.open(messages.TASK, sealed)
                return hand.channel.seal(messages.READY, messages.encode(messages.Ready()))
            case "work":
                number, sealed = arguments
                assert isinstance(number, int)
                assert isinstance(sealed, bytes)
                assert hand.channel is not None
                packed = hand.channel.open(f"{messages.UNIT} {number}", sealed)
                unit = msgspec.msgpack.decode(packed, type=Numbers)
                hand.given.append(unit)
                made = self.work(unit)
                told = (
                    made
                    if isinstance(made, messages.Trouble)
                    else messages.Results((messages.encode(made),))
                )
                purpose = f"{messages.RESULTS} {number + self.swapped}"
                return hand.channel.seal(purpose, messages.encode(told))
            case "pulse":
                return b""
        raise AssertionError(call.method)
