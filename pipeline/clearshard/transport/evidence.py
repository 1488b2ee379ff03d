"""What an endpoint offered on a day, kept for whoever asks later; a bundle can hold it."""

import re

import msgspec

from clearshard.errors import IntegrityError
from clearshard.transport.probing import Agreed
from clearshard.transport.scanning import Assessed, Said, VersionFound, tried

#: Some four hundred suites under five versions have a few tens of kilobytes.
MAX_BYTES = 1024 * 1024


class VersionSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it said of one version.

    Attributes:
        version: As OpenSSL calls it.
        said: Offered, refused or unanswered.
        why: In one word, where it is not offered.
        suites_tried: In a connection of its own each, if the version is offered; else together.
        suites: What it said of each, by name; empty where the version is not offered.
    """

    version: str
    said: Said
    why: str | None
    suites_tried: int
    suites: dict[str, Said]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scan.

    Attributes:
        kind: What this file is.
        version: Of this format.
        made_by: By which version of which program.
        endpoint: Who was asked, with the port.
        address: Which of its addresses.
        profile: Of the policy.
        source: Where the policy says so.
        begun_at: RFC 3339 in UTC.
        finished_at: The same.
        actor: Who asked.
        host: From which machine.
        versions: What was said.
        connection: Version and suite of a connection as the policy says, or why there is none.
        outside: What is offered and not in the policy.
        missing: What is in it and not offered.
        unanswered: Of how many versions and suites nobody knows.
        conforms: Whether it is as the policy says; None if nobody knows.
    """

    kind: str
    version: int
    made_by: str
    endpoint: str
    address: str
    profile: str
    source: str
    begun_at: str
    finished_at: str
    actor: str
    host: str
    versions: tuple[VersionSaid, ...]
    connection: str
    outside: tuple[str, ...]
    missing: tuple[str, ...]
    unanswered: int
    conforms: bool | None


#: What such a file says that it is.
KIND = "clearshard tls scan"
VERSION = 1


def versions_said(found: tuple[VersionFound, ...]) -> tuple[VersionSaid, ...]:
    """What was said of each version, as it is kept."""
    return tuple(
        VersionSaid(
            version=one.version.label,
            said=one.said,
            why=one.why,
            suites_tried=len(tried(one.version)),
            suites=dict(one.suites),
        )
        for one in found
    )


def connection_said(assessed: Assessed) -> str:
    """How a connection of our own came to be, or why it did not, as it is kept."""
    agreed = assessed.agreed
    return f"{agreed.version} {agreed.suite}" if isinstance(agreed, Agreed) else agreed


def name_of(evidence: Evidence) -> str:
    """What its file is called: which endpoint, which profile, and when."""
    endpoint = re.sub(r"[^A-Za-z0-9.-]", "_", evidence.endpoint)
    profile = re.sub(r"[^a-z]", "_", evidence.profile)
    moment = re.sub(r"[^0-9T]", "", evidence.begun_at.partition(".")[0])
    return f"tls-{endpoint[:200]}-{profile[:20]}-{moment[:15]}Z.json"


def encode(evidence: Evidence) -> bytes:
    """The bytes of an evidence file."""
    return msgspec.json.format(msgspec.json.encode(evidence), indent=1) + b"\n"


def decode(data: bytes, name: str) -> Evidence:
    """Reads an evidence file.

    Args:
        data: Its bytes.
        name: Of the file, for the error.

    Raises:
        IntegrityError: It is none.
    """
    try:
        evidence = msgspec.json.decode(data, type=Evidence)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        evidence = None
    if evidence is None or (evidence.kind, evidence.version) != (KIND, VERSION):
        raise IntegrityError(f"{name} is no evidence of `clearshard doctor`. Name one that is.")
    return evidence
