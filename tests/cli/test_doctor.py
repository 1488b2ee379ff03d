"""`doctor --endpoint`: what a server on this machine offers, against the policy."""

import json
import socket
import ssl
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.transport import evidence
from clearshard.transport.hello import Version, client_hello
from clearshard.transport.probing import Closed, Unanswered, ask, find_endpoint
from clearshard.transport.profiles import ASYNCHRONOUS
from clearshard.transport.scanning import tried

from ..audit.building import Output, Row
from ..transport.listening import (
    Certificates,
    Listener,
    certificates,
    listening,
    saying,
    speaking,
)


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


@pytest.fixture
def server(trusted: Certificates) -> Iterator[Listener]:
    with listening(saying(b"")) as one:
        yield one


def published(made: Certificates, suites: str | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in made.good:
        context.load_cert_chain(path)
    context.set_ciphers(suites or ":".join(ASYNCHRONOUS.suites["TLSv1.2"]))
    return context


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some suites stand for all: each takes a connection."""
    some = tuple(code for code in tried(Version.TLS_1_2) if code in range(0xC023, 0xC03D))
    monkeypatch.setattr("clearshard.transport.scanning.EARLIER", some)


def test_an_endpoint_as_published_is_found_so_with_every_suite_tried(
    server: Listener, trusted: Certificates, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = speaking(published(trusted))
    folder = tmp_path / "evidence"
    command = ("doctor", "--endpoint", server.endpoint, "--actor", "keeper")
    assert run(*command, "--evidence", folder, "--json") == 0
    answer = _answer(capsys)
    assert (answer["conforms"], answer["outside"], answer["missing"]) == (True, [], [])
    said = {one["version"]: one for one in answer["versions"]}
    assert {name for name, one in said.items() if one["said"] == "offered"} == {
        *ASYNCHRONOUS.suites
    }
    for name, suites in ASYNCHRONOUS.suites.items():
        offered = {s for s, what in said[name]["suites"].items() if what == "offered"}
        assert offered == {*suites}
    # Each in a connection of its own.
    assert server.connections > sum(len(tried(v)) for v in (Version.TLS_1_2, Version.TLS_1_3))
    [path] = folder.iterdir()
    assert answer["evidence"] == str(path)
    kept = evidence.decode(path.read_bytes(), path.name)
    assert (kept.actor, kept.profile, kept.endpoint) == ("keeper", "asynchronous", server.endpoint)
    assert kept.begun_at[:10].replace("-", "") in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {**json.loads(path.read_bytes()), "evidence": str(path)} == answer


def test_what_is_outside_of_the_policy_has_a_code_of_its_own(
    server: Listener, trusted: Certificates, few: None, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = speaking(published(trusted, "ECDHE+AESGCM:ECDHE-RSA-AES256-SHA384"))
    assert run("doctor", "--endpoint", server.endpoint) == 5
    captured = capsys.readouterr()
    assert "TLSv1.2 ECDHE-RSA-AES256-SHA384: offered, not in the policy" in captured.out
    assert "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384: offered\n" in captured.out
    assert "1 versions and suites outside of it" in captured.err
    # Of the streaming profile the whole version is.
    server.answer = speaking(published(trusted))
    command = ("doctor", "--endpoint", server.endpoint, "--profile", "streaming", "--json")
    assert run(*command) == 5
    assert _answer(capsys)["outside"][0] == "TLSv1.2"


def test_a_certificate_that_is_not_good_is_told(
    server: Listener, trusted: Certificates, few: None, capsys: pytest.CaptureFixture[str]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted.expired)
    context.set_ciphers(":".join(ASYNCHRONOUS.suites["TLSv1.2"]))
    server.answer = speaking(context)
    assert run("doctor", "--endpoint", server.endpoint, "--json") == 5
    assert _answer(capsys)["connection"] == "expired"


def test_an_endpoint_that_speaks_no_tls_does_not_conform(
    server: Listener, few: None, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert run("doctor", "--endpoint", server.endpoint, "--json") == 5
    answer = _answer(capsys)
    assert {one["why"] for one in answer["versions"]} == {"no_tls"}
    assert answer["connection"] == "nothing_in_common"


def test_who_does_not_answer_is_not_called_safe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    command = ("doctor", "--endpoint", f"127.0.0.1:{port}", "--evidence", tmp_path / "e")
    assert run(*command) == 4
    assert "ConnectionRefusedError" in capsys.readouterr().err
    assert run("doctor", "--endpoint", "none.invalid") == 4
    assert "has no address" in capsys.readouterr().err
    assert [*(tmp_path / "e").iterdir()] == []


def test_what_is_not_answered_leaves_it_open(
    server: Listener, trusted: Certificates, few: None, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = speaking(published(trusted))

    def silent_to_some(connection: socket.socket) -> None:
        hello = connection.recv(4096, socket.MSG_PEEK)
        if len(hello) < 250 and b"\xc0\x27" in hello[44:60]:
            time.sleep(0.3)
        else:
            honest(connection)

    server.answer = silent_to_some
    assert run("doctor", "--endpoint", server.endpoint, "--seconds", "0.2", "--json") == 4
    answer = _answer(capsys)
    assert (answer["conforms"], answer["outside"]) == (None, [])
    assert answer["unanswered"] >= 1


@pytest.mark.parametrize(
    "endpoint",
    [
        *("", "https://a.b", "a.b/c", "a.b:", "a.b:0", "a.b:x", "u@a.b", "a b", "a.b:443:1", "-a"),
        *("ä.example", "a.b:999999", "[::1", "a_b?"),
    ],
)
def test_what_names_no_endpoint_is_refused(endpoint: str) -> None:
    assert run("doctor", "--endpoint", endpoint) == 2


@pytest.mark.parametrize(
    ("text", "host", "port", "name"),
    [
        ("localhost", "localhost", 443, "localhost"),
        ("localhost:8443", "localhost", 8443, "localhost"),
        ("127.0.0.1", "127.0.0.1", 443, None),
        ("[::1]:44", "::1", 44, None),
        ("[::1]", "::1", 443, None),
    ],
)
def test_an_endpoint_is_a_host_and_a_port(
    text: str, host: str, port: int, name: str | None
) -> None:
    found = find_endpoint(text)
    assert (found.host, found.port, found.server_name) == (host, port, name)


def test_an_answer_that_drips_is_given_up(server: Listener) -> None:
    def drips(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        for _ in range(100):
            connection.sendall(b"\x02")
            time.sleep(0.02)

    hello = client_hello(Version.TLS_1_2, tried(Version.TLS_1_2), None, bytes(64))
    server.answer = drips
    began = time.monotonic()
    said = ask(find_endpoint(server.endpoint), hello, 0.2)
    assert time.monotonic() - began < 2
    assert said == Unanswered("too_slow")
    server.answer = saying(b"")
    assert ask(find_endpoint(server.endpoint), hello, 2) == Closed()


def test_a_file_that_is_no_evidence_is_none() -> None:
    for data in (b"", b"{}", b'{"kind": "x"}', b"\xff"):
        with pytest.raises(Exception, match="no evidence"):
            evidence.decode(data, "x")


def test_evidence_goes_into_the_bundle_and_nothing_else_does(
    tmp_path: Path, server: Listener, few: None, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(tmp_path / "out")
    output.publish("a", [Row("f")])
    server.answer = saying(b"")
    folder = tmp_path / "evidence"
    assert run("doctor", "--endpoint", server.endpoint, "--evidence", folder) == 5
    [path] = folder.iterdir()
    target = tmp_path / "bundle.zip"
    command = ("audit", "bundle", "--out", output.out, "--output", target)
    other = tmp_path / "other.json"
    other.write_text('{"text": "what somebody said"}')
    for wrong in (other, tmp_path / "none", tmp_path):
        assert run(*command, "--with", wrong) == 2
        assert "is no file of `doctor --evidence`" in capsys.readouterr().err
        assert not target.exists()
    renamed = path.rename(tmp_path / "renamed")
    assert run(*command, "--with", renamed) == 0
    with zipfile.ZipFile(target) as zipped:
        assert zipped.read(f"clearshard-evidence/transport/{path.name}") == renamed.read_bytes()
        zipped.extractall(tmp_path / "unpacked")
    check = tmp_path / "unpacked" / "clearshard-evidence" / "check.py"
    done = subprocess.run([sys.executable, "-I", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "transport/" in done.stdout
    changed = check.parent / "transport" / path.name
    changed.write_text(changed.read_text().replace("false", "true", 1))
    assert subprocess.run([sys.executable, "-I", check], capture_output=True).returncode == 1
