"""The members of a cluster that work for this run, and what each of them has in hand.

A unit that takes its worker process with it is taken apart by the member that hosts that process,
as the local engine does it: a member tells results, and is not lost. A member that is lost was
mostly hit by what has nothing to do with its unit: a machine that was taken back, an operator. So
its unit is tried again as it is, a bounded number of times, before it is taken apart and, alone,
given up.
"""

import time
from collections.abc import Callable, Collection
from itertools import count
from typing import Generic

from clearshard.engines.cluster import messages
from clearshard.engines.cluster.ground import Call, Cluster, MemberLost
from clearshard.engines.cluster.member import Member, not_ours
from clearshard.engines.engine import Job, Result, Unit
from clearshard.engines.mapping import Line, Piece
from clearshard.engines.stopping import Stop
from clearshard.errors import EngineUnavailable, RunFailed

#: A piece is tried with so many members as it is; then it is taken apart, or given up if it is one
#: file.
MEMBERS_PER_PIECE = 4
#: Members that are lost one after another before any of them was ready.
_MAX_FAILED_STARTS = 10
#: A cluster that is up gives a free processor at once, one that grows within minutes.
SECONDS_FOR_A_PROCESSOR = 60.0
#: A member that does not answer for so long hangs, or nobody can reach it.
SECONDS_WITHOUT_PULSE = 60.0
_SECONDS_BETWEEN_PULSES = 10.0
#: Somebody may ask to stop while answers are waited for.
_SECONDS_BETWEEN_LOOKS = 0.2
#: After a request to stop, units in hand have this long; the rest of ten seconds is for tidying up.
SECONDS_TO_STOP = 6.0
#: One that is worked on, and one that is there when that is done.
_IN_HAND = 2


class Crew(Generic[Unit, Result]):
    """The members; hired when there is something to do. See `clearshard.engines.mapping.Pool`."""

    def __init__(
        self,
        job: Job[Unit, Result],
        size: int,
        stop: Stop,
        line: Line[Unit, Result],
        connect: Callable[[], Cluster],
    ) -> None:
        """Connects to nothing yet.

        Args:
            job: What they do; it has a wire.
            size: How many.
            stop: Looked at while waiting.
            line: Where pieces come from and results go to.
            connect: Makes the connection when there is a unit.
        """
        assert job.wire is not None
        self._job, self._wire = job, job.wire
        self._size = size
        self._stop = stop
        self._line = line
        self._connect = connect
        self._cluster: Cluster | None = None
        self._members: list[Member[Unit, Result]] = []
        self._numbers = count()
        self._failed_starts = 0
        self._was_ready = False
        self._anybody_at = 0.0

    def hand_out(self) -> None:
        """Gives pieces to members that are free; hires those that are missing."""
        while len(self._members) < self._size:
            self._members.append(self._hire())
        for most in range(_IN_HAND):
            for member in self._members:
                if self._line.waits and member.is_ready and len(member.asked) <= most:
                    piece = self._line.next()
                    member.give(next(self._numbers), piece, self._wire.pack(piece.unit))

    def step(self) -> None:
        """Waits until something happens, and deals with it."""
        oldest = [member.asked[0].call for member in self._members if member.asked]
        pulses = [member.pulse for member in self._members if member.pulse is not None]
        answered = self._ground.wait([*oldest, *pulses], _SECONDS_BETWEEN_LOOKS)
        # Once for all: to dismiss one takes time, which counts against none of the others.
        now = time.monotonic()
        for member in list(self._members):
            try:
                if member.asked and member.asked[0].call in answered:
                    self._receive(member)
                self._feel_pulse(member, answered, now)
            except MemberLost:
                self._lose(member)
        self._require_anybody()
        self.hand_out()

    def finish_in_hand(self) -> None:
        """Waits for what members work on, and hands out no more; who is lost stays lost."""
        asked = self._stop.requested_at
        until = (time.monotonic() if asked is None else asked) + SECONDS_TO_STOP
        busy = [member for member in self._members if member.pieces and member.is_ready]
        while busy and (left := until - time.monotonic()) > 0:
            answered = self._ground.wait([member.asked[0].call for member in busy], left)
            for member in [m for m in busy if m.asked[0].call in answered]:
                busy.remove(member)
                try:
                    self._receive(member)
                except MemberLost:
                    continue

    def close(self) -> None:
        """Ends all members."""
        if self._cluster is not None:
            for member in self._members:
                self._cluster.dismiss(member.hand)
            self._cluster.close()

    @property
    def _ground(self) -> Cluster:
        if self._cluster is None:
            self._cluster = self._connect()
            self._anybody_at = time.monotonic()
        return self._cluster

    def _hire(self) -> Member[Unit, Result]:
        return Member.hired(self._ground, self._wire, self._job.preload, time.monotonic())

    def _receive(self, member: Member[Unit, Result]) -> None:
        asked = member.asked[0]
        match member.opened(asked):
            case messages.Trouble() as trouble if asked.purpose:
                raise messages.error_of(trouble)
            case messages.Trouble() as trouble:
                raise EngineUnavailable(f"A node of the cluster does not serve: {_said(trouble)}.")
            case messages.Here(proof) if not asked.purpose:
                member.require_proof(proof)
                member.is_here = True
                member.begin(self._wire)
            case messages.Ready() if asked.purpose == messages.READY:
                member.is_ready = self._was_ready = True
                self._failed_starts = 0
            case messages.Results(results) if asked.piece is not None:
                unit = asked.piece.unit
                found = [self._wire.unpack(unit, result) for result in results]
                self._line.finish(asked.piece, found)
            case _:
                raise not_ours()
        member.asked.popleft()

    def _feel_pulse(
        self, member: Member[Unit, Result], answered: Collection[Call], now: float
    ) -> None:
        if not member.is_here:
            member.pulse_at = now
        elif member.pulse is None:
            if now - member.pulse_at > _SECONDS_BETWEEN_PULSES:
                member.pulse, member.pulse_at = self._ground.call(member.hand, "pulse"), now
        elif member.pulse in answered:
            call, member.pulse, member.pulse_at = member.pulse, None, now
            self._ground.answer(call)
        elif now - member.pulse_at > SECONDS_WITHOUT_PULSE:
            raise MemberLost

    def _lose(self, member: Member[Unit, Result]) -> None:
        self._ground.dismiss(member.hand)
        self._members.remove(member)
        if not member.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise RunFailed(
                    "Members of the cluster die while starting. Has each node the memory for its "
                    "workers, and the same packages as this machine? Its logs say more."
                )
        for piece in reversed(member.pieces[1:]):  # which nobody has begun
            self._line.put_back(piece)
        for begun in member.pieces[:1]:
            self._try_again(begun)

    def _try_again(self, piece: Piece[Unit, Result]) -> None:
        parts = self._job.split(piece.unit)
        if piece.losses + 1 < MEMBERS_PER_PIECE:
            self._line.retry(piece)
        elif parts is not None:
            self._line.take_apart(piece, parts)
        else:
            self._line.finish(piece, [self._job.give_up(piece.unit, "crashed")])

    def _require_anybody(self) -> None:
        """Ends a run for which there is nobody, and will not be."""
        now = time.monotonic()
        if any(member.is_here for member in self._members):
            self._anybody_at = now
        if now - self._anybody_at <= SECONDS_FOR_A_PROCESSOR:
            return
        if self._was_ready:
            raise RunFailed(
                "The cluster does not answer any more. What is redacted is kept: run again when "
                "the cluster is up, or with --engine local."
            )
        total, free = self._ground.processors()
        raise EngineUnavailable(
            f"The cluster has had no processor for this run for {SECONDS_FOR_A_PROCESSOR:.0f} "
            f"seconds: of {total:g} that it has {free:g} are free. Run again when it has less to "
            "do or has grown, or with --engine local."
        )


def _said(trouble: messages.Trouble) -> str:
    return str(messages.error_of(trouble)).rstrip(".")
