"""How events are sent: over TLS as the policy states it, or to this machine alone."""

import ssl
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL

from clearshard.transport.addresses import is_secure
from clearshard.transport.contexts import client_context
from clearshard.transport.profiles import ASYNCHRONOUS


class _PublishedOnly(HTTPAdapter):
    """Connections with one context, and with no certificates but those that it trusts."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more, ssl_context=self._context)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: bool | str, cert: Any = None
    ) -> Any:
        # The library would add certificates of its own to those of the context.
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
        """Leaves the connection as it is: the context says all."""

    def send(self, request: PreparedRequest, *arguments: Any, **more: Any) -> Response:
        if not is_secure(request.url or ""):
            raise InvalidURL
        return super().send(request, *arguments, **more)


def session() -> Session:
    """A session that speaks to a receiver, and is sent nowhere else by it.

    Neither proxies nor credentials count that happen to be in the surroundings.
    """
    made = Session()
    made.trust_env = False
    made.max_redirects = 0
    adapter = _PublishedOnly(client_context(ASYNCHRONOUS))
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter)
    return made
