#!/usr/bin/env python3
"""Checks a clearshard evidence bundle with nothing but Python 3.10 or newer, offline.

    python3 -I check.py [FOLDER] [--key KEY] [--head HEAD] [--shards SHARDS]

FOLDER is the unpacked bundle, by default the folder of this script. KEY is the public key that you
were told (64 hex digits), HEAD a head of the ledger that you kept from an earlier time, SHARDS the
folder ``shards`` of the output as it was then, where you may read it: its files are compared, too,
and none may lie there that no record lists.

Checked are the chain of the ledger, and the signature of its newest event, which covers all before
it, and of each that lets in another key; that the run records, the dataset card, the policies, the
decisions, and the tombstones and receipts of purges are those that the signed events and records
name, that the marker says of these runs what their records do, and that none is missing; that there
is no file that nothing signed names, but for a few that are known to be covered by no signature and
have a digest alone; and that the counts of each record add up. Exit code 0: all is as it was
recorded. 1: it is not. 2: usage.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    # What lies beside this script is of the bundle: it must not be taken for a module of Python.
    del sys.path[0]

import argparse
import base64
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
PREFIX = b"clearshard ledger event 1\n"
#: What stands before the 32 bytes of an Ed25519 key in its PEM form (RFC 8410).
PEM_PREFIX = bytes.fromhex("302a300506032b6570032100")
HASH = re.compile(r"[0-9a-f]{64}")
FIELDS = ("seq", "at", "event", "run_id", "data", "prev", "hash", "key", "signature")
#: Events that name a file with its digest: the folder below `audit` and how its name ends.
NAMED = {
    "tombstones_placed": ("tombstones", ".parquet"),
    "purge_receipt": ("receipts", ".json"),
}
LEDGER = "output/audit/ledger.jsonl"
LEDGER_COPY = "output/audit/head.json"
CARD = "output/README.md"
MARKER = "output/.clearshard.json"
#: What the marker holds: that of runs, and that of rehearsals.
MARKERS = {
    False: b'{"format": 3, "made_by": "clearshard"}\n',
    True: b'{"format": 3, "made_by": "clearshard", "holds": "rehearsals"}\n',
}
KEY_HEX = "keys/ledger-ed25519.hex"
KEY_PEM = "keys/ledger-ed25519.pem"
MANIFEST = "manifest.json"
TRANSPORT = "transport/"
#: What no signature covers; all else hangs on the newest event.
UNSIGNED = ("README.md", "check.py", "report.html", TRANSPORT, "verification.json")

Fault = tuple[str, str]  # where, and what is wrong
Event = dict[str, Any]
Record = dict[str, Any]
Point = tuple[int, int, int, int]


def main(arguments: Sequence[str]) -> int:
    """Prints what is wrong, or that all is well; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", type=hash_of, help="the public key that you were told, hex")
    parser.add_argument("--head", type=hash_of, help="a head of the ledger of an earlier time, hex")
    parser.add_argument("--shards", type=Path, help="the folder `shards` of the output")
    options = parser.parse_args(arguments)
    try:
        faults, said = check(Bundle(options.folder), options.key, options.head, options.shards)
    except Exception as error:  # whatever somebody has put there, this is the answer
        faults, said = [("bundle", f"cannot be read ({type(error).__name__})")], []
    for where, what in faults:
        print(f"FAULT {shown(where)}: {what}")
    print("\n".join(said))
    print("NOT AS RECORDED" if faults else "All is as it was recorded.")
    return 1 if faults else 0


def hash_of(text: str) -> str:
    """An argument that is 64 hex digits."""
    if not HASH.fullmatch(text):
        raise argparse.ArgumentTypeError("must be 64 hex digits in lower case")
    return text


class Bundle:
    """The files of an unpacked bundle, or of a folder of shards, by their names below it.

    Nothing outside it is read, and no link is followed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: set[str] = set()
        self.faults: list[Fault] = []
        for here, folders, files in os.walk(folder, onerror=self._closed):
            for path in (Path(here, name) for name in (*folders, *files)):
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    self.files.add(self._name(path))
                elif not stat.S_ISDIR(mode):
                    self.faults.append((self._name(path), "is neither a file nor a folder"))
        self.faults.sort()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _closed(self, error: OSError) -> None:
        # What is in there could be anything, and would be seen by whoever may look.
        what = f"cannot be looked into ({type(error).__name__})"
        self.faults.append((self._name(Path(error.filename)), what))

    def read(self, name: str) -> bytes | None:
        """The content of a file in it, or None if there is none of this name."""
        return (self.folder / name).read_bytes() if name in self.files else None

    def sha256(self, name: str) -> str | None:
        """The digest of a file in it, or None if there is none of this name."""
        return digest_of(self.folder / name) if name in self.files else None


def check(
    bundle: Bundle, key: str | None, head: str | None, shards: Path | None
) -> tuple[list[Fault], list[str]]:
    """What is wrong, and what is to be said besides."""
    faults = [*bundle.faults, *manifest_faults(bundle)]
    events, in_ledger = read_ledger(bundle, key, head)
    faults += in_ledger
    if in_ledger:
        return faults, [
            "The ledger is not to be believed, so nothing that hangs on it was looked at."
        ]
    records, in_records = read_records(bundle, events)
    faults += in_records
    faults += card_faults(bundle, events)
    faults += marker_faults(bundle, records)
    faults += key_faults(bundle, events[-1]["key"])
    faults += content_faults(bundle, records)
    faults += named_faults(bundle, events)
    faults += stranger_faults(bundle, events, records)
    count = 0
    if shards is not None:
        count = sum(len(record["shards"]) for record in in_use(records))
        in_shards = shard_faults(Bundle(shards), events, records)
        faults += [(f"shards/{name}", what) for name, what in in_shards]
    decisions = sum(record["counts"]["seen"] for record in records.values())
    said = [
        f"checked {len(events)} events, {len(records)} runs, {decisions} decisions, {count} shards",
        f"head of the ledger: {events[-1]['hash']}",
        f"signed by:          {events[-1]['key']}",
    ]
    said += [terms_of(record) for record in in_use(records)]
    if key is None:
        said.append("No --key was given: compare this one with the key that you were told.")
    said.append(f"Covered by no signature: {', '.join(UNSIGNED)}.")
    return faults, said


def manifest_faults(bundle: Bundle) -> Iterator[Fault]:
    """Is each file of the bundle the one that was put into it?

    Whoever has made the bundle has made this list: it shows what was damaged since, and no more.
    """
    listed = json.loads(bundle.read(MANIFEST) or b"{}").get("files", {})
    for name, sha256 in sorted(listed.items()):
        found = bundle.sha256(name)
        if found is None:
            yield name, "is missing"
        elif found != sha256:
            yield name, "is not what was packed: its SHA-256 differs"
    for name in sorted(bundle.files - {MANIFEST, *listed}):
        yield name, f"is not listed in {MANIFEST}"


def stranger_faults(
    bundle: Bundle, events: Sequence[Event], records: dict[str, Record]
) -> Iterator[Fault]:
    """Is there no file that nothing signed names, but for those of which that is known?"""
    known = {LEDGER, LEDGER_COPY, MARKER, KEY_HEX, KEY_PEM, MANIFEST, *UNSIGNED}
    known.update(map(name_of_record, announced_by(events)))
    known.update(policies_of(records), decisions_of(records), named_by(events))
    if card_of(events) is not None:
        known.add(CARD)
    for name in sorted(bundle.files - known):
        if not name.startswith(TRANSPORT):
            yield name, "is no part of a bundle: nothing that is signed names it"


def read_ledger(
    bundle: Bundle, key: str | None, head: str | None
) -> tuple[list[Event], list[Fault]]:
    """The events, and the first thing that is wrong with them."""
    lines = (bundle.read(LEDGER) or b"").split(b"\n")
    if lines.pop():
        return [], [(LEDGER, "the last line is torn: an append was interrupted")]
    events: list[Event] = []
    signers: set[str] = set()
    prev, expected = GENESIS, None
    for number, line in enumerate(lines):
        where = f"{LEDGER}:{number + 1}"
        event = parse(line)
        if event is None:
            return events, [(where, "was edited: it is not what was hashed")]
        if event["seq"] != number or event["prev"] != prev:
            return events, [(where, "does not follow from the line before")]
        if event["key"] != (expected or event["key"]):
            return events, [(where, "is signed by another key")]
        prev, expected = event["hash"], event["key"]
        if event["event"] == "signing_key_changed":
            # What follows hangs on it, so it must have been let in by who signed before.
            expected = str(event["data"].get("key"))
            if not HASH.fullmatch(expected) or not event_is_signed(event):
                return events, [(where, "lets in another key, and is not signed by this one")]
        signers.add(event["key"])
        events.append(event)
    if not events:
        return [], [(LEDGER, "has no events")]
    if key is not None and key not in signers:
        return events, [(f"{LEDGER}:1", "is signed by another key")]
    if not event_is_signed(events[-1]):
        return events, [(f"{LEDGER}:{len(events)}", "is not signed by the key that it names")]
    if head is not None and head not in {event["hash"] for event in events}:
        return events, [(LEDGER, "the head that you kept is not in it")]
    copy = bundle.read(LEDGER_COPY)
    if copy not in [line + b"\n" for line in lines[-2:]] and (copy or len(lines) > 1):
        return events, [(LEDGER_COPY, "is not the newest line: the end was cut off")]
    return events, []


def parse(line: bytes) -> Event | None:
    """The event of a line, or None if it is not one, spelled and hashed as it should be."""
    try:
        event = json.loads(line.decode("ascii"))
        hashed = {name: event[name] for name in FIELDS[:6]}
        proper = (
            isinstance(event["run_id"], str)
            and isinstance(event["data"], dict)
            and all(HASH.fullmatch(event[name]) for name in ("prev", "hash", "key"))
            and set(event) == set(FIELDS)
            and canonical(event) == line
            and hashlib.sha256(canonical(hashed)).hexdigest() == event["hash"]
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return event if proper else None


def event_is_signed(event: Event) -> bool:
    """Whether the holder of the key that an event names has signed it."""
    try:
        signature = bytes.fromhex(event["signature"])
    except (TypeError, ValueError):
        return False
    message = PREFIX + bytes.fromhex(event["hash"])
    return is_signed(message, bytes.fromhex(event["key"]), signature)


def announced_by(events: Sequence[Event]) -> dict[str, dict[str, Any]]:
    """What the ledger announced of the runs that did not fail after all, the newest last."""
    announced: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["event"] == "run_finished":
            announced[event["run_id"]] = event["data"]
        elif event["event"] == "run_failed":
            announced.pop(event["run_id"], None)
    return announced


def name_of_record(run: str) -> str:
    """The file of the record of a run."""
    return f"output/runs/{run}.json"


def read_records(bundle: Bundle, events: Sequence[Event]) -> tuple[dict[str, Record], list[Fault]]:
    """The run records that the ledger announced, by run, and what is wrong with the others."""
    swept = {event["run_id"] for event in events if event["event"] == "run_swept"}
    records: dict[str, Record] = {}
    faults: list[Fault] = []
    for run, said in announced_by(events).items():
        name = name_of_record(run)
        found = bundle.sha256(name)
        if found is None:
            if run not in swept:
                faults.append((name, "was announced, and is not there"))
        elif found == said.get("record_sha256"):
            records[run] = json.loads(bundle.read(name) or b"")
        else:
            faults.append((name, "is not the record that the ledger announced"))
    return records, faults


def card_of(events: Sequence[Event]) -> object:
    """The digest of the dataset card of the newest run, or None if nobody has announced one."""
    cards = [said.get("card_sha256") for said in announced_by(events).values()]
    return cards[-1] if cards else None


def card_faults(bundle: Bundle, events: Sequence[Event]) -> Iterator[Fault]:
    """Is the dataset card that of the newest run?"""
    card = card_of(events)
    if card is not None and bundle.sha256(CARD) != card:
        yield CARD, "is not the dataset card that the ledger announced"


def marker_faults(bundle: Bundle, records: dict[str, Record]) -> Iterator[Fault]:
    """Does the marker say what the records do: runs, of which the shards are for training, or not?

    Before anything is visible nothing signed says which.
    """
    rehearsed = {bool(record.get("rehearsal")) for record in records.values()}
    if len(rehearsed) > 1:
        yield MARKER, "marks both runs and rehearsals"
    elif bundle.read(MARKER) not in [MARKERS[which] for which in rehearsed or MARKERS]:
        what = "does not say what the records do: that these were runs, or rehearsals"
        yield MARKER, f"is missing, or {what}"


def key_faults(bundle: Bundle, key: str) -> Iterator[Fault]:
    """Are the keys of the bundle the one that signed?"""
    pem = base64.b64encode(PEM_PREFIX + bytes.fromhex(key)).decode()
    for name, content in (
        (KEY_HEX, f"{key}\n"),
        (KEY_PEM, f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n"),
    ):
        if bundle.read(name) != content.encode():
            yield name, "is not the key that signed the ledger"


def policies_of(records: dict[str, Record]) -> dict[str, bytes]:
    """The policies that the records hold, by their files."""
    return {
        f"policy/{record['policy_digest']}.toml": record["policy_toml"].encode()
        for record in records.values()
    }


def decisions_of(records: dict[str, Record]) -> dict[str, set[str]]:
    """What records say of each file of decisions: its digest, if they say the same."""
    # What a run has written of its decisions later ones go on reading, and name again.
    decisions: dict[str, set[str]] = {}
    for record in records.values():
        for file in record["decisions"]:
            name = f"output/audit/decisions/{file['name']}"
            decisions.setdefault(name, set()).add(file["sha256"])
    return decisions


def content_faults(bundle: Bundle, records: dict[str, Record]) -> Iterator[Fault]:
    """Are policies and decisions those of the records, and all of them there?"""
    for name, policy in policies_of(records).items():
        if bundle.read(name) != policy:
            yield name, "is not the policy that the records hold"
    for run, record in records.items():
        yield from count_faults(run, record)
    for name, recorded in decisions_of(records).items():
        found = bundle.sha256(name)
        if found is None:
            yield name, "is missing"
        elif {found} != recorded:
            yield name, "is not what was recorded: its SHA-256 differs"


def named_by(events: Sequence[Event]) -> dict[str, object]:
    """The digests of the tombstones and receipts that the ledger names, by their files."""
    named = {}
    for event in events:
        place = NAMED.get(event["event"])
        if place is not None:
            name = f"output/audit/{place[0]}/{event['run_id']}{place[1]}"
            named[name] = event["data"].get("sha256")
    return named


def named_faults(bundle: Bundle, events: Sequence[Event]) -> Iterator[Fault]:
    """Are tombstones and receipts those that the ledger names, and all of them there?"""
    for name, sha256 in named_by(events).items():
        if bundle.sha256(name) != sha256:
            yield name, "is missing, or is not what the ledger names"


def count_faults(run: str, record: Record) -> Iterator[Fault]:
    """Did every file end as exactly one of written, excluded and quarantined?"""
    where = name_of_record(run)
    counts = record["counts"]
    if counts["seen"] != counts["written"] + counts["excluded"] + counts["quarantined"]:
        yield where, "its counts do not add up"
    rows = 0
    for file in record["decisions"]:
        # The names of files say what they hold: rows, or which of them are in force no more.
        holds = file["name"].rpartition("/")[2].partition("-")[0]
        rows += {"decisions": 1, "changes": 1, "replaced": -1}.get(holds, 0) * file["row_count"]
    if counts["seen"] != rows:
        yield where, "it does not have one decision for each file that it saw"
    if counts["written"] != sum(shard["row_count"] for shard in record["shards"]):
        yield where, "its shards do not hold what it says it wrote"


def terms_of(record: Record) -> str:
    """Who ran, and how values were replaced; a record of an earlier version does not say."""
    asked = record.get("redaction") or {}
    who = f"{record['actor']} on {record.get('host')}" if record.get("actor") else "not recorded"
    how = [asked.get(name, "not recorded") for name in ("profile", "operator", "score_threshold")]
    return shown(
        f"run {record['run_id']}: ran by {who}; profile {how[0]}, replaced by {how[1]}, "
        f"threshold {how[2]}"
    )


def in_use(records: dict[str, Record]) -> list[Record]:
    """The records of the runs that no other has replaced."""
    replaced = {run for record in records.values() for run in record["superseded"]}
    return [record for run, record in sorted(records.items()) if run not in replaced]


def shard_faults(
    shards: Bundle, events: Sequence[Event], records: dict[str, Record]
) -> Iterator[Fault]:
    """Are the shards in use there, as they were recorded, and nothing that no record lists?

    One that was replaced may be there, for who began to read it before, until the ledger says that
    it was removed.
    """
    recorded = {
        shard["name"]: shard["sha256"] for record in records.values() for shard in record["shards"]
    }
    used = {shard["name"] for record in in_use(records) for shard in record["shards"]}
    removed = removed_by(events, records)
    yield from shards.faults
    for name, sha256 in sorted(recorded.items()):
        found = shards.sha256(name)
        if found is None:
            if name in used:
                yield name, "is missing"
        elif found != sha256:
            yield name, "is not what was recorded: its SHA-256 differs"
        elif name in removed:
            yield name, "is there, and the ledger says that it was removed"
    for name in sorted(shards.files - recorded.keys()):
        yield name, "is in no record, and who reads the folder reads it, too"


def removed_by(events: Sequence[Event], records: dict[str, Record]) -> set[str]:
    """The shards that the ledger calls removed, and that no later run has listed again."""
    removed: set[str] = set()
    for event in events:
        if event["event"] == "shards_removed":
            removed.update(event["data"].get("shards", ()))
        elif event["event"] == "run_finished":
            listed = records.get(event["run_id"], {}).get("shards", ())
            removed.difference_update(shard["name"] for shard in listed)
    return removed


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


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
