"""The whole benchmark, on so little that its figures say nothing."""

import json
import shutil
from pathlib import Path

import pytest

from clearshard.bench.ways import EVERYTHING, SAME_RECOGNIZERS, STOCK, TUNED, WHOLE
from clearshard.cli.entry import _exit_code

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "transcripts"


def test_the_ways_are_compared_on_the_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On fifty of them, and hardly anything gets the ways warm, since nobody reads the rates."""
    for path in SAMPLES.glob("call-00[4-9]*.json"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr("clearshard.bench.measure._WARM_UP", 2)
    some = ["bench", str(tmp_path), "--words", "7000", "--rounds", "2", "--no-workers", "--json"]
    assert _exit_code(some) == 0
    made = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(made["words_per_second"]) == {WHOLE, STOCK, TUNED, SAME_RECOGNIZERS, EVERYTHING}
    assert len(made["rounds"]) == 2
    assert made["ner"]["entities"] > 100
    assert made["ner"]["turns_with_others"] == 0
    assert made["agreement"]["both"] > 100
    # The token that nobody says.
    assert made["agreement"]["unread_turns"] == 1
    assert "unexplained" not in made["agreement"]["causes"]


def test_too_few_transcripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_code(["bench", str(SAMPLES), "--words", "100000000"]) == 4
    assert "--words" in capsys.readouterr().err


def test_all_transcripts_warm_up_and_none_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    some = ["bench", str(SAMPLES), "--words", "4000", "--rounds", "2", "--no-workers", "--json"]
    assert _exit_code(some) == 4
    assert "--words" in capsys.readouterr().err
