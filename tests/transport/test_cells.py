"""Every profile, version and suite, against a real server for each that this OpenSSL can be."""

import os
import socket
import ssl
import time
from collections.abc import Iterator
from functools import cache

import pytest

from clearshard.errors import ConfigError
from clearshard.transport.contexts import client_context
from clearshard.transport.hello import Version, client_hello
from clearshard.transport.probing import Agreed, agree, ask, find_endpoint
from clearshard.transport.profiles import ASYNCHRONOUS, PROFILES, STREAMING, Profile, ProfileName
from clearshard.transport.scanning import Said, meaning
from clearshard.transport.suites import EARLIER, TLS_1_3, name_of, names

from .listening import Certificates, Listener, listening, saying, server_context, speaking


@pytest.fixture(scope="module")
def server() -> Iterator[Listener]:
    with listening(saying(b"")) as made:
        yield made


@cache
def _servable() -> tuple[tuple[str, str], ...]:
    """Versions and suites that a server of this OpenSSL speaks with a key of RSA or of a curve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    cells = []
    for one in context.get_ciphers():
        name, protocol = one["name"], one["protocol"]
        # Those need a key that both know before, or one of DSA.
        if any(word in name for word in ("PSK", "SRP", "DSS")):
            continue
        if protocol == "TLSv1.3":
            cells.append(("TLSv1.3", name))
            continue
        cells.append(("TLSv1.2", name))
        if protocol != "TLSv1.2":
            cells += [("TLSv1.1", name)] * ssl.HAS_TLSv1_1 + [("TLSv1", name)] * ssl.HAS_TLSv1
    return tuple(cells)


CODES = {name: code for code, name in names().items()}
VERSIONS = {version.label: version for version in Version}


def test_the_cells_are_those_of_the_policy_and_many_others() -> None:
    cells = set(_servable())
    for profile in PROFILES.values():
        published = {(v, s) for v, suites in profile.suites.items() for s in suites}
        assert published <= cells
    assert len(cells) > 40


def test_the_profiles_are_the_published_ones() -> None:
    """Read off the page by hand."""
    of_1_3 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
    of_1_2 = {
        *("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
        *("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"),
    }
    said = {name: {v: {*s} for v, s in one.suites.items()} for name, one in PROFILES.items()}
    assert said == {
        ProfileName.ASYNCHRONOUS: {"TLSv1.2": of_1_2, "TLSv1.3": of_1_3},
        ProfileName.STREAMING: {"TLSv1.3": of_1_3},
    }
    assert not ASYNCHRONOUS.allows("TLSv1.1", "ECDHE-RSA-AES128-GCM-SHA256")
    assert not ASYNCHRONOUS.allows("TLSv1.2", "TLS_AES_128_GCM_SHA256")
    assert not ASYNCHRONOUS.allows("TLSv1.3", None)
    assert not ASYNCHRONOUS.allows(None, "TLS_AES_128_GCM_SHA256")
    assert not STREAMING.allows("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256")


def test_what_a_context_offers_is_what_is_published() -> None:
    for profile in PROFILES.values():
        context = client_context(profile)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert _offered(context) == {
            (version, name) for version, suites in profile.suites.items() for name in suites
        }


def _offered(context: ssl.SSLContext) -> set[tuple[str, str]]:
    """What stands in the hello of a context, read byte by byte."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    hello = outgoing.read()[9:]
    place = 35 + hello[34]
    length = int.from_bytes(hello[place : place + 2], "big")
    codes = [
        int.from_bytes(hello[at : at + 2], "big") for at in range(place + 2, place + 2 + length, 2)
    ]
    is_1_3_only = context.minimum_version is ssl.TLSVersion.TLSv1_3
    signal = 0x00FF  # no suite: that it knows how to negotiate once more
    found = {name_of(code) for code in codes if code != signal}
    assert all(name.startswith("TLS_") for name in found) or not is_1_3_only
    return {("TLSv1.3" if name.startswith("TLS_") else "TLSv1.2", name) for name in found}


@pytest.mark.parametrize(
    ("version", "suite"), _servable(), ids=[f"{v}-{s}" for v, s in _servable()]
)
def test_a_cell(server: Listener, trusted: Certificates, version: str, suite: str) -> None:
    """The scan sees that it is offered, and no other one; contexts agree as the policy says."""
    context = server_context(trusted.good, version, suite)
    server.answer = speaking(context)
    endpoint = find_endpoint(server.endpoint)

    def says(version: Version, code: int) -> Said:
        hello = client_hello(version, (code,), "localhost", os.urandom(64))
        return meaning(ask(endpoint, hello, 5), version, (code,))[0]

    assert says(VERSIONS[version], CODES[suite]) is Said.OFFERED
    other = 0x1304 if version == "TLSv1.3" else CODES["DES-CBC3-SHA"]
    assert says(VERSIONS[version], other) is Said.REFUSED
    for another in {"TLSv1", "TLSv1.1", "TLSv1.2"} - {version}:
        assert says(VERSIONS[another], CODES["ECDHE-RSA-AES128-SHA"]) is Said.REFUSED
    for profile in PROFILES.values():
        agreed = agree(endpoint, profile, 5)
        if version == "TLSv1.3":  # a server takes the first that both know
            assert isinstance(agreed, Agreed)
            assert profile.allows(agreed.version, agreed.suite)
        elif profile.allows(version, suite):
            assert agreed == Agreed(version, suite)
        else:
            assert agreed == "nothing_in_common"


@pytest.mark.parametrize("version", [Version.SSL_3, *list(Version)[2:]], ids=lambda v: v.label)
def test_a_cell_that_no_server_here_can_be(server: Listener, version: Version) -> None:
    """Every number that a scan tries, of a server that says what such a one would say."""
    endpoint = find_endpoint(server.endpoint)
    for code in TLS_1_3 if version is Version.TLS_1_3 else EARLIER[::8]:
        server.answer = saying(server_hello(version, code))
        hello = client_hello(version, (code,), "localhost", os.urandom(64))
        assert meaning(ask(endpoint, hello, 5), version, (code,)) == (Said.OFFERED, None)


def server_hello(version: int, code: int) -> bytes:
    legacy = min(version, 0x0303)
    body = legacy.to_bytes(2, "big") + bytes(32) + b"\x00" + code.to_bytes(2, "big") + b"\x00"
    if version == Version.TLS_1_3:
        body += b"\x00\x06" + b"\x00\x2b\x00\x02" + version.to_bytes(2, "big")
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ("expired", "expired"),
        ("elsewhere", "other_host"),
        ("own", "self_signed"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.name)
def test_a_certificate_that_is_not_good_is_not_agreed_on(
    server: Listener, trusted: Certificates, which: str, why: str, profile: Profile
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(getattr(trusted, which))
    server.answer = speaking(context)
    assert agree(find_endpoint(server.endpoint), profile, 5) == why


def test_whom_nobody_trusts_is_not_agreed_with(
    server: Listener, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.own))
    server.answer = speaking(server_context(made.good, "TLSv1.2", "ALL"))
    assert agree(find_endpoint(server.endpoint), ASYNCHRONOUS, 5) == "unknown_issuer"


def test_who_answers_a_byte_at_a_time_is_not_waited_for(server: Listener) -> None:
    def dripping(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        while True:  # until the other end has had enough
            connection.sendall(b"\0")
            time.sleep(0.02)

    server.answer = dripping
    said = agree(find_endpoint(server.endpoint), ASYNCHRONOUS, 0.2)
    assert said == "no_connection_TimeoutError"


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", ":443", "host:", "host:0", "host:65536", "host:99999", "host:https", "host:+1"),
        *(
            "::1",
            "[::1",
            "[::1]x",
            "[::1]:",
            "[fe80::1%eth0]",
            "host.",
            "host.:443",
            "b\u00fccher.de",
        ),
        *("https://host", "host/path", "user@host", "host name", "host\n", "host:443\n", "-host"),
    ],
)
def test_what_names_no_endpoint_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(ConfigError, match=r"HOST or HOST:PORT.*in brackets, a name in ASCII"):
        find_endpoint(text)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1", "127.0.0.1", 443),
        ("127.0.0.1:65535", "127.0.0.1", 65535),
        ("[::1]", "::1", 443),
        ("[::1]:8443", "::1", 8443),
        ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1),
    ],
)
def test_an_address_is_an_endpoint_without_a_name(text: str, host: str, port: int) -> None:
    found = find_endpoint(text)
    assert (found.host, found.port, found.server_name) == (host, port, None)
    assert find_endpoint(found.text) == found


def test_nobody_is_agreed_with_who_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    said = agree(find_endpoint(f"127.0.0.1:{port}"), ASYNCHRONOUS, 5)
    assert said == "no_connection_ConnectionRefusedError"
