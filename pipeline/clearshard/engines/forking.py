"""Processes forked from one of our own, which knows nothing of the program that runs us.

The library may be called from anybody's program. The process that Python keeps to fork others from
(`multiprocessing.forkserver`) is that program's: it may have begun it, with its own modules and
environment, or begin it after us and find ours. And a process that Python starts first runs the
script that began the program once more, and takes its modules from wherever that took them, which
for a script is the folder that it lies in. A worker needs none of it.
"""

import io
import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing import popen_forkserver, reduction, spawn, util
from multiprocessing.context import ForkServerProcess, set_spawning_popen
from multiprocessing.forkserver import ForkServer, read_signed
from multiprocessing.process import BaseProcess
from typing import Any

from clearshard.children import module_path
from clearshard.errors import RunFailed

#: What a new process is told of the program's main script, to run it again.
_MAIN = ("init_main_from_name", "init_main_from_path")
#: Imported there before anything else.
_FIRST = "clearshard.engines.first"


class _Servers:
    """The process that this one forks workers from; another one in a process forked off it."""

    def __init__(self) -> None:
        self._server, self._of = ForkServer(), os.getpid()

    def get(self) -> ForkServer:
        if self._of != os.getpid():
            self._server, self._of = ForkServer(), os.getpid()
        return self._server


_SERVERS = _Servers()


def ensure_running(preload: Sequence[str]) -> None:
    """Starts the process to fork from, if there is none yet.

    Args:
        preload: Modules that it imports first.

    Raises:
        OSError: It cannot be talked to.
    """
    server = _SERVERS.get()
    server.set_forkserver_preload([_FIRST, *preload])
    server.ensure_running()


class _Popen(popen_forkserver.Popen):
    """Python's own, but for where it is forked from and what it is told of this program."""

    def _launch(self, process_obj: BaseProcess) -> None:
        told = spawn.get_preparation_data(process_obj.name)
        for name in _MAIN:
            told.pop(name, None)
        told["sys_path"] = module_path()
        buffer = io.BytesIO()
        set_spawning_popen(self)
        try:
            reduction.dump(told, buffer)
            reduction.dump(process_obj, buffer)
        finally:
            set_spawning_popen(None)
        # The type stubs leave out what Python's own `_launch` uses: `_fds` here, `util` below.
        self.sentinel, writer = _SERVERS.get().connect_to_new_process(self._fds)  # type: ignore[attr-defined]
        # Kept open as long as this object: so the process knows that its parent is there.
        parent = os.dup(writer)
        self.finalizer = util.Finalize(self, util.close_fds, (parent, self.sentinel))  # type: ignore[attr-defined]
        with open(writer, "wb", closefd=True) as pipe:  # noqa: PTH123 - a descriptor, and no path
            pipe.write(buffer.getbuffer())
        self.pid = read_signed(self.sentinel)


class ForkedProcess(ForkServerProcess):
    """A process forked from ours."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - `multiprocessing` calls it so
        return _Popen(process_obj)

    def start(self) -> None:
        """Starts it.

        Raises:
            RunFailed: This process may have no children.
        """
        if multiprocessing.current_process().daemon:
            raise RunFailed(
                "This process is a daemonic one of multiprocessing, which may start no others, and "
                "workers are processes. Call clearshard from one that is not, or run the command."
            )
        super().start()
