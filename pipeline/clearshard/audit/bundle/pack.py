"""Output folder → evidence bundle, in memory that does not grow with it.

The same folder gives the same bytes: entries are in a fixed order and have no time, and the report
says of which event it is, not when it was made.
"""

import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clearshard import layout
from clearshard.audit.events import Event
from clearshard.audit.faults import printable
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import VisibleRun, oldest_first, read_record, record_paths
from clearshard.audit.report.facts import collect
from clearshard.audit.report.page import page
from clearshard.audit.verify import Known, Report, verify
from clearshard.errors import IntegrityError, OutputUnusable, RunFailed
from clearshard.inert import in_markdown
from clearshard.terms import made_under

_ROWS_IN_REPORT = 2000
_BLOCK_BYTES = 1 << 20
#: Everything is in one folder, wherever it is unpacked.
_FOLDER = "clearshard-evidence"
_LAST = "manifest.json"
_SCANS = "transport"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Packed:
    """What is in a bundle.

    Attributes:
        files: Number of files.
        verification: Of the folder that it was made from.
    """

    files: int
    verification: Report


def pack(
    out: Path,
    target: BinaryIO,
    known: Known,
    version: str,
    scans: Mapping[str, bytes] = MappingProxyType({}),
) -> Packed:
    """Writes the bundle of an output folder.

    A folder that is not as it was recorded is packed as it is: that it is not is evidence, too.

    Args:
        out: The output folder.
        target: Where the zip goes.
        known: What the folder must agree with besides itself.
        version: Of this program.
        scans: What endpoints offered, by the name of the file: nothing of the output says it.

    Raises:
        OutputUnusable: There is no output in the folder.
        RunFailed: A run has written to the folder meanwhile.
    """
    verification = verify(out, known)
    newest = _newest(out)
    with zipfile.ZipFile(target, "w", allowZip64=True) as zipped:
        entries = _Entries(zipped)
        found = _of_output(out)
        for path in found.packed:
            entries.copy(f"output/{path.relative_to(out).as_posix()}", path)
        for digest, toml in _policies(out).items():
            entries.add(f"policy/{digest}.toml", toml.encode())
        if verification.public_key is not None:
            key = bytes.fromhex(verification.public_key)
            public = Ed25519PublicKey.from_public_bytes(key)
            pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            entries.add("keys/ledger-ed25519.hex", verification.public_key.encode() + b"\n")
            entries.add("keys/ledger-ed25519.pem", pem)
        for name, content in sorted(scans.items()):
            entries.add(f"{_SCANS}/{name}", content)
        report = _report(out, known, version)
        if report is not None:
            entries.add("report.html", report)
        entries.add("verification.json", _verification(verification, known, found, version))
        entries.add("check.py", _text("check.py").encode())
        readme = _readme(out, verification, newest, version, with_report=report is not None)
        entries.add("README.md", readme.encode())
        entries.add(_LAST, _json({"made_by": f"clearshard {version}", "files": entries.digests}))
    # What a run is about to change it tells the ledger first; what it has announced already and not
    # done yet, the verification above has found.
    if _newest(out) != newest:
        raise RunFailed("A run wrote to the folder while it was packed. Pack it again.")
    return Packed(len(entries.digests), verification)


class _Entries:
    """Puts files into the zip and notes their digests."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.digests: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        with self._zipped.open(_entry(name), "w") as entry:
            entry.write(content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def copy(self, name: str, path: Path) -> None:
        digest = hashlib.sha256()
        with path.open("rb") as file, self._zipped.open(_entry(name), "w", force_zip64=True) as to:
            while block := file.read(_BLOCK_BYTES):
                to.write(block)
                digest.update(block)
        self.digests[name] = digest.hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(f"{_FOLDER}/{name}", (1980, 1, 1, 0, 0, 0))
    info.create_system = 3  # Unix, whatever this machine is
    info.external_attr = 0o100644 << 16
    # Parquet is compressed already.
    stored = name.endswith(".parquet")
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    return info


@dataclass(frozen=True, slots=True)
class _Found:
    """What of an output folder goes into the bundle, and what there is besides, by name."""

    packed: tuple[Path, ...]
    left_out: tuple[str, ...]


def _of_output(out: Path) -> _Found:
    """The evidence: what a run writes there, by its name, but for the shards.

    Whatever else somebody has put there could be anything, a transcript too; neither is a link
    followed, of a file or of a folder.
    """
    packed, left_out = [], []
    for folder, folders, files in os.walk(out):
        here = Path(folder)
        looked_at = files
        if here == out:
            folders[:] = [name for name in folders if name in (layout.AUDIT, layout.RUNS)]
            looked_at = [name for name in files if name in (layout.MARKER, layout.CARD)]
        linked = [name for name in folders if (here / name).is_symlink()]
        for path in (here / name for name in (*looked_at, *linked)):
            name = path.relative_to(out).as_posix()
            is_file = stat.S_ISREG(path.lstat().st_mode) and os.access(path, os.R_OK)
            if is_file and layout.is_evidence(name):
                packed.append(path)
            else:
                left_out.append(printable(name))
    return _Found(tuple(sorted(packed)), tuple(sorted(left_out)))


def _newest(out: Path) -> Event | None:
    try:
        return Ledger(out / layout.LEDGER).head()
    except IntegrityError:
        return None


def _readable(out: Path) -> tuple[VisibleRun, ...]:
    """The runs whose record can be read, oldest first."""
    runs = []
    for path in record_paths(out):
        with suppress(IntegrityError):
            runs.append(read_record(path))
    return oldest_first(runs)


def _policies(out: Path) -> dict[str, str]:
    """The policies of all readable records, by digest."""
    policies: dict[str, str] = {}
    for record in (run.record for run in _readable(out)):
        if _DIGEST.fullmatch(record.policy_digest):  # it becomes a name
            policies[record.policy_digest] = record.policy_toml
    return dict(sorted(policies.items()))


def _report(out: Path, known: Known, version: str) -> bytes | None:
    """The page, or None if there is too little in order to make one."""
    try:
        return page(collect(out, _ROWS_IN_REPORT, known), None, version).encode()
    except (IntegrityError, OutputUnusable):
        return None


def _verification(report: Report, known: Known, found: _Found, version: str) -> bytes:
    said = {"by": f"clearshard {version}", "known": known.to_dict(), "left_out": found.left_out}
    return _json({**said, **report.to_dict()})


def _terms(out: Path) -> str:
    """Rows of a table: what the newest readable record says of its run."""
    records = [run.record for run in _readable(out)]
    if not records:
        return ""
    told = {"newest run": records[-1].run_id, **made_under(records[-1])}
    return "\n".join(f"| {name} | {in_markdown(words)} |" for name, words in told.items())


def _readme(
    out: Path, report: Report, newest: Event | None, version: str, *, with_report: bool
) -> str:
    faults, unread = len(report.faults), sum(report.unread.values())
    sound = "all was as it was recorded"
    if unread:
        sound = f"all that could be read was as it was recorded; {unread} shard(s) could not"
    return _text("readme.md").format(
        version=version,
        events=report.checked.events,
        newest_at="-" if newest is None else newest.at,
        verdict=sound if report.sound else f"**{faults} fault(s)**",
        public_key=report.public_key,
        head=report.head,
        terms=_terms(out),
        report="" if with_report else " (missing: the records are too damaged to make it)",
    )


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def _text(name: str) -> str:
    return (resources.files("clearshard.audit.bundle") / name).read_text(encoding="utf-8")
