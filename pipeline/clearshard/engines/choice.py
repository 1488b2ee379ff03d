"""Which engine does the work. The only place that chooses; there is one to choose from."""

from collections.abc import Sequence

from clearshard.engines.engine import Engine
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop


def engine_of(workers: int, stop: Stop | None = None) -> Engine:
    """An engine that works on so many units at a time; it starts nothing yet.

    Args:
        workers: How many.
        stop: Looked at while mapping; None if nobody will ask.
    """
    return LocalEngine(workers, stop)


def prepare(preload: Sequence[str]) -> None:
    """Gets ready for an engine what takes long, and goes on while the caller does something else.

    Args:
        preload: Modules that its jobs will need; see `Job`.

    Raises:
        RunFailed: It can be seen already that none will work here.
    """
    LocalEngine.prepare(preload)
