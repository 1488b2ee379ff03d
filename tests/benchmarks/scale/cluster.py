"""A cluster that maps work units: machines that are slow, taken back, and share one store.

Discrete events, in the order of time: a machine is free, or a unit that was lost is to be done
again. A machine works on one unit after the other, as fast as all of its cores. It asks for the
transcripts of the next one while it works on the one before, so that the store is waited for only
where it is slower than the work.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cluster:
    """Machines, and what befalls them. All times in seconds.

    Attributes:
        nodes: Machines.
        cores: Of each, with a worker on every one.
        slow_share: Of the machines, how many are slow.
        slow_factor: How many times as long a slow one takes.
        lost_per_hour: How often a machine is taken back in an hour.
        away: How long it takes until another one is in its place, with its models loaded.
        requests_per_second: What the store answers, of all together; None: as many as are asked.
        latency: Of one request.
        in_flight: Requests that each core has in flight at once.
        seed: Of all that is random.
    """

    nodes: int
    cores: int = 16
    slow_share: float = 0.0
    slow_factor: float = 1.0
    lost_per_hour: float = 0.0
    away: float = 120.0
    requests_per_second: float | None = None
    latency: float = 0.0
    in_flight: int = 16
    seed: int = 1


@dataclass(frozen=True)
class Mapped:
    """What became of it.

    Attributes:
        seconds: From the first unit's beginning to the last one's end.
        busy: Seconds of machines at work on what was kept, of all of them.
        lost: The same on what was lost.
        again: Units that were done again.
    """

    seconds: float
    busy: float
    lost: float
    again: int


def mapped(cluster: Cluster, work: Sequence[float], requests: Sequence[float]) -> Mapped:
    """Maps units on a cluster.

    Args:
        cluster: On what.
        work: For each unit, the seconds that an ordinary core takes.
        requests: For each unit, what is asked of the store.
    """
    machines = _Machines(cluster)
    store = _Store(cluster)
    waiting = deque(range(len(work)))
    # A machine that is free at a time: its number. A unit that was lost: as -1 - its number.
    events = [(0.0, node) for node in range(cluster.nodes)]
    idle: list[int] = []
    asked = [0.0] * cluster.nodes
    end = busy = lost = 0.0
    again = 0
    while events:
        now, what = heapq.heappop(events)
        if what < 0:
            waiting.append(-1 - what)
            # All, since some of them may be away just now.
            for node in idle:
                heapq.heappush(events, (now, node))
            idle.clear()
            continue
        if not waiting:
            idle.append(what)
            continue
        begin = machines.there(what, now)
        if begin > now:  # it is away, and others may take the unit meanwhile
            heapq.heappush(events, (begin, what))
            continue
        unit = waiting.popleft()
        begin = store.fetched(asked[what], now, requests[unit])
        asked[what] = begin
        takes = work[unit] * machines.factor[what] / cluster.cores
        gone = machines.taken(what, now, begin + takes)
        if gone is None:
            end = max(end, begin + takes)
            busy += takes
            heapq.heappush(events, (begin + takes, what))
        else:
            lost += max(0.0, gone - begin)
            again += 1
            asked[what] = gone
            heapq.heappush(events, (gone, -1 - unit))
            heapq.heappush(events, (gone, what))
    return Mapped(end, busy, lost, again)


class _Machines:
    """Which are slow, and when each is away; the same for a seed, in whatever order it is asked."""

    def __init__(self, cluster: Cluster) -> None:
        made = np.random.default_rng(cluster.seed)
        slow = made.random(cluster.nodes) < cluster.slow_share
        self.factor = np.where(slow, cluster.slow_factor, 1.0).tolist()
        self._made = made.spawn(cluster.nodes) if cluster.lost_per_hour else []
        self._mean = 3600.0 / cluster.lost_per_hour if cluster.lost_per_hour else 0.0
        self._away = cluster.away
        self._next = [float(own.exponential(self._mean)) for own in self._made]

    def there(self, node: int, now: float) -> float:
        """When the machine is there: now, or when another one has taken its place."""
        if not self._made:
            return now
        while now >= self._next[node] + self._away:
            lived = float(self._made[node].exponential(self._mean))
            self._next[node] += self._away + lived
        return now if now < self._next[node] else self._next[node] + self._away

    def taken(self, node: int, now: float, until: float) -> float | None:
        """When it is taken back before a time; None if it is not."""
        if not self._made or self._next[node] >= until:
            return None
        return max(now, self._next[node])


class _Store:
    """Answers requests of all workers, one after the other at its rate."""

    def __init__(self, cluster: Cluster) -> None:
        self._each = 1 / cluster.requests_per_second if cluster.requests_per_second else 0.0
        self._wait = cluster.latency / (cluster.in_flight * cluster.cores)
        self._free = 0.0

    def fetched(self, asked: float, now: float, requests: float) -> float:
        """When all of a unit is there that was asked for at a time, not before now."""
        self._free = max(self._free, asked) + requests * self._each
        return max(now, self._free if self._each else now, asked + requests * self._wait)
