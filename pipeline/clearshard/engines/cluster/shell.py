"""A member of a cluster: what has a network, opens what comes for a worker process, and hosts that.

Every method takes bytes and gives bytes, and none raises: what Ray would carry of an exception is
its text. A member that cannot go on ends its process, and whoever called sees that it is lost.
"""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from clearshard.children import module_path
from clearshard.engines.cluster import messages
from clearshard.engines.serving import forbid_core_dumps
from clearshard.engines.worker import prepare
from clearshard.errors import ClearshardError, RunFailed

if TYPE_CHECKING:
    from clearshard.engines.cluster.hosting import Host
    from clearshard.engines.cluster.sealing import Channel

#: Everything that is allowed to others than the user of the process.
_OF_OTHERS = 0o077


class Shell:
    """One member, and the worker process that it hosts."""

    def __init__(self) -> None:
        """Has no worker yet."""
        forbid_core_dumps()
        os.umask(_OF_OTHERS)
        self._channel: Channel | None = None
        self._host: Host | None = None

    def hello(self, greeting: bytes) -> bytes:
        """Says whether it can work for whoever greets.

        Args:
            greeting: A `Greeting`.

        Returns:
            `Here` or `Trouble`.
        """
        return _told(lambda: self._hello(messages.decode(greeting, type=messages.Greeting)))

    def begin(self, task: bytes) -> bytes:
        """Makes the job, and starts the worker process.

        Args:
            task: A `Task`, sealed.

        Returns:
            `Ready` or `Trouble`, sealed.
        """
        channel = self._channel or _end()
        told = _told(
            lambda: self._begin(
                messages.decode(channel.open(messages.TASK, task), type=messages.Task)
            )
        )
        return channel.seal(messages.READY, told)

    def work(self, number: int, unit: bytes) -> bytes:
        """Has a unit worked on.

        Args:
            number: Of this call.
            unit: As the job packs it, sealed.

        Returns:
            `Results` or `Trouble`, sealed.
        """
        channel, host = self._channel or _end(), self._host or _end()
        told = _told(lambda: host.work(channel.open(f"{messages.UNIT} {number}", unit)))
        return channel.seal(f"{messages.RESULTS} {number}", told)

    def pulse(self) -> bytes:
        """Shows that the process still answers."""
        return b""

    def _hello(self, greeting: messages.Greeting) -> messages.Here:
        sys.path[:] = module_path(greeting.strange)
        # Before all that takes longer to import.
        prepare(greeting.preload)
        from clearshard.engines.cluster.hosting import channel_of

        self._channel = channel_of(greeting)
        return messages.Here(self._channel.seal(messages.PROOF, greeting.channel))

    def _begin(self, task: messages.Task) -> messages.Ready:
        from clearshard.engines.cluster.hosting import host_of  # `hello` has imported it

        self._host = host_of(task)
        return messages.Ready()


def _end() -> NoReturn:
    """Ends a member that is asked for what it cannot have been asked for."""
    os._exit(1)


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
