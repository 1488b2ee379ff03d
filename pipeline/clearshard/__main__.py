"""The command ``clearshard``."""

import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from clearshard.collecting import seldom

#: Asks what a command can do.
_HELP = frozenset(("-h", "--help"))


def main() -> None:
    """Runs the command and exits with its code."""
    # While the rest is loaded, which takes a second, Ctrl-C ends the process and says nothing;
    # Python's own handler would show where in an import that was.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with seldom():
        _begin(sys.argv[1:])
        from clearshard.cli.entry import main as command
    command()


def _begin(arguments: Sequence[str]) -> None:
    """Has what workers need imported beside what the command needs itself."""
    if [*arguments[:1]] != ["run"] or not _HELP.isdisjoint(arguments):
        return
    from clearshard.engines.choice import prepare
    from clearshard.errors import RunFailed
    from clearshard.run import PRELOAD

    with suppress(RunFailed):  # the command tries again, and says it
        prepare(PRELOAD)


if __name__ == "__main__":
    main()
