"""What the tests of `verify` share."""

import json
from pathlib import Path
from typing import Any

from clearshard.audit.faults import Fault
from clearshard.audit.verify import verify

from .building import (
    Output,
    key_of,
    shard_row,
)


def faults_of(output: Output) -> tuple[Fault, ...]:
    before = snapshot(output.out)
    report = verify(output.out)
    assert snapshot(output.out) == before, "verify must not write"
    assert "SECRET" not in json.dumps(report.to_dict())
    assert report.sound == (not report.faults)
    return report.faults


def only(output: Output, location: str, message: str) -> None:
    [fault] = faults_of(output)
    assert fault.location == location
    assert message in fault.message


def snapshot(out: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def below(output: Output, path: Path) -> str:
    return path.relative_to(output.out).as_posix()


def flip(path: Path, place: int | None = None) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 1
    path.write_bytes(bytes(content))


def shards_by_part(**parts: list[str]) -> dict[int, list[dict[str, Any]]]:
    return {int(p[1:]): [shard_row(key_of(f)) for f in files] for p, files in parts.items()}


def ordered(*files: str) -> list[str]:
    return sorted(files, key=key_of)
