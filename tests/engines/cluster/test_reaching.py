"""A cluster that cannot be reached is told in bounded time, with what to do."""

import platform
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reaching, "SECONDS_TO_ANSWER", 0.1)
    goes_on = threading.Event()

    def ask(_: str) -> tuple[str, str]:
        goes_on.wait(60)
        raise TimeoutError

    with pytest.raises(EngineUnavailable, match="does not answer"):
        Question("10.0.0.5:6379").require_same("2.60.0", ask)
    goes_on.set()


@pytest.mark.parametrize(
    ("ray", "python", "match"),
    [
        ("2.60.0", "3.0.1", "Python 3.0.1, and here"),
        ("1.0.0", platform.python_version(), "Ray 1.0.0"),
        ("2.60.0\x1b[2J", platform.python_version(), r"Ray 2\.60\.0[^\x1b]* and Python"),
    ],
)
def test_other_versions_are_told(ray: str, python: str, match: str) -> None:
    with pytest.raises(EngineUnavailable, match=match):
        Question("10.0.0.5:6379").require_same("2.60.0", lambda _: (ray, python))


def test_the_same_versions_are_taken() -> None:
    asked: list[str] = []

    def ask(address: str) -> tuple[str, str]:
        asked.append(address)
        return "2.60.0", platform.python_version()

    Question("10.0.0.5:6379").require_same("2.60.0", ask)
    assert asked == ["10.0.0.5:6379"]


def test_why_there_is_no_answer_is_told_by_its_kind_alone() -> None:
    def ask(_: str) -> tuple[str, str]:
        raise PermissionError("token abc is none of ours")

    with pytest.raises(EngineUnavailable, match=r"\(PermissionError\)") as caught:
        Question("10.0.0.5:6379").require_same("2.60.0", ask)
    assert "abc" not in str(caught.value)


@pytest.mark.slow  # Ray waits for most of a minute, and a process ends without it
@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(range(256))])
def test_what_is_no_cluster_is_told_and_leaves_the_process_whole(says: bytes) -> None:
    script = (
        "import sys\n"
        "from clearshard.engines.cluster import reaching\n"
        "from clearshard.engines.cluster.engine import _connect\n"
        "from clearshard.errors import EngineUnavailable\n"
        "reaching.SECONDS_TO_ANSWER = 2.0\n"
        "try:\n"
        "    _connect(reaching.Question(sys.argv[1]))\n"
        "except EngineUnavailable as error:\n"
        "    sys.exit(str(error))\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            with suppress(OSError):
                while True:
                    server.accept()[0].sendall(says)

        threading.Thread(target=speak, daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        ended = subprocess.run(
            [sys.executable, "-c", script, address], capture_output=True, text=True, timeout=30
        )
    assert ended.returncode == 1
    assert "cannot be reached (it does not answer)" in ended.stderr


def test_without_ray_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r'pip install "clearshard\[ray\]"'):
        require_ray()
