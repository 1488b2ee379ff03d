"""A cluster that cannot be reached is told in bounded time, with what to do."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from clearshard.engines.cluster import reaching
from clearshard.engines.cluster.engine import RayEngine
from clearshard.engines.cluster.reaching import (
    ADDRESS_VARIABLE,
    Question,
    cluster_address,
    require_open,
    require_ray,
)
from clearshard.errors import ConfigError, EngineUnavailable


@pytest.fixture(autouse=True)
def _no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS_VARIABLE, raising=False)


@pytest.fixture
def listening() -> Iterator[tuple[socket.socket, str]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"127.0.0.1:{server.getsockname()[1]}"


def test_the_configuration_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cluster_address(None) is None
    monkeypatch.setenv(ADDRESS_VARIABLE, "head.example:6379")
    assert cluster_address(None) == "head.example:6379"
    assert cluster_address("10.0.0.5:6379") == "10.0.0.5:6379"
    assert cluster_address("[fd00::1]:6379") == "[fd00::1]:6379"
    monkeypatch.setenv(ADDRESS_VARIABLE, "local")
    assert cluster_address(None) is None
    monkeypatch.setenv(ADDRESS_VARIABLE, "")
    assert cluster_address(None) is None


@pytest.mark.parametrize(
    "address", ["ray://head:10001", "auto", "head", "head:", ":6379", "head:x", "a b:1", "h:1\n"]
)
def test_what_is_no_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"engine\.address"):
        cluster_address(address)
    monkeypatch.setenv(ADDRESS_VARIABLE, address)
    with pytest.raises(ConfigError, match=ADDRESS_VARIABLE):
        RayEngine.begin(None)


def test_where_nobody_listens_it_is_told(listening: tuple[socket.socket, str]) -> None:
    server, address = listening
    require_open(address)
    server.close()
    for nobody in (address, "127.0.0.1:99999", "nowhere.invalid:6379"):
        with pytest.raises(EngineUnavailable, match="cannot be reached"):
            require_open(nobody)
    assert EngineUnavailable.exit_code == 4


def test_one_that_opens_and_says_nothing_is_not_waited_for(
    listening: tuple[socket.socket, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "SECONDS_TO_ANSWER", 0.1)
    question = Question(listening[1])
    with pytest.raises(EngineUnavailable, match="does not answer"):
        question.require_same("2.60.0")
    assert question._process.returncode is not None


@pytest.mark.parametrize(
    ("printed", "code", "match"),
    [
        ("2.60.0 3.0.1", 0, "Python 3.0.1, and here"),
        ("1.0.0 3.11.0", 0, "Ray 1.0.0"),
        ("", 0, "cannot be reached"),
        ("2.60.0", 0, "cannot be reached"),
        ("", 1, "AuthenticationError"),
    ],
)
def test_other_versions_are_told(
    printed: str, code: int, match: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        f"import sys; print({printed!r}); sys.exit({'AuthenticationError'!r} if {code} else None)"
    )
    command = [sys.executable, "-S", "-c", script]
    monkeypatch.setattr(subprocess, "Popen", _instead(subprocess.Popen, command))
    with pytest.raises(EngineUnavailable, match=match):
        Question("10.0.0.5:6379").require_same("2.60.0")


def _instead(real: object, command: list[str]) -> object:
    return lambda _, **settings: real(command, **settings)  # type: ignore[operator]  # a class


def test_without_ray_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r'pip install "clearshard\[ray\]"'):
        require_ray()
