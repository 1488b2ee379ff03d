"""The first words of a TLS connection, written and read byte by byte.

A library of TLS says hello in the versions and suites that it speaks itself, and a recent one does
not speak those that a scan is after: SSL 2 and 3, RC4, DES, export. Nothing is agreed on here and
nothing is kept secret: the server's first answer says what it would have taken (RFC 8446 and 5246,
section 4 and 7; SSL 2 as in RFC 5246, appendix E.2).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum


class Version(IntEnum):
    """A version as it is written in a hello."""

    SSL_2 = 0x0002
    SSL_3 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303
    TLS_1_3 = 0x0304

    @property
    def label(self) -> str:
        """As `ssl` calls it."""
        return _LABELS[self]


_LABELS = {
    Version.SSL_2: "SSLv2",
    Version.SSL_3: "SSLv3",
    Version.TLS_1_0: "TLSv1",
    Version.TLS_1_1: "TLSv1.1",
    Version.TLS_1_2: "TLSv1.2",
    Version.TLS_1_3: "TLSv1.3",
}
_ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    40: "handshake_failure",
    47: "illegal_parameter",
    50: "decode_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    109: "missing_extension",
    112: "unrecognized_name",
}
_ALERT, _HANDSHAKE = 21, 22
_CLIENT_HELLO, _SERVER_HELLO = 1, 2
_WARNING, _UNRECOGNIZED_NAME = 1, 112
_SSL_2_SERVER_HELLO = 4
#: Three bytes each: RC4, RC4 export, RC2, RC2 export, IDEA, DES, triple DES.
_SSL_2_SUITES = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0")
#: Curves 25519 and 448, those of NIST, and groups of whole numbers.
_GROUPS = (0x001D, 0x001E, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101)
_X25519 = 0x001D
#: ECDSA, EdDSA, RSA (PSS and PKCS 1) and DSA over SHA-2, and over SHA-1: the server may choose.
_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0402, 0x0203, 0x0201, 0x0202),
)
#: A server that has not come to the point by then never will.
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a server would take.

    Attributes:
        version: As it is written.
        suite: Its number; None of SSL 2, which names several.
    """

    version: int
    suite: int | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """That it would not, and in which word."""

    alert: str


@dataclass(frozen=True, slots=True)
class Unintelligible:
    """What is said is no TLS."""


Answer = Chosen | Refusal | Unintelligible


def client_hello(
    version: Version, suites: tuple[int, ...], host: str | None, fresh: bytes
) -> bytes:
    """The record with which a connection begins, that offers one version and some suites.

    Args:
        version: Which one; no lower one is offered either, though a server may answer with one.
        suites: Numbers of suites; of SSL 2 all that there are are offered.
        host: Its name, which the server may need to know whose certificate to show; None: it has
            an address only.
        fresh: 64 bytes that nobody has used before.
    """
    if version is Version.SSL_2:
        body = struct.pack(">BHHHH", 1, version, len(_SSL_2_SUITES), 0, 16)
        body += _SSL_2_SUITES + fresh[:16]
        return struct.pack(">H", 0x8000 | len(body)) + body
    codes = b"".join(struct.pack(">H", code) for code in suites)
    legacy = min(version, Version.TLS_1_2)
    body = struct.pack(">H", legacy) + fresh[:32]
    # A session that it does not know hinders no server; some need one to speak TLS 1.3.
    session = fresh[32:64] if version is Version.TLS_1_3 else b""
    body += bytes([len(session)]) + session + struct.pack(">H", len(codes)) + codes + b"\x01\x00"
    if version is not Version.SSL_3:
        extensions = _extensions(version, host, fresh[:32])
        body += struct.pack(">H", len(extensions)) + extensions
    message = bytes([_CLIENT_HELLO]) + len(body).to_bytes(3, "big") + body
    record = min(version, Version.TLS_1_0)
    return struct.pack(">BHH", _HANDSHAKE, record, len(message)) + message


def _extensions(version: Version, host: str | None, key: bytes) -> bytes:
    said = b""
    if host is not None:
        name = host.encode("ascii")
        said += _extension(0, _sized(2, b"\x00" + _sized(2, name)))
    said += _extension(10, _sized(2, _shorts(_GROUPS)))
    said += _extension(11, b"\x01\x00")
    said += _extension(13, _sized(2, _shorts(_SIGNATURES)))
    said += _extension(0xFF01, b"\x00")
    if version is Version.TLS_1_3:
        said += _extension(43, _sized(1, _shorts((version,))))
        said += _extension(45, b"\x01\x01")
        said += _extension(51, _sized(2, _shorts((_X25519,)) + _sized(2, key)))
    return said


def _extension(number: int, data: bytes) -> bytes:
    return struct.pack(">H", number) + _sized(2, data)


def _sized(length_bytes: int, data: bytes) -> bytes:
    return len(data).to_bytes(length_bytes, "big") + data


def _shorts(numbers: tuple[int, ...]) -> bytes:
    return b"".join(struct.pack(">H", number) for number in numbers)


def read_answer(data: bytes) -> Answer | None:
    """What a server has answered to a hello; None if more must come.

    Args:
        data: All that has come so far.
    """
    if len(data) >= 3 and data[0] & 0x80:
        is_hello = data[2] == _SSL_2_SERVER_HELLO
        return Chosen(Version.SSL_2, None) if is_hello else Refusal("ssl_2_error")
    said, place = b"", 0
    while len(data) - place >= 5:
        kind, major, _, length = struct.unpack_from(">BBBH", data, place)
        if kind not in (_ALERT, _HANDSHAKE) or major != 3:
            return Unintelligible()
        payload = data[place + 5 : place + 5 + length]
        if len(payload) < length:
            break
        place += 5 + length
        if kind == _ALERT:
            if length != 2:
                return Unintelligible()
            if tuple(payload) != (_WARNING, _UNRECOGNIZED_NAME):
                return Refusal(_ALERTS.get(payload[1], f"alert_{payload[1]}"))
            continue
        said += payload
        if (found := _server_hello(said)) is not None:
            return found
    is_none = data[:1] != b"" and data[0] not in (_ALERT, _HANDSHAKE) and not data[0] & 0x80
    return Unintelligible() if is_none or len(data) > _LONGEST else None


def _server_hello(said: bytes) -> Answer | None:
    """What a message of the handshake says; None if it is not whole."""
    if len(said) < 4:
        return None
    body = said[4 : 4 + int.from_bytes(said[1:4], "big")]
    if said[0] != _SERVER_HELLO:
        return Unintelligible()
    if len(body) < int.from_bytes(said[1:4], "big"):
        return None
    try:
        return _chosen(body)
    except (struct.error, IndexError):
        return Unintelligible()


def _chosen(body: bytes) -> Chosen:
    """Of a server hello; one that asks for another key (RFC 8446, 4.1.4) is one all the same."""
    [version] = struct.unpack_from(">H", body, 0)
    place = 34 + 1 + body[34]
    [suite] = struct.unpack_from(">H", body, place)
    place += 3 + 2
    while place + 4 <= len(body):
        number, length = struct.unpack_from(">HH", body, place)
        if number == 43:
            [version] = struct.unpack_from(">H", body, place + 4)
        place += 4 + length
    return Chosen(version, suite)
