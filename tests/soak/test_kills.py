"""Killed at any moment: the end is what it would have been, nothing is lost, nothing is twice."""

import os
from pathlib import Path

import pytest

from .driver import STAGES
from .inputs import write_inputs
from .killing import Harness

#: Another history: SOAK_SEED=7 make soak
SEED = int(os.environ.get("SOAK_SEED", "1"))


def _harness(tmp_path: Path, files: int) -> Harness:
    inputs, scratch = tmp_path / "inputs", tmp_path / "scratch"
    write_inputs(inputs, files)
    scratch.mkdir()
    return Harness(inputs, scratch, SEED)


@pytest.mark.slow
def test_a_few_kills_leave_no_trace(tmp_path: Path) -> None:
    harness = _harness(tmp_path, files=24)
    harness.cycle(most_kills=2)
    assert harness.figures.kills.total() > 0


@pytest.mark.soak
def test_two_hundred_kills_leave_no_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harness = _harness(tmp_path, files=48)
    while harness.figures.kills.total() < 200:
        harness.cycle(most_kills=16)
        with capsys.disabled():
            print(f"\nseed {SEED}: {harness.figures}", flush=True)  # noqa: T201 - its figures
    assert min(harness.figures.stages[stage] for stage in STAGES) > 0
    assert min(harness.figures.kills[whom] for whom in ("parent", "machine", "worker")) >= 10
