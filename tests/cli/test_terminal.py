"""Answers on a real terminal: an id stands on one line, whatever the width."""

import json
import os
import pty
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from clearshard.cli.console import fitting

from ..audit.building import Output, Row, excluded, quarantined

pytestmark = pytest.mark.slow

FILES = [str(uuid.UUID(int=number * 7919, version=4)) for number in range(1, 7)]
ACCOUNTS = [str(uuid.UUID(int=number * 104729, version=4)) for number in (1, 2)]
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs over files and accounts with ids as warehouses have them."""
    output = Output(tmp_path_factory.mktemp("terminal") / "out")

    def rows(opted_out: bool) -> list[Row]:
        first = Row(FILES[0], account_id=ACCOUNTS[0])
        if opted_out:
            first = Row(FILES[0], "excluded", ("opted_out",), account_id=ACCOUNTS[0])
        several = ("gateway_provider_not_opted_out", "conflicting_registry_rows", "eu_server")
        return [
            first,
            Row(FILES[1], account_id=ACCOUNTS[1]),
            Row(FILES[2], "excluded", several, account_id=ACCOUNTS[1]),
            quarantined(FILES[3], "malformed", "ValidationError: words[3].start (expected int)"),
            excluded(FILES[4], "unknown_training_permitted"),
            Row(FILES[5], "quarantined", ("residual_pii",), account_id=ACCOUNTS[0]),
        ]

    output.publish("20261122T120000Z-d0dd0d61", rows(False))
    output.publish(
        "20261123T120000Z-aa11bb22", rows(True), superseded=["20261122T120000Z-d0dd0d61"]
    )
    return output.out


#: The command again and again, which takes as long to load as to answer some twenty questions.
_ONE_BY_ONE = """
import fcntl, json, struct, sys, termios
from clearshard.cli.entry import _exit_code
for width, arguments in json.loads(sys.argv[1]):
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    assert _exit_code(arguments) == 0, arguments
    print("\\f", end="", flush=True)
"""

Question = tuple[str, ...]


def on_terminal(out: Path, questions: list[tuple[int, Question]]) -> list[list[str]]:
    """The lines that the command prints for each question, on a terminal of that width."""
    asked = json.dumps([[width, ["audit", *asks, "--out", str(out)]] for width, asks in questions])
    ours, its = pty.openpty()
    try:
        environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(
            [sys.executable, "-c", _ONE_BY_ONE, asked],
            stdin=subprocess.DEVNULL,
            stdout=its,
            stderr=subprocess.PIPE,
            cwd=out.parent,
            env={**environment, "TERM": "xterm-256color"},
        )
        os.close(its)
        its = -1
        content = b""
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:  # how the end of a terminal is told on Linux
                break
            if not read:
                break
            content += read
        _, told = process.communicate()
        assert process.returncode == 0, told
    finally:
        os.close(ours)
        if its >= 0:
            os.close(its)
    *answers, rest = _SEQUENCE.sub("", content.decode()).replace("\r\n", "\n").split("\f")
    assert (len(answers), rest) == (len(questions), "")
    return [answer.split("\n") for answer in answers]


DIFF = ("diff", "20261122T120000Z-d0dd0d61", "20261123T120000Z-aa11bb22")
QUERY = ("query", "SELECT file_id, account_id, state FROM decisions")


#: Which ids each answer must hold.
TABLES: dict[Question, list[str]] = {
    ("list",): FILES,
    ("list", "--state", "quarantined"): [FILES[3], FILES[5]],
    ("list", "--account", ACCOUNTS[1]): [FILES[1], FILES[2]],
    ("list", "--run", "all"): FILES,
    ("summary",): ACCOUNTS,
    ("summary", "--run", "all"): ACCOUNTS,
    DIFF: [FILES[0]],
    QUERY: [*FILES, *ACCOUNTS],
}
EXPLAIN = ("explain", FILES[2])


WIDTHS = (80, 120)
Answers = dict[tuple[int, Question], list[str]]


@pytest.fixture(scope="module")
def answers(out: Path) -> Answers:
    questions = [(width, question) for width in WIDTHS for question in (*TABLES, EXPLAIN)]
    questions += [(200, ("list",)), (40, QUERY)]
    return dict(zip(questions, on_terminal(out, questions), strict=True))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("question", TABLES, ids=lambda value: " ".join(value[:3])[:30])
def test_an_id_stands_on_one_line(answers: Answers, width: int, question: Question) -> None:
    lines = answers[width, question]
    for one in TABLES[question]:
        assert any(one in line for line in lines), one
    assert max(len(line.rstrip()) for line in lines if "SELECT" not in line) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_an_explanation_is_folded_between_words(answers: Answers, width: int) -> None:
    # Digests are longer, and stay whole.
    told = [line for line in answers[width, EXPLAIN] if not re.search("[0-9a-f]{64}", line)]
    assert max(map(len, told)) <= width
    text = " ".join(" ".join(told).split())
    assert "because eu_server: No file that went through the European servers." in text
    assert "rule eu-server" in text


def test_what_is_left_out_is_told_and_reasons_stay(answers: Answers) -> None:
    lines = answers[80, ("list",)]
    text = "\n".join(lines)
    assert "Left out for want of room: account, state." in text
    assert any(FILES[4] in line and "unknown_training_permitted" in line for line in lines)
    for reason in ("gateway_provider_not_opted_out", "conflicting_registry_rows", "eu_server"):
        assert reason in text
    wide = "\n".join(answers[200, ("list",)])
    assert "Left out" not in wide
    assert ACCOUNTS[0] in wide


def test_what_fits_in_no_way_is_shown_one_below_the_other(answers: Answers) -> None:
    lines = answers[40, QUERY]
    assert f"file_id     {FILES[0]}" in lines
    assert "Left out" not in "\n".join(lines)


def test_which_columns_fit() -> None:
    header = ("file", "account", "state", "reasons")
    rows = [["f" * 10, "a" * 10, "s" * 5, "one two"]]
    folds, leave_out = ("reasons",), ("state", "account")

    def kept(width: int) -> list[int] | None:
        return fitting(header, rows, width, folds, leave_out)

    assert kept(10 + 2 + 10 + 2 + 5 + 2 + 7) == [0, 1, 2, 3]
    # Words need room; the name of a column, too.
    assert kept(10 + 2 + 10 + 2 + 7) == [0, 1, 3]
    # Without the account there is room for the state again.
    assert kept(10 + 2 + 5 + 2 + 7) == [0, 2, 3]
    assert kept(10 + 2 + 7) == [0, 3]
    assert kept(10 + 2 + 6) is None
    assert fitting(header, [], 80, folds, leave_out) == [0, 1, 2, 3]
    # A letter that takes two cells takes two.
    assert fitting(("file",), [["\u6587" * 6]], 11, (), ()) is None
