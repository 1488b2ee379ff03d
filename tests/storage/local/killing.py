"""A way to kill who uses a store, before any call of the system."""

import os
import signal
from collections.abc import Callable
from typing import Any

from clearshard.storage.local import LocalStore

#: What the store asks of the system: between any two of these its process may die.
_CALLS = (
    *("open", "close", "write", "fsync", "fstat", "stat", "link", "unlink", "rename", "mkdir"),
    *("utime", "fchmod", "scandir"),
)


def crash(store: LocalStore, use: Callable[[], object], before_call: int) -> bool:
    """Kills a child before its call of that number; whether it came that far."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    calls = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == before_call:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counting

    try:
        for name in _CALLS:
            setattr(os, name, counted(getattr(os, name)))
        use()
    finally:
        os._exit(0)
