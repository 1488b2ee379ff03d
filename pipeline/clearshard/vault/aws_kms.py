"""Keys wrapped by AWS KMS: two operations of its JSON protocol, signed with Signature Version 4.

The key is named by its whole ARN, which says the region that is asked. Credentials are those of the
environment, in AWS's own variables: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and, if they
are temporary, ``AWS_SESSION_TOKEN``. The identity needs ``kms:Encrypt`` and ``kms:Decrypt`` of that
key, and nothing else. ``AWS_ENDPOINT_URL_KMS`` names another endpoint, such as one inside a VPC.

What is wrapped is bound to the name of the folder's key by the encryption context, which AWS writes
into its own log: so that log says which folder's key was asked for, and when.

Another service is another module like this one: what `clearshard.vault.kms.Kms` asks for.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from clearshard.errors import ConfigError, KmsUnavailable
from clearshard.surroundings import variable
from clearshard.transport.addresses import is_secure
from clearshard.transport.contexts import client_context
from clearshard.transport.profiles import ASYNCHRONOUS
from clearshard.vault.wrapping import WrongKey

_CONTEXT = "clearshard-folder-key"
_SECONDS = 10.0
_MOST_TRIES = 4
_FIRST_WAIT_SECONDS = 0.5
_MOST_BYTES = 64 * 1024
_TYPE = "application/x-amz-json-1.1"
#: Answers that say of the wrapped key that it is not this one's, or that the key is destroyed.
_NOT_THIS_KEY = frozenset(
    (
        "InvalidCiphertextException",
        "IncorrectKeyException",
        "NotFoundException",
        "KMSInvalidStateException",
        "DisabledException",
    )
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks.

    Attributes:
        key_id: Of the access key; no secret.
        secret: Of the same.
        token: Of a session, if they are temporary.
    """

    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class AwsKms:
    """One key of AWS KMS; see `clearshard.vault.kms.Kms`."""

    def __init__(
        self,
        arn: str,
        endpoint: str,
        credentials: Credentials,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        """Connects to nobody yet.

        Args:
            arn: Of the key.
            endpoint: ``https://HOST``; plain HTTP to this machine only.
            credentials: Who asks.
            now: Says what time it is, with an offset: a signature holds for some minutes.
            sleep: Waits so many seconds.

        Raises:
            ConfigError: The endpoint is no address, or would be asked in plain.
        """
        if not is_secure(endpoint):
            problem = "AWS_ENDPOINT_URL_KMS → must be https://HOST"
            raise ConfigError("environment", [problem])
        parts = urlsplit(endpoint)
        self._arn = arn
        self._region = arn.split(":")[3]
        self._endpoint = f"{parts.scheme}://{parts.netloc}/"
        self._host = parts.netloc
        self._credentials = credentials
        self._now, self._sleep = now, sleep

    @classmethod
    def of_environment(cls, arn: str) -> "AwsKms":
        """As the environment says.

        Raises:
            ConfigError: It does not say who asks, or not properly where.
        """
        region = arn.split(":")[3]
        key_id, secret = (variable(name) for name in (_KEY_ID, _SECRET))
        if not key_id or not secret:
            problem = f"{_KEY_ID}, {_SECRET} → are not set, and keys.kms names a key of AWS KMS"
            raise ConfigError("environment", [problem])
        token = variable(_TOKEN) or None
        for name, value in ((_KEY_ID, key_id), (_SECRET, secret), (_TOKEN, token or "")):
            if not value.isascii() or not value.isprintable() or " " in value:
                problem = f"{name} → holds blanks, line ends or what is no ASCII: no key has any"
                raise ConfigError("environment", [problem])
        endpoint = os.environ.get("AWS_ENDPOINT_URL_KMS") or f"https://kms.{region}.amazonaws.com"
        credentials = Credentials(key_id, secret, token)
        return cls(arn, endpoint, credentials, lambda: datetime.now(UTC), time.sleep)

    @property
    def name(self) -> str:
        """See `Kms`."""
        return f"aws-kms:{self._arn}"

    def wrap(self, secret: bytes, key_id: str) -> str:
        """See `Kms`."""
        asked = {"Plaintext": base64.b64encode(secret).decode(), **self._asked(key_id)}
        return _text(self._ask("Encrypt", asked), "CiphertextBlob")

    def unwrap(self, wrapped: str, key_id: str) -> bytes:
        """See `Kms`."""
        answer = self._ask("Decrypt", {"CiphertextBlob": wrapped, **self._asked(key_id)})
        try:
            return base64.b64decode(_text(answer, "Plaintext"), validate=True)
        except binascii.Error:
            raise KmsUnavailable(f"{self.name} has answered something else than a key.") from None

    def _asked(self, key_id: str) -> dict[str, object]:
        return {"KeyId": self._arn, "EncryptionContext": {_CONTEXT: key_id}}

    def _ask(self, operation: str, asked: Mapping[str, object]) -> Mapping[str, object]:
        """One operation, asked again where the service is throttled or at fault.

        Raises:
            WrongKey: The service says so.
            KmsUnavailable: It does not answer, or refuses.
        """
        body, why = json.dumps(asked).encode(), ""
        # Neither proxies nor credentials that happen to be in the surroundings.
        with httpx.Client(
            verify=client_context(ASYNCHRONOUS),
            trust_env=False,
            timeout=_SECONDS,
            follow_redirects=False,
            headers={"accept-encoding": "identity"},
        ) as client:
            for tried in range(_MOST_TRIES):
                if tried:
                    self._sleep(_FIRST_WAIT_SECONDS * 2 ** (tried - 1))
                try:
                    status, content = self._post(client, operation, body)
                except (httpx.HTTPError, ssl.SSLError) as error:
                    why = type(error).__name__
                    continue
                if status == httpx.codes.OK:
                    return _answer(content)
                why = str(_answer(content).get("__type", "")).rpartition("#")[2]
                why = why if why.isidentifier() and len(why) < 64 else f"status {status}"
                if operation == "Decrypt" and why in _NOT_THIS_KEY:
                    raise WrongKey(f"{self.name}: {why}")
                is_throttled = "Throttl" in why or "LimitExceeded" in why
                if not is_throttled and status < httpx.codes.INTERNAL_SERVER_ERROR:
                    break
        raise KmsUnavailable(
            f"{self.name} does not {operation.lower()}: {why}. Look whether it is there and "
            "enabled, and whether this identity may use it. Nothing was written."
        )

    def _post(self, client: httpx.Client, operation: str, body: bytes) -> tuple[int, bytes]:
        """Status and content of an answer, which comes whole and in time, or not at all.

        The library's own limit begins anew with every byte.
        """
        ends, content = time.monotonic() + _SECONDS, b""
        headers = self._headers(operation, body)
        with client.stream("POST", self._endpoint, content=body, headers=headers) as response:
            for part in response.iter_raw():
                content += part
                if len(content) > _MOST_BYTES:
                    raise httpx.DecodingError("too large")
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("too slow")
            return response.status_code, content

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        headers = {
            "content-type": _TYPE,
            "host": self._host,
            "x-amz-date": self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
            "x-amz-target": f"TrentService.{operation}",
        }
        if self._credentials.token is not None:
            headers["x-amz-security-token"] = self._credentials.token
        signed = authorization("POST", "", headers, body, self._region, "kms", self._credentials)
        return {**headers, "authorization": signed}


def authorization(
    method: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    region: str,
    service: str,
    credentials: Credentials,
) -> str:
    """The header by which AWS knows who asks (Signature Version 4), for a request of the root path.

    Args:
        method: Of HTTP.
        query: In its canonical form.
        headers: All of them, in lower case; ``x-amz-date`` says when.
        body: Of the request.
        region: That is asked.
        service: That is asked.
        credentials: Who asks.
    """
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"{method}\n/\n{query}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    at = headers["x-amz-date"]
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{credentials.key_id}/{scope}"
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"


_KEY_ID, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"


def _answer(content: bytes) -> Mapping[str, object]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise KmsUnavailable("AWS KMS has answered something else than its protocol says.")
    return value
