"""What a member is once it has code of its own: the key, the channel, and the worker process.

Apart from `shell`, because it takes as long to import as half of what a worker needs, which is
imported beside it.
"""

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any

from clearshard.config import Keys, redaction_defaults
from clearshard.engines.cluster import messages
from clearshard.engines.cluster.sealing import Channel
from clearshard.engines.engine import Served
from clearshard.engines.local import LocalPool
from clearshard.engines.mapping import Line
from clearshard.engines.stopping import Stop
from clearshard.errors import RunFailed
from clearshard.keys import load_pseudonym_key


def channel_of(greeting: messages.Greeting) -> Channel:
    """What is spoken with whoever greets.

    Raises:
        ClearshardError: This is another program, or has not the key.
    """
    if messages.build() != greeting.build:
        raise RunFailed(
            "it has another version of clearshard, or of Python, than the machine that the run was "
            "started on. Install the same on both"
        )
    keys = Keys(file=greeting.key_file)
    config = redaction_defaults().model_copy(update={"keys": keys})
    key, _ = load_pseudonym_key(config, create=False)
    if key.key_id != greeting.key_id:
        raise RunFailed(
            f"its pseudonym key is {key.key_id}, and that of the run {greeting.key_id}. Give it "
            "the key of the run"
        )
    return Channel(key.secret, greeting.channel)


def host_of(task: messages.Task) -> "Host":
    """Makes the job, and starts the worker process."""
    module, _, function = task.there.partition(":")
    make: Callable[[bytes], Served[Any, Any]] = getattr(import_module(module), function)
    return Host(make(task.told))


class Host:
    """The worker process of a member, with all that the local engine does for one."""

    def __init__(self, served: Served[Any, Any]) -> None:
        """Starts it.

        Args:
            served: The job.
        """
        self._served = served
        self._line: Line[Any, Any] = Line()
        self._pool = LocalPool(served.job, 1, Stop(), self._line)
        self._pool.hand_out()
        self._fetching, self._working = Lock(), Lock()

    def work(self, packed: bytes) -> messages.Results:
        """Called in two threads: what the next unit needs is fetched while one is worked on."""
        with self._fetching:
            unit = self._served.fetch(self._served.unpack(packed))
        with self._working:
            return self._worked(unit)

    def _worked(self, unit: Any) -> messages.Results:
        self._line.take(unit)
        self._pool.hand_out()
        results: list[bytes] = []
        while self._line:
            results += map(self._served.pack, self._line.ready())
            if self._line:
                self._pool.step()
        return messages.Results(tuple(results))
