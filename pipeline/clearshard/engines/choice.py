"""Which engine does the work. The only place that chooses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from clearshard.engines.engine import Engine
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop

if TYPE_CHECKING:  # who works on this machine needs none of it
    from clearshard.engines.cluster.connecting import Connecting


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the workers of a run are.

    Attributes:
        kind: On this machine, or on a cluster of Ray.
        address: Of the cluster, as ``HOST:PORT``; None for that of the environment, or for one that
            is started on this machine.
        connecting: To that cluster, if it was begun; see `reaching`.
    """

    kind: Literal["local", "ray"] = "local"
    address: str | None = None
    connecting: "Connecting | None" = None


LOCAL = Choice()


def engine_of(workers: int, stop: Stop | None = None, choice: Choice = LOCAL) -> Engine:
    """An engine that works on so many units at a time; it starts nothing yet.

    Args:
        workers: How many.
        stop: Looked at while mapping; None if nobody will ask.
        choice: Which one. One that is not of this machine takes only jobs that have a wire.
    """
    if choice.kind == "local":
        return LocalEngine(workers, stop)
    from clearshard.engines.cluster.engine import RayEngine  # nobody else needs it

    return RayEngine(workers, stop, choice.address, choice.connecting)


def prepare(preload: Sequence[str]) -> None:
    """Gets ready for an engine what takes long, and goes on while the caller does something else.

    A run needs it on this machine wherever its workers are: containers are read here.

    Args:
        preload: Modules that its jobs will need; see `Job`.

    Raises:
        RunFailed: It can be seen already that none will work here.
    """
    LocalEngine.prepare(preload)


@contextmanager
def reaching(choice: Choice) -> Iterator[Choice]:
    """Looks whether an engine can work, and connects while the caller sees what there is to do.

    Nothing is started on a cluster that is up, and nothing is waited for: why it does not answer is
    said to whoever has work for it.

    Yields:
        The same choice, for whoever makes an engine meanwhile.

    Raises:
        ConfigError: It is not installed, or its address is none.
        EngineUnavailable: Nobody is there.
    """
    if choice.kind == "local":
        yield choice
        return
    from clearshard.engines.cluster.engine import RayEngine

    connecting = RayEngine.begin(choice.address)
    if connecting is None:
        yield choice
        return
    with connecting:
        yield replace(choice, connecting=connecting)
