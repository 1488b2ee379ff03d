"""One question in SQL, asked where nothing can be written and nothing else can be read.

The walls, each of which holds by itself against most of what a query could try:

1. The text must be one statement, and that a SELECT: no COPY, ATTACH, SET, PRAGMA, CALL, INSTALL.
2. Its syntax tree may name the published views, its own subqueries, of the functions that give
   tables only those that make one out of their arguments, and of the others only those whose value
   is made of their arguments (`query_tree`): no file readers, no settings, no catalogue.
3. The database has no access to the outside but to the decisions files of the runs, which it only
   reads, and its configuration is locked.
4. It is asked in a process of its own, whose memory, space for spilling and time are bounded, and
   which can die without harm (`query_process`); there is no network in it at all.

`docs/auditing.md` describes the views. What the database says of a wrong query is shown: it knows
the query, and of the data ids, reasons and facts, never a transcript.
"""

import json
import multiprocessing
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pyarrow as pa

from clearshard.audit.listing import Rows
from clearshard.audit.query_process import (
    MOST_AT_ONCE,
    OUT_OF_MEMORY,
    Kind,
    Question,
    answer,
    too_large,
    too_long,
)
from clearshard.audit.reading import VisibleRun
from clearshard.audit.selection import is_text
from clearshard.children import child_environment
from clearshard.errors import IntegrityError, QueryRefused, QueryStopped

_ERRORS = {error.__name__: error for error in (IntegrityError, QueryRefused, QueryStopped)}


@contextmanager
def open_query(out: Path, runs: Sequence[VisibleRun], sql: str, seconds: float) -> Iterator[Rows]:
    """Asks one question.

    Args:
        out: The output folder.
        runs: The runs that the views are made of.
        sql: One SELECT over the views `clearshard.audit.views.VIEWS`.
        seconds: After which it is stopped, reading its rows included.

    Yields:
        The rows; memory does not grow with their number.

    Raises:
        QueryRefused: It is not one SELECT over the views, or the database cannot answer it.
        QueryStopped: It took too long, needs more memory or space than it may have, or ended the
            process that asked it.
        IntegrityError: A table is damaged.
    """
    if not is_text(sql) or "\0" in sql:
        raise QueryRefused("The query is not text.")
    with tempfile.TemporaryDirectory(prefix="clearshard-audit-") as spill:
        asked = _Asked(Question(out, tuple(runs), sql, seconds, spill))
        try:
            kind, schema = asked.receive()
            if kind != Kind.SCHEMA:
                raise QueryStopped("The query has no answer. This is a defect.")
            yield Rows(_opened(schema).schema, _rows(asked))
        finally:
            asked.stop()


def _rows(asked: "_Asked") -> Iterator[pa.RecordBatch]:
    while True:
        kind, content = asked.receive()
        if kind == Kind.END:
            return
        yield from _opened(content)


def _opened(content: bytes) -> pa.RecordBatchReader:
    return pa.ipc.open_stream(content)


class _Asked:
    """A process that answers one question."""

    def __init__(self, question: Question) -> None:
        context = multiprocessing.get_context("spawn")
        self._seconds = question.seconds
        self._connection: Connection
        self._connection, theirs = context.Pipe(duplex=False)
        self._process: SpawnProcess = context.Process(
            target=answer, args=(theirs, question), daemon=True
        )
        with child_environment():
            self._process.start()
        theirs.close()

    def receive(self) -> tuple[bytes, bytes]:
        """What it sends next: its kind, and the content.

        Raises:
            ClearshardError: The error that it has sent, or how it ended instead.
        """
        try:
            message = self._connection.recv_bytes(MOST_AT_ONCE)
        except (EOFError, OSError):
            raise self._how_it_ended() from None
        kind, content = message[:1], message[1:]
        if kind == Kind.ERROR:
            told = json.loads(content)
            raise _ERRORS[told["error"]](told["message"])
        return kind, content

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _how_it_ended(self) -> QueryStopped:
        self._process.join()
        code = self._process.exitcode
        if code == -signal.SIGALRM:
            return too_long(self._seconds)
        if code == OUT_OF_MEMORY:
            return too_large()
        return QueryStopped(f"The query ended the process that asked it ({code}). Narrow it.")
