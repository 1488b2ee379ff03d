"""Whether a cluster can be reached, in bounded time, and is of the versions that are here."""

import os
import platform
import re
import socket
import threading
from collections.abc import Callable
from importlib.util import find_spec

from clearshard.errors import ConfigError, EngineUnavailable
from clearshard.inert import printable
from clearshard.surroundings import one_at_a_time

ADDRESS_VARIABLE = "RAY_ADDRESS"
#: A port of a machine that is up is reached at once, or refuses.
SECONDS_TO_CONNECT = 5.0
#: To be told two words by one that has much to do.
SECONDS_TO_ANSWER = 30.0
#: Whoever asks reads the environment as it begins, below Python: nobody changes it meanwhile.
_SECONDS_TO_BEGIN = 1.0
#: Read when Ray is imported: nobody is told that it is used.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")


def require_ray() -> None:
    """Says how to install Ray where it is not.

    Raises:
        ConfigError: It is not.
    """
    if find_spec("ray") is None:
        problem = 'needs Ray, which is not installed here: pip install "clearshard[ray]"'
        raise ConfigError("--engine ray", [problem])


def cluster_address(configured: str | None) -> str | None:
    """The address of the cluster; None if one is to be started on this machine.

    Args:
        configured: `engine.address`; it wins over the environment.

    Raises:
        ConfigError: It is no address.
    """
    address = configured or os.environ.get(ADDRESS_VARIABLE)
    if not address or address == "local":
        return None
    if _ADDRESS.fullmatch(address) is None:
        source = "engine.address" if configured else ADDRESS_VARIABLE
        problem = (
            f"{source} → {printable(address)} is no HOST:PORT of a cluster's head node, as in "
            "10.0.0.5:6379. Start the command on a machine of the cluster: ray:// is not spoken"
        )
        raise ConfigError("configuration", [problem])
    return address


def require_open(address: str) -> None:
    """Knocks at the door of a cluster.

    Raises:
        EngineUnavailable: Nobody opens.
    """
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        raise _unreachable(address, type(error).__name__) from None


class Question:
    """What versions a cluster has, which somebody waits for and somebody else may give up.

    Attributes:
        address: ``HOST:PORT`` of the cluster.
    """

    def __init__(self, address: str) -> None:
        """Asks nobody yet."""
        self.address = address
        self._over = threading.Event()

    def give_up(self) -> None:
        """Waits for no answer any more; who does is told that there is none."""
        self._over.set()

    def require_same(self, ray_version: str, ask: Callable[[str], tuple[str, str]]) -> None:
        """Asks, and waits for the answer.

        Args:
            ray_version: Of what is installed here.
            ask: Tells what the cluster at an address has of Ray and of Python. It may hang: it is
                called in a thread that nobody waits for once it is too late.

        Raises:
            EngineUnavailable: There is none in time, or the cluster has other versions.
        """
        told: list[tuple[str, str]] = []
        why: list[str] = []

        def asking() -> None:
            try:
                told.append(ask(self.address))
            except Exception as error:  # noqa: BLE001 - whatever Ray raises: its type says it
                why.append(type(error).__name__)
            self._over.set()

        with one_at_a_time():
            threading.Thread(target=asking, daemon=True).start()
            self._over.wait(_SECONDS_TO_BEGIN)
        in_time = self._over.wait(SECONDS_TO_ANSWER)
        if not told:
            reason = why[0] if why else "no answer" if in_time else "it does not answer"
            raise _unreachable(self.address, reason)
        here = ray_version, platform.python_version()
        if told[0] != here:
            there = [printable(version) for version in told[0]]
            raise EngineUnavailable(
                f"The cluster at {self.address} has Ray {there[0]} and Python {there[1]}, and here "
                f"are Ray {here[0]} and Python {here[1]}: both must be the same. Install the "
                "cluster's versions here, or these there."
            )


def _unreachable(address: str, why: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"The cluster at {address} cannot be reached ({why}). Is it up, can this machine reach "
        "it, and is engine.address, or RAY_ADDRESS, the HOST:PORT of its head node? If it asks "
        "for a token, is RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH set here?"
    )
