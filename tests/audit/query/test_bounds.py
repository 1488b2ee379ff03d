"""A query has bounded memory and time, and leaves no process."""

import contextlib
import multiprocessing
import os
import resource
import threading
import time
from itertools import islice

import pytest

from clearshard.audit.query import open_query
from clearshard.audit.query_process import MEMORY_BYTES, watch_memory
from clearshard.audit.reading import visible_runs
from clearshard.errors import QueryRefused, QueryStopped

from ..building import Output
from .asking import ask


def test_a_query_that_takes_too_long_is_stopped(two: Output) -> None:
    with pytest.raises(QueryStopped, match=r"longer than 0\.1 seconds") as caught:
        ask(two, "SELECT count(*) FROM range(10000000000) a, range(1000) b", 0.1)
    assert caught.value.exit_code == 1


def test_rows_that_take_too_long_are_stopped(two: Output) -> None:
    with pytest.raises(QueryStopped, match="longer than"):
        ask(two, "SELECT a.range FROM range(100000000) a WHERE md5(a.range::VARCHAR) < '0001'", 0.1)


BOMBS = [
    "SELECT length(repeat('a', 4000000000))",
    "SELECT repeat('a', 900000000)",
    "SELECT length(lpad('a', 2000000000, 'b'))",
    "SELECT length(rpad('a', 2000000000, 'b'))",
    "SELECT length(concat(repeat('a', 500000000), repeat('b', 500000000)))",
    "SELECT length(replace(repeat('a', 90000000), 'a', repeat('b', 100)))",
    "SELECT length(format('{:>1900000000}', 'x'))",
    "SELECT length(printf('%1900000000d', 1))",
    "SELECT list(md5(range::VARCHAR)) FROM range(50000000)",
    "SELECT len(range(1000000000000))",
    "SELECT len(list_transform(range(500000000), lambda x: x * 2))",
    "SELECT string_agg(md5(range::VARCHAR), ',' ORDER BY range DESC) FROM range(50000000)",
    "SELECT histogram(md5(range::VARCHAR)) FROM range(50000000)",
    "SELECT map_from_entries(list((range, range))) FROM range(100000000)",
    "SELECT array_agg(decisions) FROM decisions, range(100000000)",
    "SELECT regexp_extract_all(repeat('a', 200000000), '.')",
    "SELECT string_split(repeat('a,', 200000000), ',')",
    "SELECT to_json(range(400000000))",
    "WITH RECURSIVE t(s) AS (SELECT 'ab' UNION ALL SELECT s || s FROM t WHERE length(s) < 1e11) "
    "SELECT max(length(s)) FROM t",
    "PIVOT (SELECT range AS n FROM range(100000)) ON n USING count(*)",
    "SELECT * FROM range(1000000) a, range(1000000) b ORDER BY md5((a.range + b.range)::VARCHAR)",
    "SELECT count(*) FROM generate_series(1, 1000000000000)",
    "SELECT count(*) FROM range(1000000000000) WHERE regexp_matches(range::VARCHAR, '(a*)*b')",
    "SELECT count(*) FROM decisions a, decisions b, decisions c, decisions d, range(100000000000)",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
    "SELECT regexp_matches(repeat('a', 100000000), '(a|aa)+$')",
    "SELECT " + "(" * 100_000 + "1" + ")" * 100_000,
    "SELECT " + "-" * 3 + "1" + " + 1" * 200_000,
    "SELECT " + "[" * 5_000 + "1" + "]" * 5_000,
    "SELECT " + "(SELECT " * 900 + "1" + ")" * 900,
]
#: Each takes seconds: of every kind one is asked each time, all of them by `make soak`.
OFTEN = (0, 1, 8, 18, 24, 26)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(sql, id=str(n), marks=() if n in OFTEN else pytest.mark.soak)
        for n, sql in enumerate(BOMBS)
    ],
)
def test_no_query_has_more_memory_or_time_than_it_may(two: Output, sql: str) -> None:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with contextlib.suppress(QueryStopped, QueryRefused):
        assert len(str(ask(two, sql, 1))) < 10_000  # one that is answered has done no harm
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of processor time, which nobody else's work adds to: its second, five of grace, its start.
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < (1 + 5 + 8) * (os.cpu_count() or 1)
    # Of all processes that have ended and been waited for, the largest.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= MEMORY_BYTES + (
        64 << 20
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 300 << 10
    assert multiprocessing.active_children() == []


def test_a_query_that_needs_too_much_memory_is_stopped(two: Output) -> None:
    with pytest.raises(QueryStopped, match="1 GiB of memory") as caught:
        ask(two, "SELECT length(repeat('a', 4000000000))")
    assert caught.value.exit_code == 1


def test_a_row_that_is_too_large_is_stopped(two: Output) -> None:
    with pytest.raises(QueryStopped, match="A row of the answer has more than 16 MiB"):
        ask(two, "SELECT repeat('a', 20000000)")
    assert ask(two, "SELECT repeat('a', 9000000) AS s FROM range(5)")[4]["s"].startswith("aaa")


@pytest.mark.slow
def test_a_query_that_spills_is_answered(two: Output) -> None:
    # 640 MB of values, of which the database may hold 512 MiB.
    sql = (
        "SELECT count(*) AS n FROM "
        "(SELECT repeat(md5(range::VARCHAR), 20) FROM range(1000000) GROUP BY 1)"
    )
    assert ask(two, sql) == [{"n": 1_000_000}]


def test_where_no_kernel_holds_the_bound_a_thread_does() -> None:
    started = multiprocessing.get_context("spawn").Process(target=_grow)
    started.start()
    started.join(30)
    assert started.exitcode == 77


def _grow() -> None:
    threading.Thread(target=watch_memory, args=(300 << 20,), daemon=True).start()
    held = []
    while True:
        held.append(b"x" * (1 << 20))
        time.sleep(0.001)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_who_stops_reading_leaves_no_process(two: Output, rows: int) -> None:
    sql = "SELECT range FROM range(100000000)"
    with open_query(two.out, visible_runs(two.out), sql, 30) as found:
        assert sum(1 for _ in islice(found.batches, rows)) == rows
    assert multiprocessing.active_children() == []
