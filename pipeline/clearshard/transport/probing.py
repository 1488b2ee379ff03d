"""One hello to an endpoint, and what it answers: the only module here that opens connections."""

import re
import socket
import ssl
import time
from dataclasses import dataclass

from clearshard.errors import ConfigError, EndpointUnavailable
from clearshard.transport.contexts import client_context
from clearshard.transport.hello import Answer, read_answer
from clearshard.transport.profiles import Profile

#: Why there is no answer: it did not come in time.
TOO_SLOW = "too_slow"
#: How the word begins that says why nobody could connect at all.
NO_CONNECTION = "no_connection_"
_PORT, _LAST_PORT = 443, 65535
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_ADDRESS = re.compile(r"[0-9.]+|\[.*\]")
_BLOCK_BYTES = 4096
#: As OpenSSL numbers what is wrong with a certificate.
_EXPIRED, _SELF_SIGNED, _OTHER_HOST, _OTHER_ADDRESS = 10, 18, 62, 64
_FAULTS = {
    9: "not_yet_valid",
    _EXPIRED: "expired",
    _SELF_SIGNED: "self_signed",
    19: "self_signed_in_chain",
    20: "unknown_issuer",
    21: "unknown_issuer",
    _OTHER_HOST: "other_host",
    _OTHER_ADDRESS: "other_host",
}


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection ended without a word about it."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody knows: no connection came to be, or nothing came in time; with why, in one word."""

    why: str


Heard = Answer | Closed | Unanswered


@dataclass(frozen=True, slots=True)
class Agreed:
    """How a connection of our own came to be.

    Attributes:
        version: As `ssl` calls it.
        suite: The same.
    """

    version: str
    suite: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is asked.

    Attributes:
        host: As it was named; an address without brackets.
        port: Where.
        address: The one address that all connections go to.
    """

    host: str
    port: int
    address: str
    family: socket.AddressFamily

    @property
    def text(self) -> str:
        """As `find_endpoint` takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def server_name(self) -> str | None:
        """What a hello calls it; None of an address."""
        return None if _ADDRESS.fullmatch(self.host) or ":" in self.host else self.host


def find_endpoint(text: str) -> Endpoint:
    """The endpoint that ``HOST[:PORT]`` names.

    Raises:
        ConfigError: It names none.
        EndpointUnavailable: Its name is not known.
    """
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, str(_PORT)
    if not (_HOST.fullmatch(host) and re.fullmatch(r"[1-9][0-9]{0,4}", port)) or (
        int(port) > _LAST_PORT
    ):
        problem = (
            "--endpoint → is HOST or HOST:PORT, without https:// and path: an IPv6 address in "
            "brackets, a name in ASCII (xn--...) and without a full stop at its end"
        )
        raise ConfigError("command", [problem])
    host = host.strip("[]")
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError):
        raise EndpointUnavailable(
            f"{host} has no address. Look at its name, and at the network of this machine."
        ) from None
    family, _, _, _, address = found[0]
    return Endpoint(host, int(port), str(address[0]), family)


def ask(endpoint: Endpoint, hello: bytes, seconds: float) -> Heard:
    """Says hello on a new connection, and listens until it is clear what the answer is.

    Args:
        endpoint: Whom.
        hello: What.
        seconds: So long in all, however slowly it answers.
    """
    ends = time.monotonic() + seconds
    said = b""
    connected = False
    try:
        with socket.socket(endpoint.family, socket.SOCK_STREAM) as connection:
            connection.settimeout(seconds)
            connection.connect((endpoint.address, endpoint.port))
            connected = True
            connection.sendall(hello)
            while (answer := read_answer(said)) is None:
                connection.settimeout(max(ends - time.monotonic(), 0.001))
                if time.monotonic() >= ends:
                    return Unanswered(TOO_SLOW)
                if not (more := connection.recv(_BLOCK_BYTES)):
                    return Closed()
                said += more
    except TimeoutError:
        return Unanswered(TOO_SLOW)
    except OSError as error:
        ended = connected and isinstance(error, ConnectionResetError | BrokenPipeError)
        return Closed() if ended else Unanswered(type(error).__name__)
    return answer


def agree(endpoint: Endpoint, profile: Profile, seconds: float) -> Agreed | str:
    """Connects as a profile says; what came of it, or in one word why nothing did.

    Args:
        endpoint: With whom.
        profile: Of the policy.
        seconds: So long to be connected, and so long for the handshake, however slowly it answers.
    """
    try:
        with (
            socket.create_connection((endpoint.address, endpoint.port), seconds) as plain,
            client_context(profile).wrap_socket(plain, server_hostname=endpoint.host) as connection,
        ):
            suite = connection.cipher()
            return Agreed(connection.version() or "", suite[0] if suite else "")
    except ssl.SSLCertVerificationError as error:
        return _FAULTS.get(error.verify_code, f"certificate_{error.verify_code}")
    except ssl.SSLError:
        return "nothing_in_common"
    except OSError as error:
        return f"{NO_CONNECTION}{type(error).__name__}"
