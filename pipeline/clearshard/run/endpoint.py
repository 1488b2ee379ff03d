"""`clearshard doctor --endpoint`: what an endpoint offers, against the policy."""

import secrets
from collections.abc import Callable
from datetime import datetime
from importlib import metadata

from clearshard.errors import EndpointUnavailable
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.transport.evidence import KIND, VERSION, Evidence, connection_said, versions_said
from clearshard.transport.probing import NO_CONNECTION, Heard, agree, ask, find_endpoint
from clearshard.transport.profiles import Profile
from clearshard.transport.scanning import assess, scan


def examine(
    text: str, profile: Profile, seconds: float, agent: Agent, clock: Callable[[], datetime]
) -> Evidence:
    """Tries every version and every suite with an endpoint.

    Args:
        text: ``HOST[:PORT]``.
        profile: Of the policy.
        seconds: So long one answer may take.
        agent: Who asks.
        clock: Says what time it is, with an offset.

    Raises:
        ConfigError: That names no endpoint.
        EndpointUnavailable: It has no address, or no connection comes to be.
    """
    endpoint = find_endpoint(text)
    begun = utc_text(clock())

    def asked(hello: bytes) -> Heard:
        return ask(endpoint, hello, seconds)

    agreed = agree(endpoint, profile, seconds)
    if isinstance(agreed, str) and agreed.startswith(NO_CONNECTION):
        raise EndpointUnavailable(
            f"{endpoint.host} does not answer on port {endpoint.port} ({agreed}). Look at the "
            "network of this machine, then try again."
        )
    found = scan(asked, secrets.token_bytes, endpoint.server_name)
    assessed = assess(found, profile, agreed)
    return Evidence(
        kind=KIND,
        version=VERSION,
        made_by=f"clearshard {metadata.version('clearshard')}",
        endpoint=endpoint.text,
        address=endpoint.address,
        profile=str(profile.name),
        source=profile.source,
        begun_at=begun,
        finished_at=utc_text(clock()),
        actor=agent.actor,
        host=agent.host,
        versions=versions_said(found),
        connection=connection_said(assessed),
        outside=assessed.outside,
        missing=assessed.missing,
        unanswered=assessed.unanswered,
        conforms=assessed.conforms,
    )
