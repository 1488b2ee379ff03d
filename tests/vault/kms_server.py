"""A stand-in for AWS KMS: it speaks its JSON protocol, and believes only who is signed in.

The signature is checked here on other ground than where it is made: from the request as it came,
after AWS's own description of Signature Version 4.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ARN = "arn:aws:kms:eu-central-1:111122223333:key/0a1b"
ACCESS, SECRET = "AKIDEXAMPLE", "secret-of-the-tests"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


class Server(ThreadingHTTPServer):
    """The service: what keys it has, what it was asked, and what it is to answer instead."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.keys = {ARN: AESGCM(bytes(range(32)))}
        self.asked: list[dict[str, Any]] = []
        self.instead: list[tuple[int, bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.instead:
            self._send(*self.server.instead.pop(0))
            return
        if not self._is_signed(body):
            self._refuse("InvalidSignatureException")
            return
        asked = json.loads(body)
        self.server.asked.append({"target": self.headers["x-amz-target"], **asked})
        key = self.server.keys.get(asked["KeyId"])
        if key is None:
            self._refuse("NotFoundException")
            return
        context = json.dumps(asked["EncryptionContext"], sort_keys=True).encode()
        match self.headers["x-amz-target"]:
            case "TrentService.Encrypt":
                nonce = hashlib.sha256(body).digest()[:12]
                sealed = nonce + key.encrypt(nonce, base64.b64decode(asked["Plaintext"]), context)
                self._answer({"CiphertextBlob": sealed})
            case "TrentService.Decrypt":
                sealed = base64.b64decode(asked["CiphertextBlob"])
                try:
                    self._answer({"Plaintext": key.decrypt(sealed[:12], sealed[12:], context)})
                except (InvalidTag, ValueError):
                    self._refuse("InvalidCiphertextException")
            case _:
                self._refuse("UnknownOperationException")

    def _is_signed(self, body: bytes) -> bool:
        found = _AUTHORIZATION.fullmatch(self.headers["authorization"] or "")
        if found is None:
            return False
        access, day, region, service, names, signature = found.groups()
        signed = names.split(";")
        if access != ACCESS or not {"host", "x-amz-date", "x-amz-target"} <= set(signed):
            return False
        canonical = "\n".join(
            [
                self.command,
                self.path,
                "",
                *[f"{name}:{self.headers[name]}" for name in signed],
                "",
                names,
                hashlib.sha256(body).hexdigest(),
            ]
        )
        scope = "/".join([day, region, service, "aws4_request"])
        text = "\n".join(
            [
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                scope,
                hashlib.sha256(canonical.encode()).hexdigest(),
            ]
        )
        key = ("AWS4" + SECRET).encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), signature)

    def _answer(self, answer: dict[str, bytes]) -> None:
        shown = {name: base64.b64encode(value).decode() for name, value in answer.items()}
        self._send(200, json.dumps({"KeyId": ARN, **shown}).encode())

    def _refuse(self, kind: str) -> None:
        self._send(400, json.dumps({"__type": kind, "message": "no"}).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""
