"""`clearshard eval --curve`: what it draws, what it says, and what it refuses."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.config import redaction_defaults
from clearshard.evaluation.groups import Variant
from clearshard.run.detect import evaluate

#: A configuration has them; nothing of them is read here.
SOURCES = '[sources]\nmanifest = "m.csv"\nregistry = "r.csv"\ntranscripts = "t"\n'


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def gold_of(folder: Path, *labels: str) -> Path:
    text = "hello my name is orlaith kettering\nplease write to maria@example.com today"
    spans = [
        {"start": text.index(value), "end": text.index(value) + len(value), "label": label}
        for value, label in zip(("orlaith kettering", "maria@example.com"), labels, strict=True)
    ]
    gold = folder / "gold.jsonl"
    gold.write_text(json.dumps({"id": "d1", "text": text, "spans": spans}) + "\n")
    return gold


def test_a_curve_is_drawn_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, picture = gold_of(tmp_path, "PERSON", "EMAIL"), tmp_path / "curve.svg"
    assert run("eval", gold, "--workers", 1, "--curve", picture, "--json") == 0
    result = last_line(capsys)
    assert ElementTree.fromstring(picture.read_text("utf-8")).tag.endswith("svg")
    curve = result["curve"]
    assert list(curve["profiles"]) == ["strict", "balanced"]
    # What the profile's own point says is what is said without a curve.
    assert run("eval", gold, "--workers", 1, "--json") == 0
    plain = last_line(capsys)
    assert {name: result[name] for name in plain} == plain
    (own,) = [point for point in curve["points"] if point["offset"] == 0.0]
    for at in (own, curve["profiles"]["strict"]):
        assert at["leak_rate"] == plain["core"]["leak_rate"]
        assert at["over_redaction"] == plain["core"]["over_redaction"]
    overs = [point["over_redaction"] for point in curve["points"]]
    assert overs == sorted(overs, reverse=True)


def test_not_shifted_it_is_what_is_said_without_a_curve(tmp_path: Path) -> None:
    gold = gold_of(tmp_path, "PERSON", "EMAIL")
    document = json.loads(gold.read_text())
    place = document["text"].index("today")
    document["spans"].append({"start": place, "end": place + 5, "label": "DATE"})
    gold.write_text(json.dumps(document) + "\n")
    result = evaluate(redaction_defaults(), gold, 1, 0, Variant.CORE, (0.0, 1000.0))
    assert result.shifted[0] == result.core != result.everything
    assert result.shifted[1].leaked_chars > result.core.leaked_chars == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("curve.png", "Name a file that ends in .svg"),
        ("none/curve.svg", "is not a folder. Make it first"),
        ("folder.svg", "is a folder. Name a file"),
    ],
)
def test_a_curve_is_refused_before_anything_is_read(
    tmp_path: Path, name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.svg").mkdir()
    assert run("eval", tmp_path / "no gold", "--curve", tmp_path / name) == 2
    assert told in capsys.readouterr().err


def test_a_curve_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, picture = gold_of(tmp_path, "PERSON", "EMAIL"), tmp_path / "curve.svg"
    assert run("eval", tmp_path / "none.jsonl", "--workers", 1, "--curve", picture) == 4
    stock = tmp_path / "stock.toml"
    stock.write_text(SOURCES + '[redaction]\nprofile = "stock"\n')
    assert run("eval", gold, "--config", stock, "--curve", picture) == 2
    assert "Name one of balanced, strict" in capsys.readouterr().err
    nothing = gold_of(tmp_path, "DATE", "ORG")
    assert run("eval", nothing, "--workers", 1, "--curve", picture) == 4
    assert "needs some that can leak" in capsys.readouterr().err
    assert not picture.exists()


def test_a_profile_that_the_configuration_is_none_for_is_no_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold, picture = gold_of(tmp_path, "PERSON", "EMAIL"), tmp_path / "curve.svg"
    # A type that is not there in `balanced`.
    strict = tmp_path / "strict.toml"
    strict.write_text(SOURCES + '[redaction.operators]\nUNKNOWN_WORD = "mask"\n')
    arguments = ("--config", strict, "--workers", 1, "--curve", picture, "--json")
    assert run("eval", gold, *arguments) == 0
    assert list(last_line(capsys)["curve"]["profiles"]) == ["strict"]
