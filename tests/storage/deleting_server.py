"""A server that answers deletions as S3 and Azure do: 200, and of each key what became of it."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from obstore.store import AzureStore, S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

_OPTIONS: "ClientConfig" = {"allow_http": True}
_RETRIES: "RetryConfig" = {"max_retries": 0}


class Server(ThreadingHTTPServer):
    """What it answers of the one key that it is asked to delete.

    Attributes:
        code: S3's, of Azure the status; empty: the object is deleted.
        says: Its words beside that.
        asked: The bodies that came.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.code, self.says = "", "words of the server"
        self.asked: list[str] = []

    def s3(self) -> S3Store:
        """A client that takes it for S3."""
        return S3Store(
            "bucket",
            endpoint=self._endpoint,
            region="us-east-1",
            access_key_id="a",
            secret_access_key="b",
            client_options=_OPTIONS,
            retry_config=_RETRIES,
        )

    def azure(self) -> AzureStore:
        """A client that takes it for Azure."""
        return AzureStore(
            "container",
            endpoint=self._endpoint,
            account_name="a",
            account_key="YWFh",
            client_options=_OPTIONS,
            retry_config=_RETRIES,
        )

    @property
    def _endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving() -> Iterator[Server]:
    """A server that is gone afterwards."""
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
        asked = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.asked.append(asked)
        if "comp=batch" in self.path:
            self._answer(202, "multipart/mixed; boundary=part", self._azure())
        else:
            self._answer(200, "application/xml", self._s3(asked))

    def _s3(self, asked: str) -> str:
        key = re.findall("<Key>(.*?)</Key>", asked)[0]  # as it is spelled in XML
        if not self.server.code:
            return f"<DeleteResult><Deleted><Key>{key}</Key></Deleted></DeleteResult>"
        return (
            f"<DeleteResult><Error><Key>{key}</Key><Code>{self.server.code}</Code>"
            f"<Message>{self.server.says}</Message></Error></DeleteResult>"
        )

    def _azure(self) -> str:
        head = f"HTTP/1.1 {self.server.code or '202'} {self.server.says}"
        lines = ("--part", "Content-Type: application/http", "Content-ID: 0", "", head)
        return "\r\n".join((*lines, "Content-Length: 0", "", "", "--part--", ""))

    def _answer(self, status: int, kind: str, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""
