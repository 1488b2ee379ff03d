"""A query answers what it may be asked, or says what is wrong with it."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit import query_process
from clearshard.audit.export import as_json
from clearshard.audit.query import open_query
from clearshard.audit.query_process import Question
from clearshard.audit.reading import visible_runs
from clearshard.audit.views import VIEWS
from clearshard.errors import ClearshardError, IntegrityError, QueryRefused

from ..building import Output
from .asking import ask, ask_here, publish_two

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
    page = Path(__file__).parents[3].joinpath("docs", "auditing.md").read_text("utf-8")
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
