"""Maps a job over the workers of a cluster; see `clearshard.engines.engine`."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from clearshard.collecting import seldom
from clearshard.engines.cluster.connecting import Connecting
from clearshard.engines.cluster.crew import Crew
from clearshard.engines.cluster.ground import Cluster
from clearshard.engines.cluster.reaching import (
    Question,
    cluster_address,
    require_open,
    require_ray,
)
from clearshard.engines.engine import UNITS_PER_WORKER, Job, Result, Unit
from clearshard.engines.mapping import Line, mapped
from clearshard.engines.stopping import Stop


class RayEngine:
    """Maps a job that has a wire over members of a cluster of Ray."""

    def __init__(
        self,
        workers: int,
        stop: Stop | None = None,
        address: str | None = None,
        connecting: Connecting | None = None,
    ) -> None:
        """Connects to nothing yet.

        Args:
            workers: Number of members, each with a processor of its own.
            stop: Looked at while mapping; None if nobody will ask.
            address: ``HOST:PORT`` of the cluster; None for that of the environment, or for one
                that is started on this machine and ends with the mapping.
            connecting: To the same cluster, if that was begun already: for the first mapping.
        """
        self._workers = workers
        self._stop = Stop() if stop is None else stop
        self._address = address
        self._connecting = connecting

    @staticmethod
    def begin(address: str | None) -> Connecting | None:
        """Connects to a cluster that is up, while the caller does something else.

        Args:
            address: As for an engine. Where it means none that is up nothing is begun: a cluster of
                our own is started for work alone.

        Raises:
            ConfigError: Ray is not installed, or the address is none.
            EngineUnavailable: Nobody is there.
        """
        require_ray()
        found = cluster_address(address)
        if found is None:
            return None
        require_open(found)
        _import_ray()
        return Connecting(Question(found), _connect)

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        """The results; after a request to stop those that are there within a few seconds.

        Raises:
            ClearshardError: What the job raised in a worker, or that the cluster has none.
            Interrupted: After a request to stop; also where `units` raises it.
        """
        line: Line[Unit, Result] = Line()
        connect = partial(_connected, self._address, self._workers, self._connecting)
        crew = Crew(job, self._workers, self._stop, line, connect)
        yield from mapped(line, crew, units, self._workers * UNITS_PER_WORKER, self._stop)


def _connected(address: str | None, workers: int, connecting: Connecting | None) -> Cluster:
    begun = None if connecting is None else connecting.take()
    if begun is not None:
        return begun
    found = cluster_address(address)
    require_ray()
    return _connect(None if found is None else Question(found), workers)


def _import_ray() -> None:
    """Imports Ray before anything else is: while it connects, all else can be.

    Beside each other the two would take each other's time, and connecting would wait for both.
    """
    with seldom(), suppress(Exception):  # a broken one: whoever has work for it is told
        from clearshard.engines.cluster.actors import load_ray

        load_ray()


def _connect(asked: Question | None, workers: int = 0) -> Cluster:
    # It takes most of a second to import Ray, and most mappings are over other engines.
    from clearshard.engines.cluster.actors import RayCluster

    return RayCluster(asked, workers)
