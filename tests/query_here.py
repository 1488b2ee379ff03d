"""Queries without a process for each: what it would do is done here.

To start one takes as long as twenty questions. Its walls and what crosses between the two are what
`tests/audit/query/` is about; tests of what is made of an answer ask here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clearshard.audit.query_process import Question, answered
from clearshard.errors import ClearshardError

from .one_database import databases_of_their_own


class _AnsweredHere:
    """Has all of an answer before anything of it is read."""

    def __init__(self, question: Question) -> None:
        self._messages: list[bytes] = []
        self._error: ClearshardError | None = None
        # It is locked, and would lock the one that all other questions are asked of.
        with databases_of_their_own():
            try:
                self._messages += answered(question)
            except ClearshardError as error:
                self._error = error

    def receive(self) -> tuple[bytes, bytes]:
        if not self._messages and self._error is not None:
            raise self._error
        message = self._messages.pop(0)
        return message[:1], message[1:]

    def stop(self) -> None:
        pass


@contextmanager
def queries_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearshard.audit.query._Asked", _AnsweredHere)
        yield
