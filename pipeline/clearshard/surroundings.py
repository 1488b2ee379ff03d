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

#: Environment variables that hold a key in hex; each wins over its file.
PSEUDONYM_VARIABLE = "CLEARSHARD_KEY"
SIGNING_VARIABLE = "CLEARSHARD_SIGNING_KEY"
ENCRYPTION_VARIABLE = "CLEARSHARD_ENCRYPTION_KEY"
#: The same of keys that others have taken the place of, while something still hangs on them.
OLD_SIGNING_VARIABLE = "CLEARSHARD_OLD_SIGNING_KEY"
OLD_ENCRYPTION_VARIABLE = "CLEARSHARD_OLD_ENCRYPTION_KEY"
#: The key of the receiver of lineage events; the name is OpenLineage's own.
LINEAGE_VARIABLE = "OPENLINEAGE_API_KEY"
#: The key of the transcript API; the name is its provider's own.
API_VARIABLE = "ASSEMBLYAI_API_KEY"
#: All of these: what reads transcripts or answers questions has no use for them.
VARIABLES = (
    PSEUDONYM_VARIABLE,
    SIGNING_VARIABLE,
    ENCRYPTION_VARIABLE,
    OLD_SIGNING_VARIABLE,
    OLD_ENCRYPTION_VARIABLE,
    LINEAGE_VARIABLE,
    API_VARIABLE,
)

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
