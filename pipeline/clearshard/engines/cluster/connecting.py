"""A connection to a cluster that is up, begun before there is a unit, beside other work.

It takes most of a second to import Ray, to ask the cluster for its versions and to register there:
about as long as a run takes to see what there is to do. No member is asked for meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Self

from clearshard.engines.cluster.ground import Cluster
from clearshard.engines.cluster.reaching import Question


class Connecting:
    """One that was begun. To be closed, which ends it if nobody has taken it."""

    def __init__(self, asked: Question, connect: Callable[[Question], Cluster]) -> None:
        """Begins.

        Args:
            asked: The cluster.
            connect: Called in another thread.
        """
        self._asked = asked
        self._pool = ThreadPoolExecutor(1)
        self._made: Future[Cluster] | None = self._pool.submit(connect, asked)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self) -> Cluster | None:
        """The connection, once it is there, which the caller closes; None if it was taken.

        Raises:
            ClearshardError: Why there is none.
        """
        if self._made is None:
            return None
        # Whoever is interrupted here has not taken it.
        made = self._made.result()
        self._made = None
        return made

    def close(self) -> None:
        """Ends it, if nobody has taken it: nobody waits any more for a cluster that is silent."""
        self._asked.give_up()
        made, self._made = self._made, None
        if made is not None:
            with suppress(Exception):  # whatever it is: nobody has work for it
                made.result().close()
        self._pool.shutdown()
