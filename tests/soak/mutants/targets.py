"""What is fed with mutants: everything that reads what somebody else has written.

Each target has sound inputs, which hold canaries where the format has room for text that nobody
may tell, and a function that reads one. It may refuse with an error of the project; anything else
that is raised is a defect, as is a canary in what is said. (What of a table is kept for a while are
columns that are read: where a mutant has moved a canary into one, it is an id.)
"""

import csv
import gzip
import io
import json
import random
import re
import shutil
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import verify
from clearshard.config import default_policy_text, load_config, read_text
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.errors import ClearshardError
from clearshard.evaluation.gold import read_gold
from clearshard.recognizers.user_file import read_user_recognizers
from clearshard.records.states import Deleted, Quarantine
from clearshard.run.intake import Tables, take_in
from clearshard.sources.adapters import Form
from clearshard.sources.containers import read_records
from clearshard.sources.registry import FileRegistry
from clearshard.sources.transcripts import read_transcript
from clearshard.storage.sources import open_inside
from data.generator import calls
from data.generator.recognisers import FORMS

from ..mutations import sound_transcripts

ROOT = Path(__file__).parents[3]
#: In the inputs alone. Written together they would be in this file too, and in its traceback.
CANARIES = ("flibber" + "tigibbet", "quilla" + "phane", "dvorsko" + "vich")
_CANARY = re.compile("|".join(CANARIES).encode(), re.IGNORECASE)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_REFUSALS = (ClearshardError, Quarantine, Deleted)
_MAX_BYTES = 1 << 20
#: A copy of an output folder, whose shards hold what may be said.
OUTPUT = "copied-output"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads.

    Attributes:
        name: What it is called.
        seeds: Sound inputs.
        read: Reads one; the folder is its own, and empty.
    """

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, Path], object]


class Defect(AssertionError):
    """A mutant did what none may do."""


def feed(target: Target, content: bytes, folder: Path) -> str:
    """Reads a mutant, and says what came of it: `read`, or the name of a refusal.

    Raises:
        Defect: Something else was raised than a refusal, or a canary was told.
    """
    try:
        target.read(content, folder)
    except _REFUSALS as refusal:
        if has_canary("".join(traceback.format_exception(refusal)).encode()):
            raise Defect(f"{target.name}: a canary in {type(refusal).__name__}") from None
        came_of_it = type(refusal).__name__
    except Defect:
        raise
    except Exception as error:
        raise Defect(f"{target.name}: {type(error).__name__}") from error
    else:
        came_of_it = "read"
    return came_of_it


def has_canary(content: bytes) -> bool:
    """Whether there is one, in capitals or not."""
    return _CANARY.search(content) is not None


@cache
def _transcripts() -> tuple[bytes, ...]:
    """One in each form, with the canaries wherever text may stand."""
    made = [encoded_again(sound) for sound in sound_transcripts()[:4]]
    for number, form in enumerate(FORMS):
        chance = random.Random(number)
        call = calls.some_call(number, chance)
        made.append(form.make("m0", call, chance).encode())
    return tuple(made)


def encoded_again(value: object) -> bytes:
    return json.dumps({**value, "id": "m0"} if isinstance(value, dict) else value).encode()


def _read_transcript(content: bytes, _: Path) -> object:
    return read_transcript(content, 3_000, "m0", Form("auto", "en"))


_REGISTRY = "account_id,training_permitted,baa_executed,opted_out,exported_at,notes\n" + "".join(
    f"{account},{permitted},{baa},{out},2026-11-22T00:00:00Z,{CANARIES[1]}\n"
    for account, permitted, baa, out in (
        ("good", "true", "false", "false"),
        ("out", "true", "false", "true"),
        ("hospital", "true", "true", "false"),
        ("never", "false", "false", "false"),
    )
)
_MANIFEST = "file_id,account_id,product,region,submitted_at,transcript_uri,notes\n" + "".join(
    f"f{n},{account},async,{region},2026-11-01T00:00:00Z,f{n}.json,{CANARIES[2]}\n"
    for n, (account, region) in enumerate(
        (a, r) for a in ("good", "out", "hospital", "never") for r in ("us", "us", "eu")
    )
)
_FORMATS = ("csv", "jsonl", "jsonl.gz", "jsonl.zst", "parquet")


def _formats(table: str) -> dict[str, bytes]:
    rows = [*csv.DictReader(io.StringIO(table))]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return {
        "csv": table.encode(),
        "jsonl": lines,
        "jsonl.gz": gzip.compress(lines, mtime=0),
        "jsonl.zst": zstandard.compress(lines),
        "parquet": out.getvalue(),
    }


@cache
def _policy() -> Policy:
    return parse_policy(default_policy_text(), "default policy")


def _admitted(manifest: Path, registry: Path, scratch: Path) -> list[dict[str, object]]:
    scratch.mkdir()
    intake = take_in(
        Tables(manifest, FileRegistry(registry)), _policy(), Moment.at(NOW, 300), scratch
    )
    return [
        row
        for batch in intake.batches()
        for row in batch.table.filter(pa.array((batch.reason_bits == 0) & ~batch.held)).to_pylist()
    ]


def _read_manifest(form: str) -> Callable[[bytes, Path], object]:
    def read(content: bytes, folder: Path) -> None:
        manifest, registry = folder / f"files.{form}", folder / "accounts.csv"
        manifest.write_bytes(content)
        registry.write_text(_REGISTRY)
        for row in _admitted(manifest, registry, folder / "scratch"):
            # Whatever was done to the manifest, the registry says of one account that it may.
            if row["account_id"] != "good":
                raise Defect(f"manifest.{form}: admitted what the registry does not permit")

    return read


def _read_registry(form: str) -> Callable[[bytes, Path], object]:
    def read(content: bytes, folder: Path) -> None:
        manifest, registry = folder / "files.csv", folder / f"accounts.{form}"
        manifest.write_text(_MANIFEST)
        registry.write_bytes(content)
        said = _said(content) if form in ("csv", "jsonl") else None
        for row in _admitted(manifest, registry, folder / "scratch"):
            if int(str(row["file_id"])[1:]) % 3 == 2:
                raise Defect(f"registry.{form}: admitted a file of the EU server")
            if said is not None and not _permits(said[form == "jsonl"], str(row["account_id"])):
                raise Defect(f"registry.{form}: admitted what no plain reading permits")

    return read


def _said(content: bytes) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The rows as `csv` reads them, and as `json` does."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    rows: list[dict[str, object]] = []
    with suppress(csv.Error):
        rows += [dict(row) for row in csv.DictReader(io.StringIO(text))]
    objects: list[dict[str, object]] = []
    for line in text.splitlines():
        with suppress(ValueError, RecursionError):
            made = json.loads(line)
            if isinstance(made, dict):
                objects.append(made)
    return rows, objects


def _permits(rows: list[dict[str, object]], account: str) -> bool:
    mine = [row for row in rows if row.get("account_id") == account]
    return bool(mine) and all(
        (_flag(row, "training_permitted"), _flag(row, "baa_executed"), _flag(row, "opted_out"))
        == ("true", "false", "false")
        for row in mine
    )


def _flag(row: dict[str, object], name: str) -> str:
    return str(row.get(name)).lower()


def _containers() -> dict[str, tuple[bytes, ...]]:
    made = {form: (content,) for form, content in _formats(_MANIFEST).items() if form != "csv"}
    lines = b"".join(content.replace(b"\n", b" ") + b"\n" for content in _transcripts()[:4])
    return {**made, "jsonl": (lines, *made["jsonl"])}


def _read_container(form: str) -> Callable[[bytes, Path], object]:
    def read(content: bytes, folder: Path) -> None:
        (folder / f"packed.{form}").write_bytes(content)
        wanted = {"m0", "f0", "f1"}
        found = [*read_records(partial(open_inside, folder), f"packed.{form}", wanted, _MAX_BYTES)]
        if {record_id for record_id, _ in found} != wanted or len(found) != len(wanted):
            raise Defect(f"container.{form}: a record came out twice or not at all")
        for _, record in found:
            if isinstance(record, Quarantine) and has_canary(str(record).encode()):
                raise Defect(f"container.{form}: a canary in a reason")

    return read


def _read_file(name: str, reader: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def read(content: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(content)
        return reader(path)

    return read


_RECOGNIZERS = b"""global_regex_flags: 26
recognizers:
  - name: badge
    supported_language: en
    supported_entity: BADGE
    patterns:
      - name: badge
        regex: "\\\\bB-[0-9]{4}\\\\b"
        score: 0.6
    context: [badge, number]
  - name: words
    supported_entity: WORD
    deny_list: [alpha, beta]
"""
_GOLD = "".join(
    f'{{"id": "g{n}", "text": "call {c} now", "spans": [{{"start": 5, "end": 9, "label": "A"}}]}}\n'
    for n, c in enumerate(CANARIES)
).encode()


def of_an_output(out: Path) -> list[Target]:
    """Targets for the files of a finished output folder: each is damaged in place and checked.

    Args:
        out: The folder; it is copied for each mutant.
    """

    def target(path: Path) -> Target:
        def read(content: bytes, folder: Path) -> None:
            copy = Path(shutil.copytree(out, folder / OUTPUT))
            (copy / path).write_bytes(content)
            before = (out / path).read_bytes()
            report = verify(copy)
            if content != before and not report.faults:
                raise Defect(f"{path.name}: a change was not found")
            if has_canary(str(report.faults).encode()):
                raise Defect(f"{path.name}: a canary in a fault")
            with suppress(ClearshardError):
                [*Ledger(copy / "audit" / "ledger.jsonl").read()]

        kind = path.suffix.removeprefix(".") or path.name
        return Target(f"output.{path.parts[0]}.{kind}", ((out / path).read_bytes(),), read)

    found = [path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file()]
    return [target(path) for path in found if not any(p.startswith(".") for p in path.parts)]


def _parse_policy(path: Path) -> object:
    return parse_policy(read_text(path), "policy")


def targets() -> list[Target]:
    """All but those of `of_an_output`."""
    config = (ROOT / "configs" / "demo.toml").read_bytes()
    policy = default_policy_text().encode()
    return [
        Target("transcript", _transcripts(), _read_transcript),
        *(Target(f"manifest.{f}", (c,), _read_manifest(f)) for f, c in _formats(_MANIFEST).items()),
        *(Target(f"registry.{f}", (c,), _read_registry(f)) for f, c in _formats(_REGISTRY).items()),
        *(Target(f"container.{f}", c, _read_container(f)) for f, c in _containers().items()),
        Target("configuration", (config,), _read_file("job.toml", load_config)),
        Target("policy", (policy,), _read_file("p.toml", _parse_policy)),
        Target(
            "recognizers",
            (_RECOGNIZERS,),
            _read_file("r.yaml", lambda path: read_user_recognizers(path, "en")),
        ),
        Target("gold", (_GOLD,), _read_file("g.jsonl", lambda path: [*read_gold(path)])),
    ]
