"""The first words of a connection, without any."""

import random

import pytest

from clearshard.transport.hello import (
    Chosen,
    Refusal,
    Unintelligible,
    Version,
    client_hello,
    read_answer,
)
from clearshard.transport.suites import EARLIER, TLS_1_3, name_of, names

from .test_cells import server_hello

FRESH = bytes(range(64))


def test_every_number_is_tried_once() -> None:
    assert len({*EARLIER, *TLS_1_3}) == len(EARLIER) + len(TLS_1_3) > 400
    assert names().keys() <= {*EARLIER, *TLS_1_3}
    assert len(set(names().values())) == len(names())
    assert name_of(0x0005) == "RC4-SHA"
    assert name_of(0xC03C) == "0xC03C"


@pytest.mark.parametrize("version", list(Version), ids=lambda one: one.label)
@pytest.mark.parametrize("host", ["localhost", None])
def test_a_hello_is_as_long_as_it_says(version: Version, host: str | None) -> None:
    hello = client_hello(version, EARLIER, host, FRESH)
    if version is Version.SSL_2:
        assert int.from_bytes(hello[:2], "big") == 0x8000 | len(hello) - 2
        assert hello[3:5] == b"\x00\x02"
        return
    assert int.from_bytes(hello[3:5], "big") == len(hello) - 5
    assert int.from_bytes(hello[6:9], "big") == len(hello) - 9
    assert hello[9:11] == min(version, Version.TLS_1_2).to_bytes(2, "big")
    assert (b"localhost" in hello) == (host is not None and version is not Version.SSL_3)
    assert (b"\x00\x2b\x00\x03\x02\x03\x04" in hello) == (version is Version.TLS_1_3)


def test_an_answer_is_read_as_soon_as_it_is_whole_and_not_before() -> None:
    whole = server_hello(Version.TLS_1_3, 0x1301)
    for length in range(len(whole)):
        assert read_answer(whole[:length]) is None
    assert read_answer(whole) == Chosen(Version.TLS_1_3, 0x1301)
    assert read_answer(whole + b"\x14\x03\x03\x00\x01\x01") == Chosen(Version.TLS_1_3, 0x1301)


def test_an_answer_may_come_in_several_records() -> None:
    message = server_hello(Version.TLS_1_2, 0xC02F)[5:]
    records = b"".join(
        b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part
        for part in (message[:3], message[3:30], message[30:])
    )
    assert read_answer(records) == Chosen(Version.TLS_1_2, 0xC02F)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x28", Refusal("handshake_failure")),
        (b"\x15\x03\x00\x00\x02\x02\x46", Refusal("protocol_version")),
        (b"\x15\x03\x03\x00\x02\x02\xc8", Refusal("alert_200")),
        (b"\x15\x03\x03\x00\x03\x02\x28\x00", Unintelligible()),
        # That it does not know the name is no refusal.
        (b"\x15\x03\x03\x00\x02\x01\x70", None),
        (
            b"\x15\x03\x03\x00\x02\x01\x70" + server_hello(Version.TLS_1_2, 0xC02F),
            Chosen(Version.TLS_1_2, 0xC02F),
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Unintelligible()),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Unintelligible()),
        (b"\x16\x02\x00\x00\x01\x00", Unintelligible()),
        (b"\x16\x03\x03\x00\x05\x0b\x00\x00\x01\x00", Unintelligible()),
        # A server hello that ends too early.
        (b"\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03", Unintelligible()),
        (b"\x80\x03\x04\x00\x01", Chosen(Version.SSL_2, None)),
        (b"\x80\x03\x00\x00\x01", Refusal("ssl_2_error")),
        (b"", None),
        (b"\x16", None),
    ],
)
def test_what_an_answer_means(data: bytes, answer: object) -> None:
    assert read_answer(data) == answer


def test_whatever_comes_is_read_or_waited_for() -> None:
    dice = random.Random(1)
    whole = server_hello(Version.TLS_1_3, 0x1301)
    for _ in range(3000):
        changed = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        read_answer(bytes(changed[: dice.randint(0, len(changed))]))
        read_answer(dice.randbytes(dice.randint(0, 80)))
    assert read_answer(b"\x16\x03\x03\xff\xff" + bytes(70_000)) == Unintelligible()
