from pathlib import Path

import pytest

from .building import Output


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """An empty output folder whose name DuckDB would take for a pattern."""
    return Output(tmp_path / "out [1]*?'; run=x")
