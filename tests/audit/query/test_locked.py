"""The database alone reads nothing outside and writes nothing, whatever it is asked."""

import json
from pathlib import Path

import duckdb
import pytest

from clearshard.audit.reading import open_decisions, visible_runs

from ..building import Output
from .asking import SECRET
from .hostile import HOSTILE, everything, filled

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
