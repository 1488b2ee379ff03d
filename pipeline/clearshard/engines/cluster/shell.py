"""A member of a cluster: what has a network, opens what comes for a worker process, and hosts that.

Every method takes bytes and gives bytes, and none raises: what Ray would carry of an exception is
its text. A member that cannot go on ends its process, and whoever called sees that it is lost.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any

from clearshard.children import module_path
from clearshard.config import Keys, redaction_defaults
from clearshard.engines.cluster import messages
from clearshard.engines.cluster.sealing import Channel
from clearshard.engines.engine import Served
from clearshard.engines.local import LocalPool
from clearshard.engines.mapping import Line
from clearshard.engines.serving import forbid_core_dumps
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import prepare
from clearshard.errors import ClearshardError, RunFailed
from clearshard.keys import load_pseudonym_key

#: Everything that is allowed to others than the user of the process.
_OF_OTHERS = 0o077


class Shell:
    """One member, and the worker process that it hosts."""

    def __init__(self) -> None:
        """Has no worker yet."""
        forbid_core_dumps()
        os.umask(_OF_OTHERS)
        self._channel: Channel | None = None
        self._host: _Host | None = None

    def hello(self, greeting: bytes) -> bytes:
        """Says whether it can work for whoever greets.

        Args:
            greeting: A `Greeting`.

        Returns:
            `Here` or `Trouble`.
        """
        opened = messages.decode(greeting, type=messages.Greeting)
        return _told(lambda: self._hello(opened))

    def begin(self, task: bytes) -> bytes:
        """Makes the job, and starts the worker process.

        Args:
            task: A `Task`, sealed.

        Returns:
            `Ready` or `Trouble`, sealed.
        """
        assert self._channel is not None
        opened = messages.decode(self._channel.open(messages.TASK, task), type=messages.Task)
        return self._channel.seal(messages.READY, _told(lambda: self._begin(opened)))

    def work(self, number: int, unit: bytes) -> bytes:
        """Has a unit worked on.

        Args:
            number: Of this call.
            unit: As the job packs it, sealed.

        Returns:
            `Results` or `Trouble`, sealed.
        """
        assert self._channel is not None
        assert self._host is not None
        host, opened = self._host, self._channel.open(f"{messages.UNIT} {number}", unit)
        return self._channel.seal(f"{messages.RESULTS} {number}", _told(lambda: host.work(opened)))

    def pulse(self) -> bytes:
        """Shows that the process still answers."""
        return b""

    def _hello(self, greeting: messages.Greeting) -> messages.Here:
        sys.path[:] = module_path(greeting.strange)
        prepare(greeting.preload)
        if messages.build() != greeting.build:
            raise RunFailed(
                "it has another version of clearshard, or of Python, than the machine that the "
                "run was started on. Install the same on both"
            )
        keys = Keys(file=greeting.key_file)
        config = redaction_defaults().model_copy(update={"keys": keys})
        key, _ = load_pseudonym_key(config, create=False)
        if key.key_id != greeting.key_id:
            raise RunFailed(
                f"its pseudonym key is {key.key_id}, and that of the run {greeting.key_id}. Give "
                "it the key of the run"
            )
        self._channel = Channel(key.secret, greeting.channel)
        return messages.Here(self._channel.seal(messages.PROOF, greeting.channel))

    def _begin(self, task: messages.Task) -> messages.Ready:
        module, _, function = task.there.partition(":")
        make: Callable[[bytes], Served[Any, Any]] = getattr(import_module(module), function)
        self._host = _Host(make(task.told))
        return messages.Ready()


class _Host:
    """The worker process of a member, with all that the local engine does for one."""

    def __init__(self, served: Served[Any, Any]) -> None:
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


def _told(answer: Callable[[], messages.Answer]) -> bytes:
    try:
        return messages.encode(answer())
    except ClearshardError as error:
        trouble = messages.trouble_of(error)
    except MemoryError:
        os._exit(1)
    except BaseException as error:  # noqa: BLE001 - what it says could quote a transcript
        failed = RunFailed(f"A member of the cluster failed: {type(error).__name__}.")
        trouble = messages.trouble_of(failed)
    return messages.encode(trouble)
