"""Addresses of PostgreSQL databases: no password in them, and TLS to whatever is not this machine.

An address is taken apart here and nowhere else. What the client library gets is made of the parts
that were judged, so that it cannot read them in another way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from clearshard.transport.addresses import is_loopback

_ADDRESS = re.compile(r"postgres(?:ql)?://([^/?#]*)(?:/([^/?#]*))?(?:\?([^#]*))?")
_BEGINS = re.compile(r"postgres(ql)?:", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}")
#: What may stand behind the question mark. No password, no file of passwords that another one
#: could be read from, and nothing that changes how a session behaves.
_SETTINGS = frozenset(
    (
        *("host", "hostaddr", "port", "user", "dbname", "service"),
        *("sslmode", "sslrootcert", "sslcrl", "sslcert", "sslkey", "ssl_min_protocol_version"),
        *("application_name", "channel_binding", "require_auth", "requirepeer"),
        *("target_session_attrs", "load_balance_hosts", "krbsrvname"),
    )
)
#: What the client library takes from the environment where an address does not say it.
_FROM_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "dbname": "PGDATABASE",
}
_CHECKS_ALL = "verify-full"
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", _CHECKS_ALL)
_FILES = ("sslrootcert", "sslcrl", "sslcert", "sslkey")
_VERSIONS = ("TLSv1.2", "TLSv1.3")
_HOW = (
    "write postgresql://USER@HOST:PORT/DATABASE, without a password: that is taken from the "
    "environment (PGPASSFILE, PGPASSWORD), or from a service (PGSERVICE)"
)


def is_database(text: str) -> bool:
    """Whether a text is meant to be the address of a PostgreSQL database."""
    return _BEGINS.match(text) is not None


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a PostgreSQL database is, and as whom it is asked.

    Attributes:
        settings: Parameters of the client library by name, as the address says them.
    """

    settings: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "DatabaseAddress":
        """Takes an address apart.

        Raises:
            ValueError: It is none, holds a password, or something that is not taken; says what to
                write, and nothing of the address.
        """
        found = _ADDRESS.fullmatch(text)
        if found is None:
            raise ValueError(_HOW)
        authority, database, query = found.groups()
        settings = {**_of_authority(authority), **({"dbname": database} if database else {})}
        for pair in query.split("&") if query else ():
            name, equals, value = pair.partition("=")
            if name not in _SETTINGS or not equals:
                raise ValueError(
                    f"behind the question mark may stand {', '.join(sorted(_SETTINGS))}; {_HOW}"
                )
            if name in settings:
                raise ValueError("says the same thing twice")
            settings[name] = value
        decoded = {name: _decoded(value) for name, value in settings.items() if value}
        # A database of such a name would be read as settings once more.
        if any(letter in decoded.get("dbname", "") for letter in "=:"):
            raise ValueError(f"has no name of a database; {_HOW}")
        for name, values in (("ssl_min_protocol_version", _VERSIONS), ("sslmode", _MODES)):
            if decoded.get(name, values[0]) not in values:
                raise ValueError(f"{name} is one of {', '.join(values)}")
        # They would be looked for in whatever folder the job is started from.
        if any(
            decoded.get(name, "/")[0] != "/" for name in _FILES if decoded.get(name) != "system"
        ):
            raise ValueError(f"{', '.join(_FILES)} are absolute paths; sslrootcert can be system")
        return cls(decoded)

    @property
    def shown(self) -> str:
        """What errors call it: host, port and database, as far as the address says them."""
        said = self.settings
        host, port = said.get("host", ""), said.get("port", "")
        return f"postgresql://{host}{f':{port}' if port else ''}/{said.get('dbname', '')}"

    def connection(self, environment: Mapping[str, str]) -> str:
        """What the client library is told, as `name='value'`.

        What it would take from the environment or from a service and is no secret is judged too:
        a connection that could leave this machine checks certificate and name of the server, and
        speaks no TLS below 1.2.

        Raises:
            ValueError: Less was asked for; says what to do.
        """
        told = dict(self.settings)
        asked = told.get("sslmode") or environment.get(_FROM_ENVIRONMENT["sslmode"], "")
        if not self._stays_here(environment):
            if asked not in ("", _CHECKS_ALL):
                raise ValueError(
                    f"sslmode must be {_CHECKS_ALL} (in the address, or in PGSSLMODE) for a "
                    "database that is not named as one of this machine (a folder of its socket, "
                    "localhost, 127.0.0.1)"
                )
            told["sslmode"] = _CHECKS_ALL
        told.setdefault("ssl_min_protocol_version", _VERSIONS[0])
        # Kerberos would be tried first, and would be no TLS.
        told["gssencmode"] = "disable"
        told |= {
            "connect_timeout": "10",
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
        }
        told.setdefault("application_name", "clearshard")
        return " ".join(f"{name}='{_quoted(value)}'" for name, value in sorted(told.items()))

    def _stays_here(self, environment: Mapping[str, str]) -> bool:
        """Whether it is this machine, whatever a service or a server of names says."""
        said = {
            name: self.settings.get(name) or environment.get(variable, "")
            for name, variable in _FROM_ENVIRONMENT.items()
        }
        if said["service"]:
            return False
        hosts = [*said["host"].split(","), *filter(None, said["hostaddr"].split(","))]
        return all(not host or host[0] in "/@" or is_loopback(host) for host in hosts)


def _of_authority(authority: str) -> dict[str, str]:
    user, at, hosts = authority.rpartition("@")
    if "@" in user or ":" in user or (at and not user):
        raise ValueError(f"holds a password, or no name before @: {_HOW}")
    places = [_host_and_port(one) for one in hosts.split(",")] if hosts else []
    said = {"user": user, "host": ",".join(host for host, _ in places)}
    ports = [port for _, port in places]
    if any(ports):
        said["port"] = ",".join(ports)
    return {name: value for name, value in said.items() if value}


def _host_and_port(text: str) -> tuple[str, str]:
    """Of `host`, `host:port`, `[::1]` or `[::1]:port`."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        fits = bool(bracket) and (not rest or rest.startswith(":"))
    else:
        host, _, port = text.partition(":")
        fits = True
    if not fits or (port and not _PORT.fullmatch(port)):
        raise ValueError(f"has no host and port; {_HOW}")
    return host, port


def _decoded(value: str) -> str:
    text = unquote(value, errors="strict")
    if "\0" in text or not text.isprintable():
        raise ValueError(f"holds characters that do not show; {_HOW}")
    return text


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
