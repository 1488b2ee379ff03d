"""Fifty members of a cluster that die at random, in whole runs; the short form is a server test."""

from pathlib import Path

import pytest

from ..engines.cluster.killing import survives

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_members_that_are_killed_change_nothing(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a cluster that the engine starts itself."""
    survives(50, 160, seed, tmp_path, monkeypatch)
