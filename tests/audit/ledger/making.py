"""What the tests of the ledger share: ways to fill one, and to lie about it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clearshard.audit.events import Event, canonical
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = "audit/ledger.jsonl"


def path_of(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "ledger.jsonl"


def fill(ledger: Ledger, count: int = 5) -> list[Event]:
    return [
        ledger.append("run_started", f"run{n}", NOW + timedelta(seconds=n), {"n": n})
        for n in range(count)
    ]


def rewrite(tmp_path: Path, lines: list[bytes]) -> None:
    path_of(tmp_path).write_bytes(b"".join(line + b"\n" for line in lines))


def lines_of(tmp_path: Path) -> list[bytes]:
    return path_of(tmp_path).read_bytes().splitlines()


def rehashed(line: bytes, **changes: Any) -> bytes:
    """The line edited and hashed again, under its old signature."""
    event = json.loads(line)
    event.update(changes)
    key, signature = event.pop("key"), event.pop("signature")
    event.pop("hash")
    digest = hashlib.sha256(canonical(event)).hexdigest()
    return canonical({**event, "hash": digest, "key": key, "signature": signature})


def signed_by(signer: Signer, line: bytes) -> bytes:
    event = json.loads(line)
    event.update(key=signer.public_key, signature=signer.sign(event["hash"]))
    return canonical(event)


def write_head(tmp_path: Path, line: bytes | None) -> None:
    """Makes the copy of the newest line what a crash, or somebody, left of it."""
    head = path_of(tmp_path).with_name("head.json")
    if line is None:
        head.unlink()
    else:
        head.write_bytes(line + b"\n")
