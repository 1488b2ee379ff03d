"""Requests to the transcript API: read only, to one host, with bounded patience and memory.

A request that takes too long is given up wherever it hangs, be it that a name is not found or that
an answer comes letter by letter; and after some hours in all nothing more is asked.

The key goes into one header, to the host that is configured: no redirect is followed, and no
address that an answer names is asked. Errors of the library name addresses, so none is passed on.
"""

import email.utils
import queue
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from clearshard.transport.profiles import ASYNCHRONOUS

_SECONDS = 30.0
#: For one request, from the name of the host to the last byte of the answer.
_SECONDS_IN_ALL = 300.0
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


class Hopeless(Unanswered):
    """Whatever else is asked will not be answered either."""


class OutOfTime(Hopeless):
    """There is no time left to ask anything."""


class Refused(Hopeless):
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


@dataclass(frozen=True, slots=True)
class _Again:
    """Why there is no answer yet, and in how many seconds one may be; None: it was not said."""

    why: str
    seconds: float | None


class Api:
    """The transcript API of one host."""

    def __init__(
        self,
        base_url: str,
        key: str,
        context: ssl.SSLContext,
        sleep: Callable[[float], None],
        now: Callable[[], datetime],
        seconds: float,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connects to nobody yet.

        Args:
            base_url: ``https://HOST``.
            key: Of the API; goes to that host and nowhere else.
            context: With which connections are made.
            sleep: Waits so many seconds.
            now: Says what time it is, with an offset.
            seconds: After so many from now nothing more is asked.
            ticks: Seconds since any moment, whatever anybody does to the clock.
        """
        self._ticks, self._ends = ticks, ticks() + seconds
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
            OutOfTime: There is no time left.
        """
        why, wait = "", 0.0
        for tried in range(_MOST_TRIES):
            if tried:
                if wait >= self._left():
                    raise OutOfTime("out_of_time")
                self._sleep(wait)
            wait = min(_FIRST_WAIT_SECONDS * 2**tried, _LONGEST_WAIT_SECONDS)
            answer = self._in_time(path, query)
            if isinstance(answer, Answer):
                return answer
            why = answer.why
            wait = wait if answer.seconds is None else answer.seconds
        raise Unanswered(why)

    def _left(self) -> float:
        return self._ends - self._ticks()

    def _in_time(self, path: str, query: Mapping[str, str] | None) -> "Answer | _Again":
        """One try, in a thread of its own: it may hang where nothing can wake it."""
        seconds = min(_SECONDS_IN_ALL, self._left())
        if seconds <= 0:
            raise OutOfTime("out_of_time")
        told: queue.SimpleQueue[Answer | _Again | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                told.put(self._once(path, query))
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                told.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = told.get(timeout=seconds)
        except queue.Empty:
            if self._left() <= 0:
                raise OutOfTime("out_of_time") from None
            return _Again("too_slow", None)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _once(self, path: str, query: Mapping[str, str] | None) -> "Answer | _Again":
        try:
            with self._client.stream("GET", path, params=query) as response:
                _require_published(response)
                if response.status_code == _TOO_MANY or response.status_code >= _OWN_FAULT:
                    return _Again(f"status_{response.status_code}", self._asked_to_wait(response))
                if response.status_code in _REFUSED:
                    raise Refused(f"status_{response.status_code}")
                return Answer(response.status_code, _body(response))
        except (httpx.HTTPError, ssl.SSLError) as error:
            return _Again(type(error).__name__, None)

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
    if not ASYNCHRONOUS.allows(connection.version(), cipher[0] if cipher else None):
        raise Unanswered("tls_not_published")


def _body(response: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > _MOST_BYTES:
            raise Unanswered("too_large")
        parts.append(part)
    return b"".join(parts)
