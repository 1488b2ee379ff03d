"""Servers that tests are run against; each is started once, when the first test needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.storage import clients

from .proxy import Proxy, between
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


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server of one module's tests alone, who may kill it."""
    with running(tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def before_mortal(mortal: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What this process speaks to in its place."""
    with between(mortal.endpoint) as proxy:
        speak_as(monkeypatch, mortal.environment(endpoint=proxy.endpoint))
        # Nobody starts it again meanwhile.
        monkeypatch.setattr(clients, "RETRIES", {"max_retries": 1})
        yield proxy
