"""Servers that tests are run against; each is started once, when the first test needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .s3 import S3Server, running, speak_as


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, to which this process speaks as whoever may do all."""
    speak_as(monkeypatch, s3_server.environment())
    return s3_server


@pytest.fixture
def s3_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    return folder
