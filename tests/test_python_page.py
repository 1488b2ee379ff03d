"""The examples of docs/python.md and the README, taken from the pages and run."""

import re
from pathlib import Path

import pytest

import clearshard

from .run.world import small_world

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")


def _blocks(text: str, title: str, language: str = "python") -> list[str]:
    section = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def _printed(code: str, capsys: pytest.CaptureFixture[str]) -> str:
    exec(compile(code, "example", "exec"), {})
    told = capsys.readouterr()
    assert told.err == ""
    return told.out


@pytest.mark.parametrize(
    ("text", "title"),
    [(PAGE, "run"), ((ROOT / "README.md").read_text("utf-8"), "From Python")],
    ids=["page", "readme"],
)
def test_the_example_of_a_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    title: str,
) -> None:
    monkeypatch.setattr("clearshard.engines.worker.prepare", lambda _: None)
    world = small_world(tmp_path)
    world.export_now()
    world.write('[output]\nfolder = "out"\n')
    monkeypatch.chdir(tmp_path)
    (code,) = _blocks(text, title)
    assert _printed(code, capsys).startswith("done 5 ")


def test_the_example_of_redaction(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = _blocks(PAGE, "redact")
    told = _printed(code, capsys)
    assert "<PERSON_1>" in told
    assert "Jennifer" not in told
    assert "0132" not in told


def test_the_example_of_decisions_prints_what_the_page_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = _blocks(PAGE, "decide")
    assert [_printed(code, capsys)] == _blocks(PAGE, "decide", "text")


def test_the_table_of_errors_is_that_of_the_package() -> None:
    rows = re.findall(r"^\| (`.*) \| (\d) \|$", PAGE, re.MULTILINE)
    told = {name: int(code) for names, code in rows for name in re.findall(r"`([A-Z]\w+)`", names)}
    errors = {
        name: value.exit_code
        for name in clearshard.__all__
        if isinstance(value := getattr(clearshard, name), type)
        and issubclass(value, clearshard.ClearshardError)
        and value is not clearshard.ClearshardError
    }
    assert told == errors
