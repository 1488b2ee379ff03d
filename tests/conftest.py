"""What all tests rely on."""

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Commands that tests start can be interrupted from their first moment on.

    A shell lets what it starts in the background ignore SIGINT, and that is handed on to the tests
    and to every command that they start, until it has a handler of its own.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
