"""A purge that is killed at any moment is finished by who comes next, and nothing comes back."""

import os
from pathlib import Path

import pytest

from .inputs import write_inputs
from .purging import PurgeHarness, stage_names

#: Another history: SOAK_SEED=7 make soak
SEED = int(os.environ.get("SOAK_SEED", "1"))


@pytest.mark.soak
def test_a_hundred_kills_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs, scratch = tmp_path / "inputs", tmp_path / "scratch"
    write_inputs(inputs, 48)
    scratch.mkdir()
    harness = PurgeHarness(inputs, scratch, SEED)
    while harness.figures.stages.total() < 100:
        harness.cycle(most_kills=8)
        with capsys.disabled():
            print(f"\nseed {SEED}: {harness.figures}", flush=True)  # noqa: T201 - its figures
    assert min(harness.figures.stages[stage] for stage in stage_names()) > 0
