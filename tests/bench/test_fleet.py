"""What is measured of workers is measured with the command as anybody runs it."""

from pathlib import Path

import pytest

from clearshard.bench.fleet import seconds_to_first_unit
from clearshard.config import redaction_defaults

pytestmark = pytest.mark.slow


def test_a_run_of_one_file_starts_and_says_when(tmp_path: Path) -> None:
    """It is a real run: whatever a run refuses, the benchmark must not give it."""
    assert 0 < seconds_to_first_unit(redaction_defaults(), tmp_path / "start") < 300
