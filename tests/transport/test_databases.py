"""Addresses of databases: what is taken, what is refused, and what the client library is told."""

import re

import pytest

from clearshard.transport.databases import DatabaseAddress, is_database

SECRET = "hunter2"


def told(address: str, **environment: str) -> dict[str, str]:
    connection = DatabaseAddress.parse(address).connection(environment)
    return dict(re.findall(r"(\w+)='((?:[^'\\]|\\.)*)'", connection))


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("postgresql://db.example/crm", {"host": "db.example", "dbname": "crm"}),
        ("postgres://ada@db.example:5433/crm", {"user": "ada", "port": "5433"}),
        ("postgresql:///crm", {"dbname": "crm"}),
        ("postgresql://", {}),
        ("postgresql:///crm?host=/run/postgresql", {"host": "/run/postgresql"}),
        ("postgresql://a,b:1/x", {"host": "a,b", "port": ",1"}),
        ("postgresql://[::1]:5433/x", {"host": "::1", "port": "5433"}),
        ("postgresql://a%40b@db.example/x%20y", {"user": "a@b", "dbname": "x y"}),
    ],
)
def test_an_address_is_taken_apart(address: str, parts: dict[str, str]) -> None:
    assert is_database(address)
    assert told(address).items() >= parts.items()


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ada:{SECRET}@db.example/crm",
        f"postgresql://ada:{SECRET}@x@db.example/crm",
        f"postgresql://:{SECRET}@db.example/crm",
        "postgresql://ada:@db.example/crm",
        f"postgresql://db.example/crm?password={SECRET}",
        f"postgresql://db.example/crm?sslpassword={SECRET}",
        f"postgresql://db.example/crm?passfile={SECRET}",
        f"postgresql://db.example/crm?options=-c%20{SECRET}",
        f"postgresql://db.example/password={SECRET}",
        f"postgresql://db.example/password%3D{SECRET}",
        f"postgresql://db.example/crm#{SECRET}",
        f"postgresql://db.example:{SECRET}/crm",
        f"postgresql://[::1{SECRET}/crm",
        f"postgresql:{SECRET}",
        f"POSTGRESQL://ada:{SECRET}@db.example/crm",
        f"postgresql://db.example/crm%00{SECRET}",
        f"postgresql://db.example/crm?host={SECRET}",
        f"postgresql://db.example/crm?sslmode={SECRET}",
        f"postgresql://db.example/crm?ssl_min_protocol_version=TLSv1.1&user={SECRET}",
        f"postgresql://db.example/crm?sslrootcert={SECRET}/ca.pem",
    ],
)
def test_what_is_refused_is_not_repeated(address: str) -> None:
    assert is_database(address)
    with pytest.raises(ValueError) as raised:
        DatabaseAddress.parse(address)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://localhost/x",
        "postgresql://127.0.0.1:5433/x",
        "postgresql://[::1]/x",
        "postgresql:///x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql:///x?host=@socket",
    ],
)
def test_of_this_machine_nothing_more_is_asked(address: str) -> None:
    assert "sslmode" not in told(address)
    assert told(f"{address}{'&' if '?' in address else '?'}sslmode=disable")["sslmode"] == "disable"


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("postgresql://db.example/x", {}),
        ("postgresql://10.0.0.1/x", {}),
        ("postgresql://localhost,db.example/x", {}),
        ("postgresql://localhost/x?hostaddr=10.0.0.1", {}),
        ("postgresql://localhost/x", {"PGHOSTADDR": "10.0.0.1"}),
        ("postgresql://localhost/x", {"PGSERVICE": "crm"}),
        ("postgresql://localhost/x?service=crm", {}),
        ("postgresql:///x", {"PGHOST": "db.example"}),
        ("postgresql://localhost.example/x", {}),
    ],
)
def test_whatever_could_be_elsewhere_is_checked_by_name(
    address: str, environment: dict[str, str]
) -> None:
    said = told(address, **environment)
    assert said["sslmode"] == "verify-full"
    assert said["gssencmode"] == "disable"
    for weaker in ("disable", "prefer", "require", "verify-ca"):
        with pytest.raises(ValueError, match="sslmode must be verify-full"):
            told(address, **environment, PGSSLMODE=weaker)
        mark = "&" if "?" in address else "?"
        with pytest.raises(ValueError, match="sslmode must be verify-full"):
            told(f"{address}{mark}sslmode={weaker}", **environment, PGSSLMODE="verify-full")
    assert told(address, **environment, PGSSLMODE="verify-full")["sslmode"] == "verify-full"


def test_no_older_tls_whatever_the_environment_says() -> None:
    said = told("postgresql://db.example/x", PGSSLMINPROTOCOLVERSION="TLSv1")
    assert said["ssl_min_protocol_version"] == "TLSv1.2"
    newer = told("postgresql://db.example/x?ssl_min_protocol_version=TLSv1.3")
    assert newer["ssl_min_protocol_version"] == "TLSv1.3"


def test_what_is_shown_is_host_port_and_database() -> None:
    address = DatabaseAddress.parse("postgresql://ada@db.example:5433/crm?sslrootcert=/x/ca.pem")
    assert address.shown == "postgresql://db.example:5433/crm"


def test_no_value_ends_its_quotes() -> None:
    said = DatabaseAddress.parse("postgresql://a'b%5C@localhost/x").connection({})
    assert r"user='a\'b\\'" in said


@pytest.mark.parametrize("other", ["accounts.csv", "sqlite:///x", "s3://b/x", "postgres/x.csv"])
def test_what_is_no_database(other: str) -> None:
    assert not is_database(other)
