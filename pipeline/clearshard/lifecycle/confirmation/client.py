"""Requests to the transcript API: read only, to one host, with bounded patience and memory.

The key goes into one header, to the host that is configured: no redirect is followed, and no
address that an answer names is asked. Errors of the library name addresses, so none is passed on.
"""

import email.utils
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from clearshard.lifecycle.confirmation.tls import is_published

_SECONDS = 30.0
#: A transcript of a day has some tens of megabytes.
_MOST_BYTES = 256 * 1024 * 1024
_MOST_TRIES = 6
#: Whatever a server asks for.
_LONGEST_WAIT_SECONDS = 60.0
_FIRST_WAIT_SECONDS = 1.0
_TOO_MANY = 429
_REFUSED = (401, 403)
_OWN_FAULT = 500


class Unanswered(Exception):
    """The API has not answered, or not so that anything follows from it; says why in one word."""


class Refused(Unanswered):
    """The API does not let this key in: nothing it says of absence counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API has answered.

    Attributes:
        status: Of HTTP, below 500, and none that asks to come again.
        body: Not decoded.
    """

    status: int
    body: bytes = field(repr=False)


class Api:
    """The transcript API of one host."""

    def __init__(
        self,
        base_url: str,
        key: str,
        context: ssl.SSLContext,
        sleep: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        """Connects to nobody yet.

        Args:
            base_url: ``https://HOST``.
            key: Of the API; goes to that host and nowhere else.
            context: With which connections are made.
            sleep: Waits so many seconds.
            now: Says what time it is, with an offset.
        """
        self._sleep, self._now = sleep, now
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": key, "Accept": "application/json"},
            verify=context,
            follow_redirects=False,
            timeout=_SECONDS,
            # Neither proxies nor credentials that happen to be in the surroundings.
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Asks, and asks again where the API is throttled or at fault.

        Args:
            path: Below the host, with a slash before it.
            query: Its parameters.

        Raises:
            Unanswered: There is no answer, after as many tries as are made.
            Refused: The key is not let in.
        """
        why, wait = "", 0.0
        for tried in range(_MOST_TRIES):
            if tried:
                self._sleep(wait)
            wait = min(_FIRST_WAIT_SECONDS * 2**tried, _LONGEST_WAIT_SECONDS)
            try:
                with self._client.stream("GET", path, params=query) as response:
                    _require_published(response)
                    if response.status_code == _TOO_MANY or response.status_code >= _OWN_FAULT:
                        why = f"status_{response.status_code}"
                        asked = self._asked_to_wait(response)
                        wait = wait if asked is None else asked
                        continue
                    if response.status_code in _REFUSED:
                        raise Refused(f"status_{response.status_code}")
                    return Answer(response.status_code, _body(response))
            except httpx.HTTPError as error:
                why = type(error).__name__
            except ssl.SSLError as error:
                why = type(error).__name__
        raise Unanswered(why)

    def _asked_to_wait(self, response: httpx.Response) -> float | None:
        """How long the API asks to wait, in seconds or until a moment; None if it does not say."""
        said = response.headers.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            seconds = float(said[:9])
        else:
            try:
                moment = email.utils.parsedate_to_datetime(said)
            except (ValueError, TypeError):
                return None
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            seconds = (moment - self._now()).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)


def _require_published(response: httpx.Response) -> None:
    stream = response.extensions.get("network_stream")
    connection = None if stream is None else stream.get_extra_info("ssl_object")
    if connection is None:
        raise Unanswered("no_tls")
    cipher = connection.cipher()
    if not is_published(connection.version(), cipher[0] if cipher else None):
        raise Unanswered("tls_not_published")


def _body(response: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > _MOST_BYTES:
            raise Unanswered("too_large")
        parts.append(part)
    return b"".join(parts)
