"""A cluster of Ray on this machine that is up before a run, as an operator starts one."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_RAY = Path(sys.executable).with_name("ray")
#: The last line that is printed before the command does nothing but wait.
_UP = "will now block forever"
_SECONDS_TO_START = 90.0
_PR_SET_PDEATHSIG = 1


class StandingCluster:
    """A head, and nodes beside it.

    Attributes:
        folder: Its own.
        address: ``HOST:PORT`` of the head.
        environment: What whoever speaks to it needs of variables.
        pids: The first process of each node, the head's first.
    """

    def __init__(self, folder: Path, more: Mapping[str, str]) -> None:
        """Starts nothing yet.

        Args:
            folder: Its own; with a short path, since sockets lie there.
            more: What its nodes have in their environment besides.
        """
        self.folder = folder
        self.environment = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
        }
        self._more = more
        self._nodes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"

    @property
    def pids(self) -> list[int]:
        return [node.pid for node in self._nodes]

    def start_head(self, processors: int) -> None:
        """Starts the head; returns when it is up."""
        port = self.address.rpartition(":")[2]
        settings = ["--include-dashboard=false", "--disable-usage-stats", "--temp-dir"]
        self._start(processors, ["--head", "--port", port, *settings, str(self.folder / "r")])

    def start_node(self, processors: int) -> None:
        """Starts another node; returns when it is up."""
        self._start(processors, ["--address", self.address])

    def kill(self, number: int) -> None:
        """Ends a node as a loss of power does: the head is number 0."""
        with suppress(ProcessLookupError):
            os.killpg(self._nodes[number].pid, signal.SIGKILL)
        self._nodes[number].wait()

    def _start(self, processors: int, arguments: list[str]) -> None:
        log = self.folder / f"log-{len(self._nodes)}"
        with log.open("wb") as lines:
            self._nodes.append(
                subprocess.Popen(
                    [
                        *(str(_RAY), "start", *arguments, "--block"),
                        *("--num-cpus", str(processors)),
                        *("--object-store-memory", str(80 << 20)),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=lines,
                    stderr=lines,
                    env={**os.environ, **self._more, **self.environment, "PYTHONSAFEPATH": "1"},
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                )
            )
        until = time.monotonic() + _SECONDS_TO_START
        while _UP not in log.read_text("utf-8", "replace"):
            if self._nodes[-1].poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"no node of Ray starts: {log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)


@contextmanager
def standing(folder: Path, more: Mapping[str, str]) -> Iterator[StandingCluster]:
    """One whose nodes are gone afterwards."""
    cluster = StandingCluster(folder, more)
    try:
        yield cluster
    finally:
        for number in reversed(range(len(cluster.pids))):
            cluster.kill(number)


def _end_with_parent() -> None:
    """Runs in the new process: told to end, it ends what it has started."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
