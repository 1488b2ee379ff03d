"""A real S3 server on loopback, which a test can stop, kill and start again on its data."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import S3Store

REGION = "us-east-1"
#: A bucket that is there; see `S3Server.new_prefix`.
BUCKET = "shared"
WEED = Path(sys.executable).with_name("weed")
_PORTS = ("master", "volume", "filer", "s3")
_SECONDS_TO_START = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whom the server knows, and what he may do.

    The key is the name; no test needs another secret.
    """

    name: str
    actions: tuple[str, ...]

    @property
    def secret(self) -> str:
        return f"{self.name}-secret"


#: Makes buckets. Whoever only writes cannot, so a bucket that is not there stays so.
OWNER = Identity("owner", ("Admin", "Read", "Write", "List", "Tagging"))
WRITER = Identity("writer", ("Read", "Write", "List"))
READER = Identity("reader", ("Read", "List"))
NOBODY = Identity("nobody", ("Read:of-others", "List:of-others"))
_ALL = (OWNER, WRITER, READER, NOBODY)


class S3Server:
    """SeaweedFS, with all of its parts in one process.

    Attributes:
        endpoint: Where it is spoken to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir()
        self._ports = _free_ports(2 * len(_PORTS))
        self._identities = folder / "identities.json"
        self._identities.write_text(json.dumps({"identities": [_as_json(one) for one in _ALL]}))
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self.endpoint = f"http://127.0.0.1:{self._ports[_PORTS.index('s3')]}"

    def start(self) -> None:
        """Starts it, on the data that it has; returns when it answers."""
        arguments = [
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self._data}", "-filer", "-s3"),
            *("-volume.max=400", "-master.volumeSizeLimitMB=32", "-volume.preStopSeconds=0"),
            *("-master.telemetry=false", "-s3.iam=false"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={self._identities}"),
            f"-filer.localSocket={self._folder / 'filer.sock'}",
            f"-s3.localSocket={self._folder / 's3.sock'}",
        ]
        http, grpc = self._ports[: len(_PORTS)], self._ports[len(_PORTS) :]
        for name, port, other in zip(_PORTS, http, grpc, strict=True):
            arguments += [f"-{name}.port={port}", f"-{name}.port.grpc={other}"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [WEED, "server", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                preexec_fn=_end_with_parent,
            )
        until = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"the server does not start: {self._folder / 'log'}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Ends it as a loss of power does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def processor_seconds(self) -> float:
        """What it has taken since it was started."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Meanwhile it takes connections and does not answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def new_bucket(self) -> str:
        """The name of a bucket that is there, and empty; each takes seven of the server's volumes.

        A prefix is enough for most tests: see `new_prefix`.
        """
        self._made += 1
        name = f"bucket-{self._made}"
        client = self.client(name)
        client.put("first", b"")  # of its owner, whose buckets are made when they are needed
        client.delete("first")
        return name

    def new_prefix(self) -> str:
        """A prefix in `BUCKET` below which nothing is."""
        self._made += 1
        return f"place-{self._made}"

    def client(self, bucket: str = BUCKET, who: Identity = OWNER) -> S3Store:
        """A client of a bucket that asks nothing of the environment."""
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            region=REGION,
            access_key_id=who.name,
            secret_access_key=who.secret,
            client_options={"allow_http": True},
            retry_config={"max_retries": 1},
        )

    def environment(self, who: Identity = OWNER, endpoint: str | None = None) -> dict[str, str]:
        """The variables of AWS's tools for whoever speaks to it."""
        return {
            "AWS_ENDPOINT": endpoint or self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": who.name,
            "AWS_SECRET_ACCESS_KEY": who.secret,
        }

    def _answers(self) -> bool:
        try:
            if httpx.get(f"{self.endpoint}/healthz", timeout=2).status_code != 200:
                return False
            # Its parts come one after the other; what was put is to be there.
            client = self.client(BUCKET)
            client.put("started", b"")
            return [*obstore.list(client).collect()] != []
        except (httpx.HTTPError, OSError, obstore.exceptions.BaseError):
            return False


@contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """A server that is gone afterwards, also if this process is killed."""
    server = S3Server(folder)
    with ExitStack() as stack:
        stack.callback(server.kill)
        server.start()
        yield server


def speak_as(patch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    """Makes these the only variables of AWS's."""
    for name in [name for name in os.environ if name.upper().startswith("AWS_")]:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)


def _as_json(one: Identity) -> dict[str, object]:
    keys = [{"accessKey": one.name, "secretKey": one.secret}]
    return {"name": one.name, "credentials": keys, "actions": list(one.actions)}


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens at, all of them taken at once so that none is there twice."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


def _end_with_parent() -> None:
    """Runs in the new process, before it is the server."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
