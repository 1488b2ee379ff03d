"""Servers on this machine: real ones of TLS, and some that say what they are told to."""

import base64
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

#: For suites that agree on a key in a group of whole numbers.
GROUP = "group.pem"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class Listener:
    """A server, and how it answers: may be changed between two connections."""

    port: int
    answer: Callable[[socket.socket], None]
    connections: int = field(default=0)

    @property
    def endpoint(self) -> str:
        return f"localhost:{self.port}"


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[Listener]:
    """A server as long as it lasts; each connection is answered by itself."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        made = Listener(server.getsockname()[1], answer)
        threading.Thread(target=_serve, args=(server, made), daemon=True).start()
        try:
            yield made
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, made: Listener) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            made.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(2)
                made.answer(connection)


def speaking(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    """Answers as a server of TLS with a context does."""

    def answer(connection: socket.socket) -> None:
        # Sent before it is closed: an alert is an answer too.
        with context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True):
            pass

    return answer


def saying(data: bytes) -> Callable[[socket.socket], None]:
    """Answers with these bytes, whatever is asked."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(data)

    return answer


def certificate(
    folder: Path,
    name: str,
    key: Key,
    *,
    host: str = "localhost",
    days: tuple[int, int] = (-1, 1),
    signed_by: tuple[x509.Certificate, Key] | None = None,
) -> tuple[Path, x509.Certificate]:
    """A file with a certificate and its key, signed by itself or by another one.

    `days`: valid from and until, counted from now.
    """
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (subject, key) if signed_by is None else (signed_by[0].subject, signed_by[1])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=signed_by is None, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path, made


@dataclass(frozen=True)
class Certificates:
    """Of one authority: good ones with keys of both kinds, and bad ones.

    Attributes:
        authority: Whom to trust.
        good: With a key of RSA, and one of an elliptic curve.
        expired: The same host, yesterday.
        elsewhere: Another host.
        own: Signed by itself.
    """

    authority: Path
    good: tuple[Path, Path]
    expired: Path
    elsewhere: Path
    own: Path


def _prime() -> int:
    """The one of 2,048 bits of RFC 7919, appendix A.1; it is made of the digits of e."""
    scale, e, term = 1 << 2100, 0, 1 << 2100
    for number in range(1, 400):
        e, term = e + term, term // number
    return 2**2048 - 2**1984 + ((e << 1918) // scale + 560316) * 2**64 - 1


def _group() -> str:
    """That prime and its generator as PEM: a sequence of two whole numbers."""
    prime = b"\x02\x82\x01\x01\x00" + _prime().to_bytes(256, "big")
    body = prime + b"\x02\x01\x02"
    der = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    name = "DH PARAMETERS"
    return f"-----BEGIN {name}-----\n{base64.encodebytes(der).decode()}-----END {name}-----\n"


def certificates(folder: Path) -> Certificates:
    keys: tuple[Key, Key] = (
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority, root = certificate(folder, "authority", keys[1])
    by = (root, keys[1])
    (folder / GROUP).write_text(_group())
    return Certificates(
        authority,
        (
            certificate(folder, "rsa", keys[0], signed_by=by)[0],
            certificate(folder, "ec", keys[1], signed_by=by)[0],
        ),
        certificate(folder, "expired", keys[1], days=(-3, -1), signed_by=by)[0],
        certificate(folder, "elsewhere", keys[1], host="elsewhere.example", signed_by=by)[0],
        certificate(folder, "own", keys[1])[0],
    )


_LABELS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


def server_context(files: tuple[Path, ...], version: str, suites: str) -> ssl.SSLContext:
    """A server that speaks one version, and some suites; those of TLS 1.3 cannot be chosen."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for path in files:
        context.load_cert_chain(path)
    if version != "TLSv1.3":
        context.set_ciphers(f"{suites}:@SECLEVEL=0")
    if suites.startswith(("DHE-", "ADH-")):
        context.load_dh_params(str(files[0].with_name(GROUP)))
    with warnings.catch_warnings():  # that the earlier ones should not be spoken any more
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = _LABELS[version]
    return context
