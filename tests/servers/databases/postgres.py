"""A real PostgreSQL on this machine: made in a temporary folder, reached by socket and loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

READER, PASSWORD = "reader", "hunter2-of-the-reader"
#: What the certificate of the server is of; no server of names knows it.
HOST = "registry.example.test"
_ACCESS = f"""
local all {READER} scram-sha-256
local all all trust
hostssl tls all 127.0.0.1/32 scram-sha-256
host tls all 127.0.0.1/32 reject
host all {READER} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
_SETTINGS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"),
    *("listen_addresses=127.0.0.1", "shared_buffers=32MB", "max_connections=20", "ssl=on"),
    *("logging_collector=off", "log_min_messages=fatal"),
)


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest that is installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return None if on_path is None else Path(on_path).parent


@dataclass(frozen=True)
class Server:
    """A server that is up.

    Attributes:
        folder: Its socket, and the certificate of who signs its own (`ca.pem`).
        port: On the loopback address.
        pid: Of its first process.
    """

    folder: Path
    port: int
    pid: int

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def do(self, *statements: str, database: str = "postgres") -> None:
        """Carries out statements, each by itself, as the owner."""
        import adbc_driver_postgresql.dbapi as driver

        place = f"host='{self.folder}' port={self.port} user=postgres dbname={database}"
        with driver.connect(place, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@contextmanager
def running(folder: Path, programs: Path) -> Iterator[Server]:
    """A server in an empty folder; stopped at the end, and gone with the folder."""
    user = _user()
    folder.mkdir()
    _certificates(folder)
    uid, gid = user
    for path in (folder, *folder.iterdir()):
        os.chown(path, -1 if uid is None else uid, -1 if gid is None else gid)
    data, port = folder / "data", _free_port()
    making: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    making += ["--locale=C", "-N"]
    subprocess.run(making, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=uid, group=gid)
    (data / "pg_hba.conf").write_text(_ACCESS)
    settings = (
        *_SETTINGS,
        f"ssl_cert_file={folder}/server.pem",
        f"ssl_key_file={folder}/server.key",
    )
    options = [part for one in settings for part in ("-c", one)]
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        data,
        "-k",
        folder,
        "-p",
        str(port),
        *options,
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, user=uid, group=gid)
    server = Server(folder, port, process.pid)
    try:
        _wait(server, process)
        server.do(
            f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'",
            "CREATE DATABASE tls",
        )
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _user() -> tuple[int | None, int | None]:
    """It refuses to be root."""
    if os.getuid():
        return None, None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError((server.folder / "log").read_text())
        with suppress(Exception):
            server.do("SELECT 1")
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL does not come up")


def _certificates(folder: Path) -> None:
    """One that signs, and the server's, signed by it."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "server")}
    names: Mapping[str, x509.Name] = {
        name: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown)])
        for name, shown in (("ca", "tests"), ("server", HOST))
    }
    now = datetime.now(UTC)
    for name in ("ca", "server"):
        certificate = (
            x509.CertificateBuilder()
            .subject_name(names[name])
            .issuer_name(names["ca"])
            .public_key(keys[name].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName(
                    [x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.9"))]
                ),
                critical=False,
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key = folder / "server.key"
    key.touch(mode=0o600)
    key.write_bytes(
        keys["server"].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
