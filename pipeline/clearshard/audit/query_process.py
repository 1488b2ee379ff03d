"""The process that asks the database: what it does can be bounded, and end without harm.

A query can make the database allocate past the memory that the database counts (strings do), or
recurse until the process dies. So it is asked where the kernel bounds all memory, and where a crash
ends nothing but the question. On Linux an allocation above the bound fails at once. macOS holds no
such limit: there a thread looks how much the process has had, and ends it, so that it can go above
the bound by what is allocated between two looks.
"""

import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import pyarrow as pa

from clearshard.audit.database import connected, literal_path
from clearshard.audit.query_tree import check, may_read_accounts, refused
from clearshard.audit.reading import VisibleRun, open_decisions
from clearshard.audit.views import add_views
from clearshard.children import leave_out_pandas
from clearshard.errors import ClearshardError, QueryStopped

#: All that the process may have.
MEMORY_BYTES = 1 << 30
#: How a process ends that was refused memory.
OUT_OF_MEMORY = 77
#: What the database may use before it spills: the rest is for strings, results and the program.
_DATABASE_MEMORY = "512MiB"
_SPILL = "8GiB"
#: Each has a stack and buffers of its own.
_MOST_THREADS = 4
_ROWS_AT_ONCE = 8192
#: Rows travel in pieces of at most so much; the reader makes several copies of one.
MOST_AT_ONCE = 32 << 20
#: The database is asked to stop first; then the process is ended.
_SECONDS_OF_GRACE = 5.0
_SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, slots=True)
class Question:
    """What the process is asked; see `clearshard.audit.query.open_query`.

    Attributes:
        spill: A folder for temporary files, removed by whoever asks.
    """

    out: Path
    runs: tuple[VisibleRun, ...]
    sql: str
    seconds: float
    spill: str


class Kind:
    """The first byte of what is sent: the rest is an Arrow stream, or JSON, or nothing."""

    SCHEMA = b"S"
    ROWS = b"R"
    ERROR = b"E"
    END = b"."


def answer(connection: Connection, question: Question) -> None:
    """Sends the schema and the rows, or an error; then the process ends."""
    _be_quiet()
    _bound(question.seconds)
    tempfile.tempdir = question.spill
    try:
        leave_out_pandas()
        try:
            for message in answered(question):
                connection.send_bytes(message)
        except ClearshardError as error:
            told = {"error": type(error).__name__, "message": str(error)}
            connection.send_bytes(Kind.ERROR + json.dumps(told).encode())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:  # nobody reads it any more
        os._exit(1)


def _be_quiet() -> None:
    """Whoever asks decides what is shown, and what Ctrl-C means."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (1, 2):
        os.dup2(nowhere, handle)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _bound(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + _SECONDS_OF_GRACE)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    bound = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    else:
        threading.Thread(target=watch_memory, args=(MEMORY_BYTES,), daemon=True).start()


def watch_memory(memory_bytes: int) -> None:
    """Ends this process when it has had more than so much."""
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= memory_bytes:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(OUT_OF_MEMORY)


def answered(question: Question) -> Iterator[bytes]:
    """What is sent; bounded by nothing but the database's own settings.

    Raises:
        QueryRefused: As `clearshard.audit.query.open_query`, and the others.
    """
    # Finding the facts of accounts takes as long again as many a question.
    with connected() as parser:
        accounts = may_read_accounts(parser, question.sql)
    with open_decisions(question.runs, accounts=accounts) as connection:
        add_views(connection, question.out, question.runs)
        lock(connection, question.runs)
        with _told(question.seconds):
            check(connection, question.sql)
        timer = Timer(question.seconds, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            with _told(question.seconds):
                reader = connection.sql(question.sql).to_arrow_reader(_ROWS_AT_ONCE)
            yield Kind.SCHEMA + _stream(reader.schema)
            while True:
                with _told(question.seconds):
                    batch = next(reader, None)
                if batch is None:
                    break
                for piece in _pieces(batch):
                    yield Kind.ROWS + _stream(reader.schema, piece)
            yield Kind.END
        finally:
            timer.cancel()


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= MOST_AT_ONCE // 2:
        yield batch
    elif batch.num_rows == 1:
        raise QueryStopped(
            f"A row of the answer has more than {MOST_AT_ONCE >> 21} MiB. Narrow the query."
        )
    else:
        half = batch.num_rows // 2
        yield from _pieces(batch.slice(0, half))
        yield from _pieces(batch.slice(half))


def _stream(schema: pa.Schema, batch: pa.RecordBatch | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        if batch is not None:
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def lock(connection: duckdb.DuckDBPyConnection, runs: Sequence[VisibleRun]) -> None:
    """Leaves a database that reads the decisions files of these runs and nothing else, for good."""
    paths = list({str(path): None for run in runs for path in run.decisions_paths})
    # It asks for the pattern first, and then for the file that the pattern found.
    paths += [literal_path(path) for path in paths]
    settings: tuple[tuple[str, Any], ...] = (
        ("TimeZone", "UTC"),
        ("threads", min(_MOST_THREADS, os.cpu_count() or 1)),
        ("memory_limit", _DATABASE_MEMORY),
        ("max_temp_directory_size", _SPILL),
        ("allowed_paths", paths),
        ("enable_external_access", False),
        ("allow_community_extensions", False),
        ("lock_configuration", True),
    )
    for setting, value in settings:
        connection.execute(f"SET {setting} = $value", {"value": value})


def too_long(seconds: float) -> QueryStopped:
    """The query was stopped for its time."""
    return QueryStopped(
        f"The query took longer than {seconds:g} seconds. Narrow it, or allow more with --seconds."
    )


def too_large() -> QueryStopped:
    """The query was stopped for its memory."""
    return QueryStopped(
        f"The query needs more than {MEMORY_BYTES >> 30} GiB of memory and {_SPILL} of space. "
        "Narrow it."
    )


@contextmanager
def _told(seconds: float) -> Iterator[None]:
    """Turns what the database says into an error that says what to do."""
    try:
        yield
    except duckdb.InterruptException:
        raise too_long(seconds) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise too_large() from None
    except duckdb.IOException:
        raise  # a damaged or missing file: told by whoever opened it
    except duckdb.Error as error:
        raise refused(str(error)) from None
    except (pa.ArrowInvalid, OSError) as error:
        # While rows are read, the database speaks through Arrow.
        text = str(error)
        if "INTERRUPT" in text.upper():
            raise too_long(seconds) from None
        if "OUT OF MEMORY" in text.upper() or "ALLOCATION FAILURE" in text.upper():
            raise too_large() from None
        raise refused(text) from None
