"""A transcript API on this machine, over real TLS, that pages, throttles, fails and lies."""

import json
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY = "not-a-real-key"


def uid(name: str) -> str:
    """An id as the API gives them, the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


PATH = "/v2/transcript"

#: Status, headers, body.
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Request:
    """What was asked."""

    path: str
    query: dict[str, str]
    authorization: str | None


@dataclass
class Service:
    """What the API knows, and how it misbehaves.

    Attributes:
        transcripts: Newest first; what a record has beside its id.
        lie: Takes a request and the honest reply, and answers; as often as it is asked.
        most: Transcripts on a page, whatever is asked for.
    """

    transcripts: dict[str, dict[str, Any]] = field(default_factory=dict)
    lie: Callable[[Request, Reply], Reply] | None = None
    most: int = 3
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    certificates: Path = Path()

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        reply = self._honest(request)
        return reply if self.lie is None else self.lie(request, reply)

    def _honest(self, request: Request) -> Reply:
        if request.authorization != KEY:
            return as_json(401, {"error": "Authentication error"})
        if request.path == PATH:
            return self._page(request.query)
        name = request.path.removeprefix(f"{PATH}/")
        if name not in self.transcripts:
            return as_json(404, {"error": "Transcript lookup error, transcript id not found"})
        return as_json(200, {"id": name, **self.transcripts[name]})

    def _page(self, query: dict[str, str]) -> Reply:
        names = list(self.transcripts)
        if "before_id" in query:
            last = query["before_id"]
            names = names[names.index(last) + 1 :] if last in names else []
        shown = names[: min(self.most, int(query.get("limit", "10")))]
        url = f"{self.url}{PATH}?limit={self.most}"
        return as_json(
            200,
            {
                "page_details": {
                    "limit": self.most,
                    "result_count": len(shown),
                    "current_url": url,
                    "prev_url": f"{url}&before_id={shown[-1]}" if shown else None,
                    "next_url": None,
                },
                "transcripts": [
                    {
                        "id": name,
                        "resource_url": f"{self.url}{PATH}/{name}",
                        "status": "completed",
                        "audio_url": self.transcripts[name].get("audio_url"),
                    }
                    for name in shown
                ],
            },
        )


#: A record as it is, and what the service leaves of one that was deleted.
THERE: dict[str, Any] = {
    "status": "completed",
    "audio_url": "https://example.com/a.wav",
    "text": "Somebody said this.",
    "words": [{"text": "Somebody", "start": 0, "end": 9}],
}
EMPTIED: dict[str, Any] = {
    "status": "completed",
    "audio_url": "http://deleted_by_user",
    "text": "Deleted by user.",
    "words": None,
    "utterances": [],
    "summary": "Deleted by user.",
    "confidence": 0.9,
    "punctuate": True,
    "language_code": "en_us",
}


def as_json(status: int, body: object) -> Reply:
    return status, {}, json.dumps(body).encode()


def certificate(folder: Path, host: str = "localhost") -> tuple[Path, Path]:
    """A certificate that signs itself, and its key; for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{host}.pem", folder / f"{host}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


def server_context(public: Path, private: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context


@contextmanager
def serving(service: Service, context: ssl.SSLContext) -> Iterator[Service]:
    """The service on a port of this machine, as long as it lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            request = Request(parts.path, query, self.headers.get("Authorization"))
            status, headers, body = service.answer(request)
            if status == 0:  # hangs up without a word
                self.close_connection = True
                return
            self.send_response(status)
            for header, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
            pass  # what is served is no news

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass  # clients that refuse to speak are what some tests are about

    with Quiet(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        service.url = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
