"""A query is refused by its text, whatever else it asks for than the views."""

import contextlib
from functools import cache
from pathlib import Path

import duckdb
import pytest

from clearshard.audit import query_process, query_tree
from clearshard.audit.query_tree import check
from clearshard.errors import QueryRefused

from ..building import Output
from .asking import SECRET, ask, ask_here
from .hostile import HOSTILE, UNREADABLE, everything, filled


@pytest.mark.parametrize("sql", [*UNREADABLE, HOSTILE[0], "SELECT sleep_ms(100000)", "SELEC 1"])
def test_what_is_refused_is_told_across_processes(two: Output, tmp_path: Path, sql: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        ask(two, filled(sql, two, tmp_path))
    assert caught.value.exit_code == 2
    assert caught.value.__cause__ is None


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
