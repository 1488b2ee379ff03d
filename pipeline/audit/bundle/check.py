#!/usr/bin/env python3
"""Checks a clearshard evidence bundle with nothing but Python 3.9 or newer: no network, no package.

    python3 check.py [--key KEY] [--head HEAD] [--shards FOLDER]

It lies beside the files that it checks. KEY is the public key that you were told (64 hex digits),
HEAD a head of the ledger that you kept from an earlier time, FOLDER the folder ``shards`` of the
output, where you may read it: its files are then compared with the records, too.

Checked are the digests of all files of the bundle; the chain of the ledger, and the signature of
its newest event, which covers all before it; that each run record is the one that the ledger
announced, and that none is missing; that the files of decisions are those of the records; and that
the counts of each record add up. Exit code 0: all is as it was recorded. 1: it is not. 2: usage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "output"
GENESIS = "0" * 64
PREFIX = b"clearshard ledger event 1\n"

Fault = tuple[str, str]  # where, and what is wrong
Event = dict[str, Any]
Record = dict[str, Any]
Point = tuple[int, int, int, int]


def main(arguments: Sequence[str]) -> int:
    """Prints what is wrong, or that all is well; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--key", help="the public key that you were told, hex")
    parser.add_argument("--head", help="a head of the ledger from an earlier time, hex")
    parser.add_argument("--shards", type=Path, help="the folder `shards` of the output")
    options = parser.parse_args(arguments)

    faults = list(bundle_faults())
    events, in_ledger = read_ledger(options.key, options.head)
    faults += in_ledger
    records, in_records = read_records(events, ledger_is_whole=not in_ledger)
    faults += in_records
    for record in records.values():
        faults += decisions_faults(record)
        faults += count_faults(record)
    shards = 0
    if options.shards is not None:
        for record in in_use(records):
            for shard in record["shards"]:
                shards += 1
                path = options.shards / ("run=" + record["run_id"]) / shard["name"]
                faults += compare(path, shard["sha256"], "shards/" + shown(path.name))

    for where, what in faults:
        print(f"FAULT {where}: {what}")
    decisions = sum(record["counts"]["seen"] for record in records.values())
    print(
        f"checked {len(events)} events, {len(records)} runs, {decisions} decisions, {shards} shards"
    )
    if events:
        print(f"head of the ledger: {events[-1]['hash']}")
        print(f"signed by:          {events[-1]['key']}")
        if options.key is None:
            print("No --key was given: compare this one with the key that you were told.")
    print("NOT AS RECORDED" if faults else "All is as it was recorded.")
    return 1 if faults else 0


def bundle_faults() -> Iterator[Fault]:
    """Is each file of the bundle the one that was put into it, and is there no other?"""
    try:
        listed = json.loads((HERE / "manifest.json").read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        yield "manifest.json", "cannot be read"
        return
    for name, sha256 in sorted(listed.items()):
        yield from compare(HERE / name, sha256, shown(name))
    for path in sorted(HERE.rglob("*")):
        name = path.relative_to(HERE).as_posix()
        if path.is_file() and name != "manifest.json" and name not in listed:
            yield shown(name), "is not a file of the bundle"


def read_ledger(key: str | None, head: str | None) -> tuple[list[Event], list[Fault]]:
    """The events up to the first that is wrong, and what is wrong."""
    events: list[Event] = []
    faults: list[Fault] = []
    path = OUTPUT / "audit" / "ledger.jsonl"
    try:
        content = path.read_bytes()
    except OSError:
        return [], [("audit/ledger.jsonl", "cannot be read")]
    lines = content.split(b"\n")
    if lines.pop():
        faults.append(("audit/ledger.jsonl", "the last line is torn: an append was interrupted"))
    prev = GENESIS
    for number, line in enumerate(lines):
        where = f"audit/ledger.jsonl:{number + 1}"
        try:
            event = json.loads(line.decode("ascii"))
            hashed = {k: event[k] for k in ("seq", "at", "event", "run_id", "data", "prev")}
            spelled = canonical(event)
            digest = hashlib.sha256(canonical(hashed)).hexdigest()
            given = (event["hash"], event["key"], event["signature"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return events, [*faults, (where, "is not a ledger event")]
        if spelled != line or len(event) != 9 or digest != given[0]:
            return events, [*faults, (where, "was edited: it is not what was hashed")]
        if event["seq"] != number or event["prev"] != prev:
            return events, [*faults, (where, "does not follow from the line before")]
        if given[1] != (key or (events[0]["key"] if events else given[1])):
            return events, [*faults, (where, "is signed by another key")]
        prev = digest
        events.append(event)
    if not events:
        return [], [*faults, ("audit/ledger.jsonl", "has no events")]
    if not event_is_signed(events[-1]):
        faults.append((f"audit/ledger.jsonl:{len(events)}", "is not signed by the key it names"))
    if head is not None and head not in {event["hash"] for event in events}:
        faults.append(("audit/ledger.jsonl", "the head that you kept is not in it"))
    try:
        copy = (OUTPUT / "audit" / "head.json").read_bytes()
    except OSError:
        copy = b""
    copies = [line + b"\n" for line in lines[-2:]]
    if copy not in copies and (copy or len(lines) > 1):
        faults.append(("audit/head.json", "is not the newest line: the end was cut off"))
    return events, faults


def event_is_signed(event: Event) -> bool:
    """Whether the holder of the key that an event names has signed it."""
    try:
        key, signature = bytes.fromhex(event["key"]), bytes.fromhex(event["signature"])
    except (TypeError, ValueError):
        return False
    return is_signed(PREFIX + bytes.fromhex(event["hash"]), key, signature)


def read_records(
    events: Sequence[Event], *, ledger_is_whole: bool
) -> tuple[dict[str, Record], list[Fault]]:
    """The run records that the ledger announced, by run, and what is wrong with the others."""
    announced: dict[str, Any] = {}
    swept: set[str] = set()
    for event in events:
        if event["event"] == "run_finished":
            announced[event["run_id"]] = event["data"].get("record_sha256")
        elif event["event"] == "run_failed":
            announced.pop(event["run_id"], None)
        elif event["event"] == "run_swept":
            swept.add(event["run_id"])
    records: dict[str, Record] = {}
    faults: list[Fault] = []
    for path in sorted((OUTPUT / "runs").glob("*.json")):
        where = "runs/" + shown(path.name)
        content = path.read_bytes()
        if announced.get(path.stem) == hashlib.sha256(content).hexdigest():
            records[path.stem] = json.loads(content)
        elif path.stem in announced or ledger_is_whole:
            faults.append((where, "is not the record that the ledger announced"))
    for run in announced:
        if run not in swept and not (OUTPUT / "runs" / f"{run}.json").is_file():
            faults.append(("runs/" + shown(run), "was announced, and has no record"))
    return records, faults


def decisions_faults(record: Record) -> Iterator[Fault]:
    """Are the files of decisions those of the record?"""
    name = "run=" + record["run_id"]
    for file in record["decisions"]:
        path = OUTPUT / "audit" / "decisions" / name / file["name"]
        yield from compare(path, file["sha256"], f"audit/decisions/{shown(name)}/{path.name}")


def count_faults(record: Record) -> Iterator[Fault]:
    """Did every file end as exactly one of written, excluded and quarantined?"""
    where = "runs/" + shown(record["run_id"])
    counts = record["counts"]
    if counts["seen"] != counts["written"] + counts["excluded"] + counts["quarantined"]:
        yield where, "its counts do not add up"
    if counts["seen"] != sum(file["row_count"] for file in record["decisions"]):
        yield where, "it does not have one decision for each file that it saw"
    if counts["written"] != sum(shard["row_count"] for shard in record["shards"]):
        yield where, "its shards do not hold what it says it wrote"


def in_use(records: dict[str, Record]) -> list[Record]:
    """The records of the runs that no other has replaced."""
    replaced = {run for record in records.values() for run in record["superseded"]}
    return [record for run, record in sorted(records.items()) if run not in replaced]


def compare(path: Path, sha256: str, where: str) -> list[Fault]:
    """The fault of one file, if it has one."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except OSError:
        return [(where, "is missing or cannot be read")]
    if digest.hexdigest() != sha256:
        return [(where, "is not what was recorded: its SHA-256 differs")]
    return []


def canonical(value: object) -> bytes:
    """The one spelling of an event."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def shown(text: str) -> str:
    """A name that does nothing in a terminal."""
    return ascii(text)[1:-1]


# Ed25519, RFC 8032, section 5.1: points of the curve in extended coordinates (X, Y, Z, T) with
# x = X/Z, y = Y/Z, xy = T/Z. Only what verification needs; nothing here is secret, so nothing
# needs to take the same time.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def is_signed(message: bytes, key: bytes, signature: bytes) -> bool:
    """Whether the holder of the key has signed the message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point, commitment = decode(key), decode(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or commitment is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    return same(times(scalar, base_point()), add(commitment, times(challenge, point)))


def decode(data: bytes) -> Point | None:
    """The point of 32 bytes, or None if there is none."""
    number = int.from_bytes(data, "little")
    odd, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    x_squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if (x * x - x_squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x_squared) % P or (x == 0 and odd):
        return None
    if x % 2 != odd:
        x = P - x
    return (x, y, 1, x * y % P)


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def same(one: Point, other: Point) -> bool:
    """Whether two points are equal."""
    return not (
        (one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P
    )


def base_point() -> Point:
    """The generator: its y is 4/5, its x is even."""
    point = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
