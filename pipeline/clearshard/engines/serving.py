"""The life of a worker process: what it may use, and how it ends.

It ends with its parent, leaves no core dump, has no network, cannot have more memory than it was
given, and says nothing that could quote a transcript.
"""

import ctypes
import gc
import os
import resource
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from clearshard.children import leave_out_pandas
from clearshard.engines.offline import close_network
from clearshard.errors import ClearshardError, RunFailed

#: How a worker ends that was refused memory; 1 is any other crash.
OUT_OF_MEMORY = 77
#: Elsewhere the parent has to look how much memory a worker has.
KERNEL_HOLDS_BOUND = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_SECONDS_BETWEEN_LOOKS = 1.0


def forbid_core_dumps() -> None:
    """Keeps the memory of this process, with what it holds of transcripts, from reaching a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit does not hold where the kernel pipes dumps to a program; this does.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def limit_memory(memory_bytes: int) -> None:
    """Makes every allocation above the bound fail, at once and whoever makes it.

    Linux counts writable private memory for this limit (`docs/reliability.md` has how near that is
    to resident memory). Where no kernel holds the bound, the parent watches.
    """
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        memory_bytes = min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, hard))


def end_with_parent() -> None:
    """Sees to it that this process is not left behind, even if it hangs."""
    _let_go()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=watch_parent, args=(os.getppid(),), daemon=True).start()


def _let_go() -> None:
    """Closes what every forked process is given to start others of its own, which no worker does.

    The process that workers are forked from lives as long as somebody holds one end of a pipe; a
    worker that hangs would keep it, and itself, alive for good.
    """
    # There is no public name for either; both are there in all versions of Python that we take.
    for holder, name in (
        (forkserver._forkserver, "_forkserver_alive_fd"),  # noqa: SLF001 - see above
        (resource_tracker._resource_tracker, "_fd"),  # noqa: SLF001 - see above
    ):
        handle = getattr(holder, name, None)
        if handle is not None:
            os.close(handle)
            setattr(holder, name, None)


def watch_parent(parent: int) -> None:
    """Ends this process when its parent is another one."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def serve(
    connection: Connection,
    memory_bytes: int,
    make: Callable[..., Callable[[Any], Any]],
    arguments: tuple[Any, ...],
) -> None:
    """Makes the function, then answers units with results until the parent is gone."""
    # What was loaded before the fork stays for good. Looking through it for garbage would also copy
    # it, page by page.
    gc.freeze()
    end_with_parent()
    forbid_core_dumps()
    # Before anything is loaded: a recognizer of somebody's own is code from elsewhere.
    close_network()
    # Ctrl-C goes to the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    try:
        _serve(connection, memory_bytes, make, arguments)
    except OSError:  # the parent is gone; there is nobody to tell
        os._exit(1)


def _serve(
    connection: Connection,
    memory_bytes: int,
    make: Callable[..., Callable[[Any], Any]],
    arguments: tuple[Any, ...],
) -> None:
    try:
        if KERNEL_HOLDS_BOUND:
            limit_memory(memory_bytes)
        function = make(*arguments)
        # Not before: a recognizer of somebody's own may have loaded it.
        leave_out_pandas()
    except ClearshardError as error:
        connection.send(("error", error))
        return
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # noqa: BLE001 - a traceback would quote its input
        connection.send(("error", RunFailed(f"A worker could not start: {type(error).__name__}.")))
        return
    # What has been loaded stays for good, and a unit leaves nothing behind: looking for garbage in
    # the middle of one finds none and takes time.
    gc.collect()
    gc.freeze()
    gc.disable()
    # In glibc alone.
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    connection.send(("ready", None))
    while True:
        try:
            unit = connection.recv()
        except EOFError:  # the parent is gone
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        try:
            result = function(unit)
        except ClearshardError as error:  # not the unit's fault: a full disk, say
            connection.send(("error", error))
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:  # noqa: BLE001 - the parent sees a crash and takes the unit apart
            os._exit(1)
        connection.send(("result", result))
        del unit, result
        gc.collect()
        if give_back is not None:
            # glibc keeps freed memory that has some in use above it, and those mix more and more.
            # This takes a millisecond.
            give_back(ctypes.c_size_t(0))
