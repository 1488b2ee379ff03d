from pathlib import Path

import pytest

from .building import NAME, Output


@pytest.fixture
def output(tmp_path: Path) -> Output:
    """An empty output folder."""
    return Output(tmp_path / NAME)
