"""The environment of this process: what it starts inherits it, and its secrets are read from it.

Python hands all of it to a process that is started. So for that moment secrets are taken out of it
(`clearshard.children`), and some processes are started beside other work. Whoever read a key then
would find none: a run would make a new one, or be told that it has no credentials. And of two
threads that took something out at once, the second would put back what the first had left.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

_whole = RLock()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keeps every other thread from changing the environment, or reading a secret from it."""
    with _whole:
        yield


def variable(name: str) -> str | None:
    """A variable of the environment; None if it is not set."""
    with _whole:
        return os.environ.get(name)
