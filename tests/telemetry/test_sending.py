"""A receiver of events is spoken to as the policy says, and is sent nowhere else by it."""

import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
import requests

from clearshard.telemetry.sending import session

from ..transport.listening import (
    Certificates,
    Listener,
    certificates,
    listening,
    saying,
    server_context,
)

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with listening(saying(b"")) as one:
        yield one


def replying(context: ssl.SSLContext | None, data: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        inside = connection
        if context is not None:
            inside = context.wrap_socket(connection, server_side=True)
        with inside:
            asked = b""
            while b"{}" not in asked and (more := inside.recv(65536)):
                asked += more
            inside.sendall(data)

    return answer


def post(server: Listener, scheme: str = "https") -> int:
    return session().post(f"{scheme}://{server.endpoint}/a", data=b"{}", timeout=5).status_code


@pytest.mark.parametrize(
    ("version", "suite", "spoken"),
    [
        ("TLSv1.3", "", True),
        ("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", True),
        ("TLSv1.2", "ECDHE-RSA-AES256-SHA384", False),
        ("TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305", False),
        ("TLSv1.1", "ECDHE-RSA-AES128-SHA", False),
    ],
)
def test_a_receiver_is_spoken_to_as_the_policy_says(
    server: Listener, made: Certificates, version: str, suite: str, spoken: bool
) -> None:
    server.answer = replying(server_context(made.good, version, suite), CREATED)
    if spoken:
        assert post(server) == 201
    else:
        with pytest.raises(requests.exceptions.SSLError):
            post(server)


@pytest.mark.parametrize("which", ["expired", "elsewhere", "own"])
def test_a_certificate_that_is_not_good_is_not_spoken_to(
    server: Listener, made: Certificates, which: str
) -> None:
    server.answer = replying(server_context((getattr(made, which),), "TLSv1.3", ""), CREATED)
    with pytest.raises(requests.exceptions.SSLError):
        post(server)


def test_only_this_machine_is_spoken_to_in_the_clear(server: Listener) -> None:
    server.answer = replying(None, CREATED)
    assert post(server, "http") == 201
    with pytest.raises(requests.exceptions.InvalidURL):
        session().post("http://example.com/a", data=b"{}", timeout=5)


def test_nobody_is_sent_elsewhere_and_no_proxy_is_asked(
    server: Listener, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    elsewhere = (
        b"HTTP/1.1 307 Temporary\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    )
    server.answer = replying(server_context(made.good, "TLSv1.3", ""), elsewhere)
    with pytest.raises(requests.exceptions.TooManyRedirects):
        post(server)
