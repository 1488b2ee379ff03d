"""The command ``clearshard``."""

import signal


def main() -> None:
    """Runs the command and exits with its code."""
    # While the rest is loaded, which takes a second, Ctrl-C ends the process and says nothing;
    # Python's own handler would show where in an import that was.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    import clearshard.engines.first  # not where somebody's program imports this module
    from clearshard.cli.entry import main as command

    clearshard.engines.first.loaded()
    command()


if __name__ == "__main__":
    main()
