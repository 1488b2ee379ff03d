"""A proxy on loopback between us and a server of objects, which does what networks do.

It knows enough of HTTP/1.1 to tell one request from the next, and nothing of what is in them.
"""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks.

    Attributes:
        method: As ``GET``.
        path: With what is behind a question mark.
    """

    method: str
    path: str

    @property
    def is_listing(self) -> bool:
        return "list-type=2" in self.path


#: Hands a request on, and gives the whole answer.
Forward = Callable[[], bytes]


class Fault(Protocol):
    """What becomes of a request; None: it is answered as it is."""

    def __call__(
        self, request: Request, forward: Forward, client: socket.socket
    ) -> bytes | None: ...


class Cut(Exception):
    """The connection ends here."""


class Proxy:
    """Hands on requests, as a `Fault` says.

    Attributes:
        endpoint: Where it is spoken to.
        fault: What becomes of requests; None: they are handed on.
        seen: What was asked so far.
    """

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        assert parts.hostname is not None
        assert parts.port is not None
        self._upstream = parts.hostname, parts.port
        self.fault: Fault | None = None
        self.seen: list[Request] = []
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(Cut, OSError):
                    proxy._handle(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, client: socket.socket) -> None:
        while True:
            head, rest = _head_of(client)
            method, path, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
            request = Request(method, path)
            self.seen.append(request)
            body = rest + _exactly(client, _length(head) - len(rest))

            def forward(head: bytes = head, body: bytes = body) -> bytes:
                return self._forward(head, body)

            answer = self.fault(request, forward, client) if self.fault is not None else None
            if answer is None:
                answer = forward()
            client.sendall(answer)
            return  # the answer says that the connection is closed

    def _forward(self, head: bytes, body: bytes) -> bytes:
        lines = [
            line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")
        ]
        lines.insert(1, b"Connection: close")
        with socket.create_connection(self._upstream, timeout=60) as server:
            server.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            parts = []
            while part := server.recv(1 << 16):
                parts.append(part)
        return b"".join(parts)


@contextmanager
def between(upstream: str) -> Iterator[Proxy]:
    """A proxy before a server, gone afterwards."""
    proxy = Proxy(upstream)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()


def _head_of(client: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(1 << 16)
        if not part:
            raise Cut
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    if b"100-continue" in head.lower():
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return head, rest


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = client.recv(min(1 << 16, size - len(data)))
        if not part:
            raise Cut
        data += part
    return data


# What becomes of requests.


def error(status: str, code: str, *headers: str) -> bytes:
    """The answer of a server that refuses."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>".encode()
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: application/xml",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Some:
    """A fault that befalls some requests of those that are meant.

    Attributes:
        of: Which are meant.
        fault: What becomes of them.
        first: Number of the first one that it befalls, from 0.
        count: How many in a row.
        befallen: How many it has befallen.
    """

    of: Callable[[Request], bool]
    fault: Fault
    first: int = 0
    count: int = 1
    befallen: int = 0
    _met: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, request: Request, forward: Forward, client: socket.socket) -> bytes | None:
        if not self.of(request):
            return None
        with self._lock:
            met, self._met = self._met, self._met + 1
            if not self.first <= met < self.first + self.count:
                return None
            self.befallen += 1
        return self.fault(request, forward, client)


def answers(answer: bytes) -> Fault:
    """The server is not asked."""
    return lambda request, forward, client: answer


def resets(request: Request, forward: Forward, client: socket.socket) -> bytes | None:
    """The connection is reset when half of the answer is there."""
    client.sendall(_half(forward()))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    raise Cut


def truncates(request: Request, forward: Forward, client: socket.socket) -> bytes | None:
    """The answer ends in its middle."""
    client.sendall(_half(forward()))
    raise Cut


def loses_answer(request: Request, forward: Forward, client: socket.socket) -> bytes | None:
    """It is done, and nobody is told."""
    forward()
    raise Cut


def _half(answer: bytes) -> bytes:
    head, between, body = answer.partition(b"\r\n\r\n")
    return head + between + body[: len(body) // 2]
