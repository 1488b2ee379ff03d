"""A process without a network asks the one that has started it for what lies there."""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

#: Called with a question; what it returns is the answer. It must not raise.
Answer = Callable[[Any], Any]


class Asker:
    """The side of whoever asks; it is handed to his process as that starts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, question: Any) -> Any:
        """The answer.

        Raises:
            OSError: There is nobody any more.
        """
        try:
            self._connection.send(question)
            return self._connection.recv()
        except EOFError:
            raise OSError("nobody answers") from None

    def close(self) -> None:
        """Closes this end, of which the other process has a copy."""
        self._connection.close()


def answering(answer: Answer) -> Asker:
    """Answers from now on, in a thread of its own, until whoever asks is gone."""
    ours, theirs = multiprocessing.Pipe()
    threading.Thread(target=_answer, args=(ours, answer), daemon=True).start()
    return Asker(theirs)


def _answer(connection: Connection, answer: Answer) -> None:
    with connection:
        while True:
            try:
                connection.send(answer(connection.recv()))
            except Exception:  # noqa: BLE001 - half a question, or nobody: whoever asks has died
                return
