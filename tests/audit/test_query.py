"""A query answers what it may be asked, and can do nothing else: every wall by itself."""

import contextlib
import hashlib
import json
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from clearshard.audit import query_process, query_tree
from clearshard.audit.database import connected
from clearshard.audit.export import as_json
from clearshard.audit.query import open_query
from clearshard.audit.query_process import (
    MEMORY_BYTES,
    Kind,
    Question,
    answered,
    lock,
    watch_memory,
)
from clearshard.audit.query_tree import check, may_read_accounts
from clearshard.audit.reading import open_decisions, visible_runs
from clearshard.audit.views import VIEWS, add_views
from clearshard.errors import ClearshardError, IntegrityError, QueryRefused, QueryStopped

from ..one_database import databases_of_their_own
from .building import NAME, Output, Row, excluded


@pytest.fixture(autouse=True, scope="module")
def _databases_of_their_own() -> Iterator[None]:
    """What is set and locked is set for a whole database."""
    with databases_of_their_own():
        yield


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


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """Made once: no question changes anything, and that is looked at where it might."""
    return publish_two(Output(tmp_path_factory.mktemp("two") / NAME))


ANSWERED: list[tuple[str, list[dict[str, Any]] | None]] = [
    ("SELECT count(*) AS n FROM decisions", [{"n": 9}]),
    (
        "SELECT reason, count(*) AS n FROM reasons GROUP BY ALL ORDER BY n DESC, 1 LIMIT 1",
        [{"reason": "eu_server", "n": 2}],
    ),
    (
        "SELECT run_id, seen, written, superseded_by FROM runs ORDER BY as_of",
        [
            {"run_id": "old", "seen": 2, "written": 1, "superseded_by": "new"},
            {"run_id": "new", "seen": 7, "written": 3, "superseded_by": None},
        ],
    ),
    ("SELECT count(*) AS n FROM shards WHERE superseded_by IS NULL", [{"n": 2}]),
    (
        "SELECT seq, event, appended_at FROM events WHERE seq = 0",
        [{"seq": 0, "event": "run_started", "appended_at": "2026-03-01T12:01:00Z"}],
    ),
    ("WITH a AS (SELECT file_id FROM decisions) SELECT count(*) AS n FROM A", [{"n": 9}]),
    (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) "
        "SELECT max(n) AS n FROM t",
        [{"n": 4}],
    ),
    ("FROM Decisions SELECT facts.region AS r, run_order WHERE file_id = 'f5'", None),
    ("SELECT x FROM range(2) AS t(x)", [{"x": 0}, {"x": 1}]),
    ("SELECT u AS r FROM decisions, unnest(reasons) AS t(u) WHERE file_id = 'f2'", None),
    ("VALUES (1, 'a;b')", [{"col0": 1, "col1": "a;b"}]),
    ("SELECT 1 AS n; -- one statement", [{"n": 1}]),
]


@pytest.mark.parametrize(("sql", "rows"), ANSWERED)
def test_answers(two: Output, sql: str, rows: list[dict[str, Any]] | None) -> None:
    found = ask_here(two, sql)
    assert found
    assert rows is None or found == rows


@pytest.mark.parametrize(("sql", "rows"), [ANSWERED[2], ANSWERED[4]])
def test_answers_across_processes(two: Output, sql: str, rows: list[dict[str, Any]]) -> None:
    assert ask(two, sql) == rows


#: What a hostile or careless user could try: {secret} is a file outside, {inside} a decisions file,
#: {target} a path to write to.
HOSTILE = [
    "COPY decisions TO '{target}'",
    "COPY (SELECT 1) TO '{inside}'",
    "COPY runs FROM '{secret}'",
    "EXPORT DATABASE '{target}'",
    "IMPORT DATABASE '{target}'",
    "ATTACH '{target}' AS x",
    "ATTACH ':memory:' AS x",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{secret}'",
    "FORCE INSTALL json",
    "UPDATE EXTENSIONS",
    "SET enable_external_access = true",
    "SET GLOBAL allowed_paths = ['/']",
    "RESET lock_configuration",
    "SET memory_limit = '100GB'",
    "SET threads = 64",
    "SET VARIABLE x = 1",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "PRAGMA add_parquet_key('a', '0123456789abcdef')",
    "CALL pragma_version()",
    "CALL enable_logging()",
    "CREATE TABLE x AS SELECT 1",
    "CREATE VIEW x AS SELECT 1",
    "CREATE MACRO m() AS TABLE SELECT * FROM read_text('{secret}')",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE TRIGGER t AFTER INSERT ON runs FOR EACH ROW EXECUTE SELECT 1",
    "CREATE OR REPLACE VIEW decisions AS SELECT 1",
    "INSERT INTO runs SELECT * FROM runs",
    "UPDATE runs SET seen = 0",
    "DELETE FROM runs",
    "TRUNCATE runs",
    "MERGE INTO runs USING runs AS r ON false WHEN NOT MATCHED THEN INSERT VALUES (1)",
    "DROP VIEW decisions",
    "ALTER TABLE runs DROP COLUMN seen",
    "BEGIN",
    "COMMIT",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE decisions",
    "SHOW ALL TABLES",
    "SUMMARIZE decisions",
    "SELECT * FROM (DESCRIBE decisions)",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY runs TO '{target}'",
    "SELECT * FROM '{secret}'",
    'SELECT * FROM "{secret}"',
    "SELECT * FROM '{inside}'",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM READ_TEXT('{secret}')",
    "SELECT * FROM read_csv('{secret}', header = false)",
    "SELECT * FROM read_csv_auto('{secret}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM read_ndjson_objects('{secret}')",
    "SELECT * FROM read_parquet('{inside}')",
    "SELECT * FROM parquet_scan('{inside}')",
    "SELECT * FROM parquet_metadata('{inside}')",
    "SELECT * FROM parquet_kv_metadata('{inside}')",
    "SELECT * FROM read_duckdb('{secret}')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM query('SELECT content FROM read_text(''{secret}'')')",
    "SELECT * FROM query_table('decisions_rows')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM decisions WHERE file_id IN (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM decisions ORDER BY (SELECT count(*) FROM glob('/*'))",
    "SELECT CASE WHEN true THEN (SELECT content FROM read_text('{secret}')) END",
    "WITH a AS (SELECT * FROM read_text('{secret}')) SELECT * FROM a",
    "WITH RECURSIVE a AS (SELECT 1 UNION SELECT size FROM read_text('{secret}')) SELECT * FROM a",
    "SELECT * FROM runs UNION ALL BY NAME SELECT * FROM read_text('{secret}')",
    "SELECT * FROM runs, LATERAL (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM (VALUES (1)) v(x) JOIN read_text('{secret}') ON true",
    "SELECT EXISTS (FROM read_text('{secret}'))",
    "PIVOT (SELECT * FROM read_text('{secret}')) ON filename USING count(*)",
    "SELECT * FROM (PIVOT runs ON run_id IN ('a') USING count(*)) JOIN glob('/*') ON true",
    "SELECT count(*) OVER (ORDER BY (SELECT content FROM read_text('{secret}')))",
    "SELECT * FROM which_secret('s3://x', 's3')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_temporary_files()",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM pragma_table_info('runs')",
    "SELECT * FROM enable_logging('QueryLog', storage = 'file')",
    "SELECT * FROM enable_profiling(save_location = '{target}')",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM summary((SELECT 1))",
    "SELECT * FROM main.decisions_files",
    "SELECT * FROM memory.main.decisions",
    "SELECT * FROM decisions_rows",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_catalog.pg_settings",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM python_map_function()",
    "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT getenv('HOME')",
    "SELECT write_log('x')",
    "SELECT sleep_ms(100000)",
    "SELECT pg_sleep(100000)",
    "SELECT \"current_setting\"('temp_directory')",
    "SELECT system.main.current_setting('temp_directory')",
    "SELECT 'temp_directory'.current_setting()",
    "SELECT list_transform(['a'], lambda x: current_setting('temp_directory'))",
    "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings",
    "WITH duckdb_settings AS (SELECT 1) SELECT * FROM duckdb_settings",
    "WITH DuckDB_Tables AS (FROM duckdb_tables) FROM DUCKDB_TABLES",
    'WITH "duckdb_views" AS (SELECT sql FROM duckdb_views) SELECT * FROM duckdb_views',
    "WITH sqlite_master AS (SELECT * FROM sqlite_master) SELECT * FROM sqlite_master",
    "WITH pg_settings AS (FROM pg_settings) FROM pg_settings",
    "WITH pragma_database_list AS (FROM pragma_database_list) FROM pragma_database_list",
    "WITH decisions_rows AS (FROM decisions_rows) FROM decisions_rows",
    "WITH decisions_files AS (FROM decisions_files) FROM decisions_files",
    "WITH a AS (SELECT * FROM duckdb_columns), duckdb_columns AS (SELECT 1) SELECT * FROM a",
    "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
    "WITH a AS (SELECT * FROM a) SELECT * FROM a",
    "WITH RECURSIVE duckdb_types AS (FROM duckdb_types UNION ALL FROM duckdb_types) "
    "FROM duckdb_types",
    "WITH RECURSIVE t AS (SELECT * FROM t UNION ALL SELECT 1) SELECT * FROM t",
    "SELECT (WITH duckdb_views AS (FROM duckdb_views) SELECT count(*) FROM duckdb_views)",
    "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), x",
    "SELECT * FROM runs AS duckdb_settings, duckdb_settings AS x",
    "SELECT * FROM decisions, LATERAL (FROM duckdb_settings)",
    "SELECT * FROM information_schema.columns",
    "WITH columns AS (FROM information_schema.columns) FROM columns",
    'WITH "{secret}" AS (SELECT * FROM "{secret}") SELECT * FROM "{secret}"',
    'WITH "{inside}" AS (SELECT * FROM "{inside}") SELECT * FROM "{inside}"',
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM system.main.duckdb_settings()",
    "/* */ SELECT /*+ */ * FROM -- x\nduckdb_settings",
    'SELECT * FROM U&"\\0064uckdb_settings"',
    'SELECT * FROM "duckdb\u200b_settings"',
    "SELECT * FROM \uff44uckdb_settings",
    "FROM query('SELECT 1')",
    "FROM query_table(['runs'])",
    "SELECT current_setting(concat('temp_', 'directory'))",
    "SELECT list_transform(['threads'], x -> current_setting(x))",
    "SELECT list_aggregate([1], 'current_setting')",
    "SELECT version()",
    "SELECT current_database()",
    "SELECT current_schemas(true)",
    "SELECT current_query()",
    "SELECT txid_current()",
    "SELECT pg_get_viewdef('decisions')",
    "SELECT has_table_privilege('runs', 'select')",
    "SELECT inet_server_addr()",
    "SELECT nextval('x')",
    "SELECT stats(1)",
    "SELECT json_serialize_plan('SELECT * FROM runs')",
    "SELECT json_deserialize_sql('{{}}')",
    "SELECT unheard_of(1)",
    "SELECT count(*) OVER w, current_query() FROM runs WINDOW w AS ()",
    "FROM runs SELECT COLUMNS(lambda c: current_setting('threads') > c)",
    "SELECT 1 ORDER BY current_setting('threads')",
    "SELECT 1 LIMIT (SELECT count(*) FROM duckdb_settings)",
    "SELECT * FROM range((SELECT count(*) FROM duckdb_settings))",
    "SELECT * FROM range(length(current_setting('temp_directory')))",
    "SELECT * FROM unnest([current_setting('threads')])",
    "VALUES ((SELECT count(*) FROM duckdb_settings))",
    "SELECT 1 UNION SELECT current_setting('threads')",
    "SELECT $1",
    "SELECT ?",
    "SELECT $x",
    "EXECUTE p(1)",
    "PIVOT duckdb_settings ON name USING count(*)",
    "UNPIVOT duckdb_settings ON name, value",
    "SUMMARIZE duckdb_settings",
    "FROM (SUMMARIZE runs)",
    "FROM (SHOW TABLES)",
    "SELECT * FROM runs TABLESAMPLE (current_setting('threads'))",
    "SELECT * FROM runs AT (VERSION => 1)",
    "",
    ";",
    "SELECT",
    "SELEC 1",
    "/* unfinished",
]


#: What is refused before the text is looked at, or only in a process of its own.
UNREADABLE = ("SELECT '\0'", "SELECT '\udcff'")


def filled(sql: str, two: Output, folder: Path) -> str:
    secret = folder / "secret.csv"
    secret.write_text(SECRET)
    inside = two.decisions_paths("new")[0]
    for name, path in (("secret", secret), ("inside", inside), ("target", folder / "target")):
        # The folder's name has an apostrophe: unescaped, a query would be refused for that alone.
        sql = sql.replace(f"{{{name}}}", str(path).replace("'", "''"))
    return sql


def everything(*folders: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for folder in folders
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("sql", [*UNREADABLE, HOSTILE[0], "SELECT sleep_ms(100000)", "SELEC 1"])
def test_what_is_refused_is_told_across_processes(two: Output, tmp_path: Path, sql: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        ask(two, filled(sql, two, tmp_path))
    assert caught.value.exit_code == 2
    assert caught.value.__cause__ is None


@contextmanager
def locked_database(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    runs = visible_runs(two.out)
    with open_decisions(runs, accounts=True) as connection:
        add_views(connection, two.out, runs)
        lock(connection, runs)
        yield connection


@pytest.fixture(scope="module")
def shared(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    """Made once, for what changes nothing in a database."""
    with locked_database(two) as connection:
        yield connection


@pytest.fixture
def asked_of_shared(
    shared: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> duckdb.DuckDBPyConnection:
    """Queries are asked of one locked database, and its catalogue is read once."""
    monkeypatch.setattr(
        query_process, "open_decisions", lambda _, accounts: contextlib.nullcontext(shared)
    )
    monkeypatch.setattr(query_process, "add_views", lambda *_: None)
    monkeypatch.setattr(query_process, "lock", lambda *_: None)
    monkeypatch.setattr(query_tree, "_Checked", CHECKED)
    return shared


#: What the database has by name is asked once, not for each query.
CHECKED = cache(query_tree._Checked)


@pytest.mark.usefixtures("asked_of_shared")
@pytest.mark.parametrize("sql", HOSTILE)
def test_refuses(two: Output, tmp_path: Path, sql: str) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    sql = filled(sql, two, folder)
    before = everything(two.out, folder)
    with pytest.raises(QueryRefused) as caught:
        ask_here(two, sql)
    assert caught.value.exit_code == 2
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert everything(two.out, folder) == before


@pytest.fixture
def locked(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    with locked_database(two) as connection:
        yield connection


#: Begins of what only reads; anything else has a database of its own, or the next would find it.
ONLY_READS = ("SELECT", "WITH", "FROM", "VALUES", "PIVOT", "UNPIVOT")
#: What the locked database cannot be asked at all, or that would not end.
NOT_ASKED = ("'\0'", "\udcff", "sleep", "RECURSIVE")
#: The one thing that it would do: the files that it may read it may also write.
KEPT_OUT_BY_THE_TEXT = tuple(s for s in HOSTILE if s.startswith("COPY") and "'{inside}'" in s)


def test_what_only_the_text_keeps_out_has_two_walls(two: Output, tmp_path: Path) -> None:
    """The kind of statement, and the syntax tree, which is made of a SELECT alone."""
    assert KEPT_OUT_BY_THE_TEXT
    with open_decisions(visible_runs(two.out), accounts=True) as connection:
        for sql in KEPT_OUT_BY_THE_TEXT:
            text = filled(sql, two, tmp_path)
            kinds = [statement.type for statement in connection.extract_statements(text)]
            assert kinds != [duckdb.StatementType.SELECT]
            [row] = connection.execute("SELECT json_serialize_sql($sql)", {"sql": text}).fetchall()
            assert json.loads(row[0])["error"] is True


@pytest.mark.parametrize(
    "sql",
    [
        sql
        for sql in HOSTILE
        if not any(part in sql for part in NOT_ASKED) and sql not in KEPT_OUT_BY_THE_TEXT
    ],
)
def test_the_locked_database_alone_reads_nothing_outside_and_writes_nothing(
    two: Output, request: pytest.FixtureRequest, tmp_path: Path, sql: str
) -> None:
    """Without the checks of the text, which may have a hole that nobody knows of."""
    reads = sql.startswith(ONLY_READS) and ";" not in sql
    locked: duckdb.DuckDBPyConnection = request.getfixturevalue("shared" if reads else "locked")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    sql = filled(sql, two, folder)
    before = everything(two.out, folder)
    told: object = ""
    try:
        if (result := locked.execute(sql)) is not None:
            told = result.fetchall()
    except duckdb.Error as error:
        told = str(error)
    assert SECRET not in str(told)
    assert "/etc" not in str(told)
    assert everything(two.out, folder) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SET lock_configuration = false",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "RESET enable_external_access",
        "SET memory_limit = '64GB'",
        "INSTALL httpfs",
        "ATTACH '/tmp/clearshard-test.db'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
    ],
)
def test_the_lock_holds(locked: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        locked.execute(sql).fetchall()


def test_every_table_function_but_the_few_is_refused(
    locked: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_tree, "_Checked", CHECKED)
    names = locked.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() "
        "WHERE function_type IN ('table', 'table_macro', 'pragma')"
    ).fetchall()
    assert len(names) > 100
    allowed = []
    for (name,) in names:
        try:
            check(locked, f"SELECT * FROM {name}(1)")
        except QueryRefused:
            continue
        allowed.append(name)
    assert sorted(allowed) == ["generate_series", "range", "unnest"]


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


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT nope FROM decisions", 'Referenced column "nope"'),
        ("SELECT file_id::INT FROM decisions", "Conversion Error"),
        ("SELECT * FROM decision", "There is no view decision; there are decisions, reasons"),
        ('SELECT * FROM "\x1b[2J"', r"There is no view \\x1b\[2J"),
        ('SELECT "\u202e" FROM runs', r"\\u202e"),
        ("SELECT " + "x" * 100_000, "…"),
        ("SELECT error('\x1b[31m')", r"\\x1b"),
    ],
)
def test_a_wrong_query_is_told_what_is_wrong_with_it(two: Output, sql: str, told: str) -> None:
    with pytest.raises(QueryRefused, match=told) as caught:
        ask_here(two, sql)
    message = str(caught.value)
    assert len(message) < 1000
    assert all(c.isprintable() or c == "\n" for c in message)


def test_damaged_decisions_are_an_integrity_error(output: Output) -> None:
    path = publish_two(output).decisions_paths("new")[0]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(IntegrityError, match="audit verify"):
        ask(output, "SELECT * FROM decisions")


def test_a_damaged_ledger_is_an_integrity_error(output: Output) -> None:
    ledger = publish_two(output).out / "audit" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"run_started", b"run_staRted"))
    with pytest.raises(IntegrityError):
        ask(output, "SELECT * FROM events")


def test_the_process_that_asks_has_left_out_pandas(
    two: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading it takes longer than most questions take. That it is left out: `tests/engines`."""
    done: list[str] = []

    def asked(question: Question) -> Iterator[bytes]:
        done.append(question.sql)
        return iter(())

    for name in ("_be_quiet", "_bound"):
        monkeypatch.setattr(query_process, name, lambda *_: None)
    monkeypatch.setattr(query_process, "leave_out_pandas", lambda: done.append("left out"))
    monkeypatch.setattr(query_process, "answered", asked)
    monkeypatch.setattr(tempfile, "tempdir", None)
    here, _ = multiprocessing.Pipe()
    query_process.answer(here, Question(two.out, (), "SELECT 1", 30, str(two.out)))
    assert done == ["left out", "SELECT 1"]


def test_only_the_runs_asked_for(two: Output) -> None:
    runs = [run for run in visible_runs(two.out) if run.run_id == "old"]
    with open_query(two.out, runs, "SELECT DISTINCT run_id FROM decisions", 30) as rows:
        assert [row["run_id"] for row in as_json(rows.batches)] == ["old"]


def test_all_views_can_be_read_and_are_documented(two: Output) -> None:
    page = Path(__file__).parents[2].joinpath("docs", "auditing.md").read_text("utf-8")
    for view in VIEWS:
        rows = ask_here(two, f"SELECT * FROM {view}")
        assert len(rows) > 0
        names = list(rows[0])
        line = next(line for line in page.splitlines() if line.startswith(f"| `{view}` |"))
        assert [name for name in names if f"`{name}`" not in line] == []


def test_nothing_is_left_in_the_temporary_folder(
    two: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ClearshardError):
        ask(two, "SELECT nope")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM decisions",
        "SELECT facts.product, count(*) AS files FROM decisions WHERE state = 'excluded' "
        "AND facts.region = 'eu' GROUP BY ALL ORDER BY files DESC LIMIT 3",
        "SELECT d.facts.product, d.file_id FROM decisions AS d WHERE len(d.reasons) > 1",
        "SELECT reason, count(*) FROM reasons GROUP BY reason",
    ],
)
def test_who_asks_for_no_fact_of_an_account_does_not_wait_for_them(two: Output, sql: str) -> None:
    with connected() as parser:
        assert not may_read_accounts(parser, sql)
    assert ask_here(two, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT facts.opted_out FROM decisions",
        "SELECT facts FROM decisions",
        "SELECT * FROM decisions",
        "FROM decisions",
        "SELECT decisions.* FROM decisions",
        "SELECT COLUMNS('f.*') FROM decisions",
        "SELECT #6 FROM decisions",
        "SELECT d FROM decisions AS d",
        "SELECT decisions FROM decisions",
        "SELECT Facts['opted_out'] FROM decisions",
        "SELECT struct_extract(facts, 'opted_out') FROM decisions",
        "SELECT unnest(facts) FROM decisions",
        "SELECT f FROM decisions AS d(a, b, c, e, g, f)",
        "SELECT file_id FROM (FROM decisions)",
        "SELECT (SELECT any_value(facts) FROM decisions)",
        "SELECT file_id FROM decisions NATURAL JOIN reasons",
        "SELECT file_id FROM decisions AS a JOIN decisions AS b USING (facts)",
        "WITH c AS (SELECT facts AS x FROM decisions) SELECT x.opted_out FROM c",
        "SELECT file_id FROM decisions UNION ALL SELECT file_id FROM decisions",
        "PIVOT decisions ON state USING count(*)",
        "no SQL",
    ],
)
def test_who_may_ask_for_one_gets_them(sql: str) -> None:
    with connected() as parser:
        assert may_read_accounts(parser, sql)


def test_a_fact_of_an_account_is_there_however_it_is_asked_for(two: Output) -> None:
    [[named]] = [
        list(row.values())
        for row in ask_here(two, "SELECT bool_or(facts.opted_out) AS o FROM decisions")
    ]
    [[whole]] = [
        list(row.values())
        for row in ask_here(
            two, "SELECT bool_or(d.facts.opted_out) AS o FROM (FROM decisions) AS d"
        )
    ]
    assert named is whole is True
