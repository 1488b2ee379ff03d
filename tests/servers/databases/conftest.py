"""One PostgreSQL for all tests here."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .postgres import Server, binaries, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL is installed here (package postgresql): its tests do without")
    # Not pytest's own folder: another user must get there, and the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="clearshard-pg-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "pg", programs) as started:
            yield started


@pytest.fixture(autouse=True)
def _nothing_of_this_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file of whoever runs the tests says how to connect."""
    import os

    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
