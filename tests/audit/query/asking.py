"""Ways to ask: in a process of its own, in this one, and without the checks of the text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from clearshard.audit.export import as_json
from clearshard.audit.query import open_query
from clearshard.audit.query_process import Kind, Question, answered, lock
from clearshard.audit.reading import open_decisions, visible_runs
from clearshard.audit.views import add_views

from ..building import Output, Row, excluded

SECRET = "SECRET CONTENT"


def ask(output: Output, sql: str, seconds: float = 30.0) -> list[dict[str, Any]]:
    with open_query(output.out, visible_runs(output.out), sql, seconds) as rows:
        return list(as_json(rows.batches))


def ask_here(output: Output, sql: str) -> list[dict[str, Any]]:
    """What the process would do, in this one: starting one takes half a second."""
    asked = Question(output.out, visible_runs(output.out), sql, 30, str(output.out))
    sent = list(answered(asked))
    assert [message[:1] for message in (sent[0], sent[-1])] == [Kind.SCHEMA, Kind.END]
    streams = [pa.ipc.open_stream(message[1:]) for message in sent[:-1]]
    return list(as_json(batch for stream in streams for batch in stream))


def publish_two(output: Output) -> Output:
    output.publish("old", [Row("f1"), excluded("f2", "eu_server", region="eu")])
    output.publish("new", superseded=["old"])
    return output


@contextmanager
def locked_database(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    runs = visible_runs(two.out)
    with open_decisions(runs, accounts=True) as connection:
        add_views(connection, two.out, runs)
        lock(connection, runs)
        yield connection
